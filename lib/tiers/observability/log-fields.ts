/** What a line of a log is once Logstash has read it: the fields of its document, and how Elasticsearch is to keep them. */

/** Types of Elasticsearch; `flattened` takes any object whole, so that what applications add never grows the mapping. */
export type LogFieldType =
  'date' | 'double' | 'flattened' | 'integer' | 'keyword' | 'long' | 'match_only_text' | 'wildcard';

/** Names of the Elastic Common Schema where it has one; `labels` are those that Prometheus gives metrics. */
export const LOG_FIELDS = {
  '@timestamp': 'date',
  message: 'match_only_text',
  tags: 'keyword',
  stream: 'keyword',
  'labels.release': 'keyword',
  'labels.tier': 'keyword',
  'labels.component': 'keyword',
  'kubernetes.namespace': 'keyword',
  'kubernetes.node.name': 'keyword',
  'kubernetes.pod.name': 'keyword',
  'kubernetes.pod.uid': 'keyword',
  'kubernetes.container.name': 'keyword',
  'log.file.path': 'keyword',
  'log.flags': 'keyword',
  'log.level': 'keyword',
  'log.logger': 'keyword',
  'log.offset': 'long',
  'trace.id': 'keyword',
  'span.id': 'keyword',
  'error.type': 'keyword',
  'error.message': 'match_only_text',
  'error.stack_trace': 'wildcard',
  'http.request.id': 'keyword',
  'http.request.method': 'keyword',
  'http.response.body.bytes': 'long',
  'http.response.status_code': 'integer',
  'http.seconds': 'double',
  'http.version': 'keyword',
  'url.path': 'wildcard',
  'client.address': 'keyword',
  'user_agent.original': 'keyword',
  'upstream.seconds': 'keyword',
  'upstream.status': 'keyword',
  'process.pid': 'long',
  'user.name': 'keyword',
  'postgres.application': 'keyword',
  'postgres.database': 'keyword',
  'postgres.milliseconds': 'double',
  'postgres.query_id': 'keyword',
  'postgres.sqlstate': 'keyword',
  application: 'flattened',
} as const satisfies Readonly<Record<string, LogFieldType>>;

/** Each kind of log has a data stream of its own, `logs-<kind>-default`; `rejected` is what Elasticsearch refused as it was. */
export const LOG_KINDS = ['api', 'nginx', 'postgres', 'other', 'rejected'] as const;
/** A kind of `LOG_KINDS`. */
export type LogKind = (typeof LOG_KINDS)[number];

/** The part of a data stream's name that is the same for all. */
export const DATA_STREAM_NAMESPACE = 'default';

/** The data stream of a kind of log. */
export function dataStreamOf(kind: LogKind): string {
  return `logs-${kind}-${DATA_STREAM_NAMESPACE}`;
}
