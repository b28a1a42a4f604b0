/** run-server.sh as the shell runs it, with servers that the test makes up. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { App, Chart } from 'cdk8s';
import { Postgres } from '../../../lib/tiers/data/postgres';
import { Objects } from './objects';

const chart = new Chart(new App(), 'shop');
new Postgres(chart, 'postgres', { database: 'shop', replicas: 1, promoted: false });
const script = new Objects(chart).get('ConfigMap', 'shop-postgres').data?.['run-server.sh'] ?? '';

const [PRIMARY, REPLICA] = ['shop-postgres-primary-0', 'shop-postgres-replica-0'];

/** The other server is what the file `other` says: `f` for a primary, `t` for a standby, and gone where there is none. */
const PSQL = `
  for last; do :; done
  case "$*" in
    *--dbname=host=*)
      [ -s "$HERE/other" ] || exit 2
      case $last in
        *'SELECT pg_is_in_recovery()') cat "$HERE/other" ;;
        *'left(pg_walfile_name'*) [ "$(cat "$HERE/other")" = t ] || cat "$HERE/timeline" ;;
        *'SELECT system_identifier'*) echo 7 ;;
        *'greatest('*) echo 0/5 ;;
      esac
      ;;
    *)
      case $last in
        *'SELECT pg_is_in_recovery()') cat "$HERE/self" ;;
        *'>='*) cat "$HERE/caught-up" ;;
        *pg_promote*) echo f > "$HERE/self"; echo promoted >> "$HERE/said" ;;
        *pg_stat_wal_receiver*) echo 1 ;;
      esac
      ;;
  esac`;
/** What the shell starts in the background ignores SIGINT, unless it says otherwise, as PostgreSQL does. */
const SERVER = `#!${process.execPath}
const { appendFileSync, existsSync } = require('node:fs');
const role = existsSync(process.env.PGDATA + '/standby.signal') ? 'standby' : 'primary';
appendFileSync(process.env.HERE + '/said', role + '\\n');
process.on('SIGINT', () => process.exit());
setInterval(() => undefined, 1000);
`;

let here: string;
let running: ChildProcess | undefined;

beforeEach(() => {
  here = mkdtempSync(join(tmpdir(), 'postgres-'));
  for (const folder of ['bin', 'data', 'etc', 'run', 'secrets/postgres'])
    mkdirSync(join(here, folder), { recursive: true });
  program('psql', PSQL);
  program('pg_isready', '[ -s "$HERE/other" ] || exit 2');
  program('pg_controldata', 'echo "Database system identifier: 7"; echo "max_connections setting: 100"');
  program('pg_ctl', '[ "$1" = stop ] || echo initialised >> "$HERE/said"');
  program('pg_rewind', 'echo rewound >> "$HERE/said"');
  program('initdb', 'echo made >> "$HERE/said"; mkdir -p "$PGDATA.new/pg_wal"; echo 17 > "$PGDATA.new/PG_VERSION"');
  program(
    'pg_basebackup',
    '[ ! -e "$HERE/cut" ] || exit 1; echo copied >> "$HERE/said"; mkdir -p "$PGDATA.new"; echo 17 > "$PGDATA.new/PG_VERSION"',
  );
  program('sleep', 'echo >> "$HERE/turns"; exec /bin/sleep 0.02');
  program('timeout', 'shift; exec "$@"');
  // As DNS does: /etc/hosts would have a pod's own name in full.
  program(
    'getent',
    'echo >> "$HERE/asked"; [ "$*" = "hosts $POD_NAME.${POD_NAME%-*}-headless" ] && [ ! -e "$HERE/unknown" ]',
  );
  program('flock', ':');
  // Four seconds pass from one look at the clock to the next, unless it stands still.
  program('date', '[ -e "$HERE/still" ] || echo >> "$HERE/looks"; echo $((1 + $(wc -l < "$HERE/looks") * 4))');
  writeFileSync(join(here, 'server'), SERVER, { mode: 0o755 });
  program('postgres', '[ "$1" != -C ] || exec echo 100; exec "$HERE/server"');
  for (const key of ['postgres-password', 'replication-password', 'password', 'pooler-password']) {
    write(`secrets/postgres/${key}`, 'secret');
  }
  write('etc/initialise.sh', ':');
  write('said', '');
  write('looks', '');
  write('asked', '');
  write('turns', '');
  write('self', 't');
  write('caught-up', 't');
  write('timeline', '7 00000002');
});

afterEach(() => {
  running?.kill('SIGTERM');
  rmSync(here, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
});

describe('run-server.sh', () => {
  test('makes a database on the first server alone, where nobody has one', async () => {
    start(PRIMARY, PRIMARY);
    expect(await said(3)).toEqual(['made', 'initialised', 'primary']);
  });

  test('makes none before the other has been gone for ten seconds', async () => {
    write('still', '');
    start(PRIMARY, PRIMARY);
    await passes();
    expect(await said(0)).toEqual([]);
    rmSync(join(here, 'still'));
    expect(await said(3)).toEqual(['made', 'initialised', 'primary']);
    expect(readFileSync(join(here, 'looks'), 'utf8').length).toBeGreaterThanOrEqual(3);
  });

  test('makes none where the other was only restarting: copies it, and takes over', async () => {
    write('still', '');
    start(PRIMARY, PRIMARY);
    await passes();
    write('other', 't');
    expect(await said(3)).toEqual(['copied', 'standby', 'promoted']);
  });

  test('counts the seconds anew once another was named meanwhile', async () => {
    write('still', '');
    start(PRIMARY, PRIMARY);
    await passes();
    write('etc/primary', REPLICA);
    await passes();
    write('looks', '\n'.repeat(10));
    write('etc/primary', PRIMARY);
    await passes();
    expect(await said(0)).toEqual([]);
  });

  test('makes none while DNS does not know its own name', async () => {
    write('unknown', '');
    start(PRIMARY, PRIMARY);
    await asked(4);
    expect(await said(0)).toEqual([]);
    rmSync(join(here, 'unknown'));
    expect(await said(3)).toEqual(['made', 'initialised', 'primary']);
  });

  test.each(['copying', 'rewinding'])('makes none where it was cut short when %s another', async (what) => {
    write(`data/pgdata.${what}`, '');
    start(PRIMARY, PRIMARY);
    await passes();
    expect(await said(0)).toEqual([]);
  });

  test('remembers what it had begun to copy until it is there', async () => {
    const begun = () => existsSync(join(here, 'data/pgdata.copying'));
    write('cut', '');
    write('other', 'f');
    start(REPLICA, PRIMARY);
    await passes();
    expect([await said(0), begun()]).toEqual([[], true]);
    rmSync(join(here, 'cut'));
    expect(await said(2)).toEqual(['copied', 'standby']);
    expect(begun()).toBe(false);
  });

  test('makes none on another, though that is named', async () => {
    start(REPLICA, REPLICA);
    await passes();
    expect(await said(0)).toEqual([]);
  });

  test('copies the server that is named', async () => {
    write('other', 'f');
    start(REPLICA, PRIMARY);
    expect(await said(2)).toEqual(['copied', 'standby']);
  });

  test('starts a primary that is named as what it was', async () => {
    data();
    write('other', 't');
    start(PRIMARY, PRIMARY);
    expect(await said(2)).toEqual(['initialised', 'primary']);
  });

  test('starts no primary, though it is named, where another is on a later timeline', async () => {
    data();
    write('other', 'f');
    start(PRIMARY, PRIMARY);
    expect(await said(2)).toEqual(['rewound', 'standby']);
  });

  test('starts it where the other is on a timeline that is no later', async () => {
    data();
    write('other', 'f');
    write('timeline', '7 00000001');
    start(PRIMARY, PRIMARY);
    expect(await said(2)).toEqual(['initialised', 'primary']);
  });

  test('starts no primary that is not named, whether or not anybody answers', async () => {
    data();
    start(PRIMARY, REPLICA);
    expect(await said(1)).toEqual(['standby']);
  });

  test('steps down once another is named', async () => {
    data();
    start(PRIMARY, PRIMARY);
    await said(2);
    write('etc/primary', REPLICA);
    expect(await said(3)).toEqual(['initialised', 'primary', 'standby']);
  });

  test('steps down once another is on a later timeline, whatever its file says', async () => {
    data();
    start(PRIMARY, PRIMARY);
    await said(2);
    write('other', 'f');
    expect(await said(4)).toEqual(['initialised', 'primary', 'rewound', 'standby']);
  });

  test('is promoted beside a standby once it has all that this has', async () => {
    data('standby.signal');
    write('other', 't');
    write('caught-up', 'f');
    start(REPLICA, REPLICA);
    await passes();
    expect(await said(1)).toEqual(['standby']);
    write('caught-up', 't');
    expect(await said(2)).toEqual(['standby', 'promoted']);
  });

  test('is not promoted while the other takes writes', async () => {
    data('standby.signal');
    write('other', 'f');
    start(REPLICA, REPLICA);
    await passes();
    expect(await said(1)).toEqual(['standby']);
  });

  test('is promoted once the other has been gone for ten seconds', async () => {
    data('standby.signal');
    start(REPLICA, REPLICA);
    expect(await said(2)).toEqual(['standby', 'promoted']);
    expect(readFileSync(join(here, 'looks'), 'utf8').length).toBeGreaterThanOrEqual(4);
  });

  test('is not promoted while DNS does not know its own name', async () => {
    data('standby.signal');
    write('unknown', '');
    start(REPLICA, REPLICA);
    await asked(4);
    expect(await said(1)).toEqual(['standby']);
    rmSync(join(here, 'unknown'));
    expect(await said(2)).toEqual(['standby', 'promoted']);
  });

  test('is not promoted where it is not named', async () => {
    data('standby.signal');
    start(REPLICA, PRIMARY);
    await passes();
    expect(await said(1)).toEqual(['standby']);
  });
});

function start(pod: string, named: string): void {
  write('etc/primary', named);
  const local = script
    .replaceAll('/etc/postgresql', join(here, 'etc'))
    .replaceAll('/run/secrets', join(here, 'secrets'))
    .replaceAll('/var/run/postgresql', join(here, 'run'));
  write('run-server.sh', local);
  running = spawn('sh', [join(here, 'run-server.sh')], {
    stdio: 'ignore',
    env: {
      PATH: `${join(here, 'bin')}:/usr/bin:/bin`,
      HERE: here,
      PGDATA: join(here, 'data/pgdata'),
      POD_NAME: pod,
      MEMBERS: `${PRIMARY}.shop-postgres-primary-headless ${REPLICA}.shop-postgres-replica-headless`,
    },
  });
}

/** Waits until so many things have happened, and a little longer. */
async function said(count: number): Promise<readonly string[]> {
  const lines = () => readFileSync(join(here, 'said'), 'utf8').split('\n').filter(Boolean);
  for (let patience = 400; lines().length < count && patience > 0; patience -= 1) await sleep(25);
  await sleep(50);
  return lines();
}

/** Waits until DNS was asked so many times: at four, ten seconds would have passed. */
async function asked(count: number): Promise<void> {
  await longEnough('asked', count);
}

/** Six turns of the script: at four, ten seconds would have passed. */
async function passes(): Promise<void> {
  await longEnough('turns', readFileSync(join(here, 'turns'), 'utf8').length + 6);
}

/** @throws where the file does not come to so many lines */
async function longEnough(file: string, lines: number): Promise<void> {
  const times = () => readFileSync(join(here, file), 'utf8').length;
  for (let patience = 400; times() < lines; patience -= 1) {
    if (patience === 0) throw new Error(`${file}: ${times()} lines of ${lines}`);
    await sleep(25);
  }
}

/** A data folder on timeline 1. */
function data(...files: readonly string[]): void {
  mkdirSync(join(here, 'data/pgdata/pg_wal'), { recursive: true });
  for (const file of ['PG_VERSION', 'pg_wal/000000010000000000000003', ...files]) write(`data/pgdata/${file}`, '17');
}

function write(file: string, content: string): void {
  writeFileSync(join(here, file), content === '' ? '' : `${content}\n`);
}

function program(name: string, body: string): void {
  writeFileSync(join(here, 'bin', name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
}
