/** PromQL that several dashboards ask. What is expensive is recorded, by the rules in `../rules`. */
import { RELEASE } from './panels';

/** A recorded series of the release, such as `tier:http_requests:rate5m`. */
export function recorded(name: string): string {
  return `${name}{${RELEASE}}`;
}

/** Share of an API's requests that were answered with 5xx. */
export const ERROR_RATIO = recorded('tier:http_requests_errors:ratio_rate5m');

/** A percentile of an API's response times, in seconds. */
export function responseTime(percentile: 50 | 95 | 99): string {
  return recorded(`tier:http_request_duration_seconds:p${percentile}_5m`);
}

/** Share of max_connections in use, by pod. */
export const CONNECTIONS_USED =
  `sum by (pod) (${recorded('tier:pg_stat_activity_count:sum')})` +
  ` / max by (pod) (pg_settings_max_connections{${RELEASE}})`;

/** Share of the keys asked for that Redis had. */
export const CACHE_HITS = recorded('tier:redis_keyspace_hits:ratio_rate5m');

/** Seconds of an average query, the way from PgBouncer to the database and back included. */
export const QUERY_TIME = recorded('tier:pgbouncer_stats_queries_duration_seconds:mean5m');
