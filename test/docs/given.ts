/** What short examples take for granted, each made when one first asks for it, in a system whose values are open. */
import { App } from 'cdk8s';
import { z } from 'zod';
import * as tiers from '../../lib';
import type * as context from './context';

const release = { name: 'shop', namespace: 'shop' };
const image = { registry: 'ghcr.io', repository: 'shop/backend', tag: '1.4.0', digest: null };
const schema = z.strictObject({
  network: tiers.networkValues().describe('The network.'),
  host: tiers.hostname().default('shop.example.com').describe('A name.'),
  replicas: z.int().min(1).max(9).default(2).describe('Pods.'),
  memory: tiers.byteSize().default('256Mi').describe('Memory.'),
  className: tiers.objectName().nullable().default(null).describe('A class.'),
  metrics: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Have them.'),
      port: tiers.port().default(9100).describe('Where.'),
    })
    .describe('Metrics.'),
  hosts: z.array(tiers.hostname()).default(['a.example.com']).describe('Names.'),
  labels: z.record(tiers.labelKey(), tiers.word()).default({ team: 'shop' }).describe('Labels.'),
});

/** One for each example. */
export class Given extends tiers.System<typeof schema> {
  readonly metadata = {
    description: 'What an example is in.',
    version: '1.0.0',
    keywords: [],
    home: 'https://example.com',
    sources: [],
    icon: 'https://example.com/icon.svg',
    maintainers: [],
    category: 'networking',
    changes: [],
    links: {},
  };
  readonly notes = tiers.text`
    An example.
  `;
  readonly secrets = {};
  /** By the names of context.ts. */
  readonly names: typeof context;

  constructor() {
    super(new App(), release.name, schema);
    this.providePlatform(this.values);
    this.names = this.made();
  }

  /** Reads both ways what an example has made. @throws with all that is refused */
  read(): void {
    const values = tiers.valuesOf(schema, { file: 'defaults', source: '' });
    new tiers.Manifests(this).files(values, release);
    tiers.chartFiles(this, new Map());
  }

  private made(): typeof context {
    const once = <T>(make: () => T): (() => T) => {
      let found: { readonly it: T } | undefined;
      return () => (found ??= { it: make() }).it;
    };
    const postgres = once(() => new tiers.Postgres(this, 'given-postgres', { database: 'shop', replicas: 1 }));
    const pgbouncer = once(() => new tiers.PgBouncer(this, 'given-pgbouncer', { server: postgres() }));
    const redis = once(() => new tiers.RedisCluster(this, 'given-redis'));
    const api = once(() => new tiers.Api(this, 'given-api', { image }));
    const frontend = once(() => new tiers.Frontend(this, 'given-frontend', { image }));
    const worker = once(
      () =>
        new tiers.Worker(this, 'given-worker', {
          image,
          command: ['work'],
          livenessCommand: ['test', '-e', '/tmp/alive'],
          readinessCommand: ['test', '-e', '/tmp/ready'],
        }),
    );
    const exposure = once(
      () => new tiers.Exposure(this, 'given-exposure', { host: 'shop.example.com', to: frontend() }),
    );
    const prometheus = once(() => new tiers.Prometheus(this, 'given-prometheus'));
    const elasticsearch = once(() => new tiers.Elasticsearch(this, 'given-elasticsearch'));
    const { values } = this;
    return {
      chart: this,
      props: {},
      images: { backend: image, frontend: image },
      values,
      get postgres() {
        return postgres();
      },
      get pgbouncer() {
        return pgbouncer();
      },
      get pool() {
        return pgbouncer();
      },
      get redis() {
        return redis();
      },
      get cache() {
        return redis();
      },
      get api() {
        return api();
      },
      get backend() {
        return api();
      },
      get worker() {
        return worker();
      },
      get frontend() {
        return frontend();
      },
      get exposure() {
        return exposure();
      },
      get prometheus() {
        return prometheus();
      },
      get elasticsearch() {
        return elasticsearch();
      },
    };
  }
}
