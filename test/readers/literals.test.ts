import fc from 'fast-check';
import { templates } from '../../lib/output/helm/chart';
import { Manifests } from '../../lib/output/manifests';
import { json } from './cases';
import { systemOf } from './literals';
import { asJson, npmReaders } from './readers';

const seed = Number(process.env.SEED ?? 1);

describe('literals in a chart', () => {
  const system = systemOf(fc.sample(json, { seed, numRuns: 500 }));
  const objects = new Manifests(system).evaluate({}, { name: 'a', namespace: 'a' });
  const printed = [...templates(system, 'literals')].filter(([path]) => path.endsWith('.yaml'));

  test.each(Object.entries(npmReaders))(`are to %s what they are in the manifests (SEED=${seed})`, (_, read) => {
    expect(printed).toHaveLength(500);
    for (const [path, template] of printed) {
      // All that Helm has to do for literals.
      const stream = template.replaceAll('{{ "{{" }}', '{{').replaceAll('{{ "{" }}', '{');
      const [, tier = ''] = path.split('/');
      expect({ path, ...read(stream) }).toEqual({ path, documents: asJson(objects.get(tier) ?? []) });
    }
  });
});
