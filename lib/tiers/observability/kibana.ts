import type { Construct } from 'constructs';
import type { EnvVar } from 'kubernetes-types/core/v1';
import { images } from '../../images';
import { type Endpoint, type Server, allow } from '../../network/connections';
import type { Input } from '../../values/expression';
import type { Items } from '../../values/parts';
import { checksum } from '../../values/text';
import { str } from '../../values/texts';
import { addConfigMap } from '../../workload/config-map';
import type { Resources } from '../../workload/container';
import { DeploymentWorkload } from '../../workload/deployment';
import type { JobWorkload } from '../../workload/job';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { existingSecret, secretFiles, type ExistingSecret } from '../../workload/secrets';
import { addService } from '../../workload/service';
import { Tier, type TierProps } from '../tier';
import type { Elasticsearch } from './elasticsearch';
import {
  AUTHORITY,
  CONFIGURATION,
  DATA,
  KIBANA_KEYS,
  KIBANA_PORT,
  RUN,
  SECRETS,
  kibanaYml,
  startKibana,
} from './kibana-configuration';
import { addImport } from './kibana-import';

/** Props of `Kibana`. */
export interface KibanaProps extends TierProps, PodSettings {
  /** What it shows, and keeps its own state in. */
  readonly elasticsearch: Elasticsearch;
  /** Pods, which share all state. @default 1 */
  readonly replicas?: Input<number>;
  /**
   * Secret with the keys `security-encryption-key` and `saved-objects-encryption-key`, 32 characters or more each.
   * @default - the instance's name and `-kibana`, such as `shop-kibana`, which must exist
   */
  readonly existingSecret?: ExistingSecret;
  /** Where browsers find it, a URL without a slash at its end. @default - it makes links relative */
  readonly publicBaseUrl?: Input<string | null>;
  /** Where browsers find Jaeger, to which trace IDs are links. @default http://localhost:16686, as a port is forwarded */
  readonly jaegerUrl?: Input<string>;
  /** CPU, memory and disk of its container. @default - see kibanaDefaults */
  readonly resources?: Resources;
  /** The official image, of the version of Elasticsearch. @default - see lib/images.ts */
  readonly image?: Image;
  /** The Job that imports the data view and the dashboard: curl, with a shell. @default - see kibanaDefaults */
  readonly import?: KibanaImport;
}

export interface KibanaImport {
  readonly image: Image;
  readonly resources: Resources;
}

/** Defaults of `KibanaProps`. */
export const kibanaDefaults = {
  replicas: 1,
  existingSecret: null,
  publicBaseUrl: null,
  jaegerUrl: 'http://localhost:16686',
  resources: {
    requests: { cpu: '100m', memory: '1Gi', ephemeralStorage: '64Mi' },
    limits: { cpu: '1', memory: '1Gi', ephemeralStorage: '512Mi' },
  },
  image: images.kibana,
  import: {
    image: images.curl,
    resources: {
      requests: { cpu: '10m', memory: '16Mi', ephemeralStorage: '16Mi' },
      limits: { cpu: '200m', memory: '64Mi', ephemeralStorage: '32Mi' },
    },
  },
} as const;

/** The image's own. */
const USER = 1000;

/**
 * Kibana, with a data view and a dashboard of what Logstash has written.
 *
 * ```ts
 * const kibana = new Kibana(chart, 'kibana', { elasticsearch });
 * ```
 *
 * A Job imports both. It may run again at any time.
 */
export class Kibana extends Tier implements Server {
  /** The workload of its pods. */
  readonly workload: DeploymentWorkload;
  /** The Job that brings the data view and the dashboard. */
  readonly import: JobWorkload;
  /** `http://shop-kibana:5601`. */
  readonly url: Input<string>;
  /** Name of the Secret with the keys. */
  readonly secret: Input<string>;
  readonly endpoints: readonly Endpoint[];
  readonly clientSettings: Items<EnvVar>;
  protected readonly client: DeploymentWorkload;

  constructor(scope: Construct, id: string, props: KibanaProps) {
    super(scope, id, props);
    const settings = { ...kibanaDefaults, ...props };
    const { elasticsearch, image, publicBaseUrl, resources } = settings;
    this.secret = existingSecret(
      {
        id,
        what: 'with the keys by which Kibana encrypts sessions and what it keeps',
        expected: str`${this.platform.instance}-kibana`,
      },
      settings.existingSecret,
    );
    this.url = str`http://${this.objectName}:${KIBANA_PORT}`;
    const client = elasticsearch.clientFor('kibana_system');
    const yml = kibanaYml({ name: this.objectName, client, publicBaseUrl });
    const start = startKibana(client);

    this.workload = new DeploymentWorkload(this, 'workload', {
      ...settings,
      name: id,
      component: 'web',
      user: USER,
      checksums: { 'kibana.yml': checksum(yml), 'start.sh': checksum(start) },
      containers: [
        {
          name: 'kibana',
          image,
          command: ['sh', `${CONFIGURATION}/start.sh`],
          ports: [{ name: 'http', containerPort: KIBANA_PORT }],
          resources,
          probes: {
            // It waits for Elasticsearch, and makes its indices there: a quarter of an hour.
            startup: { tcpSocket: { port: 'http' }, periodSeconds: 5, failureThreshold: 180 },
            liveness: { tcpSocket: { port: 'http' }, periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 6 },
            readiness: { httpGet: { path: '/login', port: 'http' }, periodSeconds: 10, timeoutSeconds: 5 },
          },
          mounts: [
            { name: 'configuration', mountPath: CONFIGURATION, readOnly: true },
            { name: 'authority', mountPath: AUTHORITY, readOnly: true },
            { name: 'secrets', mountPath: SECRETS, readOnly: true },
            { name: 'run', mountPath: RUN },
          ],
          writable: { '/tmp': '64Mi', [DATA]: '64Mi' },
        },
      ],
      volumes: [
        { name: 'configuration', configMap: { name: this.objectName } },
        { name: 'authority', secret: secretFiles(client.caSecret, [client.caKey]) },
        {
          name: 'secrets',
          projected: {
            defaultMode: 0o440,
            sources: [
              { secret: { name: client.passwordSecret, items: items(client.passwordKey) } },
              { secret: { name: this.secret, items: items(...KIBANA_KEYS) } },
            ],
          },
        },
        // The configuration with what is secret, in memory.
        { name: 'run', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
      ],
    });
    addConfigMap(this.workload, 'configuration', { 'kibana.yml': yml, 'start.sh': start });
    addService(this.workload, 'service', { ports: [{ name: 'http', port: KIBANA_PORT, targetPort: 'http' }] });
    for (const endpoint of elasticsearch.endpoints) allow(this.workload, endpoint);

    this.client = this.workload;
    this.endpoints = [{ workload: this.workload, port: KIBANA_PORT, name: 'kibana' }];
    this.clientSettings = [{ name: 'KIBANA_URL', value: this.url }];
    this.import = addImport(this, id, { ...settings, ...settings.import });
  }
}

function items(...keys: readonly string[]) {
  return keys.map((key) => ({ key, path: key }));
}
