/** What a short example takes for granted: names that it uses without making them. given.ts makes them. */
import type { Chart } from 'cdk8s';
import type {
  Api,
  Elasticsearch,
  Expr,
  Exposure,
  Frontend,
  Image,
  ListInput,
  MapInput,
  PgBouncer,
  Postgres,
  Prometheus,
  RedisCluster,
  TierProps,
  Worker,
} from '../../lib';

export declare const chart: Chart;
export declare const props: TierProps;
/** Images of one's own. */
export declare const images: Readonly<Record<'backend' | 'frontend', Image>>;

export declare const postgres: Postgres;
export declare const pgbouncer: PgBouncer;
export declare const pool: PgBouncer;
export declare const redis: RedisCluster;
export declare const cache: RedisCluster;
export declare const api: Api;
export declare const backend: Api;
export declare const worker: Worker;
export declare const frontend: Frontend;
export declare const exposure: Exposure;
export declare const prometheus: Prometheus;
export declare const elasticsearch: Elasticsearch;

/** What a schema gives. */
export declare const values: {
  readonly host: Expr<string>;
  readonly replicas: Expr<number>;
  readonly memory: Expr<string>;
  readonly className: Expr<string | null>;
  readonly metrics: { readonly enabled: Expr<boolean>; readonly port: Expr<number> };
  readonly hosts: ListInput<string>;
  readonly labels: MapInput<string>;
};
