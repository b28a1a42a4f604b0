/** Both readings of systems, whole: the files to write, or every reason why none is written. */
import { filesOfChart, filesOfEnvironments } from '../output/helm/package';
import type { ChartSource } from '../output/helm/source';
import { Manifests } from '../output/manifests';
import type { Files } from '../output/write';
import { once } from '../values/once';
import { lostTokens } from '../values/token';
import { type Environment, environmentsIn, valuesOf } from './environment';

/** A system with a folder of values files, one for each environment. */
export interface SystemWithEnvironments extends ChartSource {
  /** The folder of values files, `<environment>.yaml`. */
  readonly environments: string;
}

/** What both readings of systems give. */
export interface Synthesis {
  /** Manifests: `<system>/<environment>/<tier>.yaml`, and a kustomization. */
  readonly dist: Files;
  /** `<system>/Chart.yaml` and what belongs to it. */
  readonly charts: Files;
  /** What the files are, a line for each folder. */
  readonly summary: readonly string[];
  /** Every value that is refused and every check that fails, of all environments. Empty where all is well. */
  readonly problems: readonly string[];
}

/**
 * What a system comes to. It is kept with the system, which is read once; an environment is read again when its file has
 * changed.
 */
class Reading {
  private readonly manifests: Manifests;
  private chart?: Files;
  private readonly environments = new Map<string, { readonly source: string; readonly files: Files }>();

  constructor(private readonly system: SystemWithEnvironments) {
    this.manifests = new Manifests(system);
    // What were added to it from now on would be in no file.
    system.node.lock();
  }

  /** @throws with every problem of the environment */
  manifestsOf(environment: Environment): Files {
    const { systemName: name, schema, podSecurity } = this.system;
    const known = this.environments.get(environment.name);
    if (known?.source === environment.source) return known.files;
    const files = this.manifests.files(valuesOf(schema, environment), { name, namespace: name }, podSecurity);
    this.environments.set(environment.name, { source: environment.source, files });
    return files;
  }

  chartWith(environments: readonly Environment[]): Files {
    const sources = new Map(environments.map(({ name, source }) => [name, source]));
    this.chart ??= filesOfChart(this.system);
    return new Map([...this.chart, ...filesOfEnvironments(this.system, sources)]);
  }
}

const readingOf = once((system: SystemWithEnvironments) => new Reading(system));

/**
 * Reads systems both ways: manifests for each environment, and a chart. Nothing is written: `replaceFolders` does that,
 * where there are no problems. A system that has been read takes nothing more.
 */
export function synthesise(systems: readonly SystemWithEnvironments[]): Synthesis {
  const dist = new Map<string, string>();
  const charts = new Map<string, string>();
  const summary: string[] = [];
  const problems = new Set<string>();
  const attempt = (write: () => void): void => {
    try {
      write();
    } catch (error) {
      problems.add(error instanceof Error ? error.message : String(error));
    }
  };
  for (const system of systems) {
    const name = system.systemName;
    const environments = environmentsIn(system.environments);
    for (const environment of environments) {
      attempt(() => {
        const files = readingOf(system).manifestsOf(environment);
        for (const [path, content] of files) dist.set(`${name}/${environment.name}/${path}`, content);
        summary.push(`dist/${name}/${environment.name}: ${String(files.size)} files`);
      });
    }
    attempt(() => {
      const chart = readingOf(system).chartWith(environments);
      for (const [path, content] of chart) charts.set(`${name}/${path}`, content);
      summary.push(`charts/${name}: ${String(chart.size)} files`);
    });
  }
  for (const lost of lostTokens()) problems.add(`${lost} was handed out as a string and reached no object`);
  return { dist, charts, summary, problems: [...problems] };
}
