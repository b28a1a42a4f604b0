/** The page of Cluster AI names the Secrets that its pods wait for. */
import { objectsIn } from '../systems/cluster-ai/environments';
import { type KubernetesObject, containersOf, podsIn } from '../systems/cluster-ai/pods';
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
  const ofPods = podsIn(objects).flatMap((pod) => [
    ...(pod.spec.volumes ?? []).flatMap((volume) => [
      ...secretOf(volume.secret?.secretName, volume.secret),
      ...(volume.projected?.sources ?? []).flatMap(({ secret }) => secretOf(secret?.name, secret)),
    ]),
    ...containersOf(pod).flatMap(({ env = [] }) =>
      env.flatMap(({ valueFrom }) => {
        const ref = valueFrom?.secretKeyRef;
        return ref?.name === undefined || ref.optional === true ? [] : [[ref.name, ref.key] as const];
      }),
    ),
  ]);
  const ofIngresses = objects
    .filter(({ kind }) => kind === 'Ingress')
    .flatMap(({ spec }) => (spec as { readonly tls?: readonly { readonly secretName: string }[] }).tls ?? [])
    .flatMap(({ secretName }) => ['tls.crt', 'tls.key'].map((key) => [secretName, key] as const));
  return [...ofPods, ...ofIngresses];
}

interface Mounted {
  readonly optional?: boolean;
  readonly items?: readonly { readonly key: string }[];
}

function secretOf(name: string | undefined, mounted: Mounted = {}): readonly (readonly [string, string])[] {
  if (name === undefined || mounted.optional === true) return [];
  const keys = mounted.items?.map(({ key }) => key) ?? CERTIFICATE;
  return keys.map((key) => [name, key] as const);
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
