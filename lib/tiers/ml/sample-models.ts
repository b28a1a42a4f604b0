import type { Construct } from 'constructs';
import type { ConfigMap, EnvVar } from 'kubernetes-types/core/v1';
import { images } from '../../images';
import type { Endpoint, Server } from '../../network/connections';
import { KubeObject } from '../../objects/kube-object';
import type { Input } from '../../values/expression';
import { sha256 } from '../../values/hashes';
import type { Items } from '../../values/parts';
import { checksum, text } from '../../values/text';
import { str } from '../../values/texts';
import { addConfigMap } from '../../workload/config-map';
import type { Resources } from '../../workload/container';
import { DeploymentWorkload } from '../../workload/deployment';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { type ExistingSecret, existingSecret, secretFiles } from '../../workload/secrets';
import { addService } from '../../workload/service';
import { Tier, type TierProps } from '../tier';
import type { ModelStorageServer } from './model-storage';
import { sampleModelFiles } from './sample-model-files';

/** Props of `SampleModels`. */
export interface SampleModelsProps extends TierProps, PodSettings {
  /**
   * Secret with the keys `access-key-id` and `secret-access-key`: letters and digits, three of them at least.
   * @default - the name of the tier's objects, such as `shop-sample-models`, which must exist
   */
  readonly existingSecret?: ExistingSecret;
  /** CPU, memory and disk of its container. @default - see sampleModelsDefaults */
  readonly resources?: Resources;
  /** rclone, with a shell. @default - see lib/images.ts */
  readonly image?: Image;
}

/** Defaults of `SampleModelsProps`. */
export const sampleModelsDefaults = {
  existingSecret: null,
  resources: {
    requests: { cpu: '10m', memory: '64Mi', ephemeralStorage: '16Mi' },
    limits: { cpu: '500m', memory: '128Mi', ephemeralStorage: '64Mi' },
  },
  image: images.rclone,
} as const;

/** The image has no user of its own, and any will do. */
const USER = 10_001;
const S3_PORT = 9000;
/** The folder in which buckets are folders. */
const DATA = '/data';
const BUCKET = 'models';
const SCRIPTS = '/etc/sample-models';
const SECRETS = '/run/secrets/sample-models';

/** It uses `cat`, which the image has. rclone takes the keys from its environment: arguments are for all to read. */
const serve = text`
  #!/bin/sh
  # Serves the folder as it is, to read. A ConfigMap's files are links.
  set -eu
  # In quotes, as rclone reads a list of them.
  RCLONE_AUTH_KEY="\"$(cat ${SECRETS}/access-key-id),$(cat ${SECRETS}/secret-access-key)\""
  export RCLONE_AUTH_KEY
  exec rclone serve s3 ${DATA} --addr=:${S3_PORT} --read-only --copy-links --config=/dev/null
`;

/**
 * Object storage for development: a few tiny models, which the real servers serve, by the S3 API.
 *
 * ```ts
 * const samples = new SampleModels(chart, 'sample-models');
 * const storage = new ModelStorage(chart, 'model-storage', { server: samples.storage });
 * ```
 *
 * `half_plus_two` 1 and 2 are SavedModels, `classifier` is an ONNX model with the variant `int8`, `reverse` is an archive
 * of TorchServe whose handler needs no torch; see docs/tiers/model-storage.md.
 */
export class SampleModels extends Tier implements Server {
  /** The workload of its pods. */
  readonly workload: DeploymentWorkload;
  /** Name of the Secret with the keys. */
  readonly secret: Input<string>;
  /** Where model servers find them. */
  readonly storage: ModelStorageServer;
  readonly endpoints: readonly Endpoint[];
  readonly clientSettings: Items<EnvVar>;
  protected readonly client: DeploymentWorkload;

  constructor(scope: Construct, id: string, props: SampleModelsProps = {}) {
    super(scope, id, props);
    const settings = { ...sampleModelsDefaults, ...props };
    const expected = this.objectName;
    this.secret = existingSecret({ id, what: 'with the keys to the sample models', expected }, settings.existingSecret);
    this.workload = new DeploymentWorkload(this, 'workload', {
      ...settings,
      name: id,
      component: 'sample-models',
      user: USER,
      replicas: 1,
      containers: [
        {
          name: 'rclone',
          image: settings.image,
          command: ['sh', `${SCRIPTS}/serve.sh`],
          ports: [{ name: 's3', containerPort: S3_PORT }],
          resources: settings.resources,
          probes: {
            startup: { tcpSocket: { port: 's3' }, periodSeconds: 1, failureThreshold: 60 },
            liveness: { tcpSocket: { port: 's3' }, periodSeconds: 20, timeoutSeconds: 5 },
            readiness: {
              exec: { command: ['test', '-s', `${DATA}/${BUCKET}/half_plus_two/1/SHA256SUMS`] },
              periodSeconds: 5,
            },
          },
          mounts: [
            { name: 'models', mountPath: `${DATA}/${BUCKET}`, readOnly: true },
            { name: 'scripts', mountPath: SCRIPTS, readOnly: true },
            { name: 'secrets', mountPath: SECRETS, readOnly: true },
          ],
          writable: { '/tmp': '16Mi' },
        },
      ],
      volumes: [
        {
          name: 'models',
          configMap: {
            name: str`${this.objectName}-files`,
            items: Object.keys(sampleModelFiles).map((path) => ({ key: keyOf(path), path })),
          },
        },
        { name: 'scripts', configMap: { name: this.objectName } },
        { name: 'secrets', secret: secretFiles(this.secret, ['access-key-id', 'secret-access-key']) },
      ],
      checksums: { 'serve.sh': checksum(serve), models: sha256(JSON.stringify(sampleModelFiles)) },
    });
    addConfigMap(this.workload, 'scripts', { 'serve.sh': serve });
    new KubeObject<ConfigMap>(this.workload, 'files', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: this.workload.metadata('files'),
      binaryData: Object.fromEntries(Object.entries(sampleModelFiles).map(([path, data]) => [keyOf(path), data])),
    });
    addService(this.workload, 'service', { ports: [{ name: 's3', port: S3_PORT, targetPort: 's3' }] });
    const endpoint = { workload: this.workload, port: S3_PORT, name: 's3' };
    const url = str`http://${this.objectName}:${S3_PORT}`;
    this.client = this.workload;
    this.storage = { endpoint, url, bucket: BUCKET, secret: this.secret };
    this.endpoints = [endpoint];
    this.clientSettings = [{ name: 'SAMPLE_MODELS_URL', value: url }];
  }
}

/** A ConfigMap has no folders. */
function keyOf(path: string): string {
  return path.replaceAll('/', '.');
}
