/** What the set-up Job puts into Elasticsearch: who may do what, how logs are kept, and for how long. */
import type { Input } from '../../values/expression';
import { str } from '../../values/texts';
import type { JsonMap } from './dashboards/json';
import type { ElasticsearchUser } from './elasticsearch-users';
import { DATA_STREAM_NAMESPACE, LOG_FIELDS } from './log-fields';

/** All data streams of logs. */
export const LOGS = `logs-*-${DATA_STREAM_NAMESPACE}`;
/** The names of the policy and of the template for them. */
export const LOGS_POLICY = `logs-${DATA_STREAM_NAMESPACE}`;
const JAEGER = 'jaeger-*';
/** Before the templates that Elasticsearch brings for `logs-*-*`, which have 100. */
const TEMPLATE_PRIORITY = 500;

/** The users that the Job makes: each has the role of its name. */
export type MadeUser = Exclude<ElasticsearchUser, 'elastic' | 'kibana_system'>;

export const ROLES: Readonly<Record<MadeUser | 'logs_reader', JsonMap>> = {
  // It makes data streams by writing, and neither changes nor reads what is written.
  logstash_writer: {
    cluster: ['monitor'],
    indices: [{ names: [LOGS], privileges: ['auto_configure', 'create_doc'] }],
  },
  exporter: { cluster: ['monitor', 'read_slm', 'cluster:admin/slm/stats'], indices: [] },
  jaeger: {
    cluster: ['monitor', 'manage_index_templates'],
    indices: [{ names: [JAEGER], privileges: ['manage', 'read', 'write'] }],
  },
  grafana: {
    cluster: ['monitor'],
    indices: [{ names: [LOGS], privileges: ['read', 'view_index_metadata'] }],
  },
  // For people: users with it see logs in Kibana, and no more.
  logs_reader: {
    cluster: [],
    indices: [{ names: [LOGS], privileges: ['read', 'view_index_metadata'] }],
    applications: [{ application: 'kibana-.kibana', privileges: ['read'], resources: ['space:default'] }],
  },
};

/** A new index each day, or when one is large; an index goes when its newest line is that many days old. */
export function logsPolicy(retentionDays: Input<number>): JsonMap {
  return {
    policy: {
      phases: {
        hot: { actions: { rollover: { max_age: '1d', max_primary_shard_size: '10gb' } } },
        delete: { min_age: str`${retentionDays}d`, actions: { delete: {} } },
      },
    },
  };
}

/** Fields that are not named here are kept, and not searched: so no application makes the mapping grow. */
export const LOGS_TEMPLATE: JsonMap = {
  index_patterns: [LOGS],
  priority: TEMPLATE_PRIORITY,
  data_stream: {},
  template: {
    settings: {
      'index.mode': 'standard',
      'index.codec': 'best_compression',
      'index.lifecycle.name': LOGS_POLICY,
      'index.number_of_shards': 1,
      // One node keeps no copies, three keep one of each.
      'index.auto_expand_replicas': '0-1',
      // For the restart of a node: its copies are not made anew elsewhere.
      'index.unassigned.node_left.delayed_timeout': '5m',
    },
    mappings: {
      dynamic: false,
      properties: Object.fromEntries(Object.entries(LOG_FIELDS).map(([name, type]) => [name, { type }])),
    },
  },
};

/** The bucket of snapshots, as Elasticsearch knows it. */
export const REPOSITORY = 's3';
/** What makes snapshots, and lets them go. */
export const SNAPSHOT_POLICY = 'snapshots';

export function snapshotRepository({ bucket, folder }: { bucket: Input<string>; folder: Input<string> }): JsonMap {
  return { type: 's3', settings: { client: 'default', bucket, base_path: folder } };
}

/** Of all indices and of the cluster's own state: users, and what Kibana keeps. */
export function snapshotPolicy({
  everyHours,
  keepDays,
}: {
  everyHours: Input<number>;
  keepDays: Input<number>;
}): JsonMap {
  return {
    schedule: str`${everyHours}h`,
    name: '<snapshot-{now/d}>',
    repository: REPOSITORY,
    config: { include_global_state: true },
    retention: { expire_after: str`${keepDays}d`, min_count: 1 },
  };
}
