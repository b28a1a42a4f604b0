import { App, Chart } from 'cdk8s';
// An entry for each tier: the others are not loaded.
import { Api } from 'cdk8s-tiers/api';
import { RedisCluster } from 'cdk8s-tiers/redis-cluster';

const app = new App();
const shop = new Chart(app, 'shop', { namespace: 'shop' });
const cache = new RedisCluster(shop, 'redis-cluster', { masters: 3, replicasPerMaster: 1 });
const backend = new Api(shop, 'backend', {
  image: { registry: 'ghcr.io', repository: 'shop/backend', tag: '1.4.0', digest: null },
});
backend.connectTo(cache);
app.synth();
