import type { Input } from '../../../values/expression';
import { type GrafanaDashboard, dashboard } from './dashboard';
import { RELEASE, stat, timeSeries } from './panels';

export interface ElasticsearchDashboardSettings {
  /** @default true */
  readonly enabled?: Input<boolean>;
  /** Whether it makes snapshots. @default false */
  readonly snapshots?: Input<boolean>;
}

const DISK_USED =
  `1 - elasticsearch_filesystem_data_available_bytes{${RELEASE}}` +
  ` / elasticsearch_filesystem_data_size_bytes{${RELEASE}}`;
const HEAP_USED =
  `elasticsearch_jvm_memory_used_bytes{${RELEASE},area="heap"}` +
  ` / elasticsearch_jvm_memory_max_bytes{${RELEASE},area="heap"}`;

/** A rate by node. */
const byNode = (metric: string) => `sum by (name) (rate(${metric}{${RELEASE}}[$__rate_interval]))`;

/** Seconds of one operation: what a counter of seconds grows by, for each that a counter counts. */
const each = (seconds: string, count: string) =>
  `sum(rate(${seconds}{${RELEASE}}[$__rate_interval])) / sum(rate(${count}{${RELEASE}}[$__rate_interval]) > 0)`;

/** Elasticsearch: its cluster, what it takes in and answers, and its disks. */
export function elasticsearchDashboard({
  enabled,
  snapshots = false,
}: ElasticsearchDashboardSettings = {}): GrafanaDashboard {
  return dashboard({
    id: 'elasticsearch',
    title: 'Elasticsearch',
    description: 'Whether the logs are safe, what comes in, and how full the disks are.',
    ...(enabled === undefined ? {} : { enabled }),
    rows: [
      {
        height: 4,
        panels: [
          stat({
            title: 'Nodes',
            description: 'In the cluster.',
            unit: 'short',
            limits: { warning: 1, critical: 1, falling: true },
            targets: [{ expr: `max(elasticsearch_cluster_health_number_of_nodes{${RELEASE}})` }],
          }),
          stat({
            title: 'Shards without a home',
            description: 'Copies that no node has. Where all have one the cluster is green.',
            unit: 'short',
            limits: { warning: 1, critical: 10 },
            targets: [{ expr: `max(elasticsearch_cluster_health_unassigned_shards{${RELEASE}})` }],
          }),
          stat({
            title: 'Fullest disk',
            description: 'From 85 % on a node gets no more shards, from 95 % on it takes no writes.',
            unit: 'percentunit',
            limits: { warning: 0.85, critical: 0.92 },
            targets: [{ expr: `max(${DISK_USED})` }],
          }),
          stat({
            title: 'Documents',
            description: 'Lines of logs, and whatever else is kept, copies among them.',
            unit: 'short',
            targets: [{ expr: `sum(elasticsearch_indices_docs{${RELEASE}})` }],
          }),
        ],
      },
      {
        title: 'Load',
        panels: [
          timeSeries({
            title: 'Documents written',
            description: 'Each second, by node; copies count too.',
            unit: 'ops',
            stacked: true,
            targets: [{ expr: byNode('elasticsearch_indices_indexing_index_total'), legend: '{{name}}' }],
          }),
          timeSeries({
            title: 'Searches',
            description: 'Of shards, each second, by node.',
            unit: 'ops',
            stacked: true,
            targets: [{ expr: byNode('elasticsearch_indices_search_query_total'), legend: '{{name}}' }],
          }),
          timeSeries({
            title: 'Time',
            description: 'Of one write and of one search of a shard, on average.',
            unit: 's',
            targets: [
              {
                expr: each(
                  'elasticsearch_indices_indexing_index_time_seconds_total',
                  'elasticsearch_indices_indexing_index_total',
                ),
                legend: 'write',
              },
              {
                expr: each(
                  'elasticsearch_indices_search_query_time_seconds',
                  'elasticsearch_indices_search_query_total',
                ),
                legend: 'search',
              },
            ],
          }),
        ],
      },
      {
        title: 'Nodes',
        panels: [
          timeSeries({
            title: 'Heap',
            description: 'Share in use. It goes up and down; what stays high is too little.',
            unit: 'percentunit',
            max: 1,
            targets: [{ expr: `max by (name) (${HEAP_USED})`, legend: '{{name}}' }],
          }),
          timeSeries({
            title: 'Disk',
            description: 'Share of each volume in use.',
            unit: 'percentunit',
            max: 1,
            targets: [{ expr: `max by (name) (${DISK_USED})`, legend: '{{name}}' }],
          }),
          timeSeries({
            title: 'Refused',
            description: 'Work that a node had no place for, by kind.',
            unit: 'ops',
            targets: [
              {
                expr: `sum by (type) (rate(elasticsearch_thread_pool_rejected_count{${RELEASE}}[$__rate_interval]))`,
                legend: '{{type}}',
              },
            ],
          }),
        ],
      },
      {
        title: 'Snapshots',
        enabled: snapshots,
        panels: [
          timeSeries({
            title: 'Snapshots',
            description: 'Taken and failed within a day.',
            unit: 'short',
            targets: [
              { expr: `sum(increase(elasticsearch_slm_stats_snapshots_taken_total{${RELEASE}}[1d]))`, legend: 'taken' },
              {
                expr: `sum(increase(elasticsearch_slm_stats_snapshots_failed_total{${RELEASE}}[1d]))`,
                legend: 'failed',
              },
            ],
          }),
        ],
      },
    ],
  });
}
