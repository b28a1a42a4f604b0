/** A Postgres whose replica can be promoted, with encrypted connections, and a client that writes rows all the time. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Chart, Testing } from 'cdk8s';
import { stringify } from 'yaml';
import { LITERALS } from '../../../lib/values/expression';
import { Postgres } from '../../../lib/tiers/data/postgres';
import { Worker } from '../../../lib/tiers/web/worker';
import { exec, kubectl, loadImages, measured } from './cluster';
import { eventually } from './eventually';
import { makeNamespaces } from './namespaces';
import { everythingReady } from './readiness';
import { run } from './run';

export const PRIMARY = 'trial-postgres-primary';
export const REPLICA = 'trial-postgres-replica';
const TLS = { enabled: true, existingSecret: null };

export interface Declared {
  readonly promoted: boolean;
  readonly synchronousReplicas: number;
}

interface Row {
  readonly number: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What a move has come to. */
interface Moved {
  /** Of each row that was acknowledged and is not there, the seconds by which it is older than the fault. */
  readonly lost: readonly number[];
  /** Seconds from the end of the command, which has told the kubelets, to the row that ended the longest pause. */
  readonly seconds: number;
}

/** In fewer seconds writes are taken again, as docs/runbooks/postgres-promotion.md promises. */
export const WRITES_AGAIN_SECONDS = 60;

export class Promotable {
  /** Rows that were lost before. */
  private readonly missed = new Set<string>();

  private constructor(
    readonly namespace: string,
    private readonly folder: string,
  ) {}

  /** Makes the namespace, the Secrets and everything else. */
  static async install(namespace: string): Promise<Promotable> {
    await makeNamespaces(namespace);
    const made = new Promotable(namespace, mkdtempSync(join(tmpdir(), 'certificates-')));
    await run('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
      ...['-subj', '/CN=authority', '-keyout', made.file('ca.key'), '-out', made.file('ca.crt')],
    ]);
    await made.renewCertificate();
    const keys = ['postgres-password', 'replication-password', 'password', 'pooler-password'];
    const passwords = keys.map((key) => `--from-literal=${key}=${Math.random().toString(36).slice(2)}'\\:é`);
    await kubectl(['create', 'secret', 'generic', 'trial-postgres', `--namespace=${namespace}`, ...passwords]);
    const declared = { promoted: false, synchronousReplicas: 1 };
    await loadImages(stringify(objects(declared).items));
    await made.declare(declared);
    await everythingReady(namespace);
    return made;
  }

  /** What the README of a system says as `helm upgrade` or `kubectl apply`, and then hurries the kubelet. */
  async declare(declared: Declared): Promise<void> {
    const inNamespace = `--namespace=${this.namespace}`;
    const input = JSON.stringify(objects(declared));
    await kubectl(['apply', inNamespace, '--server-side', '--force-conflicts', '--filename=-'], { input });
    const pods = ['annotate', 'pods', '--selector=app.kubernetes.io/name=postgres', '--overwrite'];
    await kubectl([...pods, inNamespace, `promoted=${Date.now()}`]);
  }

  /** Puts a new certificate into the Secret, by the same authority. @returns its serial number */
  async renewCertificate(): Promise<string> {
    const [key, request, certificate] = [this.file('tls.key'), this.file('tls.csr'), this.file('tls.crt')];
    const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    await run('openssl', ['req', ...ec, '-subj', '/CN=postgres', '-keyout', key, '-out', request]);
    writeFileSync(
      this.file('names'),
      `subjectAltName=${hosts()
        .map((host) => `DNS:${host}`)
        .join(',')}\n`,
    );
    await run('openssl', [
      ...['x509', '-req', '-in', request, '-out', certificate, '-days', '1', '-extfile', this.file('names')],
      ...['-CA', this.file('ca.crt'), '-CAkey', this.file('ca.key'), '-CAcreateserial'],
    ]);
    const files = ['tls.crt', 'tls.key', 'ca.crt'].map((name) => `--from-file=${name}=${this.file(name)}`);
    const secret = ['create', 'secret', 'generic', 'trial-postgres-tls', ...files, '--dry-run=client', '--output=json'];
    const input = await kubectl([...secret, `--namespace=${this.namespace}`]);
    await kubectl(['apply', '--server-side', '--filename=-'], { input });
    const { stdout } = await run('openssl', ['x509', '-in', certificate, '-noout', '-serial']);
    return stdout.trim().replace('serial=', '');
  }

  async psql(pod: string, statement: string, database = 'trial'): Promise<string> {
    const options = ['--no-psqlrc', '--quiet', '--no-align', '--tuples-only', `--dbname=${database}`];
    return (await exec(this.namespace, pod, 'psql', ...options, `--command=${statement}`)).trim();
  }

  /** What Python prints in the pod of the client, which has psycopg and the settings by which it finds the server. */
  async python(program: string): Promise<string> {
    return (await exec(this.namespace, 'deployment/trial-writer', 'python3', '-c', program)).trim();
  }

  /**
   * Waits until rows are acknowledged by `pod` after `fault` and `command`, and counts what is not there of all that
   * was acknowledged.
   */
  async moves(pod: string, fault: () => Promise<void>, command: () => Promise<void>): Promise<Moved> {
    const begun = Date.now();
    await fault();
    await command();
    const told = Date.now();
    await eventually(`${pod} takes writes`, { namespace: this.namespace, seconds: 240 }, async () => {
      expect(await this.psql(pod, 'SELECT pg_is_in_recovery()')).toBe('f');
      expect((await this.rows()).at(-1)?.at).toBeGreaterThan(Date.now() - 2000);
    });
    const acknowledged = await this.rows();
    const times = [begun, ...acknowledged.map(({ at }) => at).filter((at) => at > begun)];
    const pauses = times.map((at, i) => ({ at, seconds: (at - (times[i - 1] ?? at)) / 1000 }));
    const longest = pauses.reduce((most, each) => (each.seconds > most.seconds ? each : most));
    const there = new Set((await this.psql(pod, 'SELECT number FROM rows')).split('\n'));
    const lost = acknowledged.filter(({ number }) => !there.has(number) && !this.missed.has(number));
    for (const { number } of lost) this.missed.add(number);
    const seconds = (longest.at - told) / 1000;
    measured(
      `writes are acknowledged again ${seconds.toFixed(1)} s after the command; longest pause ${longest.seconds.toFixed(1)} s; ` +
        `${acknowledged.length} rows acknowledged, ${lost.length} lost`,
    );
    return { lost: lost.map(({ at }) => (begun - at) / 1000), seconds };
  }

  /** Waits until a pod is a standby that streams from another, and sees that it takes no writes. */
  async follows(pod: string, leader: string): Promise<void> {
    await eventually(`${pod} follows ${leader}`, { namespace: this.namespace, seconds: 240 }, async () => {
      const state = `SELECT state FROM pg_stat_replication WHERE application_name = '${pod}'`;
      expect(await this.psql(leader, state)).toBe('streaming');
    });
    await expect(this.psql(pod, 'INSERT INTO rows VALUES (1)')).rejects.toThrow('read-only transaction');
    await everythingReady(this.namespace);
  }

  private async rows(): Promise<readonly Row[]> {
    const log = await kubectl(['logs', 'deployment/trial-writer', `--namespace=${this.namespace}`]);
    return log.split('\n').flatMap((line) => {
      const [what, number = '', at] = line.split(' ');
      return what === 'row' ? [{ number, at: Number(at) * 1000 }] : [];
    });
  }

  private file(name: string): string {
    return join(this.folder, name);
  }
}

interface List {
  readonly apiVersion: 'v1';
  readonly kind: 'List';
  readonly items: readonly unknown[];
}

function objects(declared: Declared): List {
  const chart = new Chart(new App(), 'trial');
  const postgres = trialPostgres(chart, declared);
  const alive = ['test', '-e', '/tmp/alive'];
  const writer = new Worker(chart, 'writer', {
    image: { registry: 'ghcr.io', repository: 'cluster-ai/backend', tag: '1.0.0', digest: null },
    command: ['python3', '-c', readFileSync('test/e2e/programs/rows.py', 'utf8')],
    livenessCommand: alive,
    readinessCommand: alive,
    drainSeconds: 1,
    resources: small('256Mi'),
  });
  writer.connectTo(postgres);
  return { apiVersion: 'v1', kind: 'List', items: Testing.synth(chart) as readonly unknown[] };
}

function trialPostgres(chart: Chart, declared: Declared): Postgres {
  return new Postgres(chart, 'postgres', {
    ...declared,
    database: 'trial',
    replicas: 1,
    // What the largest environment of a system asks for.
    maxConnections: 600,
    tls: TLS,
    storage: { size: '1Gi' },
    resources: small('2Gi'), // as production has
  });
}

/** The names that the certificate needs. */
function hosts(): readonly string[] {
  const chart = new Chart(new App(), 'trial');
  const { certificateHosts } = trialPostgres(chart, { promoted: false, synchronousReplicas: 0 });
  return certificateHosts.map((host) => (typeof host === 'string' ? host : host.evaluate(LITERALS)));
}

function small(memory: string) {
  return {
    requests: { cpu: '10m', memory: '64Mi', ephemeralStorage: '64Mi' },
    limits: { cpu: null, memory, ephemeralStorage: '256Mi' },
  };
}
