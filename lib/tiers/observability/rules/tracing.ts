/** Traces: whether they arrive, are decided and are kept; what the collector drops, it says. */
import { conditionOf } from '../../../objects/conditions';
import { text } from '../../../values/text';
import { str } from '../../../values/texts';
import type { Jaeger } from '../jaeger';
import type { OpenTelemetry } from '../opentelemetry';
import type { RuleFacts, RuleGroup } from '../rule';
import { tierSelector } from './selector';

export function openTelemetryRules(facts: RuleFacts, openTelemetry: OpenTelemetry): RuleGroup {
  const tier = openTelemetry.node.id;
  const all = tierSelector(facts, tier);
  const gateways = all('component="gateway"');
  return {
    name: 'opentelemetry',
    labels: { tier },
    enabled: conditionOf(openTelemetry),
    rules: [
      {
        record: 'service:traces_span_metrics_calls:rate5m',
        expr: text`
          sum by (namespace, release, service_name, span_kind) (rate(traces_span_metrics_calls_total${all()}[5m]))
        `,
      },
      {
        record: 'service:traces_span_metrics_duration_seconds:p95_5m',
        expr: text`
          histogram_quantile(0.95,
            sum by (namespace, release, service_name, span_kind, le) (
              rate(traces_span_metrics_duration_seconds_bucket${all()}[5m])))
        `,
      },
      {
        alert: 'TracingDown',
        expr: str`absent(up${all('component="gateway",job!~".+-spans"')} == 1)`,
        for: '5m',
        severity: 'warning',
        summary: 'No gateway of the OpenTelemetry collector runs',
        description: 'For five minutes: agents keep what their queues hold, then traces are lost.',
      },
      {
        alert: 'TracesRefused',
        expr: text`
          sum by (namespace, release, tier, pod) (rate(otelcol_receiver_refused_spans_total${all()}[5m])) > 0
        `,
        for: '10m',
        severity: 'warning',
        summary: '{{ $labels.pod }} refuses {{ $value | humanize }} spans per second',
        description:
          'For ten minutes its memory has been at the limit. Who sends them tries again, and drops them when its own queue is full.',
      },
      {
        alert: 'TracesLost',
        expr: text`
          sum by (namespace, release, tier, pod) (rate(otelcol_exporter_enqueue_failed_spans_total${all()}[5m])) > 0
            or sum by (namespace, release, tier, pod) (rate(otelcol_exporter_send_failed_spans_total${all()}[5m])) > 0
        `,
        for: '5m',
        severity: 'warning',
        summary: '{{ $labels.pod }} loses {{ $value | humanize }} spans per second',
        description: 'For five minutes. Its queue is full, or what it sends has been refused for five minutes.',
      },
      {
        alert: 'TraceQueueFilling',
        expr: text`
          max by (namespace, release, tier, pod) (
            otelcol_exporter_queue_size${all()} / otelcol_exporter_queue_capacity${all()}) > 0.8
        `,
        for: '5m',
        severity: 'warning',
        summary: 'The queue of {{ $labels.pod }} is {{ $value | humanizePercentage }} full',
        description: 'For five minutes. When it is full, spans are dropped.',
      },
      {
        alert: 'TracesDecidedEarly',
        expr: text`
          sum by (namespace, release, tier, pod) (
            rate(otelcol_processor_tail_sampling_sampling_trace_dropped_too_early_total${gateways}[5m])) > 0
        `,
        for: '10m',
        severity: 'warning',
        summary: '{{ $labels.pod }} drops {{ $value | humanize }} traces per second before their time',
        description:
          'For ten minutes more traces have waited for a decision than sampling.traces: errors and slow requests are among what is dropped.',
      },
      {
        alert: 'TracesOverLimit',
        expr: text`
          sum by (namespace, release, tier, policy) (
            rate(otelcol_processor_tail_sampling_count_traces_sampled_total${all('component="gateway",decision="dropped"')}[5m])) > 0
        `,
        for: '15m',
        severity: 'info',
        summary: '{{ $value | humanize }} traces per second are dropped by the policy {{ $labels.policy }}',
        description: 'For a quarter of an hour more has been worth keeping than sampling.spansPerSecond allows.',
      },
    ],
  };
}

export function jaegerRules(facts: RuleFacts, jaeger: Jaeger): RuleGroup {
  const tier = jaeger.node.id;
  const all = tierSelector(facts, tier);
  return {
    name: 'jaeger',
    labels: { tier },
    enabled: conditionOf(jaeger),
    rules: [
      {
        alert: 'JaegerDown',
        expr: str`absent(up${all()} == 1)`,
        for: '5m',
        severity: 'warning',
        summary: 'No Jaeger runs',
        description: 'For five minutes: gateways keep what their queues hold, then traces are lost.',
      },
      {
        alert: 'JaegerWritesFailing',
        expr: text`
          sum by (namespace, release, tier, pod) (rate(otelcol_receiver_refused_spans_total${all()}[5m])) > 0
            or sum by (namespace, release, tier, pod) (rate(otelcol_exporter_send_failed_spans_total${all()}[5m])) > 0
            or sum by (namespace, release, tier, pod) (rate(jaeger_storage_bulk_index_errors_total${all()}[5m])) > 0
        `,
        for: '10m',
        severity: 'warning',
        summary: '{{ $labels.pod }} does not keep {{ $value | humanize }} spans per second',
        description: 'For ten minutes: its memory is at the limit, or its storage refuses them.',
      },
      {
        alert: 'JaegerQueriesFailing',
        expr: text`
          sum by (namespace, release, tier, operation) (
            rate(jaeger_storage_requests_total${all('result="err"')}[5m])) > 0
        `,
        for: '10m',
        severity: 'info',
        summary: 'Jaeger fails to answer {{ $labels.operation }}, {{ $value | humanize }} times per second',
        description: 'For ten minutes: its storage does not answer, and who looks for traces sees errors.',
      },
    ],
  };
}
