import type { StatefulSetSpec } from 'kubernetes-types/apps/v1';
import type { CronJobSpec } from 'kubernetes-types/batch/v1';
import { ModelCache } from '../../../lib/tiers/ml/model-cache';
import { ModelStorage, type ModelStorageProps, modelStorageDefaults } from '../../../lib/tiers/ml/model-storage';
import { SampleModels } from '../../../lib/tiers/ml/sample-models';
import { type KubernetesObject, find, synth } from '../web/plain-app';
import { Served, addStorage } from './served';

/** Two servers and a cache over one storage. */
const shop = synth((chart) => {
  const storage = addStorage(chart);
  const cache = new ModelCache(chart, 'model-cache', { storage });
  new Served(chart, 'served', { storage, cache });
  new Served(chart, 'other', { storage, cache });
});
const podsOf = (objects: readonly KubernetesObject[]) => [
  ...['shop-served', 'shop-other'].map((name) => (find(objects, 'StatefulSet', name).spec as StatefulSetSpec).template),
  (find(objects, 'CronJob', 'shop-model-cache-preload').spec as CronJobSpec).jobTemplate.spec?.template,
];

describe('ModelStorage', () => {
  it('has the scripts once for all who read models, each of whom sees them beside its own list', () => {
    const withLibrary = shop.filter(({ data }) => data && 'library.sh' in data);
    expect(withLibrary.map(({ metadata }) => metadata.name)).toEqual(['shop-model-storage']);
    const volumes = podsOf(shop).map((pod) => pod?.spec?.volumes?.find(({ name }) => name === 'model-fetcher'));
    expect(volumes.map((volume) => volume?.projected?.sources?.map(({ configMap }) => configMap?.name))).toEqual([
      ['shop-model-storage', 'shop-served-models'],
      ['shop-model-storage', 'shop-other-models'],
      ['shop-model-storage', 'shop-model-cache-preload'],
    ]);
  });

  it('is a folder without two files of a name', () => {
    const maps = ['shop-model-storage', 'shop-served-models', 'shop-model-cache-preload'];
    const files = maps.map((name) => Object.keys(find(shop, 'ConfigMap', name).data ?? {}));
    expect(files).toEqual([['library.sh', 'fetch.sh'], ['models'], ['preload.sh', 'models']]);
  });

  it('is labelled as a part of model serving', () => {
    expect(find(shop, 'ConfigMap', 'shop-model-storage').metadata).toMatchObject({
      labels: { 'app.kubernetes.io/name': 'model-storage', 'app.kubernetes.io/component': 'ml-serving' },
    });
  });

  it('is there where it is said to be', () => {
    const names = (props: ModelStorageProps) =>
      synth((chart) => new ModelStorage(chart, 'model-storage', props)).map(({ metadata }) => metadata.name);
    expect(names({})).toEqual(['shop-model-storage']);
    expect(names({ enabled: true })).toEqual(['shop-model-storage']);
    expect(names({ enabled: false })).toEqual([]);
  });

  it('may be another beside the first', () => {
    const both = synth((chart) => {
      new Served(chart, 'served', { storage: addStorage(chart) });
      const { storage: server } = new SampleModels(chart, 'sample-models');
      new Served(chart, 'sampled', { storage: new ModelStorage(chart, 'samples', { server }) });
    });
    expect(find(both, 'ConfigMap', 'shop-samples').data).toEqual(find(both, 'ConfigMap', 'shop-model-storage').data);
  });

  const full: Required<Omit<ModelStorageProps, 'server' | 'enabled'>> = {
    endpoint: 'https://s3.example.org',
    region: 'eu-central-1',
    bucket: 'shop-models',
    prefix: 'live',
    existingSecret: 'keys',
    addresses: ['10.0.0.0/8'],
    port: 9000,
  };
  const own = (props: ModelStorageProps): readonly KubernetesObject[] =>
    synth((chart) => new Served(chart, 'served', { storage: new ModelStorage(chart, 'model-storage', props) }));

  it('changes with every prop', () => {
    const before = JSON.stringify(own({}));
    for (const key of Object.keys(full) as (keyof typeof full)[]) {
      expect([key, JSON.stringify(own({ [key]: full[key] })) === before]).toEqual([key, false]);
    }
    expect(own(modelStorageDefaults)).toEqual(own({}));
  });
});
