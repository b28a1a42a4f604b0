import type { Input } from '../../../values/expression';
import { type GrafanaDashboard, dashboard } from './dashboard';
import { RELEASE, stat, timeSeries } from './panels';

interface LogsDashboard {
  readonly enabled?: Input<boolean>;
}

/** The way of logs: what nodes send, what waits on it, and what arrives. Filebeat is one for the cluster, and in no release. */
export function logsDashboard({ enabled }: LogsDashboard = {}): GrafanaDashboard {
  return dashboard({
    id: 'logs',
    title: 'Logs',
    description: 'How lines get from the nodes to Elasticsearch, and where they wait.',
    ...(enabled === undefined ? {} : { enabled }),
    rows: [
      {
        height: 4,
        panels: [
          stat({
            title: 'Lines per second',
            description: 'That come in from the nodes.',
            unit: 'ops',
            targets: [{ expr: `sum(rate(logstash_pipeline_events_in_total{${RELEASE},pipeline="intake"}[5m]))` }],
          }),
          stat({
            title: 'Waiting',
            description: 'Lines in the queues of all pods. It grows while Elasticsearch is away.',
            unit: 'short',
            targets: [{ expr: `sum(logstash_pipeline_queue_events{${RELEASE}})` }],
          }),
          stat({
            title: 'Fullest queue',
            description: 'When it is full, lines wait on the nodes, whose files the kubelet throws away by their size.',
            unit: 'percentunit',
            limits: { warning: 0.5, critical: 0.8 },
            targets: [
              {
                expr: `max(logstash_pipeline_queue_bytes{${RELEASE}} / (logstash_pipeline_queue_max_bytes{${RELEASE}} > 0))`,
              },
            ],
          }),
          stat({
            title: 'Refused within a day',
            description:
              'Documents that Elasticsearch did not take as they were: look for them in logs-rejected-default.',
            unit: 'short',
            limits: { warning: 1, critical: 1000 },
            targets: [{ expr: `sum(increase(logstash_pipeline_events_in_total{${RELEASE},pipeline="rejected"}[1d]))` }],
          }),
        ],
      },
      {
        title: 'Logstash',
        panels: [
          timeSeries({
            title: 'Lines by kind',
            description: 'That went to Elasticsearch.',
            unit: 'ops',
            stacked: true,
            targets: [
              {
                expr: `sum by (pipeline) (rate(logstash_pipeline_events_out_total{${RELEASE},pipeline!="intake"}[5m]))`,
                legend: '{{pipeline}}',
              },
            ],
          }),
          timeSeries({
            title: 'Queues',
            description: 'How full those of each kind are, in the pod where they are fullest.',
            unit: 'percentunit',
            max: 1,
            targets: [
              {
                expr: `max by (pipeline) (logstash_pipeline_queue_bytes{${RELEASE}} / (logstash_pipeline_queue_max_bytes{${RELEASE}} > 0))`,
                legend: '{{pipeline}}',
              },
            ],
          }),
          timeSeries({
            title: 'Heap',
            description: 'Of each pod, as a share of what it may have.',
            unit: 'percentunit',
            max: 1,
            targets: [
              {
                expr: `logstash_jvm_heap_used_bytes{${RELEASE}} / logstash_jvm_heap_max_bytes{${RELEASE}}`,
                legend: '{{pod}}',
              },
            ],
          }),
        ],
      },
      {
        title: 'Filebeat',
        panels: [
          timeSeries({
            title: 'Sent',
            description: 'Lines that Logstash took, by node. Those of all namespaces that this Filebeat reads.',
            unit: 'ops',
            targets: [{ expr: 'sum by (node) (rate(filebeat_events_acked_total[5m]))', legend: '{{node}}' }],
          }),
          timeSeries({
            title: 'On the way',
            description:
              'Lines that were read and not taken yet. A line that stays up is a node that gets nothing away.',
            unit: 'short',
            targets: [{ expr: 'max by (node) (filebeat_events_active)', legend: '{{node}}' }],
          }),
          timeSeries({
            title: 'Files',
            description: 'That are being read.',
            unit: 'short',
            targets: [{ expr: 'max by (node) (filebeat_open_files)', legend: '{{node}}' }],
          }),
        ],
      },
    ],
  });
}
