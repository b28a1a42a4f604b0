import { Construct } from 'constructs';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1';
import { KubeObject } from '../objects/kube-object';
import { str } from '../values/texts';
import { Platform } from '../workload/platform';

/** Denies every pod of the instance what no other policy allows, in both directions. */
export class DefaultDeny extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { instance, labels } = Platform.of(this);
    new KubeObject<NetworkPolicy>(this, 'network-policy', {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: str`${instance}-default-deny`, labels: labels({ name: id, component: 'policy' }) },
      spec: {
        podSelector: { matchLabels: { 'app.kubernetes.io/instance': instance } },
        policyTypes: ['Ingress', 'Egress'],
      },
    });
  }
}
