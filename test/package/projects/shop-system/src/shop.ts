import { fileURLToPath } from 'node:url';
import {
  Api,
  DefaultDeny,
  KubeObject,
  RedisCache,
  System,
  type Text,
  atMost,
  demand,
  each,
  or,
  release,
  sizeOf,
  str,
  text,
  valueOf,
  isSet,
  when,
} from 'cdk8s-tiers';
import { ApiObject, JsonPatch } from 'cdk8s';
import { Construct } from 'constructs';
import type { ConfigMap } from 'kubernetes-types/core/v1.js';
import { shopValues } from './values.js';

export class Shop extends System<typeof shopValues> {
  readonly metadata = {
    description: 'A shop: an API, and by value a cache.',
    version: '1.2.0',
    keywords: ['shop'],
    home: 'https://example.com/shop',
    sources: ['https://example.com/shop'],
    icon: 'https://example.com/shop/icon.svg',
    maintainers: [{ name: 'shop', url: 'https://example.com/shop' }],
    category: 'networking',
    changes: ['Several currencies.'],
    links: {},
  };
  readonly secrets = { 'shop-redis': ['password'] };
  readonly environments = fileURLToPath(new URL('../environments', import.meta.url));
  readonly notes: Text;

  constructor(scope: Construct) {
    super(scope, 'shop', shopValues);
    const { backend, redis, shop } = this.values;
    this.providePlatform(this.values);

    new DefaultDeny(this, 'network');
    const cache = new RedisCache(this, 'redis', redis);
    const api = new Api(this, 'backend', backend);
    api.connectTo(cache);
    for (const object of api.node.findAll()) {
      if (!ApiObject.isApiObject(object) || object.kind !== 'Deployment') continue;
      object.metadata.addAnnotation('example.com/owner', 'web');
      object.addJsonPatch(
        JsonPatch.add('/spec/template/spec/hostAliases', [{ ip: '10.0.0.9', hostnames: ['mainframe'] }]),
        JsonPatch.replace('/spec/minReadySeconds', 7),
      );
    }
    demand(
      api,
      or(atMost(sizeOf(shop.currencies), 1), redis.enabled),
      str`${sizeOf(shop.currencies)} currencies need the rates that the cache keeps; set redis.enabled, or name one currency.`,
    );

    new KubeObject<ConfigMap>(new Construct(this, 'storefront'), 'configmap', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: str`${release.name}-storefront` },
      data: {
        'shop.conf': text`
          host = ${shop.host}
          ${each(shop.currencies, (currency) => text`currency = ${currency}`)}
          ${when(isSet(shop.banner), text`banner = ${valueOf(shop.banner)}`)}
        `,
      },
    });
    this.notes = text`
      The API of https://${shop.host} is ${api.objectName}, port ${api.servicePort}.
    `;
  }
}
