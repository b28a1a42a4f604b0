/** Who logs in to Elasticsearch. The first two are its own, the others are made by the set-up Job. */
export const ELASTICSEARCH_USERS = [
  'elastic',
  'kibana_system',
  'logstash_writer',
  'exporter',
  'jaeger',
  'grafana',
] as const;

export type ElasticsearchUser = (typeof ELASTICSEARCH_USERS)[number];

/** The key of the Secret that has a user's password. */
export function passwordKey(user: ElasticsearchUser): string {
  return `${user.replaceAll('_', '-')}-password`;
}

/** All keys of the Secret. */
export const ELASTICSEARCH_KEYS = ELASTICSEARCH_USERS.map(passwordKey);
