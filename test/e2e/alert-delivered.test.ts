/** The primary of PostgreSQL ends: the right alert fires and reaches a receiver, and so does its end. */
import type { ConfigMap } from 'kubernetes-types/core/v1';
import { parse } from 'yaml';
import { ask } from '../metrics/promql';
import { get, kubectl, loadImages, recovery, report } from './support/cluster';
import { eventually } from './support/eventually';
import { makeNamespaces, removeNamespaces } from './support/namespaces';
import { pod, podSpec } from './support/pods';
import { withPrometheus } from './support/prometheus';
import { everythingReady } from './support/readiness';
import { makeMissingSecrets } from './support/releases';
import { run } from './support/run';
import { step, thorough } from './support/steps';
import { type System, chart, helmSettings, pythonImage, system, upgrade } from './support/system';

/** An alert waits for its rule, for the next evaluation, and for others of its group. */
const SECONDS = 300;
const PORT = 8080;
/** Prints each notification on a line, and answers. */
const RECEIVER = `
import http.server
class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        print(self.rfile.read(int(self.headers['Content-Length'])).decode(), flush=True)
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(('', ${PORT}), Receiver).serve_forever()
`;

interface Notification {
  readonly receiver: string;
  readonly alerts: readonly {
    readonly status: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

let given: System;
let receiver: string;
let settings: readonly string[];

beforeAll(async () => {
  given = await system();
  receiver = `${given.release}-receiver`;
  settings = [
    '--set=backup.enabled=true',
    '--set=prometheus.enabled=true',
    '--set=alertmanager.enabled=true',
    '--set=alertmanager.slack.enabled=false',
    '--set=alertmanager.webhook.enabled=true',
    `--set=alertmanager.webhook.url=http://receiver.${receiver}:${PORT}`,
    `--set=alertmanager.webhook.port=${PORT}`,
  ];
});

afterAll(async () => {
  await kubectl(['scale', ...primary(), '--replicas=1']);
  await upgrade(given);
  await removeNamespaces(receiver);
});

step('Prometheus, Alertmanager and a receiver are there', async () => {
  await loadImages((await run('helm', ['template', given.release, chart, ...helmSettings(given), ...settings])).stdout);
  await loadImages(`image: ${pythonImage}\n`);
  await makeNamespaces(receiver);
  await kubectl(['apply', `--namespace=${receiver}`, '--filename=-'], { input: JSON.stringify(receiverObjects()) });
  await makeMissingSecrets(given.release);
  await upgrade(given, ...settings);
  await everythingReady(given.release);
  await kubectl(['wait', '--for=condition=Ready', 'pod/receiver', `--namespace=${receiver}`, '--timeout=60s']);
});

step('every expression of the rules is one that Prometheus answers', () =>
  withPrometheus(given.release, async (prometheus) => {
    const expressions = await expressionsOfRules();
    expect(expressions.length).toBeGreaterThan(50);
    await eventually('rules are evaluated', { seconds: 180, namespace: given.release }, async () => {
      expect(await prometheus.query('{__name__=~"tier:.+"}')).not.toEqual([]);
    });
    const metrics = new Set(expressions.flatMap((expression) => ask(expression, () => new Set()).metrics));
    for (const expression of expressions) await prometheus.query(expression);
    // Programs that run here; the others are stand-ins, or have not been used.
    const here = /^(up|pg_up|redis_up|pgbouncer_up|nginx_up|prometheus_|alertmanager_c)/;
    const silent = await eventually(
      'every target is looked at',
      { seconds: 180, namespace: given.release },
      async () => {
        const found: string[] = [];
        for (const metric of metrics) if ((await prometheus.query(`count(${metric})`)).length === 0) found.push(metric);
        expect(found.filter((metric) => here.test(metric))).toEqual([]);
        return found;
      },
    );
    report(`${expressions.length} expressions; without series here: ${silent.sort().join(', ') || 'none'}`);
  }),
);

step('the primary is gone: PostgresDown reaches the receiver as critical, with its runbook', async () => {
  await kubectl(['scale', ...primary(), '--replicas=0']);
  await recovery('PostgresDown was told', () => told('firing'));
  const [notification] = (await notifications()).filter(({ alerts }) => named(alerts, 'PostgresDown'));
  expect(notification?.receiver).toBe('critical');
  expect(notification?.alerts[0]?.labels).toMatchObject({
    severity: 'critical',
    release: given.release,
    namespace: given.release,
    tier: 'postgres',
  });
  expect(notification?.alerts[0]?.annotations.runbook_url).toMatch(/postgres\.md#postgresdown$/);
});

step('what follows from it is kept back', async () => {
  const alerts = (await notifications()).flatMap((notification) => notification.alerts);
  const others = alerts.filter(({ labels }) => labels.tier === 'postgres' && labels.severity !== 'critical');
  expect(others.map(({ labels }) => labels.alertname)).toEqual([]);
});

thorough('it is back: the receiver hears of the end', async () => {
  await kubectl(['scale', ...primary(), '--replicas=1']);
  await everythingReady(given.release);
  await recovery('the end was told', () => told('resolved'));
});

function primary(): readonly string[] {
  return [`statefulset/${given.release}-postgres-primary`, `--namespace=${given.release}`];
}

async function told(status: string): Promise<void> {
  // The group's next message comes within group_interval, five minutes.
  await eventually(`PostgresDown is ${status}`, { seconds: 2 * SECONDS, namespace: given.release }, async () => {
    const alerts = (await notifications()).flatMap((notification) => notification.alerts);
    expect(alerts.filter((alert) => alert.status === status && named([alert], 'PostgresDown'))).not.toEqual([]);
  });
}

function named(alerts: Notification['alerts'], name: string): boolean {
  return alerts.some(({ labels }) => labels.alertname === name);
}

/** What the receiver has printed. */
async function notifications(): Promise<readonly Notification[]> {
  const said = await kubectl(['logs', 'receiver', `--namespace=${receiver}`, '--tail=-1']);
  return said
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Notification);
}

/** Of all rules of the release. */
async function expressionsOfRules(): Promise<readonly string[]> {
  const [found] = await get<ConfigMap>(
    'configmap',
    `${given.release}-prometheus-rules`,
    `--namespace=${given.release}`,
  );
  return Object.values(found?.data ?? {}).flatMap((content) => {
    const { groups } = parse(content) as {
      readonly groups: readonly { readonly rules: readonly { expr: string }[] }[];
    };
    return groups.flatMap(({ rules }) => rules.map(({ expr }) => expr));
  });
}

function receiverObjects(): unknown {
  const labels = { app: 'receiver' };
  const spec = podSpec({
    name: 'receiver',
    image: pythonImage,
    command: ['python3', '-c', RECEIVER],
    readinessProbe: { tcpSocket: { port: PORT }, periodSeconds: 1 },
  });
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'receiver' },
    spec: { selector: labels, ports: [{ port: PORT }] },
  };
  return { apiVersion: 'v1', kind: 'List', items: [pod('receiver', spec, labels), service] };
}
