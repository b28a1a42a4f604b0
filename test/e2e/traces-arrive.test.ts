/** A request of the API is a trace in Jaeger, by way of the agent of its node and a gateway; and metrics are made of it. */
import { randomBytes } from 'node:crypto';
import { kubectl, loadImages, report } from './support/cluster';
import { eventually } from './support/eventually';
import { portForward } from './support/port-forward';
import { withPrometheus } from './support/prometheus';
import { everythingReady } from './support/readiness';
import { run } from './support/run';
import { step } from './support/steps';
import { makeMissingSecrets } from './support/releases';
import { type System, chart, helmSettings, system, upgrade } from './support/system';

const SETTINGS = [
  '--set=prometheus.enabled=true',
  '--set=opentelemetry.enabled=true',
  '--set=opentelemetry.sampling.sharePercent=100',
  '--set=jaeger.enabled=true',
  '--set=jaeger.storage=memory,jaeger.replicas=1',
];
/** For the decision, the way there, and a busy node. */
const SECONDS = 120;

let given: System;

beforeAll(async () => {
  given = await system();
});

afterAll(() => upgrade(given));

step('agents, gateways and Jaeger run', async () => {
  const { release } = given;
  await loadImages((await run('helm', ['template', release, chart, ...helmSettings(given), ...SETTINGS])).stdout);
  await makeMissingSecrets(release);
  await upgrade(given, ...SETTINGS);
  await everythingReady(release);
});

step('a request is found in Jaeger by the trace ID that its client gave', async () => {
  const { release } = given;
  const trace = randomBytes(16).toString('hex');
  await portForward(release, `service/${release}-frontend`, 80, async (url) => {
    const headers = { traceparent: `00-${trace}-${randomBytes(8).toString('hex')}-01` };
    const answer = await fetch(`${url}/api/work?milliseconds=30`, { headers });
    expect(answer.status).toBe(200);
  });
  const started = Date.now();
  await portForward(release, `service/${release}-jaeger-query`, 16_686, (url) =>
    eventually('the trace is in Jaeger', { seconds: SECONDS, namespace: release }, async () => {
      const answer = (await (await fetch(`${url}/api/traces/${trace}`)).json()) as {
        readonly data?: readonly { readonly spans: readonly { readonly operationName: string }[] }[];
      };
      expect(answer.data?.[0]?.spans.map(({ operationName }) => operationName)).toContain('GET /api/work');
    }),
  );
  report(`the trace was there after ${Math.round((Date.now() - started) / 1000)} s`);
  const logs = await kubectl([
    'logs',
    `--namespace=${release}`,
    `--selector=app.kubernetes.io/name=backend`,
    '--tail=-1',
  ]);
  expect(logs).toContain(`"trace_id": "${trace}"`);
});

step('Prometheus has the metrics of its spans', () =>
  withPrometheus(given.release, (prometheus) =>
    eventually('spans are counted', { seconds: SECONDS, namespace: given.release }, async () => {
      const calls = await prometheus.query(
        'traces_span_metrics_calls_total{service_name="backend",tier="opentelemetry"}',
      );
      expect(calls.length).toBeGreaterThan(0);
    }),
  ),
);
