/** The application's keys to the object store are rotated, as docs/tiers/object-store.md says, while it puts and gets objects. */
import type { Secret } from 'kubernetes-types/core/v1';
import { get, kubectl, measured, recovery } from './support/cluster';
import { claim, discard, makeNamespaces } from './support/namespaces';
import {
  CLIENT,
  STORE,
  type Tally,
  apply,
  ask,
  atItsEnd,
  clients,
  makeCertificate,
  makeKeys,
  product,
  program,
  rolledOut,
  setUp,
} from './support/object-store';
import { beginningWith, documentedCommands } from './support/readme';
import { shell } from './support/run';
import { step, thorough } from './support/steps';
import { systemNames } from './support/system';

const namespace = `${systemNames().release}-objects`;
const commands = documentedCommands('docs/tiers/object-store.md', 'Rotating keys');
const [add = ''] = beginningWith(commands, 'kubectl create secret');
const [complete = ''] = beginningWith(commands, 'kubectl wait job');
const [change = ''] = beginningWith(commands, 'kubectl get secret');
const [restart = ''] = beginningWith(commands, 'kubectl rollout restart');
const [drop = ''] = beginningWith(commands, 'kubectl patch secret');
const OLD = { AWS_ACCESS_KEY_ID: 'of-the-application', AWS_SECRET_ACCESS_KEY: 'secret/of+the=application' };

const revision = (keysRevision: number) => product({ keysRevision }, { replicas: 2 });
const type = (command: string) =>
  shell(command.replaceAll('--namespace shop', `--namespace ${namespace}`), { timeoutSeconds: 300 });

/** What the clients that have the old keys say at their end, and what they are. */
const firstClients: { readonly pod: string; readonly tally: Promise<Tally> }[] = [];

beforeAll(async () => {
  await claim(namespace);
  await makeNamespaces(namespace);
  await makeCertificate(namespace);
  await makeKeys(namespace, [OLD.AWS_ACCESS_KEY_ID, OLD.AWS_SECRET_ACCESS_KEY]);
  const objects = revision(1).filter(({ metadata }) => metadata.name !== CLIENT);
  await apply(namespace, [program, ...objects]);
  await recovery('buckets and keys are there', () => setUp(namespace));
  await apply(namespace, revision(1));
  await rolledOut(namespace, `deployment/${CLIENT}`);
});

afterAll(discard);

step('a client has the rights that it needs, and no others', async () => {
  const [pod = ''] = await clients(namespace);
  const answer = (method: string, path: string, body?: string) =>
    ask(namespace, pod, body === undefined ? [method, path] : [method, path, body]);
  expect(await answer('PUT', '/media/logo.svg', '<svg/>')).toBe('200');
  expect(await answer('GET', '/media?list-type=2')).toBe('200');
  expect(await answer('DELETE', '/documents/nothing')).toBe('204');
  expect(await answer('PUT', '/another')).toContain('403 ');
  expect(await answer('DELETE', '/documents/nothing?versionId=null')).toContain('403 ');
  expect(await answer('DELETE', '/media')).toContain('403 ');
});

step('MinIO knows the new pair, while clients have the old', async () => {
  for (const pod of await clients(namespace)) firstClients.push({ pod, tally: atItsEnd(namespace, pod) });
  await type(add);
  await apply(namespace, revision(2));
  await recovery('the Job has run again', () => type(complete));
});

step('clients take the new pair, one after the other', async () => {
  await type(change);
  await recovery('all clients have the new pair', () => type(restart));
  const tallies = await Promise.all(firstClients.map(({ tally }) => tally));
  for (const { put, got, errors, lost } of tallies) {
    measured(`the old pair: ${put} objects put, ${got} got, ${errors.length} errors`);
    expect([...errors, ...lost]).toEqual([]);
    expect(got).toBeGreaterThan(50);
  }
});

step('the old pair is refused once the Secret has it no longer, and nobody notices', async () => {
  const pods = await clients(namespace);
  const tallies = pods.map((pod) => atItsEnd(namespace, pod));
  const [pod = ''] = pods;
  expect(await ask(namespace, pod, ['GET', '/documents?list-type=2'], OLD)).toBe('200');
  await type(drop);
  await apply(namespace, revision(3));
  await recovery('the Job has run again', () => type(complete));
  expect(await ask(namespace, pod, ['GET', '/documents?list-type=2'], OLD)).toContain('InvalidAccessKeyId');
  expect(await ask(namespace, pod, ['GET', '/documents?list-type=2'])).toBe('200');
  await kubectl(['scale', `deployment/${CLIENT}`, '--replicas=0', `--namespace=${namespace}`]);
  for (const { put, got, errors, lost } of await Promise.all(tallies)) {
    measured(`the new pair: ${put} objects put, ${got} got, ${errors.length} errors`);
    expect([...errors, ...lost]).toEqual([]);
    expect(got).toBeGreaterThan(50);
  }
});

thorough('with the new pair in the place of the old one, which has no second', async () => {
  await apply(namespace, revision(3));
  await rolledOut(namespace, `deployment/${CLIENT}`);
  const [pod = ''] = await clients(namespace);
  const stolen = await keys();
  const stringData = { 'access-key-id': 'another-id', 'secret-access-key': 'another-secret' };
  const patch = JSON.stringify({ stringData });
  await kubectl(['patch', 'secret', STORE, `--namespace=${namespace}`, `--patch=${patch}`]);
  await apply(namespace, revision(4));
  await recovery('the stolen key is refused', () => setUp(namespace));
  expect(await ask(namespace, pod, ['GET', '/documents?list-type=2'], stolen)).toContain('InvalidAccessKeyId');
});

async function keys(): Promise<Readonly<Record<string, string>>> {
  const [found] = await get<Secret>('secret', STORE, `--namespace=${namespace}`);
  const value = (key: string) => Buffer.from(found?.data?.[key] ?? '', 'base64').toString();
  return { AWS_ACCESS_KEY_ID: value('access-key-id'), AWS_SECRET_ACCESS_KEY: value('secret-access-key') };
}
