import fc from 'fast-check';
import { z } from 'zod';
import { templates } from '../../lib/output/helm/chart';
import { valuesYaml } from '../../lib/output/helm/values-yaml';
import { Manifests } from '../../lib/output/manifests';
import type { Json } from '../../lib/values/expression';
import { defaultsOf } from '../../lib/values/schema';
import { json, text } from '../readers/cases';
import { systemOf } from '../readers/literals';
import { asJson, npmReaders } from '../readers/readers';
import { HELMS, bySource, template, writeChart } from '../support/helm';

/** Give the seed that a test is named after to see its values again. */
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

async function rendered(version: (typeof HELMS)[number], files: Readonly<Record<string, string>>): Promise<string> {
  const answer = await template(version, writeChart(files), []);
  if ('error' in answer) throw new Error(answer.error);
  return answer.output;
}

describe.each(HELMS)('what %s renders', (version) => {
  test(`of literals is to every reader what it is in the manifests (SEED=${seed})`, async () => {
    const system = systemOf(fc.sample(json, { seed, numRuns: 1000 }));
    const objects = new Manifests(system).evaluate({}, { name: 'a', namespace: 'a' });

    const files = bySource(await rendered(version, Object.fromEntries(templates(system, 'chart'))));

    expect(files.size).toBe(1000);
    for (const [name, read] of Object.entries(npmReaders)) {
      for (const [path, stream] of files) {
        const [, tier = ''] = path.split('/');
        expect({ path, name, ...read(stream) }).toEqual({ path, name, documents: asJson(objects.get(tier) ?? []) });
      }
    }
  });

  test(`has the defaults of the schema for values (SEED=${seed})`, async () => {
    const given = fc.sample(fc.tuple(text, text), { seed, numRuns: 1000 });
    const schema = z.strictObject(
      Object.fromEntries(
        given.map(([a, b], index) => [
          `v${index}`,
          z
            .strictObject({
              text: z.string().default(a).describe(`About ${b}`),
              list: z.array(z.string()).default([a, b]).describe('Texts.'),
              map: z
                .record(z.string(), z.string())
                .default({ [a]: b })
                .describe(`Texts, ${a}.`),
            })
            .describe(`Values of ${b}.`),
        ]),
      ),
    );

    const output = await rendered(version, {
      'values.yaml': valuesYaml(schema),
      'templates/values.yaml': 'kind: Values\napiVersion: v1\nvalues: {{ .Values | toJson | quote }}\n',
    });

    const [, values = ''] = /^values: (".*")$/m.exec(output) ?? [];
    const [printed] = read('yaml, YAML 1.2', values);
    expect(JSON.parse(String(printed)) as Json).toEqual(defaultsOf(schema));
  });
});

function read(reader: string, stream: string): readonly unknown[] {
  const reading = npmReaders[reader]?.(stream);
  return reading !== undefined && 'documents' in reading ? reading.documents : [];
}
