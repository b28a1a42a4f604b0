/** What a Prometheus of the cluster says, by its API. */
import { portForward } from './port-forward';

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
