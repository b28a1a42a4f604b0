/** What a tier made of defaults consists of: its ports and who may connect, what clients get, and what its pods ask for. */
import { App, Chart } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { Container, EnvVar, PodSpec, Service } from 'kubernetes-types/core/v1';
import type { NetworkPolicy, NetworkPolicyPeer } from 'kubernetes-types/networking/v1';
import { KubeObject, Worker } from '../../lib';
import { code } from '../../lib/output/helm/values-readme';
import { Platform, defaultNetworkFacts } from '../../lib/workload/platform';
import type { Sample } from './tiers';

/** Namespaces that a release is told, as they stand in a page. */
const FACTS = { ingressNamespace: 'network.ingressNamespace', scraperNamespace: 'network.scraperNamespace' };

export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: {
    readonly replicas?: number;
    readonly minReplicas?: number;
    readonly scaleTargetRef?: { readonly name: string };
    readonly suspend?: boolean;
    readonly ports?: readonly { readonly port: number; readonly targetPort?: number | string }[];
    readonly template?: PodTemplate;
    readonly jobTemplate?: { readonly spec: { readonly template: PodTemplate } };
    readonly volumeClaimTemplates?: readonly {
      readonly metadata: { readonly name: string };
      readonly spec: { readonly resources: { readonly requests: { readonly storage: string } } };
    }[];
  };
}

interface PodTemplate {
  readonly metadata: { readonly labels: Labels };
  readonly spec: PodSpec;
}

type Labels = Readonly<Record<string, string>>;

/** A tier in a release of its own, with a client for everything that it serves. */
export class TierObjects {
  /** The tier's own. */
  readonly manifests: readonly Manifest[];
  private readonly clients: readonly { readonly server: string; readonly client: Container }[];

  constructor(make: (scope: Chart) => Sample) {
    const chart = new Chart(new App(), 'release');
    const network = { ...defaultNetworkFacts, ...FACTS };
    Platform.provide(chart, new Platform({ instance: '<release>', partOf: 'release', network }));
    const { tier, servers = {} } = make(chart);
    const clients = Object.entries(servers).map(([server, connected], i) => {
      const client = new Worker(chart, `client-${i}`, CLIENT);
      client.connectTo(connected);
      return { server, client };
    });
    this.manifests = manifestsBelow(tier);
    this.clients = clients.map(({ server, client }) => ({ server, client: mainContainerOf(manifestsBelow(client)) }));
  }

  /** Ports of pods, and whom its NetworkPolicies let in. */
  ports(): string {
    const policies = this.manifests.filter(isNetworkPolicy);
    if (policies.length === 0) return 'Nothing connects to it.';
    const rows = policies.flatMap(({ metadata: { name }, spec }) => {
      const selected = spec?.podSelector.matchLabels ?? {};
      const byPort = new Map<string, Set<string>>();
      for (const { from = [], ports = [] } of spec?.ingress ?? []) {
        for (const { port } of ports) {
          const who = byPort.get(String(port)) ?? new Set();
          byPort.set(String(port), who);
          for (const peer of from) who.add(this.inWords(peer, selected));
        }
      }
      return [...byPort].map(
        ([port, who]) =>
          `| ${port} | ${shown(name)} | ${this.servicesOf(selected, Number(port)).join(', ')} | ${[...who].join(', ')} |`,
      );
    });
    if (rows.length === 0) return 'Nothing may connect to it.';
    return ['| Port | Of the pods | Service | Who may connect |', '| --- | --- | --- | --- |', ...rows].join('\n');
  }

  /** What `connectTo` gives a client, for each server that there is. */
  settings(): string {
    const tables = this.clients.map(({ server, client }) => {
      const rows = [
        ...(client.env ?? []).filter(({ name }) => !OWN_SETTINGS.has(name)).map(settingRow),
        ...(client.volumeMounts ?? [])
          .filter(({ mountPath }) => mountPath.startsWith('/run/secrets/'))
          .map(({ mountPath }) => `| files | in ${code(mountPath)} |`),
      ];
      if (rows.length === 0) return `A client of ${code(server)} gets no settings.`;
      return [`A client of ${code(server)} gets`, '', '| Variable | Value |', '| --- | --- |', ...rows].join('\n');
    });
    return tables.join('\n\n');
  }

  /** Requests and limits of every container, and the volumes. */
  sizes(): string {
    const rows = this.manifests.flatMap((manifest) => {
      const pod = templateOf(manifest)?.spec;
      if (pod === undefined) return [];
      const pods = `${shown(manifest.metadata.name)} ${this.howMany(manifest)}`;
      return [...(pod.initContainers ?? []), ...pod.containers].map(
        (container, i) => `| ${i === 0 ? pods : ''} | ${[container.name, ...sizesOf(container)].join(' | ')} |`,
      );
    });
    const claims = this.manifests.flatMap(({ metadata, spec }) =>
      (spec?.volumeClaimTemplates ?? []).map(
        (claim) =>
          `${claim.spec.resources.requests.storage} for each pod of ${code(metadata.name)} (${code(claim.metadata.name)})`,
      ),
    );
    if (this.manifests.length === 0) return 'Plain manifests have nothing of it.';
    if (rows.length === 0) return 'It has no pods.';
    return [
      ['| Pods | Container | CPU | Memory | Ephemeral disk |', '| --- | --- | --- | --- | --- |', ...rows].join('\n'),
      ...(claims.length === 0 ? [] : [`Volumes: ${claims.join('; ')}.`]),
    ].join('\n\n');
  }

  private inWords({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer, selected: Labels): string {
    const labels = podSelector?.matchLabels ?? {};
    const namespace = namespaceSelector?.matchLabels?.['kubernetes.io/metadata.name'];
    if (ipBlock !== undefined) return code(ipBlock.cidr);
    if (namespace !== undefined) return `the namespace ${code(namespace)}`;
    if (labels['app.kubernetes.io/name']?.startsWith('client-')) return 'what is connected to it';
    if (sameLabels(labels, selected)) return 'each other';
    const other = this.manifests.find((manifest) => sameLabels(templateOf(manifest)?.metadata.labels ?? {}, labels));
    return shown(other?.metadata.name ?? `<release>-${labels['app.kubernetes.io/name'] ?? ''}`);
  }

  private howMany({ kind, metadata: { name }, spec }: Manifest): string {
    if (kind === 'DaemonSet') return 'on each node';
    if (kind === 'CronJob') return spec?.suspend === true ? 'by hand' : 'by schedule';
    if (kind === 'Job') return 'once';
    const autoscaler = this.manifests.find((other) => other.spec?.scaleTargetRef?.name === name);
    return `× ${autoscaler?.spec?.minReplicas ?? spec?.replicas ?? 1}`;
  }

  private servicesOf(selected: Labels, port: number): readonly string[] {
    const names = this.manifests
      .flatMap((manifest) => templateOf(manifest)?.spec.containers ?? [])
      .flatMap(({ ports = [] }) => ports)
      .filter(({ containerPort }) => containerPort === port)
      .map(({ name }) => name);
    return this.manifests
      .filter(isService)
      .flatMap(({ metadata: { name }, spec }) =>
        Object.entries(spec?.selector ?? {}).every(([key, value]) => selected[key] === value)
          ? (spec?.ports ?? [])
              .filter((each) => each.targetPort === port || names.includes(String(each.targetPort)))
              .map((each) => code(`${name}:${each.port}`))
          : [],
      );
  }
}

const CLIENT = {
  image: { registry: 'ghcr.io', repository: 'shop/backend', tag: '1.4.0', digest: null },
  command: ['celery'],
  livenessCommand: ['true'],
  readinessCommand: ['celery', 'inspect', 'ping'],
};

/** What the client has without any server. */
const OWN_SETTINGS = new Set(
  (mainContainerOf(manifestsBelow(new Worker(new Chart(new App(), 'alone'), 'client', CLIENT))).env ?? []).map(
    ({ name }) => name,
  ),
);

function manifestsBelow(construct: IConstruct): readonly Manifest[] {
  return construct.node
    .findAll()
    .filter((each) => each instanceof KubeObject)
    .map((object) => object.toJson())
    .filter(isManifest);
}

function isManifest(object: unknown): object is Manifest {
  return typeof object === 'object' && object !== null && 'kind' in object && 'metadata' in object;
}

function mainContainerOf(manifests: readonly Manifest[]): Container {
  const [container] = manifests.flatMap(({ spec }) => spec?.template?.spec.containers ?? []);
  if (container === undefined) throw new Error('a client has a container');
  return container;
}

function isNetworkPolicy(manifest: Manifest): manifest is Manifest & NetworkPolicy & { metadata: { name: string } } {
  return manifest.kind === 'NetworkPolicy';
}

function isService(manifest: Manifest): manifest is Manifest & Service & { metadata: { name: string } } {
  return manifest.kind === 'Service';
}

function sameLabels(a: Labels, b: Labels): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

function settingRow({ name, value = '', valueFrom }: EnvVar): string {
  const { fieldRef, secretKeyRef } = valueFrom ?? {};
  if (fieldRef !== undefined) return `| ${code(name)} | the pod's ${code(fieldRef.fieldPath)} |`;
  if (secretKeyRef === undefined) return `| ${code(name)} | ${code(value)} |`;
  return `| ${code(name)} | key ${code(secretKeyRef.key)} of the Secret ${code(secretKeyRef.name ?? '')} |`;
}

function templateOf({ spec }: Manifest): PodTemplate | undefined {
  return spec?.template ?? spec?.jobTemplate?.spec.template;
}

/** The name of an object. A Job's ends in a hash of its pods, which changes with them. */
function shown(name: string): string {
  return code(name.replace(/-[0-9a-f]{8}$/, '-<hash>'));
}

/** Requests and limits, as `request – limit` where they differ. */
function sizesOf({ resources }: Container): readonly string[] {
  return ['cpu', 'memory', 'ephemeral-storage'].map((resource) => {
    const [request = '', limit = 'no limit'] = [resources?.requests?.[resource], resources?.limits?.[resource]];
    return request === limit ? request : `${request} – ${limit}`;
  });
}
