/** Prometheus finds by itself what has metrics, and reads what has changed, without a restart. */
import type { Pod } from 'kubernetes-types/core/v1';
import { get, kubectl, loadImages, recovery } from './support/cluster';
import { eventually } from './support/eventually';
import { everyPodIsScraped, exportersReach, withPrometheus } from './support/prometheus';
import { everythingReady } from './support/readiness';
import { run } from './support/run';
import { step, thorough } from './support/steps';
import { makeMissingSecrets } from './support/releases';
import { type System, chart, helmSettings, system, upgrade } from './support/system';

/** What a changed ConfigMap may take to be in effect. */
const SECONDS = 180;
const SETTINGS = ['--set=backup.enabled=true', '--set=prometheus.enabled=true'];

let given: System;

beforeAll(async () => {
  given = await system();
});

afterAll(() => upgrade(given));

step('every workload that has metrics is a target, and is up where its program is real', async () => {
  const { release } = given;
  await loadImages((await run('helm', ['template', release, chart, ...helmSettings(given), ...SETTINGS])).stdout);
  await makeMissingSecrets(release);
  await upgrade(given, ...SETTINGS);
  await everythingReady(release);
  await everyPodIsScraped(release);
});

step('each exporter reaches what it exports', () =>
  exportersReach(given.release, 'pg_up', 'redis_up', 'pgbouncer_up', 'nginx_up'),
);

step('a changed rule is live within three minutes, in the same pod', async () => {
  const before = await pod();
  await withPrometheus(given.release, async (prometheus) => {
    await setRules('groups: [{ name: e2e, rules: [{ alert: Changed, expr: vector(1) }] }]');
    await recovery('a changed rule is live', () =>
      eventually('the changed rule is live', { seconds: SECONDS, namespace: given.release }, async () => {
        expect(await prometheus.rules()).toContain('Changed');
      }),
    );
  });
  expect(await pod()).toEqual(before);
});

step('a broken file keeps what was there, and is told', async () => {
  const before = await pod();
  await withPrometheus(given.release, async (prometheus) => {
    await setRules('groups: [{ name: e2e, rules: [{ alert: Broken, expr: "vector(" }] }]');
    await eventually('the refusal is known', { seconds: SECONDS, namespace: given.release }, async () => {
      const series = await prometheus.query('prometheus_config_last_reload_successful{job="prometheus"}');
      expect(series.map(({ value }) => value[1])).toEqual(['0']);
    });
    expect(await prometheus.rules()).toContain('Changed');
    await eventually('the alert is about to fire', { seconds: 120, namespace: given.release }, async () => {
      const alerts = await prometheus.query('ALERTS{alertname="PrometheusReloadFailed"}');
      expect(alerts).toHaveLength(1);
    });
  });
  expect(await pod()).toEqual(before);
});

thorough('a mended file is read again', async () => {
  await setRules(null);
  await withPrometheus(given.release, (prometheus) =>
    eventually('the mended rules are live', { seconds: SECONDS, namespace: given.release }, async () => {
      expect(await prometheus.rules()).not.toContain('Changed');
    }),
  );
});

/** Its UID, and how often its containers were restarted. */
async function pod(): Promise<readonly (string | number | undefined)[]> {
  const [found] = await get<Pod>('pods', `${given.release}-prometheus-0`, `--namespace=${given.release}`);
  return [found?.metadata?.uid, ...(found?.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount)];
}

/** Adds a file to the rules, or takes it away. */
async function setRules(content: string | null): Promise<void> {
  const patch = JSON.stringify({ data: { 'e2e.yaml': content } });
  const configMap = ['configmap', `${given.release}-prometheus-rules`, `--namespace=${given.release}`];
  await kubectl(['patch', ...configMap, '--type=merge', `--patch=${patch}`]);
}
