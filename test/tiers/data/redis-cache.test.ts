import { App, Chart } from 'cdk8s';
import type { PodSpec } from 'kubernetes-types/core/v1';
import { RedisCache, type RedisCacheProps } from '../../../lib/tiers/data/redis-cache';
import { Objects } from './objects';
import { redisProps } from './redis-props';
import { shellErrors } from './shell';

function chartWith(props: RedisCacheProps = {}): Chart {
  const chart = new Chart(new App(), 'shop');
  new RedisCache(chart, 'redis', props);
  return chart;
}

function synth(props: RedisCacheProps = {}): Objects {
  return new Objects(chartWith(props));
}

function conf(props: RedisCacheProps = {}): string {
  return synth(props).get('ConfigMap', 'shop-redis').data?.['redis.conf'] ?? '';
}

function pod(props: RedisCacheProps = {}): PodSpec | undefined {
  return synth(props).get('StatefulSet', 'shop-redis').spec?.template.spec;
}

function problems(props: RedisCacheProps): string {
  return chartWith(props).node.findChild('redis').node.validate().join('\n');
}

/** Every prop, each other than its default. */
const full: { readonly [K in keyof Required<RedisCacheProps>]: NonNullable<RedisCacheProps[K]> } = {
  ...redisProps,
  appendonly: false,
};

describe('RedisCache', () => {
  test('is one pod with a volume, and no disruption budget that could block a drain', () => {
    const { spec } = synth().get('StatefulSet', 'shop-redis');
    expect(spec?.replicas).toBe(1);
    expect(spec?.volumeClaimTemplates?.[0]?.spec?.resources?.requests).toEqual({ storage: '1Gi' });
    expect(synth().names.filter((name) => name.startsWith('PodDisruptionBudget'))).toEqual([]);
  });

  test('knows nothing of a cluster', () => {
    expect(conf()).not.toMatch('cluster-');
    expect(pod()?.containers[0]?.ports).toEqual([{ name: 'redis', containerPort: 6379 }]);
  });

  test('evicts from three quarters of the memory limit on, as it is told', () => {
    expect(conf()).toMatch('\nmaxmemory 402653184\nmaxmemory-policy allkeys-lru\n');
    expect(conf({ maxmemoryPolicy: 'allkeys-lfu' })).toMatch('\nmaxmemory-policy allkeys-lfu\n');
  });

  test('keeps data in an append-only file, or in memory alone', () => {
    expect(conf()).toMatch('\nappendonly yes\n');
    expect(conf({ appendonly: false })).toMatch('\nappendonly no\n');
  });

  test('is ready once it has loaded its data, and alive before', () => {
    const [redis] = pod()?.containers ?? [];
    expect(redis?.readinessProbe?.exec?.command).toEqual(['sh', '-c', '[ "$(redis-cli ping)" = PONG ]']);
    expect(redis?.livenessProbe?.exec?.command).toEqual(['sh', '/etc/redis/alive.sh']);
  });

  test('takes its password from the Secret of the instance, or from another', () => {
    const secretOf = (props: RedisCacheProps): unknown => pod(props)?.containers[0]?.env?.[0]?.valueFrom?.secretKeyRef;
    expect(secretOf({})).toEqual({ name: 'shop-redis', key: 'password' });
    expect(secretOf({ existingSecret: 'vault-redis' })).toEqual({ name: 'vault-redis', key: 'password' });
    expect(secretOf({ existingSecret: null })).toEqual({ name: 'shop-redis', key: 'password' });
  });

  test('tells clients where it is, and of the password by reference', () => {
    const chart = new Chart(new App(), 'shop');
    new RedisCache(chart, 'mirror').connectTo(new RedisCache(chart, 'redis'));
    const { spec } = new Objects(chart).get('StatefulSet', 'shop-mirror');
    expect(spec?.template.spec?.containers[0]?.env?.slice(-3)).toEqual([
      { name: 'REDIS_HOST', value: 'shop-redis' },
      { name: 'REDIS_PORT', value: '6379' },
      { name: 'REDIS_PASSWORD', valueFrom: { secretKeyRef: { name: 'shop-redis', key: 'password' } } },
    ]);
  });

  test('refuses data that leaves no room in the container', () => {
    expect(problems({ maxmemoryPercent: 90 })).toBe('');
    expect(problems({ maxmemoryPercent: 120 })).toBe(
      'maxmemoryPercent 120 gives data 614Mi of the memory limit 512Mi; ' +
        'set it to 10 at least, and to 90 at most to leave room for buffers and rewrites.',
    );
  });

  test.each(['start.sh', 'alive.sh'])('%s is a script of the shell', (name) => {
    expect(shellErrors(synth().get('ConfigMap', 'shop-redis').data?.[name] ?? '')).toBe('');
  });

  test('is left out where it is not enabled', () => {
    expect(synth({ enabled: false }).names).toEqual([]);
  });

  test.each(Object.keys(full) as (keyof typeof full)[])('%s changes the output', (prop) => {
    const other = prop === 'enabled' ? false : full[prop];
    expect(synth({ [prop]: other }).toJSON()).not.toEqual(synth().toJSON());
  });

  test('minimal', () => {
    expect(synth().toJSON()).toMatchSnapshot();
  });

  test('full', () => {
    expect(synth(full).toJSON()).toMatchSnapshot();
  });
});
