const { App, Chart } = require('cdk8s');
// What is named here is loaded, and nothing else.
const { Api, RedisCluster } = require('cdk8s-tiers');

const app = new App();
const shop = new Chart(app, 'shop', { namespace: 'shop' });
const cache = new RedisCluster(shop, 'redis-cluster', { masters: 3, replicasPerMaster: 1 });
const backend = new Api(shop, 'backend', {
  image: { registry: 'ghcr.io', repository: 'shop/backend', tag: '1.4.0', digest: null },
});
backend.connectTo(cache);
app.synth();
