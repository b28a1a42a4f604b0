/** What prometheus-operator reads: a PodMonitor for each workload with metrics, the rules, and the probes of URLs. */
import { Construct } from 'constructs';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import {
  type PodMonitorSpec,
  PodMonitorSpecPodMetricsEndpointsRelabelingsAction,
  PodMonitorSpecPodMetricsEndpointsScheme,
  type PodMonitorSpecPodMetricsEndpointsTlsConfig,
} from '../../../imports/pod-monitor-monitoring.coreos.com';
import type { ProbeSpec } from '../../../imports/probe-monitoring.coreos.com';
import type {
  PrometheusRuleSpec,
  PrometheusRuleSpecGroups,
} from '../../../imports/prometheus-rule-monitoring.coreos.com';
import { demandEmpty } from '../../objects/checks';
import { conditionOf, onlyWhen } from '../../objects/conditions';
import { KubeObject } from '../../objects/kube-object';
import type { Input } from '../../values/expression';
import type { Tree } from '../../values/parts';
import { keysAmong } from '../../values/collections';
import { str } from '../../values/texts';
import { type MapInput, eachEntry, keep, late, merge, when } from '../../values/tree';
import type { Platform } from '../../workload/platform';
import { SELECTOR_KEYS } from '../../workload/pod';
import type { ScrapeTarget } from '../../workload/scraping';
import type { Tier } from '../tier';
import { type ProbedUrls, SCRAPE_TIMEOUT_SECONDS } from './prometheus-configuration';
import { type WrittenGroup, ruleGroups } from './rule';

/** Where something of the operator's is: a Service's name with its namespace, and its port. */
export interface Address {
  readonly host: Input<string>;
  readonly port: Input<number>;
}

/** prometheus-operator, which is in the cluster already, with its Prometheus and Alertmanager in `network.scraperNamespace`. */
export interface PrometheusOperator {
  /** Gives it monitors and rules instead of running a Prometheus. */
  readonly enabled: Input<boolean>;
  /** Labels by which its Prometheus selects monitors and rules. */
  readonly labels: MapInput<string>;
  /** Its Prometheus. */
  readonly prometheus: Address;
  /** Its Alertmanager. */
  readonly alertmanager: Address;
  /** Whether its Prometheus has the metrics of kubelets, kube-state-metrics and node exporters. */
  readonly containerMetrics: Input<boolean>;
}

interface CustomObject<S> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: S;
}

/** Labels that the operator gives targets of PodMonitors and the plain Prometheus does not. */
const OPERATORS_OWN = 'container|endpoint';
/** Labels of objects that are not the operator's to set. */
const OWN_LABELS = [
  ...SELECTOR_KEYS,
  'app.kubernetes.io/part-of',
  'app.kubernetes.io/version',
  'app.kubernetes.io/managed-by',
  'helm.sh/chart',
];

/** The objects for an operator, in a scope that is there where it is. */
export class OperatedObjects extends Construct {
  private readonly platform: Platform;
  private readonly groups: WrittenGroup[] = [];

  constructor(
    tier: Tier,
    private readonly operator: PrometheusOperator,
    private readonly scrapeIntervalSeconds: Input<number>,
  ) {
    super(tier, 'operator');
    this.platform = tier.platform;
    onlyWhen(this, operator.enabled);
    demandEmpty(
      this,
      () => keysAmong(operator.labels, OWN_LABELS),
      (keys) => str`operator.labels sets ${keys}, which this project sets; remove it.`,
    );
    new KubeObject<CustomObject<PrometheusRuleSpec>>(this, 'prometheus-rule', {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: this.metadata(tier.objectName, { name: tier.node.id, component: 'rules' }),
      spec: {
        groups: late<PrometheusRuleSpecGroups[]>(() => keep<PrometheusRuleSpecGroups[]>(ruleGroups(this.groups))),
      },
    });
  }

  addRules(groups: readonly WrittenGroup[]): void {
    this.groups.push(...groups);
  }

  /** The pods of a workload, with the labels that prometheus.yml gives them. */
  addPodMonitor(target: ScrapeTarget): void {
    const { workload, job, tier, port, path, https = false, params, honorLabels = false, aboutNode = false } = target;
    const scope = new Construct(this, job);
    onlyWhen(scope, conditionOf(workload));
    const labels = honorLabels
      ? { job }
      : { release: this.platform.instance, tier, component: workload.component, job };
    const dropped = honorLabels ? `${OPERATORS_OWN}|namespace|pod` : OPERATORS_OWN;
    new KubeObject<CustomObject<PodMonitorSpec>>(scope, job, {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PodMonitor',
      metadata: this.metadata(str`${this.platform.instance}-${job}`, { name: tier, component: workload.component }),
      spec: {
        selector: { matchLabels: workload.selectorLabels },
        podMetricsEndpoints: [
          {
            portNumber: port,
            path,
            scheme: when<PodMonitorSpecPodMetricsEndpointsScheme>(https, PodMonitorSpecPodMetricsEndpointsScheme.HTTPS),
            tlsConfig: when<PodMonitorSpecPodMetricsEndpointsTlsConfig>(https, { insecureSkipVerify: true }),
            params: params && Object.fromEntries(Object.entries(params).map(([name, value]) => [name, [value]])),
            interval: str`${this.scrapeIntervalSeconds}s`,
            scrapeTimeout: `${SCRAPE_TIMEOUT_SECONDS}s`,
            honorLabels: honorLabels ? true : undefined,
            relabelings: [
              ...Object.entries(labels).map(([targetLabel, replacement]) => ({ targetLabel, replacement })),
              ...(aboutNode ? [{ sourceLabels: ['__meta_kubernetes_pod_node_name'], targetLabel: 'node' }] : []),
              {
                action: PodMonitorSpecPodMetricsEndpointsRelabelingsAction.LABELDROP,
                regex: dropped,
              },
            ],
          },
        ],
      },
    });
  }

  addProbe({ name, prober, labels, module, urls, enabled }: ProbedUrls): void {
    const scope = new Construct(this, labels.job);
    onlyWhen(scope, enabled);
    new KubeObject<CustomObject<ProbeSpec>>(scope, 'probe', {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'Probe',
      metadata: this.metadata(name, { name: labels.tier, component: labels.component }),
      spec: {
        jobName: labels.job,
        interval: str`${this.scrapeIntervalSeconds}s`,
        scrapeTimeout: `${SCRAPE_TIMEOUT_SECONDS}s`,
        module,
        prober: { url: prober },
        targets: {
          staticConfig: {
            static: urls,
            labels: { release: this.platform.instance, tier: labels.tier, component: labels.component },
            relabelingConfigs: [{ sourceLabels: ['__param_target'], targetLabel: 'target' }],
          },
        },
      },
    });
  }

  /** Metadata of an object with the labels that the operator's Prometheus selects. */
  metadata(name: Input<string>, labels: { readonly name: string; readonly component: string }): Tree<ObjectMeta> {
    return {
      name,
      labels: merge<Record<string, string>>(
        this.platform.labels(labels),
        eachEntry(this.operator.labels, (key, value) => [key, value]),
      ),
    };
  }
}
