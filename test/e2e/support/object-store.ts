/** An object store by itself, and clients that are connected to it. */
import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { ObjectStore, type ObjectStoreProps } from '../../../lib/tiers/data/object-store';
import { Worker } from '../../../lib/tiers/web/worker';
import { type KubernetesObject, synth } from '../../tiers/web/plain-app';
import { kubectl, loadImages } from './cluster';
import { run, shell } from './run';

export const STORE = 'shop-object-store';
export const CLIENT = 'shop-api';
const CERTIFICATE_DAYS = 2;

/** What a client of the suite says at its end. */
export interface Tally {
  readonly put: number;
  readonly got: number;
  readonly again: number;
  readonly errors: readonly string[];
  readonly lost: readonly string[];
}

/** The store, with clients of `replicas` pods that try each request so many times. */
export function product(
  store: ObjectStoreProps,
  { replicas, tries = 1 }: { readonly replicas: number; readonly tries?: number },
): readonly KubernetesObject[] {
  const small = (limit: string) => ({
    requests: { cpu: '20m', memory: '64Mi', ephemeralStorage: '16Mi' },
    limits: { cpu: limit, memory: '128Mi', ephemeralStorage: '32Mi' },
  });
  return synth((chart) => {
    const objects = new ObjectStore(chart, 'object-store', {
      tls: { enabled: true, existingSecret: null },
      storage: { size: '1Gi' },
      buckets: {
        documents: { publicRead: false, versioning: true, noncurrentDays: 7 },
        media: { publicRead: true, versioning: false, quota: '100Mi', expireDays: 30 },
      },
      mainBucket: 'documents',
      resources: {
        requests: { cpu: '50m', memory: '256Mi', ephemeralStorage: '16Mi' },
        limits: { cpu: null, memory: '768Mi', ephemeralStorage: '64Mi' },
      },
      ...store,
    });
    new Worker(chart, 'api', {
      image: { registry: 'ghcr.io', repository: 'cluster-ai/backend', tag: '1.0.0', digest: null },
      replicas,
      command: ['python3', '/srv/program/objects.py'],
      extraVolumes: [{ name: 'program', configMap: 'objects-program', mountPath: '/srv/program' }],
      extraEnv: { TRIES: `${tries}` },
      livenessCommand: ['test', '-e', '/tmp/started'],
      readinessCommand: ['cat', '/tmp/started'],
      drainSeconds: 30,
      resources: small('500m'),
    }).connectTo(objects);
  });
}

export const program: object = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'objects-program' },
  data: { 'objects.py': readFileSync('test/e2e/programs/objects.py', 'utf8') },
};

export async function apply(namespace: string, objects: readonly object[]): Promise<void> {
  const manifests = objects.map((object) => stringify(object, { version: '1.1' })).join('---\n');
  await loadImages(manifests);
  await kubectl(['apply', `--namespace=${namespace}`, '--filename=-'], { input: manifests });
}

/** A certificate for the store's names, of an authority that is forgotten at once. */
export async function makeCertificate(namespace: string): Promise<void> {
  const key = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';
  await shell(
    [
      'folder=$(mktemp -d); trap "rm -rf $folder" EXIT; cd "$folder"',
      `openssl req -x509 ${key} -keyout ca.key -out ca.crt -days ${CERTIFICATE_DAYS} -subj /CN=suite -addext keyUsage=critical,keyCertSign`,
      `openssl req ${key} -keyout tls.key -out request -subj /CN=${STORE}`,
      `echo 'subjectAltName=DNS:${STORE},DNS:*.${STORE}-headless' > names`,
      `openssl x509 -req -in request -CA ca.crt -CAkey ca.key -CAcreateserial -days ${CERTIFICATE_DAYS} -extfile names -out tls.crt`,
      `kubectl create secret generic ${STORE}-tls --type=kubernetes.io/tls --namespace=${namespace} --from-file=tls.crt --from-file=tls.key --from-file=ca.crt`,
    ].join('\n'),
  );
}

/** The keys of the operator, and of the application. */
export async function makeKeys(
  namespace: string,
  application: readonly [id: string, secret: string] = ['of-the-application', 'secret/of+the=application'],
): Promise<void> {
  const [id, secret] = application;
  const stringData = {
    'root-user': 'operator',
    'root-password': `as 'root' "$(date)" \\ %s`,
    'access-key-id': id,
    'secret-access-key': secret,
  };
  await apply(namespace, [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: STORE }, stringData }]);
}

/** All Jobs of the store have succeeded; the names of their pods' workload. */
export async function setUp(namespace: string): Promise<void> {
  const selector = 'app.kubernetes.io/name=object-store,app.kubernetes.io/component=setup';
  await kubectl(
    ['wait', 'job', `--namespace=${namespace}`, `--selector=${selector}`, '--for=condition=Complete', '--timeout=240s'],
    { timeoutSeconds: 250 },
  );
}

export async function rolledOut(namespace: string, what: string): Promise<void> {
  await kubectl(['rollout', 'status', what, `--namespace=${namespace}`, '--timeout=540s'], { timeoutSeconds: 560 });
}

/** The clients' pods that are there now, in the order of their names. */
export async function clients(namespace: string): Promise<readonly string[]> {
  const selector = 'app.kubernetes.io/name=api';
  const names = await kubectl(['get', 'pods', `--namespace=${namespace}`, `--selector=${selector}`, '--output=name']);
  return names.trim().split('\n');
}

/** What a client says at its end, for which this waits. */
export async function atItsEnd(namespace: string, pod: string): Promise<Tally> {
  const { stdout } = await run('kubectl', ['logs', '--follow', `--namespace=${namespace}`, pod], {
    timeoutSeconds: 600,
  });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Tally;
}

/** The answer to one request of a client's pod, with its keys or others. */
export async function ask(
  namespace: string,
  pod: string,
  [method, path, body = '']: readonly [method: string, path: string, body?: string],
  keys: Readonly<Record<string, string>> = {},
): Promise<string> {
  const env = Object.entries(keys).map(([name, value]) => `${name}=${value}`);
  const command = ['env', ...env, 'python3', '/srv/program/objects.py', 'ask', method, path, body];
  return (await kubectl(['exec', `--namespace=${namespace}`, pod, '--', ...command])).trim();
}
