import type { StatefulSetSpec } from 'kubernetes-types/apps/v1';
import type { NetworkPolicySpec } from 'kubernetes-types/networking/v1';
import { ModelCache } from '../../../lib/tiers/ml/model-cache';
import { type ModelFetcherProps, modelFetcherDefaults } from '../../../lib/tiers/ml/model-fetcher';
import { text } from '../../../lib/values/text';
import { type KubernetesObject, find, image, synth } from '../web/plain-app';
import { resources } from '../web/pod-settings';
import { type Stored, Served, addStorage, models } from './served';

type Given = Partial<Stored<ModelFetcherProps>>;

const shop = (props: Given = {}): readonly KubernetesObject[] =>
  synth((chart) => new Served(chart, 'served', { ...props, storage: addStorage(chart, props.storage) }));

function cached(enabled: boolean): readonly KubernetesObject[] {
  return synth((chart) => {
    const storage = addStorage(chart);
    const cache = new ModelCache(chart, 'model-cache', { storage, enabled, keepDays: 2 });
    new Served(chart, 'served', { storage, cache });
  });
}

const podOf = (objects: readonly KubernetesObject[]) =>
  (find(objects, 'StatefulSet', 'shop-served').spec as StatefulSetSpec).template;
const fetcherOf = (objects: readonly KubernetesObject[]) => podOf(objects).spec?.initContainers?.[1];
const egressOf = (objects: readonly KubernetesObject[]) =>
  (find(objects, 'NetworkPolicy', 'shop-served').spec as NetworkPolicySpec).egress?.slice(1);

describe('The fetcher of models', () => {
  const objects = shop();

  it('reads a line for each version, with the sum and the variant where there is one', () => {
    expect(find(objects, 'ConfigMap', 'shop-served-models').data?.models).toBe(
      `# model version SHA-256-of-SHA256SUMS variant\nadder 1 - -\nadder 2 ${'a'.repeat(64)} -\ndigits 7 - int8\n`,
    );
  });

  it('runs before the server, in the image of Redis, with rclone beside it', () => {
    const [tools, fetcher] = podOf(objects).spec?.initContainers ?? [];
    expect(tools?.command).toEqual([
      'sh',
      '-c',
      'cp "$(command -v rclone)" /etc/ssl/certs/ca-certificates.crt /opt/tools',
    ]);
    expect(fetcher).toMatchObject({
      image: 'docker.io/library/redis:8.8.3-trixie',
      command: ['sh', '/etc/model-fetcher/fetch.sh'],
    });
    expect(fetcher?.volumeMounts?.map(({ name, mountPath }) => [name, mountPath])).toEqual([
      ['models', '/volume'],
      ['tools', '/opt/tools'],
      ['model-fetcher', '/etc/model-fetcher'],
      ['model-storage', '/run/secrets/model-storage'],
      ['models-tmp', '/tmp'],
    ]);
  });

  it('shows the server nothing but whole versions, to read', () => {
    expect(podOf(objects).spec?.containers[0]?.volumeMounts).toEqual([
      { name: 'models', mountPath: '/models', subPath: 'repository', readOnly: true },
    ]);
  });

  it('has the keys of object storage in files, and reaches it where it was said to be', () => {
    expect(podOf(objects).spec?.volumes?.find(({ name }) => name === 'model-storage')).toEqual({
      name: 'model-storage',
      secret: {
        secretName: 'shop-model-storage',
        defaultMode: 0o440,
        items: [
          { key: 'access-key-id', path: 'access-key-id' },
          { key: 'secret-access-key', path: 'secret-access-key' },
        ],
      },
    });
    const near = shop({ storage: { addresses: ['10.1.0.0/16', '10.2.0.0/16'], port: 9000 } });
    expect(egressOf(near)).toEqual([
      {
        to: [{ ipBlock: { cidr: '10.1.0.0/16' } }, { ipBlock: { cidr: '10.2.0.0/16' } }],
        ports: [{ port: 9000, protocol: 'TCP' }],
      },
    ]);
  });

  it('asks the cache where there is one, with its password by reference', () => {
    expect(fetcherOf(objects)?.env?.map(({ name }) => name)).toEqual([
      'STORAGE_ENDPOINT',
      'STORAGE_REGION',
      'STORAGE_PATH',
    ]);
    expect(fetcherOf(cached(true))?.env?.slice(3)).toEqual([
      { name: 'CACHE_HOST', value: 'shop-model-cache' },
      { name: 'CACHE_KEEP_SECONDS', value: '172800' },
      { name: 'REDISCLI_AUTH', valueFrom: { secretKeyRef: { name: 'shop-model-cache', key: 'password' } } },
    ]);
    expect(egressOf(cached(true))?.map(({ ports }) => ports?.[0]?.port)).toEqual([443, 6379]);
    expect(fetcherOf(cached(false))).toEqual(fetcherOf(objects));
    expect(egressOf(cached(false))).toEqual(egressOf(objects));
  });

  it('finds models in a folder of the bucket, or in all of it', () => {
    const path = (prefix: string | null) =>
      fetcherOf(shop({ storage: { prefix } }))?.env?.find(({ name }) => name === 'STORAGE_PATH')?.value;
    expect([path(null), path('shop/live')]).toEqual(['models', 'models/shop/live']);
  });

  it('restarts the server for other models, and not for what is said about their size', () => {
    const sum = (given: NonNullable<Given['models']>) =>
      podOf(shop({ models: given })).metadata?.annotations?.['checksum/models'];
    expect(sum({ ...models, digits: { ...models.digits, size: '3Mi' } })).toBe(sum(models));
    expect(sum({ ...models, digits: { ...models.digits, variant: 'int4' } })).not.toBe(sum(models));
  });

  it('places what the server needs beside the versions, and restarts it for that', () => {
    const placed = shop({
      place: text`
        ln -sf adder/1 newest
      `,
    });
    expect(find(placed, 'ConfigMap', 'shop-served-models').data?.['place.sh']).toBe('ln -sf adder/1 newest\n');
    expect(podOf(placed).metadata?.annotations).toHaveProperty(['checksum/place.sh']);
    expect(find(objects, 'ConfigMap', 'shop-served-models').data).not.toHaveProperty(['place.sh']);
  });

  it('names no password in its scripts, and is told of none by an argument', () => {
    const { data = {} } = find(cached(true), 'ConfigMap', 'shop-model-storage');
    const scripts = Object.values(data).join('');
    expect(scripts).toContain('redis-cli');
    expect(scripts).not.toMatch(/redis-cli[^\n]* (-a|--pass|-u)\b/);
    expect(scripts).not.toMatch(/rclone[^\n]*(--s3-|access_key)/);
    expect(scripts).not.toContain('echo "$RCLONE_CONFIG');
  });

  const full: Required<Omit<Given, 'cache'>> = {
    models: { other: { versions: [{ version: 3 }], size: '1Mi' } },
    storage: { existingSecret: 'keys' },
    image: image('redis'),
    toolsImage: image('rclone'),
    resources: resources('1'),
    place: text`
      true
    `,
  };

  it('is what its snapshots say, with defaults and with every prop', () => {
    expect(objects).toMatchSnapshot('defaults');
    expect(shop(full)).toMatchSnapshot('every prop');
  });

  it('changes with every prop', () => {
    const before = JSON.stringify(objects);
    for (const key of Object.keys(full) as (keyof typeof full)[]) {
      expect([key, JSON.stringify(shop({ [key]: full[key] })) === before]).toEqual([key, false]);
    }
    expect(shop(modelFetcherDefaults)).toEqual(objects);
  });
});
