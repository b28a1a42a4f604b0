import { Construct } from 'constructs';
import type { ConfigMap, EnvVar } from 'kubernetes-types/core/v1';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import { images } from '../../images';
import { type Endpoint, type Server, allow } from '../../network/connections';
import { demand } from '../../objects/checks';
import { onlyWhen } from '../../objects/conditions';
import { KubeObject } from '../../objects/kube-object';
import { choose } from '../../values/choice';
import type { Input } from '../../values/expression';
import { and, isSet, not, or, valueOf } from '../../values/logic';
import { bytes, divide } from '../../values/numbers';
import type { Items, Text, Tree } from '../../values/parts';
import { assertFileText } from '../../values/text';
import { named, str } from '../../values/texts';
import { late, when } from '../../values/tree';
import type { Resources } from '../../workload/container';
import { allowApiServer, allowFromNamespace, allowToNamespace } from '../../workload/network-policy';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { addRole } from '../../workload/rbac';
import { type ScrapeTarget, forEachScrapeTarget } from '../../workload/scraping';
import { addService } from '../../workload/service';
import { StatefulSetWorkload, type Storage } from '../../workload/stateful-set';
import type { Workload } from '../../workload/workload';
import { Tier, type TierProps } from '../tier';
import { type ConfigReloader, configReloader, configReloaderDefaults } from './config-reloader';
import { type Alertmanagers, type NodeAgents, type ProbedUrls, prometheusYaml } from './prometheus-configuration';
import { OperatedObjects, type PrometheusOperator } from './prometheus-operator';
import { type RuleFacts, type RuleGroup, type WrittenGroup, ruleFiles, writtenGroup } from './rule';

/** Props of `Prometheus`. */
export interface PrometheusProps extends TierProps, PodSettings {
  /** Days for which series are kept, if the volume is large enough. @default 30 */
  readonly retentionDays?: Input<number>;
  /** Seconds between two looks at a target, and between two evaluations of a rule; 10 at the least. @default 30 */
  readonly scrapeIntervalSeconds?: Input<number>;
  /** Four fifths of it are for series; the oldest go first. @default 20Gi of the cluster's default class */
  readonly storage?: Storage;
  /** CPU, memory and disk of its container. @default - see prometheusDefaults */
  readonly resources?: Resources;
  /** The official image. @default - see lib/images.ts */
  readonly image?: Image;
  /** What has changed files read. @default - see configReloaderDefaults */
  readonly reloader?: ConfigReloader;
  /** Where alerts' runbooks are: a URL, below which there is a page for each group of rules. @default - this project's */
  readonly runbooksUrl?: Input<string>;
  /** The system that collects what nodes say about containers and volumes. @default - none */
  readonly nodeAgents?: NodeAgents;
  /** Whether exemplars are kept: for series, the traces that they came of. @default false */
  readonly exemplars?: Input<boolean>;
  /** prometheus-operator, which then takes the place of the pod of this tier. @default - off; see prometheusDefaults */
  readonly operator?: PrometheusOperator;
  /** KEDA, which asks for the series by which it scales. @default - it is not let in */
  readonly keda?: Keda;
}

export interface Keda {
  /** Namespace of its operator; null where it does not ask. */
  readonly namespace: Input<string | null>;
}

/** Defaults of `PrometheusProps`. */
export const prometheusDefaults = {
  retentionDays: 30,
  scrapeIntervalSeconds: 30,
  storage: { size: '20Gi', storageClassName: null },
  resources: {
    requests: { cpu: '250m', memory: '1Gi', ephemeralStorage: '64Mi' },
    limits: { cpu: '1', memory: '2Gi', ephemeralStorage: '256Mi' },
  },
  image: images.prometheus,
  reloader: configReloaderDefaults,
  runbooksUrl: 'https://github.com/cdk8s-tiers/cdk8s-tiers/blob/main/docs/runbooks',
  nodeAgents: { namespace: null, release: 'node-agents' },
  exemplars: false,
  operator: {
    enabled: false,
    labels: {},
    prometheus: { host: 'prometheus-operated.monitoring.svc', port: 9090 },
    alertmanager: { host: 'alertmanager-operated.monitoring.svc', port: 9093 },
    containerMetrics: true,
  },
  keda: { namespace: null },
} as const;

export const PROMETHEUS_PORT = 9090;
/** Nothing in the image asks for a user of its own: the volume belongs to whoever runs. */
const USER = 10_001;
const COMPONENT = 'server';
const CONFIGURATION = '/etc/prometheus';
const RULES = '/etc/prometheus-rules';
const DATA = '/prometheus';
/** A start reads the write-ahead log first, which takes minutes where there are many series: half an hour. */
const STARTUP_PERIOD_SECONDS = 5;
const STARTUP_FAILURES = 360;
/** For what is in memory to be written. */
const GRACE_PERIOD_SECONDS = 300;

/** What sends alerts on: its pods, and the headless Service that names each of them. */
export interface AlertReceiver {
  /** The port of its pods that takes alerts. */
  readonly endpoint: Endpoint;
  /** The name that leads to each of its pods. */
  readonly headlessHost: Input<string>;
  /** Whether it is there. */
  readonly enabled: Input<boolean>;
}

/**
 * Prometheus, which scrapes every workload of its platform that has metrics; or, by value, what prometheus-operator needs
 * to do so.
 *
 * ```ts
 * const prometheus = new Prometheus(chart, 'prometheus', { retentionDays: 15 });
 * api.connectTo(prometheus);
 * ```
 */
export class Prometheus extends Tier implements Server {
  /** The workload of its pods. */
  readonly workload: StatefulSetWorkload;
  /** Whether a pod of this tier is Prometheus, rather than the operator's. */
  readonly isPlain: Input<boolean>;
  /** Whether prometheus-operator is used. */
  readonly isOperated: Input<boolean>;
  /** Where it answers queries, the operator's or this tier's. */
  readonly url: Input<string>;
  /** The same for who is in another namespace. */
  readonly urlInCluster: Input<string>;
  /** The namespace of the KEDA that may ask. */
  readonly kedaNamespace: Input<string | null>;
  /** Whether it has the metrics of containers, volumes and nodes. */
  readonly hasContainerMetrics: Input<boolean>;
  /** What rules of the release have in common. */
  readonly ruleFacts: RuleFacts;
  readonly clientSettings: Items<EnvVar> = [];
  protected readonly client: StatefulSetWorkload;
  private readonly operated: OperatedObjects;
  private readonly settings: Settings;
  private readonly targets: ScrapeTarget[] = [];
  private readonly groups: WrittenGroup[] = [];
  private readonly alertmanagers: Alertmanagers[] = [];
  private readonly probes: ProbedUrls[] = [];
  private readonly others: Text[] = [];

  constructor(scope: Construct, id: string, props: PrometheusProps = {}) {
    super(scope, id, props);
    const settings = { ...prometheusDefaults, ...props };
    this.settings = settings;
    const { nodeAgents, operator } = settings;
    const { instance, namespace, network } = this.platform;
    this.isPlain = not(operator.enabled);
    this.isOperated = operator.enabled;
    this.hasContainerMetrics = choose(operator.enabled, operator.containerMetrics, isSet(nodeAgents.namespace));
    const operatorsUrl = str`http://${operator.prometheus.host}:${operator.prometheus.port}`;
    this.url = choose(operator.enabled, operatorsUrl, str`http://${this.objectName}:${PROMETHEUS_PORT}`);
    this.ruleFacts = { instance, namespace, runbooks: settings.runbooksUrl };
    const ownHost = namespace === undefined ? this.objectName : str`${this.objectName}.${namespace}.svc`;
    this.urlInCluster = named(
      `${id}.urlInCluster`,
      'Where who is in another namespace asks for series.',
      choose(operator.enabled, operatorsUrl, str`http://${ownHost}:${PROMETHEUS_PORT}`),
    );
    this.kedaNamespace = settings.keda.namespace;
    demand(
      this,
      or(not(operator.enabled), isSet(network.scraperNamespace)),
      'operator.enabled leaves scraping to the Prometheus of prometheus-operator, but no pod lets it in; set network.scraperNamespace to its namespace.',
    );

    this.workload = this.addPlain(id, settings);
    this.client = this.workload;
    this.operated = new OperatedObjects(this, operator, settings.scrapeIntervalSeconds);
    forEachScrapeTarget(this.platform, (target) => {
      this.targets.push(target);
      this.operated.addPodMonitor(target);
      const { workload, port } = target;
      if (workload !== this.workload) allow(this.workload, { workload, port, name: 'metrics' });
    });
  }

  get endpoints(): readonly Endpoint[] {
    return [{ workload: this.workload, port: PROMETHEUS_PORT, name: 'prometheus' }];
  }

  /** Lets a workload ask for series, of the operator's Prometheus where that is used. */
  allowQueries(client: Workload): void {
    for (const endpoint of this.endpoints) allow(client, endpoint);
    this.allowOperators(client, this.settings.operator.prometheus.port);
  }

  /** Lets a workload reach the operator's Alertmanager, where the operator is used. */
  allowOperatorsAlertmanager(client: Workload): void {
    this.allowOperators(client, this.settings.operator.alertmanager.port);
  }

  /** Adds rules, which either Prometheus evaluates. */
  addRules(groups: readonly RuleGroup[]): void {
    const written = groups.map((group) => writtenGroup(group, this.ruleFacts));
    this.groups.push(...written);
    this.operated.addRules(written);
  }

  /** Sends alerts to each pod of an Alertmanager. The operator's Prometheus sends to the operator's. */
  sendAlertsTo({ endpoint, headlessHost, enabled }: AlertReceiver): void {
    allow(this.workload, endpoint);
    this.alertmanagers.push({ host: headlessHost, port: endpoint.port, enabled });
  }

  /** Has URLs asked for from outside, by way of an exporter. */
  addProbe(probed: ProbedUrls, prober: Endpoint): void {
    allow(this.workload, prober);
    this.probes.push(probed);
    this.operated.addProbe(probed);
  }

  /** Adds scrape configurations of what is no workload: list items of `scrape_configs`. */
  addScrapeConfigs(...configurations: readonly Text[]): void {
    this.others.push(...configurations);
  }

  /** Metadata of an object that the operator's Prometheus selects. */
  monitorMetadata(name: Input<string>, component: string): Tree<ObjectMeta> {
    return this.operated.metadata(name, { name: this.node.id, component });
  }

  private allowOperators(client: Workload, port: Input<number>): void {
    const { scraperNamespace } = this.platform.network;
    allowToNamespace(client, { namespace: valueOf(scraperNamespace) }, [{ port, protocol: 'TCP' }], {
      enabled: and(this.settings.operator.enabled, isSet(scraperNamespace)),
      neighbour: 'prometheus-operator',
    });
  }

  private addPlain(id: string, settings: Settings): StatefulSetWorkload {
    const scope = new Construct(this, 'plain');
    onlyWhen(scope, this.isPlain);
    const mounts = [
      { name: 'configuration', mountPath: CONFIGURATION, readOnly: true },
      { name: 'rules', mountPath: RULES, readOnly: true },
    ];
    const file = `${CONFIGURATION}/prometheus.yml`;
    const workload = new StatefulSetWorkload(scope, 'workload', {
      ...settings,
      name: id,
      component: COMPONENT,
      user: USER,
      serviceAccountToken: true,
      replicas: 1,
      scrape: { port: PROMETHEUS_PORT, path: '/metrics' },
      terminationGracePeriodSeconds: GRACE_PERIOD_SECONDS,
      containers: [
        {
          name: 'prometheus',
          image: settings.image,
          args: [
            `--config.file=${file}`,
            `--storage.tsdb.path=${DATA}`,
            str`--storage.tsdb.retention.time=${settings.retentionDays}d`,
            str`--storage.tsdb.retention.size=${retentionMebibytes(settings.storage)}MB`,
            '--web.enable-lifecycle',
            when<string>(settings.exemplars, '--enable-feature=exemplar-storage'),
          ].filter((arg) => arg !== undefined),
          ports: [{ name: 'http', containerPort: PROMETHEUS_PORT }],
          resources: settings.resources,
          probes: {
            startup: {
              httpGet: { path: '/-/ready', port: 'http' },
              periodSeconds: STARTUP_PERIOD_SECONDS,
              timeoutSeconds: 3,
              failureThreshold: STARTUP_FAILURES,
            },
            liveness: { httpGet: { path: '/-/healthy', port: 'http' }, periodSeconds: 20, timeoutSeconds: 10 },
            readiness: { httpGet: { path: '/-/ready', port: 'http' }, periodSeconds: 5, timeoutSeconds: 5 },
          },
          mounts: [...mounts, { name: 'data', mountPath: DATA }],
        },
        configReloader(settings.reloader, { file, folders: [RULES], mounts, port: PROMETHEUS_PORT }),
      ],
      // Without checksums: what changes is read by the running program.
      volumes: [
        { name: 'configuration', configMap: { name: this.objectName } },
        { name: 'rules', configMap: { name: str`${this.objectName}-rules` } },
      ],
      storage: { data: settings.storage },
    });
    this.addConfiguration(workload, settings);
    addService(workload, 'service', { ports: [{ name: 'http', port: PROMETHEUS_PORT, targetPort: 'http' }] });
    addService(workload, 'headless', {
      suffix: 'headless',
      ports: [{ name: 'http', port: PROMETHEUS_PORT, targetPort: 'http' }],
      headless: true,
    });
    allowApiServer(workload);
    allowFromNamespace(workload, settings.keda.namespace, [{ port: PROMETHEUS_PORT, protocol: 'TCP' }]);
    this.allowNodeAgents(workload, settings.nodeAgents);
    // It sees pods, and nothing else, in its own namespace.
    addRole(workload, [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }]);
    return workload;
  }

  /** Their Prometheus, which is one of these. */
  private allowNodeAgents(workload: StatefulSetWorkload, { namespace, release }: NodeAgents): void {
    const podLabels = {
      'app.kubernetes.io/name': 'prometheus',
      'app.kubernetes.io/instance': release,
      'app.kubernetes.io/component': COMPONENT,
    };
    const ports = [{ port: PROMETHEUS_PORT, protocol: 'TCP' }];
    allowToNamespace(workload, { namespace: valueOf(namespace), podLabels }, ports, {
      enabled: isSet(namespace),
      neighbour: 'node-agents',
    });
  }

  private addConfiguration(workload: StatefulSetWorkload, settings: Settings): void {
    const { instance, namespace } = this.platform;
    const { nodeAgents } = settings;
    new KubeObject<ConfigMap>(workload, 'configuration', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: workload.metadata(),
      data: late<Record<string, string>>(() => {
        const yaml = prometheusYaml({
          instance,
          namespace,
          scrapeIntervalSeconds: settings.scrapeIntervalSeconds,
          rules: RULES,
          self: { tier: this.node.id, component: COMPONENT, port: PROMETHEUS_PORT },
          targets: this.targets,
          alertmanagers: this.alertmanagers,
          probes: this.probes,
          others: this.others,
          nodeAgents: {
            ...nodeAgents,
            host: str`${nodeAgents.release}-prometheus.${valueOf(nodeAgents.namespace)}`,
            port: PROMETHEUS_PORT,
          },
        });
        assertFileText(yaml, `${this.node.path}/prometheus.yml`);
        return { 'prometheus.yml': yaml };
      }),
    });
    new KubeObject<ConfigMap>(workload, 'rules', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: workload.metadata('rules'),
      data: late<Record<string, string>>(() => ruleFiles(this.groups)),
    });
  }
}

type Settings = Required<Omit<PrometheusProps, 'enabled' | keyof PodSettings>> & PodSettings;

/** In MiB, four fifths of the volume: blocks are written anew before the old ones go. */
function retentionMebibytes({ size }: Storage): Input<number> {
  return divide(bytes(size), (2 ** 20 * 5) / 4);
}
