import type { Volume } from 'kubernetes-types/core/v1';
import type { Input } from '../../values/expression';
import type { Tree } from '../../values/parts';
import type { ElasticsearchClient } from './elasticsearch';

/** Who logs in to Elasticsearch. The first two are its own, the others are made by the set-up Job. */
export const ELASTICSEARCH_USERS = [
  'elastic',
  'kibana_system',
  'logstash_writer',
  'exporter',
  'jaeger',
  'grafana',
] as const;

/** A user of `ELASTICSEARCH_USERS`. */
export type ElasticsearchUser = (typeof ELASTICSEARCH_USERS)[number];

/** The key of the Secret that has a user's password. */
export function passwordKey(user: ElasticsearchUser): string {
  return `${user.replaceAll('_', '-')}-password`;
}

/** All keys of the Secret. */
export const ELASTICSEARCH_KEYS = ELASTICSEARCH_USERS.map(passwordKey);

/** A volume with the two files that a client logs in by, under the names of their keys. */
export function loginFiles(
  name: string,
  { caKey, caSecret, passwordKey, passwordSecret }: Omit<ElasticsearchClient, 'url'>,
): Tree<Volume> {
  const files = (secret: Input<string>, key: string) => ({ secret: { name: secret, items: [{ key, path: key }] } });
  return {
    name,
    projected: { defaultMode: 0o440, sources: [files(passwordSecret, passwordKey), files(caSecret, caKey)] },
  };
}
