import type { DeploymentSpec } from 'kubernetes-types/apps/v1';
import type { CronJobSpec } from 'kubernetes-types/batch/v1';
import type { NetworkPolicySpec } from 'kubernetes-types/networking/v1';
import { ModelCache, type ModelCacheProps, modelCacheDefaults } from '../../../lib/tiers/ml/model-cache';
import { CHUNK_BYTES } from '../../../lib/tiers/ml/model-library';
import { type KubernetesObject, find, image, synth } from '../web/plain-app';
import { podSettings, resources } from '../web/pod-settings';
import { type Stored, Served, addStorage } from './served';

type Given = Partial<Stored<ModelCacheProps>>;

function shop(props: Given = {}): readonly KubernetesObject[] {
  return synth((chart) => {
    const storage = addStorage(chart, props.storage);
    const cache = new ModelCache(chart, 'model-cache', { ...props, storage });
    new Served(chart, 'served', { storage, cache });
    new Served(chart, 'other', {
      storage,
      cache,
      models: { third: { versions: [{ version: 3, sha256: null }], size: '1Gi', variant: null } },
    });
    new Served(chart, 'absent', {
      storage,
      cache,
      enabled: false,
      models: { fourth: { versions: [{ version: 4 }], size: '1Gi' } },
    });
  });
}

const objects = shop();
const { template, strategy } = find(objects, 'Deployment', 'shop-model-cache').spec as DeploymentSpec;
const conf = (all: readonly KubernetesObject[]): string =>
  find(all, 'ConfigMap', 'shop-model-cache').data?.['redis.conf'] ?? '';
const job = (all: readonly KubernetesObject[]): CronJobSpec =>
  find(all, 'CronJob', 'shop-model-cache-preload').spec as CronJobSpec;
const withMemory = (memory: string) => {
  const { requests, limits } = modelCacheDefaults.resources;
  return { requests, limits: { ...limits, memory } };
};

describe('ModelCache', () => {
  it('keeps nothing on a disk, and ends before its successor begins', () => {
    expect(conf(objects)).toMatch(/^appendonly no$/m);
    expect(conf(objects)).toMatch(/^save ""$/m);
    expect(strategy).toEqual({ type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } });
    expect(template.spec?.volumes).toContainEqual({ name: 'data', emptyDir: { sizeLimit: '16Mi' } });
  });

  it.each(['lfu', 'lru'] as const)('lets go what expires and is read least, by %s', (policy) => {
    expect(conf(shop({ policy }))).toMatch(new RegExp(`^maxmemory-policy volatile-${policy}$`, 'm'));
  });

  it('counts each read, and forgets one in an hour', () => {
    expect(conf(objects)).toContain('maxmemory-samples 10\nlfu-log-factor 0\nlfu-decay-time 60\n');
  });

  it('holds three quarters of its memory, and closes no connection for what is in its buffer', () => {
    expect(conf(objects)).toContain(`maxmemory ${(2 ** 30 * 3) / 4}\n`);
    expect(conf(objects)).toContain('maxmemory-clients 0\n');
  });

  it('knows its password in its own shell, and has its metrics collected', () => {
    expect(template.metadata?.annotations).toMatchObject({ 'kubectl.kubernetes.io/default-container': 'redis' });
    expect(template.spec?.containers.map(({ name, env = [] }) => [name, env.at(-1)?.name])).toEqual([
      ['redis', 'REDISCLI_AUTH'],
      ['exporter', 'REDIS_PASSWORD'],
    ]);
  });

  it('keeps chunks that Redis has room for exactly', () => {
    expect(CHUNK_BYTES).toBeLessThanOrEqual(2 ** 26);
    expect(CHUNK_BYTES).toBe(32 * 2 ** 20 - 64 * 2 ** 10);
  });

  it('is filled with the models of all servers that are there, to a share of its memory', () => {
    expect(find(objects, 'ConfigMap', 'shop-model-cache-preload').data?.models).toBe(
      [
        '# model version SHA-256-of-SHA256SUMS variant',
        'adder 1 - -',
        `adder 2 ${'a'.repeat(64)} -`,
        'digits 7 - int8',
        'third 3 - -',
        '',
      ].join('\n'),
    );
    const { env } = job(objects).jobTemplate.spec?.template.spec?.containers[0] ?? {};
    expect(env).toContainEqual({ name: 'PRELOAD_BYTES', value: `${Math.floor((2 ** 30 * 3 * 80) / 400)}` });
  });

  it('is reached by those who fetch and by what fills it, which alone reaches object storage', () => {
    const { ingress, egress } = find(objects, 'NetworkPolicy', 'shop-model-cache').spec as NetworkPolicySpec;
    const clients = ingress?.map(({ from }) => from?.[0]?.podSelector?.matchLabels?.['app.kubernetes.io/name']);
    expect(clients).toEqual(['model-cache', 'served', 'other']);
    expect(egress).toHaveLength(1);
    const filling = find(objects, 'NetworkPolicy', 'shop-model-cache-preload').spec as NetworkPolicySpec;
    expect(filling.egress?.slice(1).map(({ ports }) => ports?.[0]?.port)).toEqual([443, 6379]);
  });

  it('refuses to hold less than two chunks', () => {
    const tooSmall =
      '[shop/model-cache] resources.limits.memory 127Mi × maxmemoryPercent 50 leaves 63Mi for models, less than two chunks of 32Mi; raise one of them.';
    expect(() => shop({ resources: withMemory('127Mi'), maxmemoryPercent: 50 })).toThrow(tooSmall);
    expect(() => shop({ resources: withMemory('128Mi'), maxmemoryPercent: 50 })).not.toThrow();
  });

  it('refuses to leave no room for two chunks that are being read', () => {
    expect(() => shop({ resources: withMemory('255Mi'), maxmemoryPercent: 75 })).toThrow(
      '[shop/model-cache] resources.limits.memory 255Mi × maxmemoryPercent 75 leaves 63Mi beside the models, less than the two chunks of 32Mi that clients may be reading or writing; raise the limit, or lower maxmemoryPercent.',
    );
    expect(() => shop({ resources: withMemory('256Mi'), maxmemoryPercent: 75 })).not.toThrow();
  });

  const full: Required<Given> = {
    ...podSettings,
    enabled: true,
    storage: { bucket: 'shop-models' },
    existingSecret: 'cache',
    policy: 'lru',
    keepDays: 7,
    maxmemoryPercent: 60,
    resources: withMemory('2Gi'),
    preload: {
      schedule: '0 6 * * *',
      timeZone: 'Europe/Berlin',
      maxmemoryPercent: 50,
      activeDeadlineSeconds: 600,
      resources: resources('2'),
    },
    image: image('redis'),
    toolsImage: image('rclone'),
    exporter: { image: image('exporter'), resources: resources('3') },
  };
  /** But for what it shares with servers, which has snapshots of its own. */
  const own = (props: Given): readonly KubernetesObject[] =>
    synth((chart) => {
      const storage = addStorage(chart, props.storage);
      new ModelCache(chart, 'model-cache', { ...props, storage });
    }).filter(({ metadata }) => metadata.name !== 'shop-model-storage');

  it('is what its snapshots say, with defaults and with every prop', () => {
    expect(own({})).toMatchSnapshot('defaults');
    expect(own(full)).toMatchSnapshot('every prop');
  });

  it('changes with every prop', () => {
    const before = JSON.stringify(own({}));
    for (const key of Object.keys(full) as (keyof typeof full)[]) {
      const change = { [key]: { ...full, enabled: false }[key] };
      expect([key, JSON.stringify(own(change)) === before]).toEqual([key, false]);
    }
  });
});
