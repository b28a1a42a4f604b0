import { App, Chart } from 'cdk8s';
import { Role, Secret, ServiceAccount } from 'cdk8s-plus-28';
import { asConfigMap, asSecret, asServiceAccount } from '../lib/plus';
import { RedisCache } from '../lib/tiers/data/redis-cache';
import { release } from '../lib/values/reference';
import { str } from '../lib/values/texts';
import { lostTokens, rehydrate } from '../lib/values/token';
import { evaluate } from '../lib/values/tree';

/** Plain data of the objects of a kind. */
const named = (chart: Chart, kind: string): string =>
  JSON.stringify((chart.toJson() as { kind: string }[]).filter((object) => object.kind === kind));

describe('cdk8s-plus-28 beside tiers', () => {
  test('gives a tier its ServiceAccount and its Secret', () => {
    const chart = new Chart(new App(), 'shop');
    new RedisCache(chart, 'redis', {
      serviceAccount: new ServiceAccount(chart, 'identity', { metadata: { name: 'shop-identity' } }),
      existingSecret: Secret.fromSecretName(chart, 'passwords', 'vault-redis'),
    });

    expect(named(chart, 'ServiceAccount')).toContain('"name":"shop-identity"');
    expect(named(chart, 'StatefulSet')).toContain('"serviceAccountName":"shop-identity"');
    expect(named(chart, 'StatefulSet')).toContain('"secretKeyRef":{"name":"vault-redis","key":"password"}');
  });

  test('takes what a tier has', () => {
    const chart = new Chart(new App(), 'shop');
    const redis = new RedisCache(chart, 'redis');
    new Role(chart, 'role').bind(asServiceAccount(chart, 'account', redis.server));

    expect(asSecret(chart, 'secret', redis.secret).name).toBe('shop-redis');
    expect(asConfigMap(chart, 'configuration', redis.objectName).name).toBe('shop-redis');
    expect(named(chart, 'RoleBinding')).toContain('"kind":"ServiceAccount","name":"shop-redis"');
  });

  test('carries a name that is known only at output, whole or not at all', () => {
    const chart = new Chart(new App(), 'shop');
    const { name } = asSecret(chart, 'secret', str`${release.name}-redis`);

    expect(lostTokens()).toEqual(['str`${release.name}-redis`']);
    const scope = { values: {}, release: { name: 'shop', namespace: 'prod' }, variables: new Map() };
    expect(evaluate(rehydrate({ secretName: name }, 'shop/pod'), scope)).toEqual({ secretName: 'shop-redis' });
    expect(lostTokens()).toEqual([]);
    expect(() => rehydrate({ [name]: 1 }, 'shop/pod')).toThrow(
      "shop/pod: an expression cannot be the key of a map in another library's object",
    );
  });
});
