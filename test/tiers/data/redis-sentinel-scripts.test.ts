/** start.sh and start-sentinel.sh as the shell runs them, with Sentinels and servers that the test makes up. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import { RedisSentinel } from '../../../lib/tiers/data/redis-sentinel';
import { Objects } from './objects';

const chart = new Chart(new App(), 'shop');
new RedisSentinel(chart, 'redis');
const objects = new Objects(chart);
const files = (name: string) => objects.get('ConfigMap', name).data ?? {};
const DOMAIN = 'shop-redis-headless.shop.svc.cluster.local';
const OWN = `shop-redis-0.${DOMAIN}`;
const OTHER = `shop-redis-1.${DOMAIN}`;

/** Answers by what is in files: `sentinel-<address>` for a Sentinel, `<command>-<address>` for a server. */
const REDIS_CLI = `
  host=self
  [ "$1" != -h ] || { host=$2; shift 2; }
  [ "$1" != -p ] || shift 2
  case "$*" in
    'sentinel master mymaster') cat "$HERE/sentinel-$host" ;;
    dbsize) cat "$HERE/keys-$host" ;;
    'info replication') cat "$HERE/replication-$host" ;;
    'config get replica-announce-ip') printf 'replica-announce-ip\\n%s\\n' "$(cat "$HERE/name-$host")" ;;
  esac 2> /dev/null`;
/** Time passes: what the Sentinels of a later moment say becomes what they say now. */
const SLEEP = `
  echo >> "$HERE/slept"
  [ "$(wc -l < "$HERE/slept")" -lt 3 ] || for n in 1 2 3; do
    [ ! -e "$HERE/later" ] || cp "$HERE/later" "$HERE/sentinel-10.0.1.$n"
  done`;
const GETENT = `
  case $2 in
    *-redis-sentinel-*) printf '%s name\\n' 10.0.1.1 10.0.1.2 10.0.1.3 ;;
    *) printf '%s name\\n' 10.0.0.1 10.0.0.2 ;;
  esac`;

let here: string;

beforeEach(() => {
  here = mkdtempSync(join(tmpdir(), 'redis-'));
  for (const folder of ['bin', 'data/appendonlydir', 'run/redis', 'etc/redis']) {
    mkdirSync(join(here, folder), { recursive: true });
  }
  program('redis-cli', REDIS_CLI);
  program('redis-server', `cp "$HERE"/run/redis/runtime.conf "$HERE/started" 2> /dev/null || touch "$HERE/started"`);
  program('sleep', SLEEP);
  program('getent', GETENT);
  write({
    slept: '',
    'etc/resolv.conf': 'search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\n',
    'etc/redis/follow.sh': '',
    'etc/redis/follow-sentinel.sh': '',
    'etc/redis/numbers.sh': files('shop-redis')['numbers.sh'] ?? '',
    'etc/redis/sentinel.conf': 'port 26379\n',
  });
});

afterEach(() => {
  rmSync(here, { recursive: true });
});

const MANIFEST = { 'data/appendonlydir/appendonly.aof.manifest': 'file' };
const ROLE = 'replica-announce-ip';

describe('start.sh', () => {
  test('starts the master that a majority names, which has its data', () => {
    write({ ...MANIFEST, ...sentinels(view(OWN, 4, 1), view(OWN, 4, 1)) });
    start();
    expect(read('started')).toBe(`requirepass "secret"\nmasterauth "secret"\n${ROLE} ${OWN}\n`);
  });

  test('takes the word of the highest epoch, whoever else says otherwise', () => {
    write({ ...MANIFEST, ...sentinels(view(OWN, 4, 1), view(OTHER, 5, 1), view(OWN, 4, 1)) });
    start();
    expect(read('started')).toContain(`\nreplicaof ${OTHER} 6379\n`);
    expect(read('started')).not.toContain('replica-priority');
  });

  test('starts nothing while no majority of the Sentinels answers', () => {
    write({ ...MANIFEST, ...sentinels(view(OWN, 4, 1)), later: view(OTHER, 5, 1) });
    expect(start()).toBe(
      `no majority of the Sentinels answers that could say who is master\nthe Sentinels name ${OTHER}\n`,
    );
  });

  test('nor while a failover is in progress', () => {
    const choosing = view(OWN, 4, 1, 'master,s_down,o_down,failover_in_progress');
    write({ ...MANIFEST, ...sentinels(view(OWN, 4, 1), choosing), later: view(OTHER, 5, 1) });
    expect(start()).toBe(`the Sentinels are choosing another master\nthe Sentinels name ${OTHER}\n`);
  });

  test('starts the first master of all empty', () => {
    write(sentinels(view(OWN, 0, 0), view(OWN, 0, 0), view(OWN, 0, 0)));
    start();
    expect(read('started')).toBe(`requirepass "secret"\nmasterauth "secret"\n${ROLE} ${OWN}\n`);
    expect(existsSync(join(here, 'data/incomplete'))).toBe(false);
  });

  test.each([
    ['the Sentinels know replicas', { ...sentinels(view(OWN, 0, 1), view(OWN, 0, 1)) }],
    ['another server has keys', { ...sentinels(view(OWN, 0, 0), view(OWN, 0, 0)), 'keys-10.0.0.2': '7\n' }],
    ['another server loads its keys', { ...sentinels(view(OWN, 0, 0), view(OWN, 0, 0)), 'keys-10.0.0.2': 'LOADING\n' }],
  ])('holds an emptied master back where %s, until another is chosen', (_, given) => {
    write({ ...given, later: view(OTHER, 1, 1) });
    expect(start()).toMatch(/^this volume is empty, and the master had [01] replicas: it waits/);
    expect(read('started')).toContain(`\nreplica-priority 0\nreplicaof ${OTHER} 6379\n`);
    expect(existsSync(join(here, 'data/incomplete'))).toBe(true);
  });

  test('starts it where all others answer, and are as empty', () => {
    write({ ...sentinels(view(OWN, 0, 1), view(OWN, 0, 1)), 'keys-10.0.0.2': '0\n' });
    start();
    expect(read('started')).not.toContain('replicaof');
  });

  test('takes a copy that was not finished for none', () => {
    write({
      ...MANIFEST,
      'data/incomplete': '',
      ...sentinels(view(OWN, 3, 1), view(OWN, 3, 1)),
      later: view(OTHER, 4, 1),
    });
    expect(start()).toContain('this volume is empty');
    expect(read('started')).toContain('\nreplica-priority 0\n');
  });
});

describe('start-sentinel.sh', () => {
  const own = 'shop-redis-sentinel-0.shop-redis-sentinel-headless.shop.svc.cluster.local';
  const peer = (n: number) => `shop-redis-sentinel-${n}.shop-redis-sentinel-headless.shop.svc.cluster.local`;
  const start0 = () => shell(files('shop-redis-sentinel')['start-sentinel.sh'] ?? '', 'shop-redis-sentinel-0');
  const conf = () => read('data/sentinel.conf').split('\n');

  test('names the first server on the first start, and has an ID made of its name', () => {
    start0();
    expect(conf()).toEqual([
      'port 26379',
      'requirepass "secret"',
      'sentinel sentinel-pass "secret"',
      'sentinel auth-pass mymaster "secret"',
      `sentinel announce-ip ${own}`,
      `sentinel myid ${createHash('sha1').update(own).digest('hex')}`,
      `sentinel monitor mymaster ${OWN} 6379 2`,
      '',
    ]);
  });

  test('goes on with what it knew, without whom there is no more, and with the password of today', () => {
    const remembered = [
      `sentinel monitor mymaster ${OTHER} 6379 2`,
      'sentinel config-epoch mymaster 3',
      'sentinel leader-epoch mymaster 3',
      `sentinel known-replica mymaster ${OWN} 6379`,
      `sentinel known-sentinel mymaster ${peer(2)} 26379 abc`,
      'sentinel current-epoch 3',
    ];
    const gone = [
      `sentinel known-replica mymaster shop-redis-2.${DOMAIN} 6379`,
      `sentinel known-sentinel mymaster ${peer(3)} 26379 def`,
      'sentinel auth-pass mymaster yesterday',
      'requirepass "yesterday"',
      'user default on #00',
    ];
    write({ 'data/sentinel.conf': [...gone, ...remembered].join('\n') });
    start0();
    expect(conf().slice(-7, -1)).toEqual(remembered);
    expect(read('data/sentinel.conf')).not.toMatch(/yesterday|redis-2|sentinel-3|user default/);
  });

  test('asks the other Sentinels where it knows nothing', () => {
    write(sentinels(view(OWN, 0, 0), view(OTHER, 2, 1)));
    start0();
    expect(conf().at(-2)).toBe(`sentinel monitor mymaster ${OTHER} 6379 2`);
  });

  test('or else the servers', () => {
    write({
      'replication-10.0.0.1': 'role:slave\nconnected_slaves:0\n',
      'replication-10.0.0.2': 'role:master\nconnected_slaves:1\n',
      'name-10.0.0.2': OTHER,
    });
    start0();
    expect(conf().at(-2)).toBe(`sentinel monitor mymaster ${OTHER} 6379 2`);
  });
});

/** What SENTINEL MASTER prints. */
function view(master: string, epoch: number, replicas: number, flags = 'master'): string {
  const facts = { name: 'mymaster', ip: master, runid: '', flags, 'config-epoch': epoch, 'num-slaves': replicas };
  return Object.entries(facts)
    .map(([key, value]) => `${key}\n${value}\n`)
    .join('');
}

function sentinels(...views: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(views.map((each, index) => [`sentinel-10.0.1.${index + 1}`, each]));
}

function program(name: string, script: string): void {
  writeFileSync(join(here, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

function write(contents: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(contents)) {
    mkdirSync(join(here, name, '..'), { recursive: true });
    writeFileSync(join(here, name), content);
  }
}

function read(name: string): string {
  return readFileSync(join(here, name), 'utf8');
}

function start(): string {
  return shell(files('shop-redis')['start.sh'] ?? '', 'shop-redis-0');
}

/** What a script says. */
function shell(script: string, pod: string): string {
  const moved = script.replace(/\/(data|run\/redis|etc\/redis|etc\/resolv\.conf)\b/g, `${here}/$1`);
  const env = {
    PATH: `${join(here, 'bin')}:${process.env.PATH ?? ''}`,
    HERE: here,
    POD_NAME: pod,
    POD_NAMESPACE: 'shop',
    POD_IP: '10.0.0.1',
    SERVERS_NAME: 'shop-redis',
    SENTINELS_NAME: 'shop-redis-sentinel',
    QUORUM: '2',
    REDISCLI_AUTH: 'secret',
  };
  const { stdout, stderr } = spawnSync('sh', ['-c', moved], { env, encoding: 'utf8', timeout: 60_000 });
  if (stderr !== '') throw new Error(stderr);
  return stdout;
}
