import { readFileSync } from 'node:fs';
import { App, Chart } from 'cdk8s';
import type { PodSpec } from 'kubernetes-types/core/v1';
import { RedisCache } from '../../../lib/tiers/data/redis-cache';
import { RedisSentinel, type RedisSentinelProps, redisSentinelDefaults } from '../../../lib/tiers/data/redis-sentinel';
import { Objects } from './objects';
import { redisProps } from './redis-props';
import { shellErrors } from './shell';

function chartWith(props: RedisSentinelProps = {}): Chart {
  const chart = new Chart(new App(), 'shop');
  new RedisSentinel(chart, 'redis', props);
  return chart;
}

function synth(props: RedisSentinelProps = {}): Objects {
  return new Objects(chartWith(props));
}

function file(pods: string, name: string, props: RedisSentinelProps = {}): string {
  return synth(props).get('ConfigMap', pods).data?.[name] ?? '';
}

function pod(pods: string, props: RedisSentinelProps = {}): PodSpec | undefined {
  return synth(props).get('StatefulSet', pods).spec?.template.spec;
}

function problems(props: RedisSentinelProps): string {
  return chartWith(props).node.findChild('redis').node.validate().join('\n');
}

const [SERVERS, SENTINELS] = ['shop-redis', 'shop-redis-sentinel'];

/** Every prop, each other than its default. */
const full: { readonly [K in keyof Required<RedisSentinelProps>]: NonNullable<RedisSentinelProps[K]> } = {
  ...redisProps,
  replicas: 2,
  sentinels: 5,
  quorum: 3,
  antiAffinity: 'preferred',
  downAfterMilliseconds: 10_000,
  failoverTimeoutMilliseconds: 60_000,
  minReplicasToWrite: 1,
  replBacklogSize: '64Mi',
  sentinel: { storage: { size: '1Gi', storageClassName: 'fast' }, resources: redisProps.resources },
};
/** With what a change of one prop is compared, where it is not the default. */
const before: Partial<Record<keyof RedisSentinelProps, RedisSentinelProps>> = {
  sentinels: { sentinels: 7, quorum: 4 },
  quorum: { sentinels: 5, quorum: 4 },
};

describe('RedisSentinel', () => {
  test('has a master, its replicas, and Sentinels, all started at once', () => {
    const of = (pods: string, props: RedisSentinelProps = {}) => synth(props).get('StatefulSet', pods).spec;
    expect(of(SERVERS)).toMatchObject({ replicas: 2, podManagementPolicy: 'Parallel' });
    expect(of(SERVERS, { replicas: 2 })?.replicas).toBe(3);
    expect(of(SENTINELS)).toMatchObject({ replicas: 3, podManagementPolicy: 'Parallel' });
  });

  test('has each Sentinel on a node of its own, and servers where there is room', () => {
    const terms = (pods: string, props: RedisSentinelProps = {}): readonly string[] =>
      Object.keys(pod(pods, props)?.affinity?.podAntiAffinity ?? {});
    expect(terms(SENTINELS)).toEqual(['requiredDuringSchedulingIgnoredDuringExecution']);
    expect(pod(SENTINELS)?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution).toEqual([
      {
        topologyKey: 'kubernetes.io/hostname',
        labelSelector: {
          matchLabels: {
            'app.kubernetes.io/name': 'redis-sentinel',
            'app.kubernetes.io/instance': 'shop',
            'app.kubernetes.io/component': 'sentinel',
          },
        },
      },
    ]);
    expect(terms(SENTINELS, { antiAffinity: 'preferred' })).toEqual([
      'preferredDuringSchedulingIgnoredDuringExecution',
    ]);
    expect(terms(SERVERS)).toEqual(['preferredDuringSchedulingIgnoredDuringExecution']);
  });

  test('knows all by names, and those in DNS before they are ready', () => {
    const conf = file(SENTINELS, 'sentinel.conf');
    expect(conf).toMatch('\nsentinel resolve-hostnames yes\nsentinel announce-hostnames yes\n');
    for (const name of [`${SERVERS}-headless`, `${SENTINELS}-headless`]) {
      expect(synth().get('Service', name).spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true });
    }
    expect(file(SERVERS, 'start.sh')).toMatch('echo "replica-announce-ip $own"');
    expect(file(SENTINELS, 'start-sentinel.sh')).toMatch('echo "sentinel announce-ip $own"');
  });

  test('has no Service that would take writes to a replica', () => {
    expect(synth().names.filter((name) => name.startsWith('Service/'))).toEqual([
      'Service/shop-redis-headless',
      'Service/shop-redis-sentinel',
      'Service/shop-redis-sentinel-headless',
    ]);
  });

  test('has files that Redis and Sentinel may rewrite, the latter on a volume', () => {
    expect(file(SERVERS, 'start.sh')).toMatch('redis-server /run/redis/redis.conf &');
    expect(file(SENTINELS, 'start-sentinel.sh')).toMatch('redis-server /data/sentinel.conf --sentinel &');
    const [claim] = synth().get('StatefulSet', SENTINELS).spec?.volumeClaimTemplates ?? [];
    expect(claim?.spec?.resources?.requests).toEqual({ storage: '128Mi' });
  });

  test('gives neither program the password as an argument, and both a new one as soon as the Secret has it', () => {
    for (const [pods, suffix] of [
      [SERVERS, ''],
      [SENTINELS, '-sentinel'],
    ] as const) {
      const [main] = pod(pods)?.containers ?? [];
      expect(main?.command).toEqual(['sh', `/etc/redis/start${suffix}.sh`]);
      expect(main?.args).toBeUndefined();
      expect(main?.env?.[0]).toEqual({
        name: 'REDISCLI_AUTH',
        valueFrom: { secretKeyRef: { name: 'shop-redis', key: 'password' } },
      });
      expect(main?.volumeMounts).toContainEqual({
        name: 'secrets',
        mountPath: '/run/secrets/redis',
        readOnly: true,
      });
      expect(file(pods, `start${suffix}.sh`)).toMatch('\numask 077\n');
      expect(file(pods, `follow${suffix}.sh`)).toMatch('password=$(cat /run/secrets/redis/password)');
    }
  });

  test('restarts nobody where servers are added, and no server where Sentinels are', () => {
    const more = { replicas: 3 };
    for (const pods of [SERVERS, SENTINELS]) expect(pod(pods, more)).toEqual(pod(pods));
    expect(pod(SERVERS, { sentinels: 5, quorum: 3 })).toEqual(pod(SERVERS));
    expect(file(SERVERS, 'numbers.sh', more)).toBe('SERVERS=4\nSENTINELS=3\n');
  });

  test('keeps every write in an append-only file, and refuses none for want of replicas', () => {
    expect(file(SERVERS, 'redis.conf')).toMatch('\nappendonly yes\nappendfsync everysec\n');
    expect(file(SERVERS, 'redis.conf')).toMatch('\nmin-replicas-to-write 0\nmin-replicas-max-lag 10\n');
    expect(file(SERVERS, 'redis.conf', { minReplicasToWrite: 1 })).toMatch('\nmin-replicas-to-write 1\n');
  });

  test('chooses another master after five seconds, and tries again after twenty', () => {
    const conf = file(SENTINELS, 'sentinel.conf');
    expect(conf).toMatch('\nsentinel down-after-milliseconds mymaster 5000\n');
    expect(conf).toMatch('\nsentinel failover-timeout mymaster 10000\n');
  });

  test('hands over before the master stops, well within the grace period', () => {
    const [redis] = pod(SERVERS)?.containers ?? [];
    expect(redis?.lifecycle?.preStop?.exec?.command).toEqual(['sh', '/etc/redis/stop.sh']);
    expect(pod(SERVERS)?.terminationGracePeriodSeconds).toBe(60);
  });

  test('has three probes that differ', () => {
    for (const pods of [SERVERS, SENTINELS]) {
      const [main] = pod(pods)?.containers ?? [];
      expect(main?.livenessProbe?.exec?.command).toEqual(['sh', '/etc/redis/alive.sh']);
      expect(main?.readinessProbe?.exec?.command).toEqual(['sh', '/etc/redis/ready.sh']);
      expect(main?.startupProbe?.failureThreshold).toBe(60);
    }
  });

  test('lets in its own pods on both ports', () => {
    const allowed = (pods: string) =>
      synth()
        .get('NetworkPolicy', pods)
        .spec?.ingress?.map(({ from, ports }) => [
          from?.[0]?.podSelector?.matchLabels?.['app.kubernetes.io/component'],
          ports?.[0]?.port,
        ]);
    expect(allowed(SERVERS)).toEqual([
      ['server', 6379],
      ['sentinel', 6379],
    ]);
    expect(allowed(SENTINELS)).toEqual([
      ['server', 26_379],
      ['sentinel', 26_379],
    ]);
  });

  test('tells clients of each Sentinel, of the name to ask for, and of the password by reference', () => {
    const settings = (props: RedisSentinelProps) => {
      const chart = new Chart(new App(), 'shop');
      new RedisCache(chart, 'mirror').connectTo(new RedisSentinel(chart, 'redis', props));
      return new Objects(chart).get('StatefulSet', 'shop-mirror').spec?.template.spec?.containers[0]?.env?.slice(-3);
    };
    const host = (index: number) => `shop-redis-sentinel-${index}.shop-redis-sentinel-headless:26379`;
    expect(settings({})).toEqual([
      { name: 'REDIS_SENTINELS', value: [0, 1, 2].map(host).join(',') },
      { name: 'REDIS_SENTINEL_MASTER', value: 'mymaster' },
      { name: 'REDIS_PASSWORD', valueFrom: { secretKeyRef: { name: 'shop-redis', key: 'password' } } },
    ]);
    expect(settings({ sentinels: 5, quorum: 3 })?.[0]?.value).toBe([0, 1, 2, 3, 4].map(host).join(','));
    expect(settings({ sentinels: 7, quorum: 4 })?.[0]?.value).toBe([0, 1, 2, 3, 4, 5, 6].map(host).join(','));
  });

  test('exports the metrics of servers and Sentinels, as two tiers', () => {
    for (const [pods, port] of [
      [SERVERS, 6379],
      [SENTINELS, 26_379],
    ] as const) {
      const { metadata, spec } = synth().get('StatefulSet', pods).spec?.template ?? {};
      expect(metadata?.labels?.['app.kubernetes.io/name']).toBe(pods.replace('shop-', ''));
      expect(metadata?.annotations).toMatchObject({ 'prometheus.io/port': '9121', 'prometheus.io/path': '/metrics' });
      expect(spec?.containers[1]?.env).toContainEqual({ name: 'REDIS_ADDR', value: `redis://127.0.0.1:${port}` });
    }
  });

  describe('refuses', () => {
    test('a master without a replica', () => {
      expect(problems({ replicas: 1 })).toBe('');
      expect(problems({ replicas: 0 })).toBe(
        'replicas 0 leaves the Sentinels nobody to choose when the master is gone; ' +
          'set it to 1 or more, or use RedisCache.',
      );
    });

    test('Sentinels of which half could disagree with the other', () => {
      expect(problems({ sentinels: 5, quorum: 3 })).toBe('');
      for (const sentinels of [1, 4, 9]) {
        expect(problems({ sentinels, quorum: 3 })).toContain(
          `sentinels ${sentinels} cannot outvote each other; set it to 3, 5, 7.`,
        );
      }
    });

    test('a quorum that is no majority, or all', () => {
      expect(problems({ sentinels: 5, quorum: 4 })).toBe('');
      for (const [sentinels, quorum, better] of [
        [3, 1, 2],
        [3, 3, 2],
        [5, 2, 3],
        [5, 5, 3],
      ] as const) {
        expect(problems({ sentinels, quorum })).toBe(
          `quorum ${quorum} of ${sentinels} sentinels is no majority, or all of them, so that the loss of one ends failover; ` +
            `set it to ${better}.`,
        );
      }
    });

    test('writes that need more replicas than there are', () => {
      expect(problems({ minReplicasToWrite: 1 })).toBe('');
      expect(problems({ minReplicasToWrite: 2 })).toBe(
        'minReplicasToWrite 2 is more than the 1 of replicas, so the master would never take a write; set it to 1 or less.',
      );
    });

    test('data that leaves no room in the container', () => {
      expect(problems({ maxmemoryPercent: 91 })).toContain('maxmemoryPercent 91 gives data 465Mi');
    });
  });

  test.each([
    ...['start.sh', 'follow.sh', 'stop.sh', 'ready.sh', 'alive.sh', 'numbers.sh'].map((name) => [SERVERS, name]),
    ...['start-sentinel.sh', 'follow-sentinel.sh', 'ready.sh', 'alive.sh'].map((name) => [SENTINELS, name]),
  ])('%s: %s is a script of the shell', (pods = '', name = '') => {
    expect(file(pods, name)).not.toBe('');
    expect(shellErrors(file(pods, name))).toBe('');
  });

  // In a chart a file whose change restarts pods is a template, named after the tier and the file.
  test('calls the files of servers and of Sentinels differently where their change restarts pods', () => {
    const sums = [SERVERS, SENTINELS].flatMap((pods) =>
      Object.keys(synth().get('StatefulSet', pods).spec?.template.metadata?.annotations ?? {}).filter((name) =>
        name.startsWith('checksum/'),
      ),
    );
    expect(sums).toHaveLength(6);
    expect(new Set(sums).size).toBe(6);
  });

  test('is left out where it is not enabled', () => {
    expect(synth({ enabled: false }).names).toEqual([]);
  });

  test.each(Object.keys(full) as (keyof typeof full)[])('%s changes the output', (prop) => {
    const other = prop === 'enabled' ? false : full[prop];
    const given = before[prop] ?? {};
    expect(synth({ ...given, [prop]: other }).toJSON()).not.toEqual(synth(given).toJSON());
  });

  test('documents its defaults as they are', () => {
    const source = ['redis-sentinel', 'redis-pod']
      .map((name) => readFileSync(`lib/tiers/data/${name}.ts`, 'utf8'))
      .join('\n');
    const documented = [...source.matchAll(/@default ([^\s,*-][^\s,*]*)[^*]*\*\/\s+readonly (\w+)\?: Input/g)];
    const scalars = Object.entries(redisSentinelDefaults).flatMap(([prop, value]) =>
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
