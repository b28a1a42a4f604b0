/** One of four servers of the object store is lost, in two ways, and a volume is emptied: what was acknowledged is there. */
import { exec, kubectl, measured, recovery } from './support/cluster';
import { eventually } from './support/eventually';
import { claim, discard, makeNamespaces } from './support/namespaces';
import {
  CLIENT,
  STORE,
  apply,
  atItsEnd,
  clients,
  makeCertificate,
  makeKeys,
  product,
  program,
  rolledOut,
  setUp,
} from './support/object-store';
import { thorough } from './support/steps';
import { systemNames } from './support/system';

const namespace = `${systemNames().release}-objects-spread`;
const inNamespace = `--namespace=${namespace}`;
const objects = (tries: number) => product({ servers: 4 }, { replicas: 1, tries });

/** What a client sees that asks all the time, and at the end for everything that was acknowledged. */
async function asking(tries: number, events: () => Promise<void>): Promise<void> {
  await apply(namespace, objects(tries));
  await kubectl(['rollout', 'restart', `deployment/${CLIENT}`, inNamespace]);
  await rolledOut(namespace, `deployment/${CLIENT}`);
  await eventually('the former client has ended', { namespace, seconds: 120 }, async () => {
    expect(await clients(namespace)).toHaveLength(1);
  });
  const [pod = ''] = await clients(namespace);
  const tally = atItsEnd(namespace, pod);
  await events();
  await exec(namespace, pod, 'touch', '/tmp/end');
  const { put, got, again, errors, lost } = await tally;
  measured(
    `${put} objects put, ${got} got, ${again} requests tried again, ${errors.length} failed, ${lost.length} lost`,
  );
  expect({ errors, lost }).toEqual({ errors: [], lost: [] });
  expect(got).toBeGreaterThan(20);
}

beforeAll(async () => {
  if (!process.env.E2E_ALL) return;
  await claim(namespace);
  await makeNamespaces(namespace);
  await makeCertificate(namespace);
  await makeKeys(namespace);
  await apply(namespace, [program, ...objects(1).filter(({ metadata }) => metadata.name !== CLIENT)]);
  await recovery('four servers have found each other, and buckets are there', () => setUp(namespace));
  await rolledOut(namespace, `statefulset/${STORE}`);
});

afterAll(discard);

thorough('a pod is deleted, and no request fails', async () => {
  await asking(1, async () => {
    await kubectl(['delete', 'pod', `${STORE}-1`, inNamespace]);
    await recovery('the pod is back', () => rolledOut(namespace, `statefulset/${STORE}`));
  });
});

thorough('all pods are rolled, and no request fails', async () => {
  await asking(1, async () => {
    await kubectl(['rollout', 'restart', `statefulset/${STORE}`, inNamespace]);
    await recovery('all pods were replaced', () => rolledOut(namespace, `statefulset/${STORE}`));
  });
});

thorough('a server dies, and no request fails that is tried again', async () => {
  await asking(5, async () => {
    await kubectl(['delete', 'pod', `${STORE}-2`, inNamespace, '--grace-period=0', '--force']);
    await recovery('the pod is back', () => rolledOut(namespace, `statefulset/${STORE}`));
  });
});

thorough('a volume is emptied, and nothing is lost', async () => {
  await asking(5, async () => {
    await exec(namespace, `${STORE}-3`, 'sh', '-c', 'rm -rf /data/* /data/.minio.sys');
    await kubectl(['delete', 'pod', `${STORE}-3`, inNamespace]);
    await recovery('the pod is back', () => rolledOut(namespace, `statefulset/${STORE}`));
  });
});
