import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { App } from 'cdk8s';
import fc from 'fast-check';
import { templates } from '../../lib/output/helm/chart';
import { chartFiles } from '../../lib/output/helm/package';
import { valuesYaml } from '../../lib/output/helm/values-yaml';
import { environmentsIn } from '../../lib/systems/environment';
import { systemsIn } from '../../lib/systems/systems';
import { jsonSchemaOf } from '../../lib/values/schema';
import { invalidFiles } from '../support/arbitrary-faults';
import { HELMS, template, writeChart } from '../support/helm';
import { comparable, readManifests } from '../support/manifests';
import { chooseFiles, eachInPairs, pointer, samples, Subject } from '../support/parity';
import { Specimen, specimenSchema } from '../support/specimen';

/** Give the seed that a test is named after to see its files again. */
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

const app = new App();
const systems = systemsIn(app);
const specimen = new Specimen(app, 'specimen');
const specimenFiles = new Map([
  ...templates(specimen, 'specimen'),
  ['Chart.yaml', 'apiVersion: v2\nname: specimen\nversion: 0.1.0\n'],
  ['values.yaml', valuesYaml(specimenSchema)],
  ['values.schema.json', JSON.stringify(jsonSchemaOf(specimenSchema))],
]);

const subjects: readonly (readonly [name: string, subject: Subject, files: number])[] = [
  ['specimen', new Subject(specimen, specimenSchema, writeChart(Object.fromEntries(specimenFiles))), 50],
  ...systems.map((system) => {
    const chart = writeChart(Object.fromEntries(chartFiles(system, new Map())));
    return [system.systemName, new Subject(system, system.schema, chart), 200] as const;
  }),
];

describe.each(subjects)('%s: the chart and the plain manifests', (name, subject, count) => {
  test(`agree on random values (SEED=${seed})`, async () => {
    const { samples: chosen, coverage } = chooseFiles(subject, seed, count);

    await eachInPairs(chosen, async (sample) => {
      const plain = subject.readPlainly(sample);
      for (const version of HELMS) {
        const helm = await subject.readByHelm(version, sample);
        expect({ ...sample, version, ...helm }).toEqual({ ...sample, version, ...plain });
      }
    });

    const { leafShare, missingLeaves, conditions, oneSided } = coverage;
    const share = `${chosen.length} files set ${(leafShare * 100).toFixed(1)} % of the leaves`;
    const sides = `${conditions - oneSided.size} of ${conditions} conditions on both sides`;
    process.stderr.write(`${name}: SEED=${seed}: ${share} and showed ${sides}\n`);
    process.stderr.write(missingLeaves.map((leaf) => `  never set: ${leaf}\n`).join(''));
    expect(leafShare).toBeGreaterThanOrEqual(0.9);
    expect([...oneSided.values()]).toEqual([]);
  }, 900_000);

  test(`refuse random invalid values for the same paths (SEED=${seed})`, async () => {
    const chosen = fc.sample(samples(invalidFiles(subject.schema)), { seed, numRuns: 60 });

    await eachInPairs(chosen, async ({ file: { values: file, paths }, release }) => {
      const refused = [...new Set(paths.map(pointer))].sort();
      expect({ file, ...subject.readPlainly({ file, release }) }).toEqual({ file, refused });
      for (const version of HELMS) {
        const helm = await subject.readByHelm(version, { file, release });
        expect({ file, version, ...helm }).toEqual({ file, version, refused });
      }
    });
  });
});

const root = join(__dirname, '..', '..');
const environments = systems.flatMap(({ systemName, environments }) =>
  environmentsIn(environments).map(({ name }) => [systemName, name] as const),
);

describe.each(environments)('charts/%s in %s', (system, environment) => {
  const overlay = join(root, 'dist', system, environment);
  const built = execFileSync('kustomize', ['build', overlay], { encoding: 'utf8', maxBuffer: 2 ** 28 });

  test.each(HELMS)('renders what dist/ holds: %s', async (version) => {
    const chart = join(root, 'charts', system);
    const valuesFile = join(chart, 'ci', `${environment}-values.yaml`);

    const answer = await template(version, chart, [valuesFile], { name: system, namespace: system });

    if ('error' in answer) throw new Error(answer.error);
    expect(comparable(readManifests(answer.output, 'helm template'), system)).toEqual(
      comparable(readManifests(built, 'kustomize build'), system),
    );
  });
});
