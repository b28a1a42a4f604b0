/** start.sh and follow.sh as the shell runs them, with a cluster that the test makes up. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import { RedisCluster } from '../../../lib/tiers/data/redis-cluster';
import { Objects } from './objects';

const chart = new Chart(new App(), 'shop');
new RedisCluster(chart, 'redis-cluster');
const files = new Objects(chart).get('ConfigMap', 'shop-redis-cluster').data ?? {};

/** Answers by what is in files: `<address>` for the nodes that a peer knows, `self` for those that the server knows. */
const REDIS_CLI = `
  host=self
  [ "$1" != -h ] || { host=$2; shift 2; }
  case "$*" in
    'cluster nodes') cat "$HERE/$host" ;;
    'cluster info') cat "$HERE/info" ;;
    'info replication') cat "$HERE/$host.replication" ;;
    dbsize) cat "$HERE/$host.keys" ;;
    'config get cluster-announce-human-nodename') printf 'cluster-announce-human-nodename\\nnode/%s\\n' "$(cat "$HERE/$host.zone")" ;;
    *) echo "$host $*" >> "$HERE/said"; echo OK ;;
  esac 2> /dev/null`;
/** Time passes: the cluster of a later moment becomes that of now. */
const SLEEP = `
  echo >> "$HERE/slept"
  [ "$(wc -l < "$HERE/slept")" -lt "$(cat "$HERE/until")" ] || { [ -e "$HERE/later" ] && mv "$HERE/later" "$HERE/10.0.0.2"; }`;
const SERVER = `{ cat "$HERE/run/redis/runtime.conf"; wc -l < "$HERE/slept"; } > "$HERE/started"`;

let here: string;

beforeEach(() => {
  here = mkdtempSync(join(tmpdir(), 'redis-'));
  for (const folder of ['bin', 'data/appendonlydir', 'run/redis', 'etc/redis']) {
    mkdirSync(join(here, folder), { recursive: true });
  }
  program('redis-cli', REDIS_CLI);
  program('redis-server', SERVER);
  program('sleep', SLEEP);
  program('getent', 'echo 10.0.0.1 self; echo 10.0.0.2 peer');
  write({ slept: '', until: '99', 'etc/redis/follow.sh': '' });
});

afterEach(() => {
  rmSync(here, { recursive: true });
});

/** A line of CLUSTER NODES: the pod's number, or its address, and what follows. */
function node(id: string, pod: number, flags: string, rest: string, address = `10.0.0.${pod + 1}:6379@16379`): string {
  return `${id} ${address},pod-${pod}.headless ${flags} ${rest}\n`;
}

const OWNER = '- 0 0 1 connected 0-5460';
const SPARE = '- 0 0 0 connected';
const others = node('other', 1, 'master', '- 0 0 2 connected 5461-16383');

describe('start.sh', () => {
  test('starts a node that owns slots, or replicates, at once and asks nobody', () => {
    for (const own of [
      node('own', 0, 'myself,master', OWNER),
      node('own', 0, 'myself,slave', 'other 0 0 2 connected'),
    ]) {
      write({ 'data/nodes.conf': own, 'data/appendonlydir/appendonly.aof.manifest': 'file', '10.0.0.2': others });
      start();
      expect(read('started')).toBe(
        [
          'requirepass "secret"',
          'masterauth "secret"',
          'cluster-announce-ip 10.0.0.1',
          'cluster-announce-hostname pod-0.headless',
          'cluster-announce-human-nodename pod-0/zone-a',
          '',
          '0',
          '',
        ].join('\n'),
      );
      expect(existsSync(join(here, 'run/redis/unplaced'))).toBe(false);
    }
  });

  test('starts a node of a new cluster at once, and gives replicas nothing to copy', () => {
    write({ '10.0.0.2': node('other', 1, 'myself,master', SPARE) });
    start();
    expect(read('started')).toMatch(/^user default on ">secret" ~\* &\* \+@all -psync -sync\n0\n$/m);
    expect(existsSync(join(here, 'run/redis/unplaced'))).toBe(true);
  });

  test('starts no server on an emptied volume before a replica owns the slots that were its own', () => {
    write({
      until: '4',
      '10.0.0.2': others + node('old', 0, 'master', OWNER),
      later: others + node('old', 0, 'master,fail', SPARE),
      'run/redis/joined': '',
    });
    expect(start()).toBe(
      "this volume is empty, and slots belong to this pod's older ID old: no server starts before a replica has taken " +
        'over; where none has the data, CLUSTER FORGET old gives it up\n',
    );
    expect(read('started')).toMatch(/-psync -sync\n4\n$/);
    expect(existsSync(join(here, 'run/redis/joined'))).toBe(false);
    expect(existsSync(join(here, 'said'))).toBe(false);
  });

  test('does the same where the append-only file alone is gone, and takes no ID without its data', () => {
    write({
      until: '2',
      'data/nodes.conf': node('old', 0, 'myself,master', OWNER),
      '10.0.0.2': others + node('old', 0, 'master', OWNER),
      later: others + node('old', 0, 'master,fail', SPARE),
    });
    start();
    expect(read('started')).toMatch(/-psync -sync\n2\n$/);
    expect(existsSync(join(here, 'data/nodes.conf'))).toBe(false);
  });

  test('does the same where nodes.conf alone is gone, and then has no data older than the replica', () => {
    const manifest = 'data/appendonlydir/appendonly.aof.manifest';
    write({ [manifest]: 'file', '10.0.0.2': others });
    start();
    expect(existsSync(join(here, manifest))).toBe(true);
    write({ until: '2', '10.0.0.2': node('old', 0, 'master', OWNER), later: node('old', 0, 'master,fail', SPARE) });
    start();
    expect(existsSync(join(here, manifest))).toBe(false);
  });

  test('has the replica with most of the data take over where nobody was elected within 20 s', () => {
    const replicas = [2, 3, 4].map((pod) => node(`replica-${pod}`, pod, 'slave', 'old 0 0 1 connected')).join('');
    write({
      until: '10',
      '10.0.0.2': others + replicas + node('old', 0, 'master,noaddr', OWNER, ':0@0'),
      later: others + node('old', 0, 'master,noaddr', SPARE, ':0@0'),
      '10.0.0.3.replication': 'role:slave\r\nmaster_repl_offset:700\r\n',
      '10.0.0.3.keys': '7',
      '10.0.0.4.replication': 'role:slave\r\nmaster_repl_offset:900\r\n',
      '10.0.0.4.keys': '5',
      '10.0.0.5.replication': 'role:slave\r\nmaster_repl_offset:0\r\n',
      '10.0.0.5.keys': '0',
    });
    expect(start()).toMatch(/\nasking 10.0.0.4 to take over: OK\n$/);
    expect(read('said')).toBe('10.0.0.4 cluster failover takeover\n');
    expect(read('started')).toMatch(/\n10\n$/);
  });

  test('asks no replica without data, and none of a master that is alive', () => {
    const replica = node('replica', 2, 'slave', 'old 0 0 1 connected');
    write({ '10.0.0.3.replication': 'master_repl_offset:0', '10.0.0.3.keys': '0', until: '15' });
    write({ '10.0.0.2': replica + node('old', 0, 'master,fail', OWNER), later: '' });
    start();
    write({
      '10.0.0.3.replication': 'master_repl_offset:9',
      slept: '',
      '10.0.0.2': replica + node('old', 0, 'master', OWNER),
    });
    write({ later: '' });
    start();
    expect(existsSync(join(here, 'said'))).toBe(false);
  });
});

describe('follow.sh', () => {
  const replication = 'role:master\r\n';

  beforeEach(() => {
    write({ 'run/secrets/redis/password': 'secret', 'self.replication': replication });
    write({ info: 'cluster_slots_ok:16384\r\n', 'run/redis/unplaced': '', until: '99' });
  });

  test('leaves a node that is new to the cluster to the init Job', () => {
    write({ self: others + node('own', 0, 'myself,master', SPARE), '10.0.0.2': others });
    expect(follow()).toBe('');
    expect(existsSync(join(here, 'said'))).toBe(false);
  });

  test('lets replicas copy from a node that has got slots, or is in step with its master', () => {
    write({ self: others + node('own', 0, 'myself,master', OWNER) });
    expect(follow()).toBe('placed in the cluster\n');
    expect(read('said')).toBe('self -e acl setuser default +psync +sync\n');
    expect(existsSync(join(here, 'run/redis/unplaced'))).toBe(false);

    write({ self: others + node('own', 0, 'myself,slave', 'other 0 0 2 connected'), 'run/redis/unplaced': '' });
    expect(follow()).toBe('');
    write({ 'self.replication': 'role:slave\r\nmaster_link_status:up\r\n' });
    expect(follow()).toBe('placed in the cluster\n');
  });

  test('makes a node with an emptied volume the replica of the master with the fewest, elsewhere if it can', () => {
    const masters = [1, 2, 3].map((pod) => node(`m${pod}`, pod, 'master', `- 0 0 ${pod} connected ${pod}`)).join('');
    const replicas = node('r1', 4, 'slave', 'm1 0 0 1 connected') + node('old', 0, 'slave,fail', 'm2 0 0 1 connected');
    write({
      // It has just come, and has not heard of the replica.
      self: masters + node('own', 0, 'myself,master', SPARE),
      '10.0.0.2': masters + replicas,
      '10.0.0.2.zone': 'zone-b',
      '10.0.0.3.zone': 'zone-a',
      '10.0.0.4.zone': 'zone-b',
    });
    expect(follow()).toBe('this volume was emptied; replicating m3: OK\n');
    expect(read('said')).toBe('self cluster replicate m3\n');
  });

  test('does so only once every slot is served', () => {
    write({ info: 'cluster_slots_ok:10923\r\n', '10.0.0.2': node('old', 0, 'slave,fail', SPARE) });
    write({ self: others + node('own', 0, 'myself,master', SPARE) });
    expect(follow()).toBe('');
    expect(existsSync(join(here, 'said'))).toBe(false);
  });

  test('stops a server that started before its peers could say that it has slots to lose', () => {
    write({
      self: others + node('own', 0, 'myself,master', SPARE),
      '10.0.0.2': node('old', 0, 'master,noaddr', OWNER),
    });
    expect(follow()).toMatch("the cluster has slots down to this pod's older ID");
    expect(read('said')).toBe('self shutdown nosave\n');
  });

  test('forgets the older IDs of pods that have a place under another, and nobody else', () => {
    rmSync(join(here, 'run/redis/unplaced'));
    write({
      self:
        node('own', 0, 'myself,master', OWNER) +
        node('new-1', 1, 'slave', 'own 0 0 1 connected') +
        node('old-1', 1, 'slave,fail', 'own 0 0 1 disconnected') +
        node('older-1', 1, 'master,noaddr', '- 0 0 1 disconnected', ':0@0') +
        // It may come back.
        node('old-2', 2, 'master,fail', '- 0 0 1 disconnected') +
        // It is not known to be gone.
        node('old-3', 3, 'slave,fail?', 'own 0 0 1 disconnected') +
        node('new-3', 3, 'slave', 'own 0 0 1 connected') +
        // Its slots are in nobody else's hands.
        node('old-4', 4, 'master,fail', '- 0 0 1 disconnected 9') +
        node('new-4', 4, 'slave', 'own 0 0 1 connected') +
        // It has no place yet, and is known by its older ID.
        node('old-5', 5, 'slave,fail', 'own 0 0 1 disconnected') +
        node('new-5', 5, 'master', SPARE),
    });
    follow();
    const forgotten = read('said')
      .split('\n')
      .filter((line) => line.includes('forget'));
    expect(forgotten.sort()).toEqual(['self cluster forget old-1', 'self cluster forget older-1']);
  });
});

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
  return shell(files['start.sh'] ?? '');
}

/** One round. */
function follow(): string {
  return shell((files['follow.sh'] ?? '').replace(/^while sleep .*; do$/m, 'for _ in once; do'));
}

/** What a script says. */
function shell(script: string): string {
  const moved = script.replace(/\/(data|run\/redis|run\/secrets|etc\/redis)\b/g, `${here}/$1`);
  const env = {
    PATH: `${join(here, 'bin')}:${process.env.PATH ?? ''}`,
    HERE: here,
    POD_NAME: 'pod-0',
    POD_IP: '10.0.0.1',
    DOMAIN: 'headless',
    ZONE: 'zone-a',
    NODE_NAME: 'node',
    REDISCLI_AUTH: 'secret',
  };
  const { stdout, stderr } = spawnSync('sh', ['-c', moved], { env, encoding: 'utf8', timeout: 60_000 });
  expect(stderr).toBe('');
  return stdout;
}
