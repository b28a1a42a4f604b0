/** Every Secret that an environment's pods wait for is in the chart's README, and in its NOTES where nobody makes it. */
import { chartReadme } from '../../lib/output/helm/readme';
import { systems } from '../../lib/systems/systems';
import { evaluateText } from '../../lib/values/text';
import { type KubernetesObject, type SecretKey, podsIn, secretKeysOf } from './cluster-ai/pods';
import { readingOf } from './reading';

const cases = systems().flatMap((system) => {
  const reading = readingOf(system);
  const readme = chartReadme(system, reading.environments);
  return reading.environments.map((environment) => ({
    title: `${system.systemName} in ${environment}`,
    readme: readme.slice(0, readme.indexOf('\n## Values\n')),
    notes: evaluateText(system.notes, {
      values: reading.valuesIn(environment),
      release: reading.release,
      variables: new Map(),
    }),
    objects: reading.objectsIn(environment),
  }));
});

test('there are some that pods wait for', () => {
  const awaited = cases.flatMap(({ objects }) => podsIn(objects).flatMap(secretKeysOf));
  expect(awaited.length).toBeGreaterThan(100);
});

describe.each(cases)('$title', ({ readme, notes, objects }) => {
  const made = makersIn(objects);
  const awaited = podsIn(objects)
    .flatMap(secretKeysOf)
    .filter(({ secret }) => !made(secret));

  test('the README has every Secret that pods wait for and nothing makes, with its keys', () => {
    const rows = readme.split('\n').filter((line) => line.startsWith('| `'));
    const isListed = ({ secret, key }: SecretKey): boolean =>
      rows.some((row) => row.startsWith(`| \`${secret}\` |`) && (key === undefined || row.includes(`\`${key}\``)));
    expect(awaited.filter((key) => !isListed(key))).toEqual([]);
  });

  test('NOTES.txt names them', () => {
    const names = new Set(awaited.map(({ secret }) => secret));
    expect([...names].filter((name) => !notes.includes(name))).toEqual([]);
  });
});

/** Whether cert-manager makes a Secret, or a Job whose script names it. */
function makersIn(objects: readonly KubernetesObject[]): (secret: string) => boolean {
  const byCertManager = objects
    .filter(({ kind }) => kind === 'Certificate')
    .map(({ spec }) => (spec as { readonly secretName: string }).secretName);
  const scripts = JSON.stringify(
    objects.filter(({ kind, metadata }) => kind === 'ConfigMap' && /secret-generator|certificates/.test(metadata.name)),
  );
  const inScripts = new Set(scripts.match(/[a-z0-9-]+/g));
  return (secret) => byCertManager.includes(secret) || inScripts.has(secret);
}
