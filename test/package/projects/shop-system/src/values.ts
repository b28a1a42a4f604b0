import {
  apiDefaults,
  apiValues,
  globalValues,
  hostname,
  networkValues,
  redisCacheDefaults,
  redisCacheValues,
} from 'cdk8s-tiers';
import { z } from 'zod';

const image = { registry: 'ghcr.io', repository: 'shop/backend', tag: '1.4.0', digest: null };

/** What an operator of the shop may set. */
export const shopValues = z.strictObject({
  global: globalValues(),
  network: networkValues().describe('Facts of the network that no manifest can know.'),
  shop: z
    .strictObject({
      host: hostname().default('shop.example.com').describe('The name under which customers know the shop.'),
      currencies: z
        .array(z.enum(['BRL', 'EUR', 'USD']))
        .min(1)
        .default(['BRL'])
        .describe('What customers may pay in.'),
      banner: z.string().max(200).nullable().default(null).describe('A line above every page.'),
    })
    .describe('The shop itself.'),
  backend: z.strictObject(apiValues({ ...apiDefaults, image, replicas: 1 }, 20)).describe('The FastAPI application.'),
  redis: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Give the API a cache.'),
      ...redisCacheValues(redisCacheDefaults),
    })
    .describe('One Redis.'),
});
