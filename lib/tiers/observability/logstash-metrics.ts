/** What Logstash's node statistics say, as metrics: https://www.elastic.co/docs/api/doc/logstash/operation/operation-nodestats */
import type { JsonMetric } from './json-exporter';
import { PIPELINES } from './logstash-pipelines';

const ofPipeline: readonly JsonMetric[] = [
  { name: 'events_in_total', help: 'Events that came in.', type: 'counter', path: '.events.in' },
  { name: 'events_out_total', help: 'Events that were handed on.', type: 'counter', path: '.events.out' },
  { name: 'queue_events', help: 'Events that wait.', type: 'gauge', path: '.queue.events_count' },
  { name: 'queue_bytes', help: 'Bytes of the queue.', type: 'gauge', path: '.queue.queue_size_in_bytes' },
  { name: 'queue_max_bytes', help: 'Most bytes of the queue.', type: 'gauge', path: '.queue.max_queue_size_in_bytes' },
  {
    name: 'dead_letter_bytes',
    help: 'Bytes of documents that were refused.',
    type: 'gauge',
    path: '.dead_letter_queue.queue_size_in_bytes',
  },
  {
    name: 'dead_letters_lost_total',
    help: 'Refused documents for which there was no room.',
    type: 'counter',
    path: '.dead_letter_queue.dropped_events',
  },
  {
    name: 'reload_failures_total',
    help: 'Changes that were not taken.',
    type: 'counter',
    path: '.reloads.failures',
  },
];

export const logstashMetrics: readonly JsonMetric[] = [
  {
    name: 'logstash_jvm_heap_used_bytes',
    help: 'Heap in use.',
    type: 'gauge',
    path: '.jvm.mem.heap_used_in_bytes',
  },
  { name: 'logstash_jvm_heap_max_bytes', help: 'Most heap.', type: 'gauge', path: '.jvm.mem.heap_max_in_bytes' },
  ...PIPELINES.flatMap((pipeline) =>
    ofPipeline.map((metric) => ({
      ...metric,
      name: `logstash_pipeline_${metric.name}`,
      path: `.pipelines.${pipeline}${metric.path}`,
      labels: { pipeline },
    })),
  ),
];
