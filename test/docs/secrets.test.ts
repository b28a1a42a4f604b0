/** The page of Cluster AI names the Secrets that its pods wait for. */
import { objectsIn } from '../systems/cluster-ai/environments';
import { type KubernetesObject, podsIn, secretKeysOf } from '../systems/cluster-ai/pods';
import { read } from './documents';

interface Row {
  readonly keys: readonly string[];
  readonly environments: readonly string[];
}

const COLUMNS = ['staging', 'production'];
/** What is mounted whole is a certificate with its authority. */
const CERTIFICATE = ['ca.crt', 'tls.crt', 'tls.key'];

test('each Secret that a pod or the Ingress of staging and production cannot do without, and its keys', () => {
  const needed = new Map<string, { keys: Set<string>; environments: Set<string> }>();
  for (const environment of COLUMNS) {
    for (const [secret, key] of keysOf(objectsIn(environment))) {
      const row = needed.get(secret) ?? { keys: new Set(), environments: new Set() };
      needed.set(secret, row);
      row.keys.add(key);
      row.environments.add(environment);
    }
  }
  const expected = [...needed].map(([secret, row]): [string, Row] => [
    secret,
    { keys: [...row.keys].sort(), environments: [...row.environments] },
  ]);
  expect(expected.length).toBeGreaterThan(10);
  expect(rows()).toEqual(Object.fromEntries(expected));
});

function keysOf(objects: readonly KubernetesObject[]): readonly (readonly [secret: string, key: string])[] {
  const ofPods = podsIn(objects)
    .flatMap(secretKeysOf)
    .flatMap(({ secret, key }) => (key === undefined ? CERTIFICATE : [key]).map((each) => [secret, each] as const));
  const ofIngresses = objects
    .filter(({ kind }) => kind === 'Ingress')
    .flatMap(({ spec }) => (spec as { readonly tls?: readonly { readonly secretName: string }[] }).tls ?? [])
    .flatMap(({ secretName }) => ['tls.crt', 'tls.key'].map((key) => [secretName, key] as const));
  return [...ofPods, ...ofIngresses];
}

/** Of the page's table: `Secret | keys | staging | production`. */
function rows(): Readonly<Record<string, Row>> {
  const table = [
    ...read('docs/systems/cluster-ai.md').matchAll(/^\| `(cluster-ai-[\w-]+)` \| (.*) \| (.*)\| (.*)\|$/gm),
  ];
  return Object.fromEntries(
    table.map(([, secret = '', keys = '', ...marks]) => [
      secret,
      {
        keys: [...keys.matchAll(/`([\w.-]+)`/g)].map(([, key = '']) => key).sort(),
        environments: COLUMNS.filter((_, i) => marks[i]?.trim() === 'yes'),
      },
    ]),
  );
}
