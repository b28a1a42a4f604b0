import { createHash } from 'node:crypto';
import type { DeploymentSpec } from 'kubernetes-types/apps/v1';
import type { ServiceSpec } from 'kubernetes-types/core/v1';
import type { NetworkPolicySpec } from 'kubernetes-types/networking/v1';
import { sampleModelFiles } from '../../../lib/tiers/ml/sample-model-files';
import { SampleModels, type SampleModelsProps } from '../../../lib/tiers/ml/sample-models';
import { type KubernetesObject, find, image, synth } from '../web/plain-app';
import { podSettings, resources } from '../web/pod-settings';
import { Served, addStorage } from './served';

const shop = (props: SampleModelsProps = {}): readonly KubernetesObject[] =>
  synth((chart) => new SampleModels(chart, 'sample-models', props));

const decoded = (data: string): Buffer => Buffer.from(data, 'base64');
const files = new Map<string, string>(Object.entries(sampleModelFiles));
const folders = [...new Set([...files.keys()].map((path) => path.slice(0, path.lastIndexOf('/'))))];

describe('The sample models', () => {
  it.each(folders)('in %s are as their SHA256SUMS says, all of them', (folder) => {
    const sums = decoded(files.get(`${folder}/SHA256SUMS`) ?? '').toString();
    const names = [...files.keys()].filter((path) => path.startsWith(`${folder}/`) && !path.endsWith('/SHA256SUMS'));
    expect(sums).toBe(
      names
        .map((path) => {
          const sum = createHash('sha256')
            .update(decoded(files.get(path) ?? ''))
            .digest('hex');
          return `${sum}  ${path.slice(folder.length + 1)}\n`;
        })
        .join(''),
    );
  });

  it('are of three frameworks, one with two versions, one with a quantised variant that is smaller', () => {
    expect(folders).toEqual(['classifier/1', 'classifier/int8/1', 'half_plus_two/1', 'half_plus_two/2', 'reverse/1']);
    const bytes = (path: string) => decoded(files.get(path) ?? '').length;
    expect(bytes('classifier/int8/1/model.onnx')).toBeLessThan(bytes('classifier/1/model.onnx') / 2);
  });

  it('leave room in the Secret of a Helm release, which holds 1 MiB', () => {
    expect([...files.values()].join('').length).toBeLessThan(50_000);
  });
});

describe('SampleModels', () => {
  const objects = shop();
  const { template } = find(objects, 'Deployment', 'shop-sample-models').spec as DeploymentSpec;

  it('has each file where its path says, in the bucket', () => {
    const { binaryData } = find(objects, 'ConfigMap', 'shop-sample-models-files') as {
      readonly binaryData?: Readonly<Record<string, string>>;
    };
    const volume = template.spec?.volumes?.[0]?.configMap;
    expect(volume?.name).toBe('shop-sample-models-files');
    expect(new Map(volume?.items?.map(({ key, path }) => [path, binaryData?.[key] ?? '']))).toEqual(files);
    expect(template.spec?.containers[0]?.volumeMounts?.[0]).toEqual({
      name: 'models',
      mountPath: '/data/models',
      readOnly: true,
    });
  });

  it('gives rclone the keys from files, not by arguments', () => {
    const serve = find(objects, 'ConfigMap', 'shop-sample-models').data?.['serve.sh'] ?? '';
    expect(serve).toContain(
      `RCLONE_AUTH_KEY="\\"$(cat /run/secrets/sample-models/access-key-id),$(cat /run/secrets/sample-models/secret-access-key)\\""\n`,
    );
    expect(serve).toContain('exec rclone serve s3 /data --addr=:9000 --read-only --copy-links --config=/dev/null\n');
    expect(template.spec?.volumes?.[2]).toEqual({
      name: 'secrets',
      secret: {
        secretName: 'shop-sample-models',
        defaultMode: 0o440,
        items: [
          { key: 'access-key-id', path: 'access-key-id' },
          { key: 'secret-access-key', path: 'secret-access-key' },
        ],
      },
    });
  });

  it('takes the place of object storage outside, for whom it is given to', () => {
    const served = synth((chart) => {
      const { storage: server } = new SampleModels(chart, 'sample-models');
      new Served(chart, 'served', { storage: addStorage(chart, { prefix: 'models', server }) });
    });
    const { spec } = (find(served, 'StatefulSet', 'shop-served').spec as DeploymentSpec).template;
    expect(spec?.initContainers?.[1]?.env).toEqual([
      { name: 'STORAGE_ENDPOINT', value: 'http://shop-sample-models:9000' },
      { name: 'STORAGE_REGION', value: 'us-east-1' },
      { name: 'STORAGE_PATH', value: 'models' },
    ]);
    expect(spec?.volumes?.find(({ name }) => name === 'model-storage')?.secret?.secretName).toBe('shop-sample-models');
    const { egress } = find(served, 'NetworkPolicy', 'shop-served').spec as NetworkPolicySpec;
    expect(egress?.slice(1)).toMatchObject([{ ports: [{ port: 9000, protocol: 'TCP' }] }]);
    expect((find(served, 'Service', 'shop-sample-models').spec as ServiceSpec).ports).toEqual([
      { name: 's3', port: 9000, targetPort: 's3' },
    ]);
  });

  const full: Required<SampleModelsProps> = {
    ...podSettings,
    enabled: true,
    existingSecret: 'keys',
    resources: resources('1'),
    image: image('rclone'),
  };
  /** But for the files, which another test compares. */
  const own = (props: SampleModelsProps): readonly KubernetesObject[] =>
    shop(props).filter(({ metadata }) => metadata.name !== 'shop-sample-models-files');

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
