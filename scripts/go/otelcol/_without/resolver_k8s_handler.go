// In the place of the file of this name in the load balancer: ../build.
package loadbalancingexporter
