import { Construct } from 'constructs';
import type { EnvVar, Volume, VolumeMount } from 'kubernetes-types/core/v1';
import { images } from '../../images';
import { type Endpoint, type Server, allow } from '../../network/connections';
import { demand } from '../../objects/checks';
import { conditionOf, onlyWhen } from '../../objects/conditions';
import { choose } from '../../values/choice';
import type { Input } from '../../values/expression';
import { equals, not, or } from '../../values/logic';
import type { Items } from '../../values/parts';
import { checksum } from '../../values/text';
import { str } from '../../values/texts';
import { when } from '../../values/tree';
import { addConfigMap } from '../../workload/config-map';
import type { Resources } from '../../workload/container';
import { CronJobWorkload } from '../../workload/cron-job';
import { DeploymentWorkload } from '../../workload/deployment';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { envFromSecret } from '../../workload/secrets';
import { addService } from '../../workload/service';
import { Tier, type TierProps } from '../tier';
import type { Elasticsearch } from './elasticsearch';
import { loginFiles } from './elasticsearch-users';
import { QUERY_PORT, SECRETS_FOLDER, jaegerYaml } from './jaeger-configuration';
import type { TraceReceiver } from './opentelemetry';
import { HEALTH_PORT, OTLP_GRPC_PORT, TELEMETRY_PORT, memoryLimits } from './opentelemetry-configuration';

/** Props of `Jaeger`. */
export interface JaegerProps extends TierProps, PodSettings {
  /** Where traces are kept: in the memory of its one pod, which forgets them when it ends, or in Elasticsearch. @default memory */
  readonly storage?: Input<'memory' | 'elasticsearch'>;
  /** Traces that memory holds; the oldest go first. @default 10000 */
  readonly maxTraces?: Input<number>;
  /** Keeps the traces in place of the pod's memory. @default - none: memory is all there is */
  readonly elasticsearch?: Elasticsearch;
  /** Days for which Elasticsearch keeps traces. @default 14 */
  readonly retentionDays?: Input<number>;
  /** Pods, where Elasticsearch keeps what they take. @default 1 */
  readonly replicas?: Input<number>;
  /** CPU, memory and disk of its container. @default - see jaegerDefaults */
  readonly resources?: Resources;
  /** Version 2. @default - see lib/images.ts */
  readonly image?: Image;
  /** What deletes old traces from Elasticsearch. @default - see jaegerDefaults */
  readonly cleaner?: JaegerCleaner;
}

/** The CronJob that deletes old traces from Elasticsearch. */
export interface JaegerCleaner {
  /** jaeger-es-index-cleaner. */
  readonly image: Image;
  /** CPU, memory and disk of its container. */
  readonly resources: Resources;
}

/** Defaults of `JaegerProps`. */
export const jaegerDefaults = {
  storage: 'memory',
  maxTraces: 10_000,
  retentionDays: 14,
  replicas: 1,
  resources: {
    requests: { cpu: '100m', memory: '512Mi', ephemeralStorage: '16Mi' },
    limits: { cpu: '1', memory: '1Gi', ephemeralStorage: '64Mi' },
  },
  image: images.jaeger,
  cleaner: {
    image: images.jaegerIndexCleaner,
    resources: {
      requests: { cpu: '10m', memory: '32Mi', ephemeralStorage: '16Mi' },
      limits: { cpu: '200m', memory: '64Mi', ephemeralStorage: '32Mi' },
    },
  },
} as const satisfies Partial<JaegerProps>;

/** The image's own. */
const USER = 10_001;
const FOLDER = '/etc/jaeger';
const FILE = 'config.yaml';
/** A start waits for Elasticsearch, which may take as long: ten minutes. */
const STARTUP_PERIOD_SECONDS = 5;
const STARTUP_FAILURES = 120;
/** In the quiet of the night, after the day of UTC has ended. */
const CLEANED_AT = '40 0 * * *';
const CLEANER_DEADLINE_SECONDS = 600;

/**
 * Jaeger: traces, and a page to look at them. Version 2, one program that takes traces by OTLP and answers questions.
 *
 * ```ts
 * const jaeger = new Jaeger(chart, 'jaeger', { maxTraces: 20_000 });
 * new OpenTelemetry(chart, 'opentelemetry', { traces: jaeger.receiver });
 * ```
 */
export class Jaeger extends Tier implements Server {
  /** The workload of its pods. */
  readonly workload: DeploymentWorkload;
  /** Where the page and the API are: the Service `<instance>-<id>-query`. */
  readonly url: Input<string>;
  readonly endpoints: readonly Endpoint[];
  readonly clientSettings: Items<EnvVar>;
  protected readonly client: DeploymentWorkload;

  constructor(scope: Construct, id: string, props: JaegerProps = {}) {
    super(scope, id, props);
    const settings = { ...jaegerDefaults, ...props };
    const { elasticsearch, replicas, storage } = settings;
    const usesElasticsearch = equals(storage, 'elasticsearch');
    demand(
      this,
      or(not(usesElasticsearch), elasticsearch === undefined ? false : conditionOf(elasticsearch)),
      'storage is elasticsearch, but there is none; switch Elasticsearch on, or set storage to memory.',
    );
    demand(
      this,
      or(usesElasticsearch, equals(replicas, 1)),
      str`replicas is ${replicas}, but with storage memory each pod would have traces of its own; set it to 1, or storage to elasticsearch.`,
    );
    this.workload = this.addServer(settings, usesElasticsearch);
    if (elasticsearch !== undefined) this.useElasticsearch(elasticsearch, settings, usesElasticsearch);
    this.client = this.workload;
    this.url = str`http://${this.objectName}-query:${QUERY_PORT}`;
    this.endpoints = [{ workload: this.workload, port: QUERY_PORT, name: 'query' }];
    this.clientSettings = [{ name: 'JAEGER_URL', value: this.url }];
  }

  /** Where a collector sends what is to be kept. */
  get receiver(): TraceReceiver {
    return {
      endpoint: { workload: this.workload, port: OTLP_GRPC_PORT, name: 'otlp' },
      host: str`${this.objectName}-collector`,
    };
  }

  private addServer(settings: Settings, usesElasticsearch: Input<boolean>): DeploymentWorkload {
    const { elasticsearch, replicas, retentionDays, resources } = settings;
    const name = this.node.id;
    const memory = memoryLimits(name, resources);
    const yaml = jaegerYaml({
      ...settings,
      memory,
      usesElasticsearch,
      elasticsearch: elasticsearch && {
        client: elasticsearch.clientFor(ELASTICSEARCH_USER),
        copies: choose(equals(elasticsearch.replicas, 1), 0, 1),
        retentionDays,
      },
    });
    const secrets = elasticsearch && elasticsearchSecrets(elasticsearch);
    const workload = new DeploymentWorkload(this, 'workload', {
      ...settings,
      name,
      component: 'traces',
      user: USER,
      replicas,
      scrape: { port: TELEMETRY_PORT, path: '/metrics' },
      checksums: { [FILE]: checksum(yaml) },
      containers: [
        {
          name: 'jaeger',
          image: settings.image,
          args: [`--config=${FOLDER}/${FILE}`],
          env: [{ name: 'GOMEMLIMIT', value: str`${memory.hard}MiB` }],
          ports: [
            { name: 'query', containerPort: QUERY_PORT },
            { name: 'otlp', containerPort: OTLP_GRPC_PORT },
            { name: 'metrics', containerPort: TELEMETRY_PORT },
            { name: 'health', containerPort: HEALTH_PORT },
          ],
          resources,
          probes: {
            startup: {
              httpGet: { path: '/status', port: 'health' },
              periodSeconds: STARTUP_PERIOD_SECONDS,
              timeoutSeconds: 2,
              failureThreshold: STARTUP_FAILURES,
            },
            liveness: { httpGet: { path: '/status', port: 'health' }, periodSeconds: 20, timeoutSeconds: 5 },
            // The page, which asks no storage: without Elasticsearch no pod would be left.
            readiness: { httpGet: { path: '/', port: 'query' }, periodSeconds: 5, timeoutSeconds: 2 },
          },
          mounts: [
            { name: 'configuration', mountPath: FOLDER, readOnly: true },
            ...(secrets ? [when<VolumeMount>(usesElasticsearch, secrets.mount)] : []),
          ],
          writable: { '/tmp': '16Mi' },
        },
      ],
      volumes: [
        { name: 'configuration', configMap: { name: this.objectName } },
        ...(secrets ? [when<Volume>(usesElasticsearch, secrets.volume)] : []),
      ],
    });
    addConfigMap(workload, 'configuration', { [FILE]: yaml });
    addService(workload, 'query', {
      suffix: 'query',
      ports: [{ name: 'http', port: QUERY_PORT, targetPort: 'query' }],
    });
    addService(workload, 'collector', {
      suffix: 'collector',
      ports: [{ name: 'otlp', port: OTLP_GRPC_PORT, targetPort: 'otlp' }],
      headless: 'ready',
    });
    return workload;
  }

  /** The way there, and what deletes the indices of old days: Jaeger itself does not. */
  private useElasticsearch(elasticsearch: Elasticsearch, settings: Settings, isUsed: Input<boolean>): void {
    const { cleaner, retentionDays } = settings;
    const { caKey, passwordKey, passwordSecret, url, username } = elasticsearch.clientFor(ELASTICSEARCH_USER);
    const { mount, volume } = elasticsearchSecrets(elasticsearch);
    const scope = new Construct(this, 'retention');
    onlyWhen(scope, isUsed);
    const job = new CronJobWorkload(scope, 'cleaner', {
      name: this.node.id,
      component: 'cleaner',
      objectName: `${this.node.id}-cleaner`,
      user: USER,
      schedule: CLEANED_AT,
      activeDeadlineSeconds: CLEANER_DEADLINE_SECONDS,
      containers: [
        {
          name: 'cleaner',
          image: cleaner.image,
          args: [str`${retentionDays}`, url],
          env: [
            { name: 'ES_USERNAME', value: username },
            // It reads the password from nowhere else.
            envFromSecret('ES_PASSWORD', passwordSecret, passwordKey),
            { name: 'ES_TLS_ENABLED', value: 'true' },
            { name: 'ES_TLS_CA', value: `${SECRETS_FOLDER}/${caKey}` },
          ],
          resources: cleaner.resources,
          mounts: [mount],
        },
      ],
      volumes: [volume],
    });
    for (const endpoint of elasticsearch.endpoints) {
      allow(this.workload, endpoint, isUsed);
      allow(job, endpoint);
    }
  }
}

type Settings = Required<Omit<JaegerProps, 'enabled' | 'elasticsearch' | keyof PodSettings>> &
  PodSettings &
  Pick<JaegerProps, 'elasticsearch'>;

const ELASTICSEARCH_USER = 'jaeger';

/** The password and the authority of the certificate, of two Secrets, in one folder. */
function elasticsearchSecrets(elasticsearch: Elasticsearch) {
  return {
    mount: { name: 'elasticsearch', mountPath: SECRETS_FOLDER, readOnly: true },
    volume: loginFiles('elasticsearch', elasticsearch.clientFor(ELASTICSEARCH_USER)),
  };
}
