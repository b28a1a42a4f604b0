/** What holds of every system that `kubectl apply -k` has brought up, and that makes its own Secrets. */
import type { Secret } from 'kubernetes-types/core/v1';
import { get, kubectl, loadImages, report } from './cluster';
import { claim, discard } from './namespaces';
import { everythingReady } from './readiness';
import { run } from './run';
import { step } from './steps';

/** The contents of Secrets by name, in base64. */
type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Steps that apply a folder to its namespace, until all of it is at work. Other namespaces are claimed with it. */
export function isApplied(folder: string, namespace: string, ...others: readonly string[]): void {
  beforeAll(async () => {
    await claim(namespace, ...others);
    await loadImages(await kubectl(['kustomize', folder]));
  });

  afterAll(discard);

  step('kubectl apply -k, without a warning', async () => {
    const { stdout, stderr } = await run('kubectl', ['apply', '-k', folder]);
    expect(stderr).toBe('');
    report(`${stdout.trim().split('\n').length} objects`);
  });

  step('everything becomes Ready, with no step by hand', () => everythingReady(namespace));
}

/** A second apply changes nothing. */
export async function applyAgain(folder: string): Promise<void> {
  const before = await generations(folder);
  const applied = (await kubectl(['apply', '-k', folder])).trim().split('\n');
  // kubectl sends some fields every time, and says "configured": volumeClaimTemplates, to which the server added defaults, and
  // selectors of budgets, which are replaced as a whole. What it would change is what `kubectl diff` asks.
  const sent = /^(statefulset\.apps|poddisruptionbudget\.policy)\/\S+ configured$/;
  expect(applied.filter((line) => !line.endsWith(' unchanged') && !sent.test(line))).toEqual([]);
  await run('kubectl', ['diff', '-k', folder]);
  expect(await generations(folder)).toEqual(before);
  report(`${Object.keys(before).length} objects have a generation, and keep it`);
}

/** Passwords and keys are in no object that others may read, in no log and in no event. */
export async function secretsAreKept(namespace: string): Promise<void> {
  const inNamespace = `--namespace=${namespace}`;
  const secrets = await secretsOf(namespace);
  const hidden = Object.values(secrets).flatMap((data) =>
    Object.entries(data).flatMap(([key, encoded]) => (key.endsWith('.crt') ? [] : [encoded])),
  );
  expect(hidden.length).toBeGreaterThan(0);
  const plain = hidden.map((encoded) => Buffer.from(encoded, 'base64').toString());
  expect(plain.filter((password) => password.length < 24)).toEqual([]);

  const kinds = 'configmaps,pods,deployments,statefulsets,jobs,events';
  const logs = (await get('pods', inNamespace)).map(({ metadata }) =>
    kubectl(['logs', metadata.name, inNamespace, '--all-containers', '--tail=-1']),
  );
  const open = [await kubectl(['get', kinds, inNamespace, '--output=yaml']), ...(await Promise.all(logs))].join('\n');
  expect([...hidden, ...plain].filter((password) => open.includes(password)).length).toBe(0);
  report(`${hidden.length} passwords and keys in ${Object.keys(secrets).join(', ')}`);
}

/** A Job that makes Secrets may create any, read its own, and no more. */
export async function makesSecretsAndNoMore(release: string, job: string, own: string): Promise<void> {
  const account = `--as=system:serviceaccount:${release}:${release}-${job}`;
  const mayI = async (...request: readonly string[]) =>
    (await kubectl(['auth', 'can-i', ...request, account, `--namespace=${release}`]).catch(String))
      .trim()
      .endsWith('yes');
  expect(await Promise.all([mayI('create', 'secrets'), mayI('get', `secrets/${own}`)])).toEqual([true, true]);
  const others = ['list', 'watch', 'update', 'patch', 'delete'].map((verb) => mayI(verb, 'secrets'));
  expect(await Promise.all([...others, mayI('get', 'secrets/another'), mayI('get', 'pods')])).not.toContain(true);
}

/** The Secrets of a namespace. */
export async function secretsOf(namespace: string): Promise<Secrets> {
  const found = await get<Secret>('secrets', `--namespace=${namespace}`);
  return Object.fromEntries(found.map(({ metadata, data }) => [metadata?.name ?? '', data ?? {}]));
}

/** Of every object of the kustomization that counts its changes. */
async function generations(folder: string): Promise<Readonly<Record<string, number>>> {
  const objects = await get('-k', folder);
  return Object.fromEntries(
    objects.flatMap(({ kind, metadata: { name, generation } }) =>
      generation === undefined ? [] : [[`${kind}/${name}`, generation]],
    ),
  );
}
