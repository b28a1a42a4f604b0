/** A replica is promoted by what is declared: which rows are kept, and what becomes of the old primary. */
import { exec, kubectl, measured, recovery } from './support/cluster';
import { eventually } from './support/eventually';
import { claim, discard } from './support/namespaces';
import { PRIMARY, Promotable, REPLICA, WRITES_AGAIN_SECONDS } from './support/promotable';
import { step, thorough } from './support/steps';
import { systemNames } from './support/system';

/** Nothing is done beside the command. */
const nothing = () => Promise.resolve();
const namespace = `${systemNames().release}-promotion`;
const [primary, replica] = [`${PRIMARY}-0`, `${REPLICA}-0`];
/** Seconds that a replica may be behind and still be Ready: the bound on what is lost where nobody waits for it. */
const MOST_BEHIND_SECONDS = 30;
let trial: Promotable;

beforeAll(async () => {
  await claim(namespace);
  trial = await Promotable.install(namespace);
});

afterAll(discard);

step('what comes from other pods is encrypted and verified, or refused', async () => {
  const connect = (options: string) => `import os, psycopg
try:
    with psycopg.connect(os.environ['DATABASE_URL'], ${options}) as c:
        print(*c.execute('SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()').fetchone())
except psycopg.Error as error: print(error)`;
  expect(await trial.python(connect(''))).toMatch(/^TLSv1\.[23]$/);
  expect(await trial.python(connect("sslmode='disable'"))).toMatch(/pg_hba.conf rejects connection.*no encryption/s);
  expect(await trial.python(connect("user='postgres'"))).toMatch('pg_hba.conf rejects connection');
});

step('promoted beside a primary that lives: nothing is lost, and the old primary follows', async () => {
  const { lost, seconds } = await trial.moves(replica, nothing, () =>
    trial.declare({ promoted: true, synchronousReplicas: 1 }),
  );
  expect(lost).toEqual([]);
  expect(seconds).toBeLessThan(WRITES_AGAIN_SECONDS);
  await trial.follows(primary, replica);
});

thorough('the old primary is deleted, and comes back as standby', async () => {
  await kubectl(['delete', 'pod', primary, inNamespace(), '--force', '--grace-period=0']);
  await eventually('it is another pod', { namespace }, async () => {
    expect(await trial.psql(primary, 'SELECT pg_is_in_recovery()')).toBe('t');
  });
  await trial.follows(primary, replica);
});

thorough('the place is given back, with no standby asked: nothing is lost', async () => {
  const { lost, seconds } = await trial.moves(primary, nothing, () =>
    trial.declare({ promoted: false, synchronousReplicas: 0 }),
  );
  expect(lost).toEqual([]);
  expect(seconds).toBeLessThan(WRITES_AGAIN_SECONDS);
  await trial.follows(replica, primary);
  expect(await trial.psql(primary, 'SHOW synchronous_standby_names')).toBe('');
});

thorough('promoted with the primary gone, and no standby asked: what is lost is of the seconds before', async () => {
  const scale = (replicas: number) =>
    kubectl(['scale', `statefulset/${PRIMARY}`, `--replicas=${replicas}`, inNamespace()]);
  const { lost, seconds } = await trial.moves(
    replica,
    async () => {
      await signalReceiver('STOP');
      await trial.python('import time; time.sleep(3)');
      await scale(0);
      // Not by a shutdown, which waits until everything is shipped.
      await exec(namespace, primary, 'sh', '-c', 'kill -KILL -1').catch(() => '');
      await kubectl(['delete', 'pod', primary, inNamespace(), '--force', '--grace-period=0', '--ignore-not-found']);
      // Before it reads what has come meanwhile.
      await signalReceiver('TERM');
      await signalReceiver('CONT');
    },
    async () => {
      await trial.declare({ promoted: true, synchronousReplicas: 0 });
      await scale(0);
    },
  );
  expect(seconds).toBeLessThan(WRITES_AGAIN_SECONDS);
  // The receiver stood still from then on.
  expect(lost.length).toBeGreaterThan(0);
  expect(Math.max(...lost.map(Math.abs))).toBeLessThan(MOST_BEHIND_SECONDS);
  await scale(1);
  await recovery('the old primary is rewound and follows', () => trial.follows(primary, replica));
  expect(await kubectl(['logs', primary, inNamespace(), '--container=postgres'])).toMatch('run-server: rewinding');
});

thorough('promoted with the primary deleted by force, and one standby asked: nothing is lost', async () => {
  const back = await trial.moves(primary, nothing, () => trial.declare({ promoted: false, synchronousReplicas: 1 }));
  expect(back.seconds).toBeLessThan(WRITES_AGAIN_SECONDS);
  await trial.follows(replica, primary);
  const { lost, seconds } = await trial.moves(
    replica,
    async () => {
      await kubectl(['delete', 'pod', primary, inNamespace(), '--force', '--grace-period=0']);
    },
    () => trial.declare({ promoted: true, synchronousReplicas: 1 }),
  );
  expect(lost).toEqual([]);
  expect(seconds).toBeLessThan(WRITES_AGAIN_SECONDS);
  await trial.follows(primary, replica);
});

thorough('a renewed certificate is served, without a restart', async () => {
  const started = await trial.psql(replica, 'SELECT pg_postmaster_start_time()');
  const serial = await trial.renewCertificate();
  await kubectl(['annotate', 'pods', '--all', inNamespace(), '--overwrite', `renewed=${serial}`]);
  const served = `import os, psycopg, re, socket, ssl
host = re.search('@(.*?):', os.environ['DATABASE_URL'])[1]
plain = socket.create_connection((host, 5432))
plain.sendall(bytes([0, 0, 0, 8, 4, 210, 22, 47]))
assert plain.recv(1) == b'S'
context = ssl.create_default_context(cafile=os.environ['PGSSLROOTCERT'])
context.verify_flags &= ~ssl.VERIFY_X509_STRICT # which asks more of an authority than libpq does
with context.wrap_socket(plain, server_hostname=host) as encrypted: print(encrypted.getpeercert()['serialNumber'])`;
  await recovery('it is served', () =>
    eventually('the new certificate is served', { namespace, seconds: 120 }, async () => {
      expect(await trial.python(served)).toBe(serial);
    }),
  );
  expect(await trial.psql(replica, 'SELECT pg_postmaster_start_time()')).toBe(started);
});

thorough('600 connections are what 600 allow: the last eight are not for applications', async () => {
  const held = await trial.python(`import os, psycopg
held, refusal = [], None
while refusal is None and len(held) < 700:
    try: held.append(psycopg.connect(os.environ['DATABASE_URL']))
    except psycopg.Error as error: refusal = str(error).strip().splitlines()[-1]
for each in held: each.execute('SELECT count(*) FROM rows')
print(len(held), refusal)`);
  // One is the writer's.
  expect(held).toMatch(/^59[012] .*(remaining connection slots are reserved|too many clients)/);
  measured(`${held.split(' ')[0]} encrypted connections held at a time beside the writer's`);
});

/** To the process that receives WAL. */
async function signalReceiver(signal: 'STOP' | 'TERM' | 'CONT'): Promise<void> {
  const find = `for p in /proc/[0-9]*; do ! tr '\\0' ' ' < $p/cmdline | grep -q '^postgres: [w]alreceiver' || kill -${signal} \${p#/proc/}; done`;
  await exec(namespace, replica, 'sh', '-c', `{ ${find}; } 2> /dev/null || :`);
}

function inNamespace(): string {
  return `--namespace=${namespace}`;
}
