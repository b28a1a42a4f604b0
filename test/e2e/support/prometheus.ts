/** What a Prometheus of the cluster says, by its API. */
import type { Pod } from 'kubernetes-types/core/v1';
import { get, report } from './cluster';
import { eventually } from './eventually';
import { portForward } from './port-forward';

/** Programs that the test's images only stand in for, where they do: they listen, and have no metrics. */
const STAND_INS = ['grafana', 'blackbox'];

export interface Target {
  readonly labels: Readonly<Record<string, string>>;
  readonly scrapeUrl: string;
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastError: string;
}

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

export class PrometheusApi {
  constructor(private readonly url: string) {}

  /** What it scrapes. */
  async targets(): Promise<readonly Target[]> {
    const { activeTargets } = await this.get<{ readonly activeTargets: readonly Target[] }>('targets?state=active');
    return activeTargets;
  }

  /** The series that an expression has now. */
  async query(expression: string): Promise<readonly Series[]> {
    const { result } = await this.get<{ readonly result: readonly Series[] }>(
      `query?query=${encodeURIComponent(expression)}`,
    );
    return result;
  }

  /** The names of all rules that it evaluates. */
  async rules(): Promise<readonly string[]> {
    const { groups } = await this.get<{
      readonly groups: readonly { readonly rules: readonly { readonly name: string }[] }[];
    }>('rules');
    return groups.flatMap(({ rules }) => rules.map(({ name }) => name));
  }

  private async get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.url}/api/v1/${path}`, { signal: AbortSignal.timeout(20_000) });
    const answer = (await response.json()) as { readonly status: string; readonly data: T; readonly error?: string };
    if (answer.status !== 'success') throw new Error(`${path}: ${answer.error ?? response.statusText}`);
    return answer.data;
  }
}

/** Calls `use` with the API of the Prometheus of a release, which has the namespace's name. */
export async function withPrometheus<T>(release: string, use: (prometheus: PrometheusApi) => Promise<T>): Promise<T> {
  return portForward(release, `service/${release}-prometheus`, 9090, (url) => use(new PrometheusApi(url)));
}

/** Sees that every pod that has metrics is a target, known by its labels, and is up where its program is real. */
export async function everyPodIsScraped(release: string): Promise<void> {
  const pods = (await get<Pod>('pods', `--namespace=${release}`, `--selector=app.kubernetes.io/instance=${release}`))
    .filter(({ metadata }) => metadata?.annotations?.['prometheus.io/scrape'] === 'true')
    .map(({ metadata }) => metadata?.name ?? '');
  expect(pods.length).toBeGreaterThan(5);
  await withPrometheus(release, async (prometheus) => {
    const targets = await eventually('targets are asked', { seconds: 120, namespace: release }, async () => {
      const found = (await prometheus.targets()).filter(({ labels }) => labels.pod !== undefined);
      expect([...new Set(found.map(({ labels }) => labels.pod))].sort()).toEqual([...pods].sort());
      // A pod with two programs that have metrics is two targets, of two jobs.
      expect(new Set(found.map(({ labels }) => `${labels.job} ${labels.pod}`)).size).toBe(found.length);
      const down = found.filter(({ health }) => health !== 'up');
      expect(down.filter(({ labels }) => !STAND_INS.includes(labels.tier ?? ''))).toEqual([]);
      return found;
    });
    for (const { labels } of targets) {
      expect(Object.keys(labels).sort()).toEqual(
        ['component', 'instance', 'job', 'namespace', 'pod', 'release', 'tier'].sort(),
      );
      expect(labels).toMatchObject({ namespace: release, release });
    }
    const down = targets.filter(({ health }) => health !== 'up').map(({ labels }) => labels.pod);
    report(`${targets.length - down.length} of ${targets.length} targets up; stand-ins: ${down.join(', ') || 'none'}`);
  });
}

/** Sees that exporters reach what they export: these metrics of theirs are 1 everywhere. */
export async function exportersReach(release: string, ...metrics: readonly string[]): Promise<void> {
  await withPrometheus(release, async (prometheus) => {
    for (const metric of metrics) {
      await eventually(`${metric} is 1 everywhere`, { seconds: 90, namespace: release }, async () => {
        const series = await prometheus.query(metric);
        expect(series.length).toBeGreaterThan(0);
        expect(series.filter(({ value }) => value[1] !== '1')).toEqual([]);
      });
    }
  });
}
