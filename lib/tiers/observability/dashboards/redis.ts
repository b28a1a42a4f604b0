import type { Input } from '../../../values/expression';
import { type GrafanaDashboard, type Row, dashboard } from './dashboard';
import { REDIS, RELEASE, stat, timeSeries } from './panels';
import { CACHE_HITS } from './queries';

export interface RedisDashboardSettings {
  /** Of the file, where a system has two of which one is enabled. @default redis */
  readonly id?: string;
  /** @default true */
  readonly enabled?: Input<boolean>;
  /** Whether it is a cluster, which has slots. @default false */
  readonly cluster?: Input<boolean>;
  /** Whether Sentinels choose the master. @default false */
  readonly sentinel?: boolean;
}

/** Redis: one server, a master with replicas, or a cluster. */
export function redisDashboard(settings: RedisDashboardSettings = {}): GrafanaDashboard {
  const { id = 'redis', enabled = true, cluster = false, sentinel = false } = settings;
  // Sentinels are servers, too, that hold nothing.
  const servers = sentinel ? `${RELEASE},component="server"` : REDIS;
  return dashboard({
    id,
    title: 'Redis',
    description: 'Memory, hits and commands of each server.',
    enabled,
    rows: [
      {
        height: 4,
        panels: [
          stat({
            title: 'Servers',
            description: 'Servers that answer.',
            unit: 'short',
            limits: { warning: 1, critical: 1, falling: true },
            targets: [{ expr: `sum(redis_up{${servers}})` }],
          }),
          stat({
            title: 'Cache hit rate',
            description: 'Share of keys that were there. The target is 95 %.',
            unit: 'percentunit',
            limits: { warning: 0.95, critical: 0.8, falling: true },
            targets: [{ expr: CACHE_HITS, legend: '{{tier}}' }],
          }),
          stat({
            title: 'Keys',
            description: 'Of all servers, replicas among them.',
            unit: 'short',
            targets: [{ expr: `sum(redis_db_keys{${servers}})` }],
          }),
          stat({
            title: 'Fullest server',
            description: 'Share of maxmemory in use. At 100 % keys are evicted, or writes refused.',
            unit: 'percentunit',
            limits: { warning: 0.9, critical: 1 },
            targets: [{ expr: `max(redis_memory_used_bytes{${servers}} / (redis_memory_max_bytes{${servers}} > 0))` }],
          }),
        ],
      },
      {
        title: 'Load',
        panels: [
          timeSeries({
            title: 'Commands',
            description: 'Each second, by server.',
            unit: 'ops',
            stacked: true,
            targets: [
              {
                expr: `sum by (pod) (rate(redis_commands_processed_total{${servers}}[$__rate_interval]))`,
                legend: '{{pod}}',
              },
            ],
          }),
          timeSeries({
            title: 'Time of a command',
            description: 'Average, of the commands that take most of the time.',
            unit: 's',
            targets: [
              {
                expr:
                  `topk(5, sum by (cmd) (rate(redis_commands_duration_seconds_total{${servers}}[$__rate_interval]))` +
                  ` / sum by (cmd) (rate(redis_commands_total{${servers}}[$__rate_interval]) > 0))`,
                legend: '{{cmd}}',
              },
            ],
          }),
          timeSeries({
            title: 'Clients',
            description: 'Connections, by server.',
            unit: 'short',
            targets: [{ expr: `sum by (pod) (redis_connected_clients{${servers}})`, legend: '{{pod}}' }],
          }),
        ],
      },
      {
        title: 'Memory',
        panels: [
          timeSeries({
            title: 'Hits and misses',
            description: 'Keys asked for each second.',
            unit: 'ops',
            stacked: true,
            targets: [
              { expr: `sum(rate(redis_keyspace_hits_total{${servers}}[$__rate_interval]))`, legend: 'hits' },
              { expr: `sum(rate(redis_keyspace_misses_total{${servers}}[$__rate_interval]))`, legend: 'misses' },
            ],
          }),
          timeSeries({
            title: 'Memory',
            description: 'That data takes, by server.',
            unit: 'bytes',
            targets: [{ expr: `max by (pod) (redis_memory_used_bytes{${servers}})`, legend: '{{pod}}' }],
          }),
          timeSeries({
            title: 'Keys that went',
            description: 'Expired by their time, or evicted to make room.',
            unit: 'ops',
            targets: [
              { expr: `sum(rate(redis_expired_keys_total{${servers}}[$__rate_interval]))`, legend: 'expired' },
              { expr: `sum(rate(redis_evicted_keys_total{${servers}}[$__rate_interval]))`, legend: 'evicted' },
            ],
          }),
        ],
      },
      {
        title: 'Cluster',
        enabled: cluster,
        panels: [
          timeSeries({
            title: 'Slots',
            description: 'As the nodes see them: all 16384 are ok, and none has failed.',
            unit: 'short',
            targets: [
              { expr: `min(redis_cluster_slots_ok{${servers}})`, legend: 'ok' },
              { expr: `max(redis_cluster_slots_fail{${servers}})`, legend: 'failed' },
            ],
          }),
          timeSeries({
            title: 'Nodes',
            description: 'That know of each other, by node. All should say the same.',
            unit: 'short',
            targets: [{ expr: `max by (pod) (redis_cluster_known_nodes{${servers}})`, legend: '{{pod}}' }],
          }),
        ],
      },
      ...(sentinel ? [failover()] : []),
    ],
  });
}

function failover(): Row {
  return {
    title: 'Failover',
    panels: [
      timeSeries({
        title: 'Master',
        description: 'By server: 1 while it is master. Two at once mean that one is cut off.',
        unit: 'short',
        max: 2,
        stacked: true,
        targets: [{ expr: `max by (pod) (redis_instance_info{${RELEASE},role="master"})`, legend: '{{pod}}' }],
      }),
      timeSeries({
        title: 'Sentinels',
        description:
          'That the Sentinel which sees the fewest finds in order, and whether they can agree on another master.',
        unit: 'short',
        targets: [
          { expr: `min(redis_sentinel_master_ok_sentinels{${RELEASE}})`, legend: 'in order' },
          { expr: `max(redis_sentinel_master_ckquorum_status{${RELEASE}})`, legend: 'can agree' },
        ],
      }),
      timeSeries({
        title: 'Replicas behind',
        description: 'Bytes that replicas do not have yet: a failover would lose what they are of.',
        unit: 'bytes',
        targets: [
          {
            expr: `max(redis_master_repl_offset{${RELEASE}}) - min(redis_connected_slave_offset_bytes{${RELEASE}})`,
            legend: 'the slowest',
          },
        ],
      }),
    ],
  };
}
