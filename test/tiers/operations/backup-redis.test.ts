import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Chart, Testing } from 'cdk8s';
import type { CronJob } from 'kubernetes-types/batch/v1';
import type { ConfigMap, Container, PodSpec } from 'kubernetes-types/core/v1';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1';
import { Postgres } from '../../../lib/tiers/data/postgres';
import { RedisCache } from '../../../lib/tiers/data/redis-cache';
import { RedisCluster } from '../../../lib/tiers/data/redis-cluster';
import { Backup } from '../../../lib/tiers/operations/backup';
import type { RedisServer } from '../../../lib/tiers/operations/backup-redis';
import { shellErrors } from '../data/shell';

interface Kinds {
  readonly ConfigMap: ConfigMap;
  readonly CronJob: CronJob;
  readonly NetworkPolicy: NetworkPolicy;
}

type Servers = (chart: Chart) => readonly RedisServer[];

const cluster: Servers = (chart) => [new RedisCluster(chart, 'redis-cluster')];
const single: Servers = (chart) => [new RedisCache(chart, 'redis')];

function chartWith(servers: Servers): Chart {
  const chart = new Chart(new App(), 'shop');
  new Backup(chart, 'backup', {
    postgres: new Postgres(chart, 'postgres', { database: 'shop' }),
    redis: servers(chart),
  });
  return chart;
}

function get<K extends keyof Kinds>(kind: K, name: string, servers = cluster): Kinds[K] {
  const objects = Testing.synth(chartWith(servers)) as { kind: string; metadata: { name: string } }[];
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (!found) throw new Error(`no ${kind}/${name}`);
  return found as unknown as Kinds[K];
}

function pod(job: string, servers = cluster): PodSpec | undefined {
  return get('CronJob', `shop-backup-${job}`, servers).spec?.jobTemplate.spec?.template.spec;
}

function container(job: string, servers = cluster): Container | undefined {
  return pod(job, servers)?.containers[0];
}

function env(job: string, servers = cluster): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    (container(job, servers)?.env ?? []).map(({ name, value, valueFrom }) => [name, value ?? valueFrom]),
  );
}

function problems(servers: Servers): readonly string[] {
  return chartWith(servers).node.findChild('backup').node.validate();
}

describe('backups of Redis', () => {
  test('run at 03:00, a drill each Sunday, and a restore by hand alone', () => {
    const when = (job: string) => {
      const { schedule, suspend, concurrencyPolicy } = get('CronJob', `shop-backup-${job}`).spec ?? {};
      return [schedule, suspend, concurrencyPolicy];
    };
    expect(when('redis')).toEqual(['0 3 * * *', undefined, 'Forbid']);
    expect(when('drill-redis')).toEqual(['0 4 * * 0', undefined, 'Forbid']);
    expect(when('restore-redis')).toEqual(['0 0 31 2 *', true, 'Forbid']);
  });

  test('know the servers and the password as every client does', () => {
    expect(env('redis')).toMatchObject({
      REDIS_HOST: 'shop-redis-cluster',
      REDIS_CLUSTER: 'true',
      REDIS_PASSWORD: { secretKeyRef: { name: 'shop-redis', key: 'password' } },
      RETENTION_DAYS: '30',
    });
    expect(env('restore-redis', single)).toMatchObject({
      REDIS_HOST: 'shop-redis',
      RESTORE_TO: '',
      RESTORE_REPLACE: '',
    });
    expect(env('restore-redis', single)).not.toHaveProperty('REDIS_CLUSTER');
  });

  test('reach the servers, which the drill does not', () => {
    const reaches = (job: string) => JSON.stringify(get('NetworkPolicy', `shop-backup-${job}`).spec?.egress);
    expect(reaches('redis')).toContain('"port":6379');
    expect(reaches('restore-redis')).toContain('"port":6379');
    expect(reaches('drill-redis')).not.toContain('"port":6379');
    expect(env('drill-redis')).not.toHaveProperty('REDIS_PASSWORD');
  });

  test('hold what one of the servers may hold, with rclone beside it', () => {
    expect(container('restore-redis')?.image).toBe(
      get('CronJob', 'shop-backup-redis', single).spec?.jobTemplate.spec?.template.spec?.containers[0]?.image,
    );
    expect(container('restore-redis')?.resources?.limits?.memory).toBe('640Mi');
    const small: Servers = (chart) => [
      new RedisCache(chart, 'redis', {
        resources: {
          requests: { cpu: '10m', memory: '32Mi', ephemeralStorage: '16Mi' },
          limits: { cpu: null, memory: '1Gi', ephemeralStorage: '64Mi' },
        },
      }),
    ];
    expect(container('drill-redis', small)?.resources?.limits).toEqual({
      memory: '1152Mi',
      'ephemeral-storage': '64Mi',
    });
  });

  test('take RDBs to a volume that is there while the pod is', () => {
    expect(pod('redis')?.volumes?.find(({ name }) => name === 'scratch')?.ephemeral?.volumeClaimTemplate?.spec).toEqual(
      {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '20Gi' } },
      },
    );
  });

  test.each(['redis', 'restore-redis', 'drill-redis'])('%s is a script of the shell', (job) => {
    const script = get('ConfigMap', `shop-backup-${job}`).data?.['run.sh'] ?? '';
    expect(script).toMatch(/^#!\/bin\/sh\n/);
    expect(shellErrors(script)).toBe('');
  });

  test('give Lua whole to the shell, its end at the beginning of a line', () => {
    expect(get('ConfigMap', 'shop-backup-restore-redis').data?.['run.sh']).toMatch(
      /<<'LUA'\n-- Copies .*\n[^]*\nLUA\n/,
    );
  });

  test('are of the Redis that is there', () => {
    const either: Servers = (chart) => [
      new RedisCluster(chart, 'redis-cluster', { enabled: false }),
      new RedisCache(chart, 'redis'),
    ];
    expect(env('redis', either)).toMatchObject({ REDIS_HOST: 'shop-redis' });
    expect(problems(either)).toEqual([]);
  });

  test('are left out where there is none', () => {
    const none: Servers = (chart) => [new RedisCache(chart, 'redis', { enabled: false })];
    expect(() => get('CronJob', 'shop-backup-redis', none)).toThrow('no CronJob/shop-backup-redis');
    expect(() => get('CronJob', 'shop-backup-redis', () => [])).toThrow('no CronJob/shop-backup-redis');
  });

  test('refuse two at a time', () => {
    expect(problems((chart) => [...cluster(chart), ...single(chart)])).toEqual([
      'redis names shop-redis-cluster and shop-redis, and one Redis is backed up; ' +
        'leave one out, or give it a Backup of its own.',
    ]);
  });
});

describe('the script that saves RDBs', () => {
  const half = 'a1 10.0.0.1 0-8191\nb2 10.0.0.2 8192-16383\n';

  test('saves each master once where nothing changes', () => {
    expect(save(half)).toEqual({
      status: 0,
      said: [
        'rdb a1.rdb 7 2 0-8191',
        'put a1.rdb',
        'rdb b2.rdb 7 2 8192-16383',
        'put b2.rdb',
        'finish',
        'verify',
        'retain 30',
      ],
    });
  });

  test('begins again after a failover meanwhile, with the masters of then', () => {
    const after = 'a1 10.0.0.1 0-8191\nc3 10.0.0.3 8192-16383\n';
    expect(save(half, after, after).said.filter((line) => line.startsWith('put'))).toEqual([
      'put a1.rdb',
      'put c3.rdb',
    ]);
  });

  test.each([
    ['has no owner', 'a1 10.0.0.1 0-8190\nb2 10.0.0.2 8192-16383\n'],
    ['has two', 'a1 10.0.0.1 0-8192\nb2 10.0.0.2 8192-16383\n'],
    ['is being moved', 'a1 10.0.0.1 0-8191 [8191->-b2]\nb2 10.0.0.2 8192-16383\n'],
  ])('gives up, loudly, where a slot %s at each attempt', (_, layout) => {
    expect(save(layout)).toEqual({
      status: 1,
      said: ['in none of 5 attempts could an RDB of every slot be saved, for the reasons above'],
    });
  });
});

/** What the script says to the library, where the masters are as each layout says in turn, and then as the last does. */
function save(...layouts: readonly string[]): { readonly status: number | null; readonly said: readonly string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  try {
    const programs = {
      // CLUSTER NODES of whoever is asked: all masters, or, where an address is given, the line of that one as "myself".
      'redis-cli': `
        cd ${folder}
        if [ "$3" = --rdb ]; then exit 0; fi
        if [ "$1" = --version ]; then echo 'redis-cli 8'; exit; fi
        if [ "$2" = redis ]; then
          turn=$(($(cat turn) + 1)); [ -e "layout-$turn" ] && echo "$turn" > turn
          awk '{ print $1, $2 ":6379@16379", "master", "-", 0, 0, 1, "connected", $3, $4 }' "layout-$(cat turn)"
        else
          awk -v host="$2" '$2 == host { print $1, $2 ":6379@16379", "myself,master", "-", 0, 0, 1, "connected", $3, $4 }' \\
            "layout-$(cat turn)"
        fi`,
      'redis-check-rdb': "printf '[info] 7 keys read\\n[info] 2 expires\\n'",
      sleep: '',
    };
    for (const [name, body] of Object.entries(programs)) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    }
    layouts.forEach((layout, turn) => writeFileSync(join(folder, `layout-${turn + 1}`), layout));
    writeFileSync(join(folder, 'turn'), '0');
    const library = `set -eu
      run=${folder} id=now kind=redis
      begin() { :; }
      say() { :; }
      note() { [ "$1" != rdb ] || echo "$*"; }
      put() { echo "put $1"; : > "${folder}/$1"; }
      finish() { echo finish; }
      verify() { echo verify; }
      retain() { echo "retain $2"; }
      fail() { echo "$*"; exit 1; }`;
    const script = (get('ConfigMap', 'shop-backup-redis').data?.['run.sh'] ?? '')
      .replace('. /etc/backup/library.sh', library)
      .replaceAll('/scratch', folder)
      .replace(`rm -f ${folder}/*`, ':');
    const env = { PATH: `${folder}:${process.env.PATH ?? ''}`, REDIS_PASSWORD: 'p', REDIS_HOST: 'redis' };
    const ran = spawnSync('sh', [], {
      input: script,
      encoding: 'utf8',
      env: { ...env, REDIS_CLUSTER: 'true', RETENTION_DAYS: '30' },
    });
    return { status: ran.status, said: ran.stdout.trim().split('\n') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
