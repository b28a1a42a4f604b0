import type { Input } from '../../../values/expression';
import { type GrafanaDashboard, dashboard } from './dashboard';
import { RELEASE, stat, timeSeries } from './panels';
import { recorded } from './queries';

const SAMPLED = 'otelcol_processor_tail_sampling_global_count_traces_sampled_total';

/** Traces: what all spans say, and how the collector and Jaeger do. */
export function tracesDashboard({ enabled }: { readonly enabled?: Input<boolean> } = {}): GrafanaDashboard {
  return dashboard({
    id: 'traces',
    title: 'Traces',
    description: 'What all spans say, those of traces that are not kept among them, and what becomes of traces.',
    ...(enabled === undefined ? {} : { enabled }),
    rows: [
      {
        height: 4,
        panels: [
          stat({
            title: 'Traces',
            description: 'Per second, before any is dropped.',
            unit: 'ops',
            targets: [
              { expr: `sum(rate(otelcol_processor_tail_sampling_new_trace_id_received_total{${RELEASE}}[5m]))` },
            ],
          }),
          stat({
            title: 'Kept',
            description: 'Share of traces that were kept: with an error, slow, or of the share of all others.',
            unit: 'percentunit',
            targets: [
              {
                expr: `sum(rate(${SAMPLED}{${RELEASE},decision="sampled"}[5m])) / sum(rate(${SAMPLED}{${RELEASE}}[5m]))`,
              },
            ],
          }),
          stat({
            title: 'Lost spans',
            description: 'Per second, which nobody chose to drop. There should be none.',
            unit: 'ops',
            limits: { warning: 0.01, critical: 10 },
            targets: [
              {
                expr:
                  `sum(rate(otelcol_exporter_enqueue_failed_spans_total{${RELEASE}}[5m]))` +
                  ` + sum(rate(otelcol_exporter_send_failed_spans_total{${RELEASE}}[5m]))`,
              },
            ],
          }),
          stat({
            title: 'Fullest queue',
            description: 'Of all agents and gateways. A full one drops spans.',
            unit: 'percentunit',
            limits: { warning: 0.5, critical: 0.8 },
            targets: [
              { expr: `max(otelcol_exporter_queue_size{${RELEASE}} / otelcol_exporter_queue_capacity{${RELEASE}})` },
            ],
          }),
        ],
      },
      {
        title: 'What spans say',
        panels: [
          timeSeries({
            title: 'Spans by service',
            description: 'Each second, of all traces, by what the span is: of a server, a client, or inside.',
            unit: 'ops',
            stacked: true,
            targets: [
              {
                expr: recorded('service:traces_span_metrics_calls:rate5m'),
                legend: '{{service_name}} {{span_kind}}',
              },
            ],
          }),
          timeSeries({
            title: 'Slowest operations',
            description:
              'Time that 95 % of their spans stay below. A point is a trace: it leads to Jaeger, if it was kept.',
            unit: 's',
            exemplars: true,
            targets: [
              {
                expr:
                  'topk(10, histogram_quantile(0.95, sum by (service_name, span_name, le)' +
                  ` (rate(traces_span_metrics_duration_seconds_bucket{${RELEASE}}[$__rate_interval]))))`,
                legend: '{{service_name}} {{span_name}}',
              },
            ],
          }),
          timeSeries({
            title: 'Errors',
            description: 'Spans that say they failed, each second.',
            unit: 'ops',
            exemplars: true,
            targets: [
              {
                expr:
                  'sum by (service_name, span_name)' +
                  ` (rate(traces_span_metrics_calls_total{${RELEASE},status_code="STATUS_CODE_ERROR"}[$__rate_interval]))`,
                legend: '{{service_name}} {{span_name}}',
              },
            ],
          }),
        ],
      },
      {
        title: 'What becomes of traces',
        panels: [
          timeSeries({
            title: 'Decisions',
            description: 'Traces that were kept, not chosen, or dropped because there were too many.',
            unit: 'ops',
            stacked: true,
            targets: [
              { expr: `sum by (decision) (rate(${SAMPLED}{${RELEASE}}[$__rate_interval]))`, legend: '{{decision}}' },
            ],
          }),
          timeSeries({
            title: 'Refused and lost',
            description: 'Spans that were refused for want of memory and come again, and those that are lost.',
            unit: 'ops',
            targets: [
              {
                expr: `sum by (pod) (rate(otelcol_receiver_refused_spans_total{${RELEASE}}[$__rate_interval]))`,
                legend: 'refused by {{pod}}',
              },
              {
                expr: `sum by (pod) (rate(otelcol_exporter_enqueue_failed_spans_total{${RELEASE}}[$__rate_interval]))`,
                legend: 'lost by {{pod}}',
              },
            ],
          }),
          timeSeries({
            title: 'Waiting for a decision',
            description:
              'Traces in the memory of each gateway. Beyond sampling.traces, they are dropped before their time.',
            unit: 'short',
            targets: [
              {
                expr: `sum by (pod) (otelcol_processor_tail_sampling_sampling_traces_on_memory{${RELEASE}})`,
                legend: '{{pod}}',
              },
            ],
          }),
        ],
      },
      {
        title: 'Programs',
        panels: [
          timeSeries({
            title: 'Memory',
            description: 'Resident memory of each agent and gateway, and of Jaeger.',
            unit: 'bytes',
            targets: [{ expr: `sum by (pod) (otelcol_process_memory_rss_bytes{${RELEASE}})`, legend: '{{pod}}' }],
          }),
          timeSeries({
            title: 'CPU',
            description: 'Cores that each uses.',
            unit: 'short',
            targets: [
              {
                expr: `sum by (pod) (rate(otelcol_process_cpu_seconds_total{${RELEASE}}[$__rate_interval]))`,
                legend: '{{pod}}',
              },
            ],
          }),
          timeSeries({
            title: 'Spans kept by Jaeger',
            description: 'Each second.',
            unit: 'ops',
            targets: [
              {
                expr: `sum by (pod) (rate(otelcol_exporter_sent_spans_total{${RELEASE},component="traces"}[$__rate_interval]))`,
                legend: '{{pod}}',
              },
            ],
          }),
        ],
      },
    ],
  });
}
