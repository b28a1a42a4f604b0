import { App, Chart } from 'cdk8s';
import { Deployment, EnvValue } from 'cdk8s-plus-28';
import { RedisCluster, asString } from 'cdk8s-tiers';
import { asSecret } from 'cdk8s-tiers/plus';
import { Construct } from 'constructs';

/** What the shop keeps. */
class Data extends Chart {
  readonly cache: RedisCluster;

  constructor(scope: Construct) {
    super(scope, 'data', { namespace: 'shop' });
    this.cache = new RedisCluster(this, 'redis', { masters: 3, replicasPerMaster: 1 });
  }
}

/** The shop, written with cdk8s-plus-28 long before there was a cache. */
class Web extends Chart {
  constructor(scope: Construct, cache: RedisCluster) {
    super(scope, 'web', { namespace: 'shop' });
    const labels = { app: 'shop-web' };
    const host = EnvValue.fromValue(asString(cache.objectName));
    const password = EnvValue.fromSecretValue({ secret: asSecret(this, 'password', cache.secret), key: 'password' });
    new Deployment(this, 'deployment', {
      replicas: 2,
      podMetadata: { labels },
      containers: [
        {
          image: 'ghcr.io/shop/web:1.4.0',
          portNumber: 8080,
          envVariables: { REDIS_HOST: host, REDIS_PASSWORD: password },
        },
      ],
    });
    // The tier lets in only what is declared.
    cache.nodes.policy.allowFrom({ from: [{ podSelector: { matchLabels: labels } }], ports: [{ port: 6379 }] });
  }
}

const app = new App();
const data = new Data(app);
new Web(app, data.cache);
app.synth();
