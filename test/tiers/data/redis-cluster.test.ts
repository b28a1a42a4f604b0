import { readFileSync } from 'node:fs';
import { App, Chart } from 'cdk8s';
import type { PodSpec } from 'kubernetes-types/core/v1';
import { RedisCache } from '../../../lib/tiers/data/redis-cache';
import { RedisCluster, type RedisClusterProps, redisClusterDefaults } from '../../../lib/tiers/data/redis-cluster';
import { Objects } from './objects';
import { redisProps } from './redis-props';
import { shellErrors } from './shell';

function chartWith(props: RedisClusterProps = {}): Chart {
  const chart = new Chart(new App(), 'shop');
  new RedisCluster(chart, 'redis-cluster', props);
  return chart;
}

function synth(props: RedisClusterProps = {}): Objects {
  return new Objects(chartWith(props));
}

function file(name: string, props: RedisClusterProps = {}): string {
  return synth(props).get('ConfigMap', 'shop-redis-cluster').data?.[name] ?? '';
}

function pod(props: RedisClusterProps = {}): PodSpec | undefined {
  return synth(props).get('StatefulSet', 'shop-redis-cluster').spec?.template.spec;
}

function init(props: RedisClusterProps = {}): string {
  return JSON.stringify(synth(props).of('shop-redis-cluster-init'));
}

function problems(props: RedisClusterProps): string {
  return chartWith(props).node.findChild('redis-cluster').node.validate().join('\n');
}

/** Every prop, each other than its default. */
const full: { readonly [K in keyof Required<RedisClusterProps>]: NonNullable<RedisClusterProps[K]> } = {
  ...redisProps,
  masters: 5,
  replicasPerMaster: 2,
  clusterNodeTimeoutMilliseconds: 15_000,
  clusterRequireFullCoverage: true,
  clusterAllowReplicaMigration: false,
  minReplicasToWrite: 1,
  replBacklogSize: '64Mi',
};

describe('RedisCluster', () => {
  test('has a pod for each master and each replica, all started at once', () => {
    expect(synth().get('StatefulSet', 'shop-redis-cluster').spec).toMatchObject({
      replicas: 6,
      podManagementPolicy: 'Parallel',
      serviceName: 'shop-redis-cluster-headless',
    });
    const larger = synth({ masters: 4, replicasPerMaster: 2 });
    expect(larger.get('StatefulSet', 'shop-redis-cluster').spec?.replicas).toBe(12);
  });

  test('gives each pod a name in DNS before it is ready, for clients and for the bus', () => {
    const { spec } = synth().get('Service', 'shop-redis-cluster-headless');
    expect(spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true });
    expect(spec?.ports?.map(({ port }) => port)).toEqual([6379, 16_379]);
  });

  test('lets redis-cli in the pod know the password, and no argument', () => {
    const [redis] = pod()?.containers ?? [];
    expect(redis?.env?.[0]).toEqual({
      name: 'REDISCLI_AUTH',
      valueFrom: { secretKeyRef: { name: 'shop-redis', key: 'password' } },
    });
    expect(redis?.command).toEqual(['sh', '/etc/redis/start.sh']);
    expect(redis?.args).toBeUndefined();
  });

  test('keeps the configuration with the password in memory', () => {
    expect(file('redis.conf')).toMatch('\ninclude /run/redis/runtime.conf\n');
    expect(file('start.sh')).toMatch('\numask 077\n');
    expect(pod()?.volumes).toContainEqual({ name: 'run', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } });
  });

  test('sees a new password as soon as the Secret has it, and accepts it beside the old', () => {
    expect(pod()?.volumes).toContainEqual({
      name: 'secrets',
      secret: { secretName: 'shop-redis', defaultMode: 0o440, items: [{ key: 'password', path: 'password' }] },
    });
    expect(pod()?.containers[0]?.volumeMounts).toContainEqual({
      name: 'secrets',
      mountPath: '/run/secrets/redis',
      readOnly: true,
    });
    expect(file('follow.sh')).toMatch('password=$(cat /run/secrets/redis/password)');
  });

  test('gives data three quarters of the memory limit, and a replica that lags an eighth', () => {
    const conf = file('redis.conf');
    expect(conf).toMatch('\nmaxmemory 402653184\nmaxmemory-policy allkeys-lru\n');
    expect(conf).toMatch('\nclient-output-buffer-limit replica 67108864 0 0\n');
    expect(file('redis.conf', { maxmemoryPercent: 33 })).toMatch('\nmaxmemory 177167400\n');
  });

  test('keeps every write in an append-only file that is flushed each second', () => {
    expect(file('redis.conf')).toMatch('\nappendonly yes\nappendfsync everysec\nsave ""\n');
  });

  test('has three probes that differ', () => {
    const [redis] = pod()?.containers ?? [];
    expect(redis?.startupProbe).toMatchObject({
      exec: { command: ['sh', '/etc/redis/alive.sh'] },
      failureThreshold: 60,
    });
    expect(redis?.livenessProbe).toMatchObject({
      exec: { command: ['sh', '/etc/redis/alive.sh'] },
      failureThreshold: 3,
    });
    expect(redis?.readinessProbe).toMatchObject({ exec: { command: ['sh', '/etc/redis/ready.sh'] } });
    expect(file('alive.sh')).toMatch('PONG | LOADING* | MASTERDOWN*) ;;');
  });

  test('hands slots over before it stops, well within the grace period', () => {
    const [redis] = pod()?.containers ?? [];
    expect(redis?.lifecycle?.preStop?.exec?.command).toEqual(['sh', '/etc/redis/stop.sh']);
    expect(pod()?.terminationGracePeriodSeconds).toBe(60);
  });

  test('is formed by a Job that knows how many pods there are, and is a new one when that changes', () => {
    const name = (props: RedisClusterProps): string | undefined =>
      synth(props).names.find((each) => each.startsWith('Job/shop-redis-cluster-init-'));
    expect(init()).toMatch('{"name":"MASTERS","value":"3"},{"name":"REPLICAS_PER_MASTER","value":"1"}');
    expect(name({})).toMatch(/-init-[0-9a-f]{8}$/);
    expect(name({ masters: 4 })).not.toBe(name({}));
    expect(name({ maxmemoryPolicy: 'noeviction' })).toBe(name({}));
  });

  test('lets in its own pods on both ports, and its Job on one', () => {
    const { ingress } = synth().get('NetworkPolicy', 'shop-redis-cluster').spec ?? {};
    const allowed = ingress?.map(({ from, ports }) => [
      from?.[0]?.podSelector?.matchLabels?.['app.kubernetes.io/component'],
      ports?.[0]?.port,
    ]);
    expect(allowed).toEqual([
      ['node', 6379],
      ['init', 6379],
      ['node', 16_379],
    ]);
  });

  test('tells clients that it is a cluster, and of the password by reference', () => {
    const chart = new Chart(new App(), 'shop');
    const cluster = new RedisCluster(chart, 'redis-cluster');
    new RedisCache(chart, 'mirror').connectTo(cluster);
    const { spec } = new Objects(chart).get('StatefulSet', 'shop-mirror');
    expect(spec?.template.spec?.containers[0]?.env?.slice(-4)).toEqual([
      { name: 'REDIS_HOST', value: 'shop-redis-cluster' },
      { name: 'REDIS_PORT', value: '6379' },
      { name: 'REDIS_PASSWORD', valueFrom: { secretKeyRef: { name: 'shop-redis', key: 'password' } } },
      { name: 'REDIS_CLUSTER', value: 'true' },
    ]);
  });

  test('exports the metrics of each node', () => {
    const { metadata, spec } = synth().get('StatefulSet', 'shop-redis-cluster').spec?.template ?? {};
    expect(metadata?.annotations).toMatchObject({ 'prometheus.io/port': '9121', 'prometheus.io/path': '/metrics' });
    expect(spec?.containers[1]?.env).toContainEqual({ name: 'REDIS_ADDR', value: 'redis://127.0.0.1:6379' });
  });

  describe('refuses', () => {
    test('fewer masters than can agree', () => {
      expect(problems({ masters: 3 })).toBe('');
      expect(problems({ masters: 2 })).toBe(
        'masters 2 cannot agree by majority that one of them is gone; ' + 'set it to 3 or more, or use RedisCache.',
      );
    });

    test('masters without a replica', () => {
      expect(problems({ replicasPerMaster: 0 })).toBe(
        'replicasPerMaster 0 leaves the slots of a master that is drained to nobody; ' + 'set it to 1 or more.',
      );
    });

    test('writes that need more replicas than there are', () => {
      expect(problems({ minReplicasToWrite: 1 })).toBe('');
      expect(problems({ minReplicasToWrite: 2 })).toBe(
        'minReplicasToWrite 2 is more than the 1 of replicasPerMaster, ' +
          'so no master would ever take a write; set it to 1 or less.',
      );
    });

    test('data that leaves no room in the container', () => {
      expect(problems({ maxmemoryPercent: 90 })).toBe('');
      expect(problems({ maxmemoryPercent: 91 })).toBe(
        'maxmemoryPercent 91 gives data 465Mi of the memory limit 512Mi; ' +
          'set it to 10 at least, and to 90 at most to leave room for buffers and rewrites.',
      );
      expect(problems({ maxmemoryPercent: 10 })).toBe('');
      expect(problems({ maxmemoryPercent: 9 })).toContain('maxmemoryPercent 9 gives data 46Mi');
    });

    test('and stops the synthesis', () => {
      expect(() => App.of(chartWith({ masters: 1 })).synthYaml()).toThrow('masters 1 cannot agree');
    });
  });

  test.each(['start.sh', 'follow.sh', 'ready.sh', 'alive.sh', 'stop.sh'])('%s is a script of the shell', (name) => {
    expect(shellErrors(file(name))).toBe('');
  });

  test('init.sh is a script of the shell', () => {
    const script = synth().get('ConfigMap', 'shop-redis-cluster-init').data?.['init.sh'] ?? '';
    expect(script).toMatch('16384');
    expect(shellErrors(script)).toBe('');
  });

  test('is left out where it is not enabled', () => {
    expect(synth({ enabled: false }).names).toEqual([]);
  });

  test.each(Object.keys(full) as (keyof typeof full)[])('%s changes the output', (prop) => {
    const other = prop === 'enabled' ? false : full[prop];
    expect(synth({ [prop]: other }).toJSON()).not.toEqual(synth().toJSON());
  });

  test('documents its defaults as they are', () => {
    const source = ['redis-cluster', 'redis-pod']
      .map((name) => readFileSync(`lib/tiers/data/${name}.ts`, 'utf8'))
      .join('\n');
    const documented = [...source.matchAll(/@default ([^\s,*-][^\s,*]*)[^*]*\*\/\s+readonly (\w+)\?: Input/g)];
    const scalars = Object.entries(redisClusterDefaults).flatMap(([prop, value]) =>
      value === null || typeof value === 'object' ? [] : [[prop, String(value)]],
    );
    expect(documented.map(([, value, prop]) => [prop, value]).sort()).toEqual(scalars.sort());
  });

  test('minimal', () => {
    expect(synth().toJSON()).toMatchSnapshot();
  });

  test('full', () => {
    expect(synth(full).toJSON()).toMatchSnapshot();
  });
});
