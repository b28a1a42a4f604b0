/** prometheus.yml: what is scraped, which labels its series get, where rules are and where alerts go. */
import { conditionOf } from '../../objects/conditions';
import { type Input, literalOf } from '../../values/expression';
import { and, isSet, or } from '../../values/logic';
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { when } from '../../values/tree';
import type { ScrapeTarget } from '../../workload/scraping';

/** Seconds after which an answer is late. */
export const SCRAPE_TIMEOUT_SECONDS = 10;

export interface PrometheusYaml {
  readonly instance: Input<string>;
  readonly scrapeIntervalSeconds: Input<number>;
  /** The folder of the rules files. */
  readonly rules: string;
  readonly targets: readonly ScrapeTarget[];
  /** Prometheus itself, which it asks without leaving its pod. */
  readonly self: { readonly tier: string; readonly component: string; readonly port: number };
  readonly alertmanagers: readonly Alertmanagers[];
  readonly probes: readonly ProbedUrls[];
  readonly nodeAgents: NodeAgents & { readonly host: Input<string>; readonly port: number };
  /** Scrape configurations of what is no workload here, each a list item. */
  readonly others: readonly Text[];
  /** Of the namespace whose containers are asked for. */
  readonly namespace: Input<string> | undefined;
}

/** Where alerts go: to every pod behind a name. */
export interface Alertmanagers {
  readonly host: Input<string>;
  readonly port: Input<number>;
  /** Whether they are there. */
  readonly enabled: Input<boolean>;
}

/** URLs that a blackbox exporter asks for. */
export interface ProbedUrls {
  /** The name of the object that says so to prometheus-operator. */
  readonly name: Input<string>;
  /** The exporter: `host:port`. */
  readonly prober: Input<string>;
  /** Labels that the series get. */
  readonly labels: { readonly tier: string; readonly component: string; readonly job: string };
  /** The exporter's module by which they are asked for. */
  readonly module: string;
  /** What is asked for. */
  readonly urls: readonly Input<string>[];
  /** Whether anything is asked for. */
  readonly enabled: Input<boolean>;
}

/** The system `node-agents`, which collects what nodes say about containers, volumes and themselves. */
export interface NodeAgents {
  /** The namespace it is in; null where nothing is asked of it. */
  readonly namespace: Input<string | null>;
  /** Its release. */
  readonly release: Input<string>;
}

export function prometheusYaml(yaml: PrometheusYaml): Text {
  return text`
    # Written by cdk8s-tiers.
    global:
      scrape_interval: ${yaml.scrapeIntervalSeconds}s
      scrape_timeout: ${SCRAPE_TIMEOUT_SECONDS}s
      evaluation_interval: ${yaml.scrapeIntervalSeconds}s
    rule_files:
      - ${yaml.rules}/*.yaml
    ${yaml.alertmanagers.map(alerting)}
    scrape_configs:
      ${podJob(yaml)}
      ${honoredJob(yaml)}
      ${yaml.probes.map((probed) => probeJob(probed, yaml))}
      ${nodeAgentsJob(yaml)}
      ${yaml.others}
  `;
}

/** Each pod by itself: they agree among themselves on who notifies. */
function alerting({ host, port, enabled }: Alertmanagers) {
  return when<Text>(
    enabled,
    text`
      alerting:
        alertmanagers:
          - dns_sd_configs:
              - { names: [${host}], type: A, port: ${port} }
    `,
  );
}

/**
 * One job finds the pods of the release, by one watch of the API server. A pod is a target if a workload of the system
 * has these labels and this port, which also gives it the label `job`.
 */
function podJob({ instance, self, targets }: PrometheusYaml): Text {
  return text`
    - job_name: pods
      ${withTls(targets)}
      ${podDiscovery(instance)}
      relabel_configs:
        - { source_labels: [__meta_kubernetes_pod_phase], regex: Succeeded|Failed, action: drop }
        - { source_labels: [__meta_kubernetes_namespace], target_label: namespace }
        - { source_labels: [__meta_kubernetes_pod_label_app_kubernetes_io_instance], target_label: release }
        - { source_labels: [__meta_kubernetes_pod_label_app_kubernetes_io_name], target_label: tier }
        - { source_labels: [__meta_kubernetes_pod_label_app_kubernetes_io_component], target_label: component }
        - { source_labels: [__meta_kubernetes_pod_name], target_label: pod }
        ${jobLines(targets.filter(({ honorLabels }) => honorLabels !== true))}
        # Prometheus itself, by the one address that needs no network.
        - { source_labels: [__tmp], regex: ${self.tier};${self.component};${self.port}, target_label: __address__, replacement: "127.0.0.1:${self.port}" }
  `;
}

/** By the addresses of pods, which stand in no certificate. */
function withTls(targets: readonly ScrapeTarget[]) {
  const some = targets.map(({ workload, https = false }) => and(conditionOf(workload), https));
  return when<Text>(or(...some), text`tls_config: { insecure_skip_verify: true }`);
}

/** What says something about others keeps the labels that it gives, and gets no more than its job. */
function honoredJob({ instance, targets }: PrometheusYaml): Text | undefined {
  const honored = targets.filter(({ honorLabels }) => honorLabels === true);
  if (honored.length === 0) return undefined;
  return text`
    - job_name: pods-about-others
      honor_labels: true
      ${podDiscovery(instance)}
      relabel_configs:
        - { source_labels: [__meta_kubernetes_pod_phase], regex: Succeeded|Failed, action: drop }
        ${jobLines(honored)}
  `;
}

/** The same in every job: they share one watch. */
function podDiscovery(instance: Input<string>): Text {
  return text`
    kubernetes_sd_configs:
      - role: pod
        namespaces: { own_namespace: true }
        selectors:
          - { role: pod, label: "app.kubernetes.io/instance=${instance}" }
  `;
}

/** Which workload it is, by tier, component and port. */
function jobLines(targets: readonly ScrapeTarget[]): Text {
  const tier = '__meta_kubernetes_pod_label_app_kubernetes_io_name';
  const component = '__meta_kubernetes_pod_label_app_kubernetes_io_component';
  return text`
    - { source_labels: [${tier}, ${component}, __meta_kubernetes_pod_container_port_number], target_label: __tmp }
    - { target_label: job, replacement: "" }
    ${targets.map(targetLines)}
    - { source_labels: [job], regex: .+, action: keep }
  `;
}

function targetLines({ workload, job, tier, port, path, https = false, params = {}, aboutNode }: ScrapeTarget) {
  return when<Text>(
    conditionOf(workload),
    text`
      - { source_labels: [__tmp], regex: ${tier};${workload.component};${port}, target_label: job, replacement: ${job} }
      ${path === '/metrics' ? undefined : text`- { source_labels: [job], regex: ${job}, target_label: __metrics_path__, replacement: ${path} }`}
      ${when<Text>(https, text`- { source_labels: [job], regex: ${job}, target_label: __scheme__, replacement: https }`)}
      ${Object.entries(params).map(
        ([name, value]) => text`
          - { source_labels: [job], regex: ${job}, target_label: __param_${name}, replacement: "${value}" }
        `,
      )}
      ${aboutNode === true ? text`- { source_labels: [job, __meta_kubernetes_pod_node_name], regex: ${job};(.+), target_label: node }` : undefined}
    `,
  );
}

function probeJob({ prober, labels, module, urls, enabled }: ProbedUrls, { instance, namespace }: PrometheusYaml) {
  return when<Text>(
    enabled,
    text`
      - job_name: ${labels.job}
        metrics_path: /probe
        params: { module: [${module}] }
        static_configs:
          - targets:
              ${urls.map((url) => text`- "${url}"`)}
            labels:
              ${namespace === undefined ? undefined : text`namespace: "${namespace}"`}
              release: "${instance}"
              tier: ${labels.tier}
              component: ${labels.component}
        relabel_configs:
          - { source_labels: [__address__], target_label: __param_target }
          - { source_labels: [__address__], target_label: target }
          - { source_labels: [__address__], target_label: instance }
          - { target_label: __address__, replacement: "${prober}" }
    `,
  );
}

/** Series of the own namespace, and those of nodes, as node-agents has them: with its labels and times. */
function nodeAgentsJob({ nodeAgents, namespace }: PrometheusYaml) {
  if (literalOf(nodeAgents.namespace) === null || namespace === undefined) return undefined;
  return when<Text>(
    isSet(nodeAgents.namespace),
    text`
      - job_name: node-agents
        honor_labels: true
        metrics_path: /federate
        params:
          match[]:
            - '{namespace="${namespace}"}'
            - '{__name__=~"node_.+|kube_node_.+|machine_.+|filebeat_.+"}'
            - '{__name__="up"}'
        static_configs:
          - targets: ["${nodeAgents.host}:${nodeAgents.port}"]
    `,
  );
}
