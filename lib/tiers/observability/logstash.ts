import type { Construct } from 'constructs';
import type { EnvVar } from 'kubernetes-types/core/v1';
import type { NetworkPolicyPeer } from 'kubernetes-types/networking/v1';
import { images } from '../../images';
import type { Endpoint, Server } from '../../network/connections';
import { demand } from '../../objects/checks';
import type { Input } from '../../values/expression';
import { atLeast } from '../../values/logic';
import { bytes, divide } from '../../values/numbers';
import type { Items } from '../../values/parts';
import { checksum } from '../../values/text';
import { str } from '../../values/texts';
import { type ListInput, merge } from '../../values/tree';
import { addConfigMap } from '../../workload/config-map';
import type { ContainerProps, Resources } from '../../workload/container';
import { namespacePeer } from '../../workload/network-policy';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { envFromSecret, existingSecret, secretFiles, type ExistingSecret } from '../../workload/secrets';
import { addService } from '../../workload/service';
import { StatefulSetWorkload, type Storage } from '../../workload/stateful-set';
import { Tier, type TierProps } from '../tier';
import type { ElasticsearchClient } from './elasticsearch';
import {
  JSON_EXPORTER_FILE,
  type JsonExporter,
  jsonExporter,
  jsonExporterDefaults,
  jsonExporterYaml,
  jsonScrape,
} from './json-exporter';
import { API_PORT, SETTINGS, log4j2, logstashYml, pipelinesYml } from './logstash-configuration';
import { logstashMetrics } from './logstash-metrics';
import {
  BEATS_PORT,
  DATA,
  ELASTICSEARCH_CA_FOLDER,
  PASSWORD_VARIABLE,
  PIPELINES,
  TLS_FOLDER,
  pipelines,
} from './logstash-pipelines';

/** The Filebeat that sends: a release of the system node-agents. */
export interface LogSource {
  /** Namespace of node-agents. */
  readonly namespace: Input<string>;
  /** Its release. */
  readonly release: Input<string>;
}

/** Props of `Logstash`. */
export interface LogstashProps extends TierProps, PodSettings {
  /** Where documents go, and as whom: connect to it too. */
  readonly elasticsearch: ElasticsearchClient;
  /** Whose lines it takes. @default - the release node-agents in the namespace of that name */
  readonly filebeat?: LogSource;
  /**
   * Fields whose values are masked, wherever a name ends in one of these: small letters, digits, `_` and `-`.
   * @default - see logstashDefaults
   */
  readonly maskedFields?: ListInput<string>;
  /** Pods; Filebeats spread over them. @default 1 */
  readonly replicas?: Input<number>;
  /**
   * Secret with the keys `tls.crt` and `tls.key`, in PKCS #8, for `<name>.<namespace>.svc`.
   * @default - the instance's name and `-logstash-tls`, which must exist
   */
  readonly tlsSecretName?: ExistingSecret;
  /** Volume of each pod with what waits: 1Gi at the least. @default 4Gi of the cluster's default class */
  readonly storage?: Storage;
  /** Half of the memory limit is heap: 1Gi at the least. @default - see logstashDefaults */
  readonly resources?: Resources;
  /** The image that it runs. @default - see lib/images.ts */
  readonly image?: Image;
  /** What makes metrics of Logstash's statistics. @default - see jsonExporterDefaults */
  readonly exporter?: JsonExporter;
}

/** Defaults of `LogstashProps`. */
export const logstashDefaults = {
  filebeat: { namespace: 'node-agents', release: 'node-agents' },
  maskedFields: [
    'api-key',
    'api_key',
    'authorization',
    'cookie',
    'email',
    'passphrase',
    'passwd',
    'password',
    'private_key',
    'secret',
    'token',
  ],
  replicas: 1,
  tlsSecretName: null,
  storage: { size: '4Gi', storageClassName: null },
  resources: {
    requests: { cpu: '200m', memory: '1536Mi', ephemeralStorage: '64Mi' },
    limits: { cpu: '2', memory: '1536Mi', ephemeralStorage: '512Mi' },
  },
  image: images.logstash,
  exporter: jsonExporterDefaults,
} as const;

export const LOGSTASH_COMPONENT = 'pipelines';
/** The image's own user, to whom its files belong. */
const USER = 1000;
const MEBIBYTE = 2 ** 20;
/** What the JVM needs with JRuby and six pipelines: https://www.elastic.co/docs/reference/logstash/jvm-settings. */
const LEAST_MEMORY = '1Gi';
/** A tenth is a queue, whose pages have 64 MB. */
const LEAST_STORAGE = '1Gi';
/** JRuby takes a minute and more to start where there is little CPU. */
const STARTUP_PERIOD_SECONDS = 5;
const STARTUP_FAILURES = 120;
/** For what is under way to be written. */
const GRACE_PERIOD_SECONDS = 120;

/**
 * Logstash: takes lines from Filebeat, masks what nobody should see, reads what each kind has to say, and hands documents
 * to Elasticsearch. While that is away lines wait in queues on disk, and then in the files of the nodes.
 *
 * ```ts
 * const elasticsearch = new Elasticsearch(chart, 'elasticsearch');
 * const logstash = new Logstash(chart, 'logstash', { elasticsearch: elasticsearch.clientFor('logstash_writer') });
 * logstash.connectTo(elasticsearch);
 * ```
 */
export class Logstash extends Tier implements Server {
  /** The workload of its pods. */
  readonly workload: StatefulSetWorkload;
  /** Name of the Secret with the certificate. */
  readonly tlsSecret: Input<string>;
  /** Pods, each with a queue of its own. */
  readonly replicas: Input<number>;
  readonly endpoints: readonly Endpoint[];
  readonly clientSettings: Items<EnvVar>;
  protected readonly client: StatefulSetWorkload;

  constructor(scope: Construct, id: string, props: LogstashProps) {
    super(scope, id, props);
    const settings = { ...logstashDefaults, ...props };
    const { elasticsearch, filebeat, resources, storage } = settings;
    this.replicas = settings.replicas;
    this.tlsSecret = existingSecret(
      { id: `${id}-tls`, what: 'with the certificate for Filebeat', expected: str`${this.objectName}-tls` },
      settings.tlsSecretName,
    );
    this.check(resources, storage);

    const yml = logstashYml(storage.size);
    const metrics = jsonExporterYaml(logstashMetrics);
    this.workload = new StatefulSetWorkload(this, 'workload', {
      ...settings,
      name: id,
      component: LOGSTASH_COMPONENT,
      user: USER,
      podManagementPolicy: 'Parallel',
      storage: { data: storage },
      // Pipelines are not among them: Logstash reads those again by itself.
      checksums: {
        'logstash.yml': checksum(yml),
        'pipelines.yml': checksum(pipelinesYml),
        'log4j2.properties': checksum(log4j2),
        [JSON_EXPORTER_FILE]: checksum(metrics),
      },
      scrape: jsonScrape(`http://127.0.0.1:${API_PORT}/_node/stats`),
      terminationGracePeriodSeconds: GRACE_PERIOD_SECONDS,
      initContainers: [this.folders(settings.image)],
      containers: [this.container(settings), jsonExporter(settings.exporter, 'exporter')],
      volumes: [
        {
          name: 'settings',
          projected: {
            sources: [
              { configMap: { name: this.objectName } },
              {
                configMap: {
                  name: str`${this.objectName}-pipelines`,
                  items: PIPELINES.map((name) => ({ key: `${name}.conf`, path: `pipelines/${name}.conf` })),
                },
              },
            ],
          },
        },
        { name: 'exporter', configMap: { name: str`${this.objectName}-exporter` } },
        { name: 'tls', secret: secretFiles(this.tlsSecret, ['tls.crt', 'tls.key']) },
        {
          name: 'elasticsearch',
          secret: {
            secretName: elasticsearch.caSecret,
            defaultMode: 0o440,
            items: [{ key: elasticsearch.caKey, path: 'ca.crt' }],
          },
        },
      ],
    });
    this.client = this.workload;
    addConfigMap(this.workload, 'settings', {
      'logstash.yml': yml,
      'pipelines.yml': pipelinesYml,
      'log4j2.properties': log4j2,
    });
    const files = Object.entries(pipelines({ ...elasticsearch, maskedFields: settings.maskedFields }));
    addConfigMap(
      this.workload,
      'pipelines',
      Object.fromEntries(files.map(([name, conf]) => [`${name}.conf`, conf])),
      'pipelines',
    );
    addConfigMap(this.workload, 'exporter', { [JSON_EXPORTER_FILE]: metrics }, 'exporter');
    const ports = [{ name: 'beats', port: BEATS_PORT, targetPort: 'beats' }];
    addService(this.workload, 'service', { ports });
    addService(this.workload, 'headless', { suffix: 'headless', ports, headless: true });

    this.allowFilebeat(filebeat);
    this.endpoints = [{ workload: this.workload, port: BEATS_PORT, name: 'beats' }];
    this.clientSettings = [{ name: 'LOGSTASH_HOST', value: str`${this.objectName}:${BEATS_PORT}` }];
  }

  private check({ limits }: Resources, { size }: Storage): void {
    demand(
      this,
      atLeast(bytes(limits.memory), bytes(LEAST_MEMORY)),
      str`resources.limits.memory ${limits.memory} is less than Logstash needs, ${LEAST_MEMORY}; raise it to that or more.`,
    );
    demand(
      this,
      atLeast(bytes(size), bytes(LEAST_STORAGE)),
      str`storage.size ${size} is less than its queues need, ${LEAST_STORAGE}; raise it to that or more.`,
    );
  }

  /** Folders of dead letters are there before anybody looks into them. */
  private folders(image: Image): ContainerProps {
    return {
      name: 'folders',
      image,
      command: ['mkdir', '-p', ...PIPELINES.map((name) => `${DATA}/dead_letter_queue/${name}`)],
      resources: {
        requests: { cpu: '10m', memory: '16Mi', ephemeralStorage: '8Mi' },
        limits: { cpu: '200m', memory: '32Mi', ephemeralStorage: '16Mi' },
      },
      mounts: [{ name: 'data', mountPath: DATA }],
    };
  }

  private container({ image, resources, elasticsearch }: Given): ContainerProps {
    const heap = divide(bytes(resources.limits.memory), MEBIBYTE * 2);
    const direct = divide(bytes(resources.limits.memory), MEBIBYTE * 4);
    return {
      name: 'logstash',
      image,
      // The image's entrypoint writes settings into the root file system, which is read-only.
      command: ['logstash'],
      args: [`--path.settings=${SETTINGS}`],
      env: [
        { name: 'LS_JAVA_OPTS', value: str`-Xms${heap}m -Xmx${heap}m -XX:MaxDirectMemorySize=${direct}m` },
        envFromSecret(PASSWORD_VARIABLE, elasticsearch.passwordSecret, elasticsearch.passwordKey),
      ],
      ports: [
        { name: 'beats', containerPort: BEATS_PORT },
        { name: 'api', containerPort: API_PORT },
      ],
      resources,
      probes: {
        startup: {
          httpGet: { path: '/', port: 'api' },
          periodSeconds: STARTUP_PERIOD_SECONDS,
          timeoutSeconds: 5,
          failureThreshold: STARTUP_FAILURES,
        },
        liveness: { httpGet: { path: '/', port: 'api' }, periodSeconds: 30, timeoutSeconds: 10 },
        // Open once the pipeline that takes lines runs.
        readiness: { tcpSocket: { port: 'beats' }, periodSeconds: 10, timeoutSeconds: 5 },
      },
      mounts: [
        { name: 'data', mountPath: DATA },
        { name: 'settings', mountPath: SETTINGS, readOnly: true },
        { name: 'tls', mountPath: TLS_FOLDER, readOnly: true },
        { name: 'elasticsearch', mountPath: ELASTICSEARCH_CA_FOLDER, readOnly: true },
      ],
      writable: { '/tmp': '256Mi' },
    };
  }

  /** Agents of nodes are in a namespace of their own. */
  private allowFilebeat({ namespace, release }: LogSource): void {
    const podLabels = { 'app.kubernetes.io/name': 'filebeat', 'app.kubernetes.io/instance': release };
    const from = [merge<NetworkPolicyPeer>(namespacePeer(namespace), { podSelector: { matchLabels: podLabels } })];
    const ports = [{ port: BEATS_PORT, protocol: 'TCP' }];
    this.workload.policy.allowFrom({ from, ports }, { neighbour: 'node-agents' });
  }
}

type Given = Required<Pick<LogstashProps, 'elasticsearch' | 'image' | 'resources'>>;
