/** The collector and Jaeger, as they are generated: a trace on its way from the API to who looks for it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../lib/values/expression';
import { environments, objectsIn, objectsWith, valuesIn } from '../systems/cluster-ai/environments';
import { find } from '../systems/cluster-ai/pods';
import { type Given, runPods } from './pods';

const [JAEGER, GATEWAYS, AGENT] = ['10.77.0.2', ['10.77.0.3', '10.77.0.4'], '10.77.0.5'] as const;
const GATEWAY = 'Deployment/cluster-ai-opentelemetry-gateway';

/** Jaeger, two gateways and an agent, each in a network of its own. */
const all: Omit<Given, 'objects' | 'checks'> = {
  owners: ['Deployment/cluster-ai-jaeger', GATEWAY, GATEWAY, 'DaemonSet/cluster-ai-opentelemetry-agent'],
  addresses: [JAEGER, ...GATEWAYS, AGENT],
  names: {
    'cluster-ai-jaeger-collector': [JAEGER],
    'cluster-ai-opentelemetry-gateway': GATEWAYS,
  },
  files: { 'spans.py': readFileSync(join(__dirname, 'spans.py'), 'utf8') },
};
const answers = `curl -fsS http://${AGENT}:13133/ && curl -fsS http://${GATEWAYS[0]}:13133/ && curl -fsS http://${GATEWAYS[1]}:13133/ && curl -fsS http://${JAEGER}:13133/status`;
/** Once, as each check is tried again until it succeeds. */
const once = (name: string, command: string): string => `[ -e /tmp/${name} ] || { ${command} && touch /tmp/${name}; }`;
const sent = (prefix: string, ...numbers: readonly number[]): string =>
  once(`sent-${prefix}`, `python3 /tmp/spans.py http://${AGENT}:4318 ${prefix} ${numbers.join(' ')}`);
/** The sum of a metric's values, as shell arithmetic has it. */
const sum = (address: string, port: number, series: string): string =>
  `$(curl -fsS http://${address}:${port}/metrics | awk '/^${series}/ { n += $NF } END { printf "%d", n }')`;

interface Change {
  readonly sampling?: JsonObject;
  readonly gateway?: JsonObject;
}

/** Objects of staging, but for some of the collector's values, and with Jaeger's own memory. */
function tracing(change: Change = {}): Given['objects'] {
  const staging = valuesIn('staging');
  const { jaeger, opentelemetry } = staging as {
    readonly jaeger: JsonObject;
    readonly opentelemetry: Readonly<Record<keyof Change, JsonObject>>;
  };
  const { gateway, sampling } = opentelemetry;
  return objectsWith({
    ...staging,
    jaeger: { ...jaeger, storage: 'memory', replicas: 1 },
    opentelemetry: {
      ...opentelemetry,
      sampling: { ...sampling, ...change.sampling },
      gateway: { ...gateway, ...change.gateway },
    },
  });
}

describe('The collector and Jaeger', () => {
  const newTraces = 'otelcol_processor_tail_sampling_new_trace_id_received_total';

  it('keep a trace whose spans came one by one, and show it by its ID', async () => {
    await runPods({
      objects: tracing(),
      ...all,
      checks: [
        answers,
        sent('aa', 40, 3),
        // Metrics of all spans, with the traces that they came of, for as long as none come after.
        `curl -fsS -H 'Accept: application/openmetrics-text' http://${GATEWAYS[0]}:8889/metrics | grep -q 'traces_span_metrics_duration_seconds_bucket.*# {.*trace_id="aa'`,
        `[ ${sum(GATEWAYS[0], 8889, 'traces_span_metrics_calls_total.*service_name="backend"')} -gt 0 ]`,
        // All spans of a trace meet in one of the gateways, and both have some.
        `[ ${sum(GATEWAYS[0], 8888, newTraces)} -gt 0 ] && [ ${sum(GATEWAYS[1], 8888, newTraces)} -gt 0 ]`,
        `[ $((${sum(GATEWAYS[0], 8888, newTraces)} + ${sum(GATEWAYS[1], 8888, newTraces)})) = 40 ]`,
        ...[1, 40].map((trace) => {
          const id = `aa${trace.toString(16).padStart(30, '0')}`;
          return `curl -fsS http://${JAEGER}:16686/api/traces/${id} | python3 -c 'import json, sys; spans = json.load(sys.stdin)["data"][0]["spans"]; sys.exit(0 if len(spans) == 3 else 1)'`;
        }),
      ],
    });
  });

  it('drop by policy what is above the limit, and say by which', async () => {
    const overLimit =
      'otelcol_processor_tail_sampling_count_traces_sampled_total.*decision="dropped".*policy="errors-over-limit"';
    await runPods({
      objects: tracing({ sampling: { spansPerSecond: 10, decisionWaitSeconds: 1 } }),
      ...all,
      checks: [
        answers,
        // In one request, so that one second has them all.
        sent('bb', 400, 1, 400),
        `[ $((${sum(GATEWAYS[0], 8888, overLimit)} + ${sum(GATEWAYS[1], 8888, overLimit)})) -gt 50 ]`,
        // What is within it is kept.
        `[ ${sum(JAEGER, 8888, 'otelcol_exporter_sent_spans_total')} -gt 20 ]`,
      ],
    });
  });

  it('refuse spans before memory ends, send them again, and live on', async () => {
    const refused = 'otelcol_receiver_refused_spans_total';
    const kept = sum(JAEGER, 8888, 'otelcol_exporter_sent_spans_total');
    const resources = {
      requests: { cpu: '100m', memory: '64Mi', ephemeralStorage: '16Mi' },
      limits: { cpu: '1', memory: '64Mi', ephemeralStorage: '64Mi' },
    };
    await runPods({
      objects: tracing({ sampling: { decisionWaitSeconds: 15, spansPerSecond: 100_000 }, gateway: { resources } }),
      ...all,
      checks: [
        answers,
        // A hundred MB, of which two gateways may take forty at a time.
        sent('cc', 100, 1, 1, 1_000_000),
        `[ $((${sum(GATEWAYS[0], 8888, refused)} + ${sum(GATEWAYS[1], 8888, refused)})) -gt 0 ]`,
        `[ ${kept} -gt 20 ]`,
        `[ ${kept} -gt 60 ]`,
        `[ ${kept} -ge 100 ]`,
      ],
    });
  });
});

describe('The program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tracing-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const binary = (name: string): string => join(process.env.PROGRAMS_OVERLAY ?? '/', 'usr/local/bin', name);
  const validated = (program: string, environment: string, configMap: string): string => {
    const { data } = find(objectsIn(environment), `ConfigMap/${configMap}`) as {
      readonly data?: Readonly<Record<string, string>>;
    };
    const file = join(folder, `${environment}-${configMap}.yaml`);
    writeFileSync(file, Object.values(data ?? {})[0] ?? '');
    return execFileSync(binary(program), ['validate', `--config=${file}`], { encoding: 'utf8', stdio: 'pipe' });
  };

  const traced = environments.filter((environment) => environment !== 'development');
  it.each(traced)('otelcol takes both configurations of %s', (environment) => {
    validated('otelcol', environment, 'cluster-ai-opentelemetry-agent');
    validated('otelcol', environment, 'cluster-ai-opentelemetry-gateway');
  });

  it.each(traced)('jaeger takes the configuration of %s', (environment) => {
    validated('jaeger', environment, 'cluster-ai-jaeger');
  });
});
