/** PromQL that several dashboards ask. */
import { RELEASE } from './panels';

/** Share of the API's requests answered with 5xx; 0 where there is none. */
export const ERROR_RATIO =
  `(sum(rate(http_requests_total{${RELEASE},status=~"5.."}[$__rate_interval])) or vector(0))` +
  ` / sum(rate(http_requests_total{${RELEASE}}[$__rate_interval]))`;

/** Share of max_connections in use, by pod. */
export const CONNECTIONS_USED =
  `sum by (pod) (pg_stat_activity_count{${RELEASE}})` + ` / max by (pod) (pg_settings_max_connections{${RELEASE}})`;

/** Share of the keys asked for that Redis had. */
export const CACHE_HITS =
  `sum(rate(redis_keyspace_hits_total{${RELEASE}}[$__rate_interval]))` +
  ` / (sum(rate(redis_keyspace_hits_total{${RELEASE}}[$__rate_interval]))` +
  ` + sum(rate(redis_keyspace_misses_total{${RELEASE}}[$__rate_interval])))`;

/** A quantile of the API's response times in seconds, over all of it or by a label. */
export function quantile(q: number, by?: 'handler'): string {
  const labels = by === undefined ? 'le' : `le, ${by}`;
  const buckets = `rate(http_request_duration_seconds_bucket{${RELEASE}}[$__rate_interval])`;
  return `histogram_quantile(${q}, sum by (${labels}) (${buckets}))`;
}

/** Seconds of an average query, as PgBouncer sees it. */
export const AVERAGE_QUERY =
  `sum(rate(pgbouncer_stats_queries_duration_seconds_total{${RELEASE}}[$__rate_interval]))` +
  ` / sum(rate(pgbouncer_stats_queries_pooled_total{${RELEASE}}[$__rate_interval]))`;
