/** Both readings of systems, whole: the files to write, or every reason why none is written. */
import { chartFiles } from '../output/helm/package';
import type { ChartSource } from '../output/helm/source';
import { Manifests } from '../output/manifests';
import type { Files } from '../output/write';
import { lostTokens } from '../values/token';
import { environmentsIn, valuesOf } from './environment';

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
 * Reads systems both ways: manifests for each environment, and a chart. Nothing is written: `replaceFolders` does that,
 * where there are no problems.
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
    const manifests = new Manifests(system);
    const environments = environmentsIn(system.environments);
    for (const environment of environments) {
      attempt(() => {
        const files = manifests.files(
          valuesOf(system.schema, environment),
          { name, namespace: name },
          system.podSecurity,
        );
        for (const [path, content] of files) dist.set(`${name}/${environment.name}/${path}`, content);
        summary.push(`dist/${name}/${environment.name}: ${String(files.size)} files`);
      });
    }
    const sources = new Map(environments.map((environment) => [environment.name, environment.source]));
    attempt(() => {
      const chart = chartFiles(system, sources);
      for (const [path, content] of chart) charts.set(`${name}/${path}`, content);
      summary.push(`charts/${name}: ${String(chart.size)} files`);
    });
  }
  for (const lost of lostTokens()) problems.add(`${lost} was handed out as a string and reached no object`);
  return { dist, charts, summary, problems: [...problems] };
}
