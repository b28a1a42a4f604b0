/** A server for tests of what is before it: its pod, its volume, and the models that are fetched for it. */
import type { Construct } from 'constructs';
import { Tier, type TierProps } from '../../../lib/tiers/tier';
import { type ModelFetcherProps, modelFetcher, modelsMount } from '../../../lib/tiers/ml/model-fetcher';
import { ModelStorage, type ModelStorageProps } from '../../../lib/tiers/ml/model-storage';
import { StatefulSetWorkload } from '../../../lib/workload/stateful-set';
import type { Image } from '../../../lib/workload/platform';
import { image } from '../web/plain-app';
import { resources } from '../web/pod-settings';

/** Props of what reads models, with those of the storage in place of it. */
export type Stored<P> = Omit<P, 'storage'> & { readonly storage?: ModelStorageProps };

/** The storage of a plain app. */
export function addStorage(scope: Construct, props: ModelStorageProps = {}): ModelStorage {
  return new ModelStorage(scope, 'model-storage', { endpoint: 'https://s3.example.com', ...props });
}

export const models = {
  adder: { versions: [{ version: 1 }, { version: 2, sha256: 'a'.repeat(64) }], size: '1Mi' },
  digits: { versions: [{ version: 7 }], size: '2Mi', variant: 'int8' },
};

export interface ServedProps extends Partial<Omit<ModelFetcherProps, 'storage'>>, TierProps {
  readonly storage: ModelStorage;
  /** @default - one that is nowhere */
  readonly server?: Image;
}

/** Sleeps beside the models of which it is the server. */
export class Served extends Tier {
  protected readonly client: StatefulSetWorkload;

  constructor(scope: Construct, id: string, props: ServedProps) {
    super(scope, id, props);
    const fetcher = modelFetcher(this, { models, ...props });
    this.client = new StatefulSetWorkload(this, 'workload', {
      name: id,
      component: 'ml-serving',
      user: 10_001,
      replicas: 1,
      initContainers: fetcher.initContainers,
      volumes: fetcher.volumes,
      checksums: fetcher.checksums,
      containers: [
        {
          name: 'server',
          image: props.server ?? image('server'),
          command: ['sleep', 'infinity'],
          resources: resources('1'),
          mounts: [modelsMount],
        },
      ],
      storage: { models: { size: '1Gi' } },
    });
    fetcher.connect(this.client);
  }
}
