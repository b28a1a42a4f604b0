import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { App } from 'cdk8s';
import fc from 'fast-check';
import { templates } from '../../lib/output/helm/chart';
import { valuesYaml } from '../../lib/output/helm/values-yaml';
import { jsonSchemaOf } from '../../lib/values/schema';
import { invalidFiles } from '../support/arbitrary-values';
import { HELMS } from '../support/helm';
import { chooseFiles, eachInPairs, pointer, samples, Subject } from '../support/parity';
import { Specimen, specimenSchema } from '../support/specimen';

/** Give the seed that a failure names to see it again. */
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

const folder = mkdtempSync(join(tmpdir(), 'charts-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function specimen(): Subject {
  const system = new Specimen(new App(), 'specimen');
  const chart = join(folder, 'specimen');
  const files = new Map([
    ...templates(system, 'specimen'),
    ['Chart.yaml', 'apiVersion: v2\nname: specimen\nversion: 0.1.0\n'],
    ['values.yaml', valuesYaml(specimenSchema)],
    ['values.schema.json', JSON.stringify(jsonSchemaOf(specimenSchema))],
  ]);
  for (const [path, text] of files) {
    mkdirSync(dirname(join(chart, path)), { recursive: true });
    writeFileSync(join(chart, path), text);
  }
  return new Subject(system, specimenSchema, chart);
}

describe.each([['the specimen', specimen()]])('%s: a chart and the plain manifests', (name, subject) => {
  test(`agree on random values (SEED=${seed})`, async () => {
    const { samples: chosen, coverage } = chooseFiles(subject, seed, 200);

    await eachInPairs(chosen, async (sample) => {
      const plain = subject.readPlainly(sample);
      for (const version of HELMS) {
        expect({ ...sample, version, ...(await subject.readByHelm(version, sample)) }).toEqual({
          ...sample,
          version,
          ...plain,
        });
      }
    });

    const { leafShare, missingLeaves, conditions, oneSided } = coverage;
    process.stderr.write(
      `${name}: ${chosen.length} files set ${(leafShare * 100).toFixed(1)} % of the leaves; ` +
        `${conditions - oneSided.length} of ${conditions} conditions on both sides\n` +
        [...missingLeaves.map((leaf) => `  never set: ${leaf}\n`), ...oneSided.map((side) => `  ${side}\n`)].join(''),
    );
    expect(leafShare).toBeGreaterThanOrEqual(0.9);
    expect(oneSided).toEqual([]);
  });

  test(`refuse random invalid values for the same paths (SEED=${seed})`, async () => {
    const chosen = fc.sample(samples(invalidFiles(subject.schema)), { seed, numRuns: 60 });

    await eachInPairs(chosen, async ({ file: { values: file, paths }, release }) => {
      const refused = [...new Set(paths.map(pointer))].sort();
      expect({ file, ...subject.readPlainly({ file, release }) }).toEqual({ file, refused });
      for (const version of HELMS) {
        expect({ file, version, ...(await subject.readByHelm(version, { file, release })) }).toEqual({
          file,
          version,
          refused,
        });
      }
    });
  });
});
