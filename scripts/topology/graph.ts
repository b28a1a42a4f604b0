/** The picture of a system before it is laid out: what runs, and who reaches whom, read from the construct tree. */
import type { Construct } from 'constructs';
import type { NetworkPolicyPort } from 'kubernetes-types/networking/v1';
import { type Connection, connectionsOf } from '../../lib/network/connections';
import { conditionOf } from '../../lib/objects/conditions';
import { KubeObject } from '../../lib/objects/kube-object';
import type { ChartSource } from '../../lib/output/helm/source';
import { valuesOf } from '../../lib/systems/environment';
import type { Environment } from '../../lib/systems/environment';
import { type Input, type Json, type Scope, toExpr } from '../../lib/values/expression';
import { isList, isObject } from '../../lib/values/json';
import type { Items } from '../../lib/values/parts';
import { evaluate } from '../../lib/values/tree';
import { forEachScrapeTarget } from '../../lib/workload/scraping';
import { Workload } from '../../lib/workload/workload';
import { type Group, kinds } from './tiers';

export interface Box {
  readonly id: string;
  /** Undefined for what is outside of the system. */
  readonly group: Group | undefined;
  /** What is written in it. */
  readonly lines: readonly BoxLine[];
  /** Where arrows end: port numbers, and what they are for. */
  readonly ports: readonly Port[];
  /** The port on which Prometheus finds metrics. */
  readonly metrics?: string;
  /** Off with these values. */
  readonly isOff: boolean;
}

/** Words of which the first are set in bold, where there are any. */
export interface BoxLine {
  readonly bold: string;
  readonly words: string;
}

export interface Port {
  readonly number: string;
  readonly label: string;
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  /** Ports of the server's box. */
  readonly port: string;
  readonly isOff: boolean;
}

export interface Graph {
  readonly boxes: readonly Box[];
  readonly edges: readonly Edge[];
}

interface Flow {
  readonly from: string;
  readonly to: string;
  readonly port: string;
  /** What it is for, where that is known. */
  readonly name?: string;
  readonly isOff: boolean;
}

/** One workload with all that starts or ends at it. */
interface Part {
  readonly workload: Workload;
  readonly tier: Construct;
  readonly group: Group;
  readonly does: string;
}

type MetricsPorts = Map<Workload, Input<number>>;

/** Connections of this name are all alike: where there are more than a few, the port stands in the box alone. */
const METRICS = 'metrics';
const FEW = 4;

/** @param environment whose sizes are written into the boxes */
export function graphOf(system: ChartSource, environment: Environment): Graph {
  const scope: Scope = {
    values: valuesOf(system.schema, environment),
    release: { name: system.systemName, namespace: system.systemName },
    variables: new Map(),
  };
  const parts = partsOf(system);
  const metricsPorts: MetricsPorts = new Map();
  const [first] = parts;
  if (first) forEachScrapeTarget(first.workload.platform, ({ workload, port }) => metricsPorts.set(workload, port));
  const drawsMetrics = metricsPorts.size <= FEW;
  const flows = parts.flatMap(({ workload }) => flowsOf(workload, drawsMetrics, scope));
  const bundles = bundle(parts, flows, scope);
  const boxOf = new Map(
    bundles.flatMap(({ id, parts: members }) => members.map(({ workload }) => [idOf(workload), id])),
  );
  const rename = (id: string): string => boxOf.get(id) ?? id;
  const outside = [...new Set(flows.flatMap(({ from, to }) => [from, to]))].filter((id) => !boxOf.has(id)).sort();
  const renamed = flows.map((flow) => ({ ...flow, from: rename(flow.from), to: rename(flow.to) }));
  return {
    boxes: [
      ...outside.map((id) => ({
        id,
        group: undefined,
        lines: [{ bold: id, words: '' }],
        ports: portsOf(id, renamed),
        isOff: false,
      })),
      ...bundles.map((each) => ({ ...boxFor(each, metricsPorts, scope), ports: portsOf(each.id, renamed) })),
    ],
    edges: edgesOf(renamed),
  };
}

function partsOf(system: ChartSource): readonly Part[] {
  return system.node.findAll().flatMap((workload) => {
    if (!(workload instanceof Workload)) return [];
    for (const { tier: type, group, does } of kinds) {
      const tier = workload.node.scopes.find((scope): scope is Construct => scope instanceof type);
      const what = does[workload.component];
      if (tier !== undefined && what !== undefined) return [{ workload, tier, group, does: what }];
    }
    throw new Error(
      `${workload.node.path}: the picture knows nothing of its tier; say in scripts/topology/tiers.ts where it stands and what ${workload.component} does`,
    );
  });
}

function flowsOf(workload: Workload, drawsMetrics: boolean, scope: Scope): readonly Flow[] {
  const id = idOf(workload);
  const between = connectionsOf(workload)
    .filter(({ endpoint }) => endpoint.workload !== workload && (drawsMetrics || endpoint.name !== METRICS))
    .map((connection: Connection) => ({
      from: id,
      to: idOf(connection.endpoint.workload),
      port: read(connection.endpoint.port, scope),
      name: connection.endpoint.name,
      isOff: !connection.condition.evaluate(scope),
    }));
  const there = workload.policy.neighbours.filter(({ enabled }) => toExpr(enabled).evaluate(scope));
  const beyond = there.map(({ name, direction, ports }) => ({
    from: direction === 'in' ? name : id,
    to: direction === 'in' ? id : name,
    port: portsOfRule(ports, scope).join(', '),
    isOff: !conditionOf(workload).evaluate(scope),
  }));
  return [...between, ...beyond];
}

interface Bundle {
  readonly id: string;
  readonly parts: readonly Part[];
}

/** Workloads of one tier that reach the same, and that nobody reaches, as one: those that are on, and those that are off. */
function bundle(parts: readonly Part[], flows: readonly Flow[], scope: Scope): readonly Bundle[] {
  const bundles = new Map<string, Part[]>();
  for (const part of parts) {
    const id = idOf(part.workload);
    const sent = flows.filter(({ from }) => from === id).map(({ to, port }) => `${to} ${port}`);
    const isServer = flows.some(({ to }) => to === id);
    const isOff = !conditionOf(part.workload).evaluate(scope);
    const key = isServer ? id : `${part.tier.node.path} ${isOff}: ${[...new Set(sent)].sort().join(', ')}`;
    bundles.set(key, [...(bundles.get(key) ?? []), part]);
  }
  return [...bundles.values()].map((members) => ({
    id: members.map(({ workload }) => idOf(workload)).join(' '),
    parts: members,
  }));
}

function boxFor({ id, parts }: Bundle, metricsPorts: MetricsPorts, scope: Scope): Omit<Box, 'ports'> {
  const [first] = parts;
  if (first === undefined) throw new Error('a box of nothing');
  const { workload, group, does } = first;
  const isOff = parts.every((part) => !conditionOf(part.workload).evaluate(scope));
  if (parts.length > 1) {
    const lines = parts.map((part) => ({ bold: nameOf(part.workload, scope), words: '' }));
    return { id, group, lines, isOff };
  }
  const metrics = metricsPorts.get(workload);
  return {
    id,
    group,
    lines: [
      { bold: nameOf(workload, scope), words: '' },
      ...[does, sizeOf(workload, scope)].filter((words) => words !== '').map((words) => ({ bold: '', words })),
    ],
    ...(metrics === undefined ? {} : { metrics: read(metrics, scope) }),
    isOff,
  };
}

/** One edge for each pair of boxes and port. */
function edgesOf(flows: readonly Flow[]): readonly Edge[] {
  const edges = new Map<string, Edge>();
  for (const { from, to, port, isOff } of flows) {
    const key = `${from} → ${to} ${port}`;
    edges.set(key, { from, to, port, isOff: isOff && (edges.get(key)?.isOff ?? true) });
  }
  return [...edges.values()];
}

function portsOf(id: string, flows: readonly Flow[]): readonly Port[] {
  const own = flows.filter(({ to }) => to === id);
  return [...new Set(own.map(({ port }) => port))].map((number) => {
    const names = own.filter(({ port, name }) => port === number && name !== undefined).map(({ name }) => name);
    return { number, label: [number, [...new Set(names)].join(', ')].join(' ').trim() };
  });
}

/** The path within the system, `workload` alone left out: the workload of a tier of one. */
function idOf({ node }: Workload): string {
  return node.path.replace(/^[^/]*\//, '').replace(/\/workload$/, '');
}

/** The name of the objects without the release's. */
function nameOf(workload: Workload, scope: Scope): string {
  return read(workload.objectName, scope).replace(`${scope.release?.name ?? ''}-`, '');
}

/** The numbers of a rule's ports, each once. */
function portsOfRule(ports: Items<NetworkPolicyPort>, scope: Scope): readonly string[] {
  const list = evaluate(ports, scope);
  const numbers = isList(list) ? list.map((rule) => (isObject(rule) ? rule.port : undefined)) : [];
  return [...new Set(numbers.filter((number) => typeof number === 'number').map((number) => `${number}`))];
}

function read(input: Input<string | number>, scope: Scope): string {
  return String(toExpr(input).evaluate(scope));
}

/** What controls the pods, and how many there are. */
function sizeOf(workload: Workload, scope: Scope): string {
  const objects = workload.node.findAll().filter((object) => object instanceof KubeObject);
  const field = (kind: string, ...path: readonly string[]): Json | undefined => {
    const found = objects.find((object) => object.kind === kind);
    let at: Json | undefined = found && evaluate(found.tree, scope);
    for (const key of path) at = isObject(at) ? at[key] : undefined;
    return at;
  };
  const kind = ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Job', 'Pod'].find((each) =>
    objects.some((object) => object.kind === each),
  );
  if (kind === undefined) return '';
  if (kind === 'CronJob' || kind === 'Job' || kind === 'Pod' || kind === 'DaemonSet') return kind;
  const [least, most] = ['minReplicas', 'maxReplicas'].map((name) => field('HorizontalPodAutoscaler', 'spec', name));
  const replicas = field(kind, 'spec', 'replicas');
  const count =
    typeof least === 'number' && typeof most === 'number' && least !== most
      ? `${least}–${most}`
      : `${numberOf(most ?? replicas)}`;
  const claims = field(kind, 'spec', 'volumeClaimTemplates');
  return `${count} ${count === '1' ? 'pod' : 'pods'}${isList(claims) && claims.length > 0 ? ' with a volume' : ''}`;
}

/** One, where nothing is said. */
function numberOf(replicas: Json | undefined): number {
  return typeof replicas === 'number' ? replicas : 1;
}
