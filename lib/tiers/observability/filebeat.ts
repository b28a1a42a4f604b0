import type { Construct } from 'constructs';
import { images } from '../../images';
import type { Endpoint } from '../../network/connections';
import type { Input } from '../../values/expression';
import { checksum } from '../../values/text';
import { str } from '../../values/texts';
import type { ListInput } from '../../values/tree';
import { addConfigMap } from '../../workload/config-map';
import type { ContainerProps, Resources } from '../../workload/container';
import { DaemonSetWorkload } from '../../workload/daemon-set';
import { allowApiServer, allowToNamespace } from '../../workload/network-policy';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { addClusterRole } from '../../workload/rbac';
import { existingSecret, secretFiles, type ExistingSecret } from '../../workload/secrets';
import { Tier, type TierProps } from '../tier';
import { CA_FOLDER, HTTP_PORT, LOGS, REGISTRY, filebeatMetrics, filebeatYml } from './filebeat-configuration';
import {
  JSON_EXPORTER_FILE,
  JSON_EXPORTER_PORT,
  type JsonExporter,
  jsonExporter,
  jsonExporterDefaults,
  jsonExporterYaml,
  jsonScrape,
} from './json-exporter';
import { LOGSTASH_COMPONENT } from './logstash';
import { BEATS_PORT } from './logstash-pipelines';

/** The Logstash that takes the lines: of one release. */
export interface LogTarget {
  /** Namespace of the release with Logstash. */
  readonly namespace: Input<string>;
  /** The release, whose Logstash is called `<release>-logstash`. */
  readonly release: Input<string>;
}

/** Props of `Filebeat`. */
export interface FilebeatProps extends TierProps, Omit<PodSettings, 'tolerations'> {
  /** Where lines are sent. @default - the release cluster-ai in the namespace of that name */
  readonly logstash?: LogTarget;
  /** Namespaces whose pods' logs are read; those of others are not opened. @default ['cluster-ai'] */
  readonly namespaces?: ListInput<string>;
  /**
   * Secret with the key `ca.crt`: who has signed Logstash's certificate.
   * @default - the instance's name and `-filebeat`, which must exist
   */
  readonly existingSecret?: ExistingSecret;
  /** CPU, memory and disk of its container. @default - see filebeatDefaults */
  readonly resources?: Resources;
  /** The image that it runs. @default - see lib/images.ts */
  readonly image?: Image;
  /** What makes metrics of Filebeat's statistics. @default - see jsonExporterDefaults */
  readonly exporter?: JsonExporter;
}

/** Defaults of `FilebeatProps`. */
export const filebeatDefaults = {
  logstash: { namespace: 'cluster-ai', release: 'cluster-ai' },
  namespaces: ['cluster-ai'],
  existingSecret: null,
  resources: {
    requests: { cpu: '50m', memory: '128Mi', ephemeralStorage: '16Mi' },
    limits: { cpu: '500m', memory: '256Mi', ephemeralStorage: '64Mi' },
  },
  image: images.filebeat,
  exporter: jsonExporterDefaults,
} as const;

/** Nothing that it reads belongs to it: any user will do. */
const USER = 10_001;
/** The kubelet's files belong to root, and its group may read them. */
const ROOT_GROUP = 0;
const CONFIGURATION = '/etc/filebeat';

/**
 * Filebeat on every node: reads the logs of some namespaces' pods and sends them to one Logstash, by TLS. It keeps on the node
 * how far it has come, so that a new pod goes on where the last one was.
 *
 * ```ts
 * new Filebeat(chart, 'filebeat', { logstash: { namespace: 'shop', release: 'shop' }, namespaces: ['shop'] });
 * ```
 */
export class Filebeat extends Tier {
  /** Name of the Secret with the CA's certificate. */
  readonly secret: Input<string>;
  /** The port with metrics, on every node. */
  readonly endpoints: readonly Endpoint[];
  protected readonly client: DaemonSetWorkload;

  constructor(scope: Construct, id: string, props: FilebeatProps = {}) {
    super(scope, id, props);
    const settings = { ...filebeatDefaults, ...props };
    const { logstash, namespaces } = settings;
    this.secret = existingSecret(
      { id, what: "with the certificate of who signed Logstash's", expected: this.objectName },
      settings.existingSecret,
    );
    const yml = filebeatYml({ namespaces, host: str`${logstash.release}-logstash.${logstash.namespace}.svc` });
    const metrics = jsonExporterYaml(filebeatMetrics);
    const workload = new DaemonSetWorkload(this, 'workload', {
      ...settings,
      name: id,
      component: 'agent',
      user: USER,
      supplementalGroups: [ROOT_GROUP],
      serviceAccountToken: true,
      checksums: { 'filebeat.yml': checksum(yml), [JSON_EXPORTER_FILE]: checksum(metrics) },
      scrape: { ...jsonScrape(`http://127.0.0.1:${HTTP_PORT}/stats`), aboutNode: true },
      initContainers: [registryFolder(settings)],
      containers: [filebeat(settings), jsonExporter(settings.exporter, 'exporter')],
      volumes: [
        { name: 'logs', hostPath: { path: LOGS, type: 'Directory' } },
        { name: 'registry', hostPath: { path: str`/var/lib/${this.objectName}`, type: 'DirectoryOrCreate' } },
        { name: 'configuration', configMap: { name: this.objectName } },
        { name: 'exporter', configMap: { name: str`${this.objectName}-exporter` } },
        { name: 'secrets', secret: secretFiles(this.secret, ['ca.crt']) },
      ],
    });
    this.client = workload;
    addConfigMap(workload, 'configuration', { 'filebeat.yml': yml });
    addConfigMap(workload, 'exporter', { [JSON_EXPORTER_FILE]: metrics }, 'exporter');
    // Namespace and labels of the pods of its node; nothing else.
    addClusterRole(workload, [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }]);
    allowApiServer(workload);
    const podLabels = {
      'app.kubernetes.io/name': 'logstash',
      'app.kubernetes.io/instance': logstash.release,
      'app.kubernetes.io/component': LOGSTASH_COMPONENT,
    };
    const ports = [{ port: BEATS_PORT, protocol: 'TCP' }];
    allowToNamespace(workload, { namespace: logstash.namespace, podLabels }, ports, { neighbour: 'Logstash' });
    this.endpoints = [{ workload, port: JSON_EXPORTER_PORT, name: 'metrics' }];
  }
}

type Given = Required<Pick<FilebeatProps, 'image' | 'resources'>>;

/** The kubelet makes the folder for root alone; this lets root's group, in which Filebeat is, write to it. */
function registryFolder({ image }: Given): ContainerProps {
  return {
    name: 'registry',
    image,
    command: ['chmod', '0770', REGISTRY],
    root: true,
    resources: {
      requests: { cpu: '10m', memory: '16Mi', ephemeralStorage: '8Mi' },
      limits: { cpu: '100m', memory: '32Mi', ephemeralStorage: '16Mi' },
    },
    mounts: [{ name: 'registry', mountPath: REGISTRY }],
  };
}

function filebeat({ image, resources }: Given): ContainerProps {
  return {
    name: 'filebeat',
    image,
    command: ['filebeat'],
    args: ['-e', '-c', `${CONFIGURATION}/filebeat.yml`, '--path.home=/usr/share/filebeat', `--path.data=${REGISTRY}`],
    env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
    ports: [{ name: 'http', containerPort: HTTP_PORT }],
    resources,
    probes: {
      startup: { httpGet: { path: '/', port: 'http' }, periodSeconds: 2, failureThreshold: 90 },
      liveness: { httpGet: { path: '/', port: 'http' }, periodSeconds: 30, timeoutSeconds: 10 },
      readiness: { httpGet: { path: '/stats', port: 'http' }, periodSeconds: 30, timeoutSeconds: 10 },
    },
    mounts: [
      { name: 'logs', mountPath: LOGS, readOnly: true },
      { name: 'registry', mountPath: REGISTRY },
      { name: 'configuration', mountPath: CONFIGURATION, readOnly: true },
      { name: 'secrets', mountPath: CA_FOLDER, readOnly: true },
    ],
    writable: { '/tmp': '16Mi' },
  };
}
