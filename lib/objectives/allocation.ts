/**
 * What workloads may take together: their memory limits, and the CPU that is set aside for them. In the chart it is a
 * named template with a row for each workload.
 */
import type { IConstruct } from 'constructs';
import { conditionOf } from '../objects/conditions';
import { Expr, type GoContext, type Input, LITERALS, type Scope, literalOf, toExpr } from '../values/expression';
import { sameTree } from '../values/fingerprint';
import { bare } from '../values/go-code';
import { operation } from '../values/operation';
import { bytesOf, millicoresOf } from '../values/quantity';
import { objectReference } from '../values/reference';
import type { Resources } from '../workload/container';
import { type PodResources, Workload } from '../workload/workload';

const MEBIBYTE = 2 ** 20;

/** The pods of one workload. */
interface Row {
  readonly name: string;
  readonly condition: Expr<boolean>;
  readonly pods: Expr<number>;
  /** What a pod asks for; of the containers before the others, those that may ask for more. */
  readonly resources: PodResources;
}

/** What its named template is called in the chart, and what it is. */
type Title = readonly [name: string, comment: string];

/**
 * What workloads may take, but for what is started by hand, as a text: `api 3072Mi 1500m, postgres-primary 2176Mi 510m`.
 * @param nodes on each of which a DaemonSet has a pod
 */
export function allocation(title: Title, workloads: readonly Workload[], nodes: Input<number>): Expr<string> {
  const made = new Allocation(title, workloads, nodes);
  return made.operands().every((operand) => literalOf(operand) !== undefined) ? toExpr(made.evaluate(LITERALS)) : made;
}

class Allocation extends Expr<string> {
  private readonly rows: readonly Row[];

  constructor(
    private readonly title: Title,
    workloads: readonly Workload[],
    nodes: Input<number>,
  ) {
    super('string');
    this.rows = workloads.flatMap((workload) => {
      const { most, onEachNode } = workload.podCount;
      const pods = toExpr(onEachNode === undefined ? most : nodes);
      const row = {
        name: workload.shortName,
        condition: conditionOf(workload),
        pods,
        resources: withoutSmall(workload.podResources),
      };
      return literalOf(pods) === 0 || literalOf(row.condition) === false ? [] : [row];
    });
  }

  evaluate(scope: Scope): string {
    return this.rows
      .filter(({ condition }) => condition.evaluate(scope))
      .map(({ name, pods, resources }) => {
        const count = pods.evaluate(scope);
        const { memory, cpu } = ofPod(resources, scope);
        return `${name} ${count * memory}Mi ${count * cpu}m`;
      })
      .join(', ');
  }

  toGoTemplate(go: GoContext): string {
    const [name, comment] = this.title;
    return `(include "${go.named(name, comment, (top) => this.lines(top))}" ${go.dot})`;
  }

  protected description(): string {
    return `allocation(${this.operands()
      .map((operand) => operand.describe())
      .join(', ')})`;
  }

  override operands(): readonly Expr<unknown>[] {
    return this.rows.flatMap(({ condition, pods, resources }) => [
      condition,
      pods,
      ...Object.values(resources)
        .flat()
        .flatMap(({ requests, limits }: Resources) => [toExpr(requests.cpu), toExpr(limits.memory)]),
    ]);
  }

  private lines(go: GoContext): readonly string[] {
    const row = go.named('allocation', ROW_COMMENT, (top) => rowLines(top.helper('bytes'), top.helper('millicores')));
    let around: string | undefined = undefined;
    const lines: string[] = ['{{- $rows := list }}'];
    const enter = (condition: string | undefined): void => {
      if (condition === around) return;
      if (around !== undefined) lines.push('{{- end }}');
      if (condition !== undefined) lines.push(`{{- if ${condition} }}`);
      around = condition;
    };
    for (const { name, condition, pods, resources } of this.rows) {
      enter(literalOf(condition) === true ? undefined : bare(condition.toGoCondition(go)));
      lines.push(
        `{{- $rows = append $rows (include "${row}" (dict`,
        `  "workload" "${name}"`,
        `  "pods" ${pods.toGoNumber(go)}`,
        ...Object.entries(resources).flatMap(([key, of]: [string, readonly Resources[]]) => listLines(key, of, go)),
        ')) }}',
      );
    }
    enter(undefined);
    return [...lines, '{{- join ", " $rows }}'];
  }
}

/** The workloads beneath some constructs, in the order of the tree. */
export function workloadsIn(constructs: readonly IConstruct[]): readonly Workload[] {
  return constructs.flatMap(({ node }) => node.findAll()).filter((construct) => construct instanceof Workload);
}

/** A container that ends before the others begin counts where it may ask for more than one of them. */
function withoutSmall(resources: PodResources): PodResources {
  const { containers, initContainers } = resources;
  const larger = initContainers.filter(
    (init, i) =>
      ![...containers, ...initContainers.slice(0, i)].some(
        (other) => sameTree(init.limits.memory, other.limits.memory) && sameTree(init.requests.cpu, other.requests.cpu),
      ),
  );
  return { ...resources, initContainers: larger };
}

interface Amounts {
  /** In MiB. */
  readonly memory: number;
  /** In thousandths of a core. */
  readonly cpu: number;
}

function ofPod({ containers, initContainers, sidecars }: PodResources, scope: Scope): Amounts {
  const amounts = (all: readonly Resources[]): readonly Amounts[] =>
    all.map(({ requests, limits }) => ({
      memory: Math.ceil(bytesOf(toExpr(limits.memory).evaluate(scope)) / MEBIBYTE),
      cpu: millicoresOf(toExpr(requests.cpu).evaluate(scope)),
    }));
  const sum = (key: keyof Amounts, all: readonly Amounts[]): number => all.reduce((so, each) => so + each[key], 0);
  const atMost = (key: keyof Amounts): number =>
    sum(key, amounts(sidecars)) +
    Math.max(sum(key, amounts(containers)), ...amounts(initContainers).map((each) => each[key]));
  return { memory: atMost('memory'), cpu: atMost('cpu') };
}

const ROW_COMMENT =
  'What the pods of a workload may take together: memory limits, and CPU that is set aside, such as api 3072Mi 1500m.';

function rowLines(bytes: string, millicores: string): readonly string[] {
  const range = (list: string, turn: (amount: string, of: string) => string): readonly string[] => [
    `{{- range ${list} }}`,
    `{{- ${turn('$memory', `(div (add (include "${bytes}" .limits.memory) ${MEBIBYTE - 1}) ${MEBIBYTE})`)} }}`,
    `{{- ${turn('$cpu', `(include "${millicores}" .requests.cpu | int64)`)} }}`,
    '{{- end }}',
  ];
  return [
    '{{- $memory := 0 }}',
    '{{- $cpu := 0 }}',
    ...range('.containers', (amount, of) => `${amount} = add ${amount} ${of}`),
    ...range('.initContainers', (amount, of) => `${amount} = max ${amount} ${of}`),
    ...range('.sidecars', (amount, of) => `${amount} = add ${amount} ${of}`),
    '{{- printf "%s %dMi %dm" .workload (mul .pods $memory) (mul .pods $cpu) }}',
  ];
}

const WIDTH = 100;

/** A list of a row on one line, or a line for each of its items. */
function listLines(key: string, of: readonly Resources[], go: GoContext): readonly string[] {
  if (of.length === 0) return [];
  const items = of.map((each) => resourcesCode(each, go));
  const line = `  "${key}" (list ${items.join(' ')})`;
  return line.length <= WIDTH ? [line] : [`  "${key}" (list`, ...items.map((item) => `    ${item}`), '  )'];
}

function resourcesCode(resources: Resources, go: GoContext): string {
  const reference = objectReference(resources);
  if (reference !== undefined) return reference.toGoTemplate(go);
  const [memory, cpu] = [resources.limits.memory, resources.requests.cpu].map((each) => toExpr(each).toGoTemplate(go));
  return `(dict "limits" (dict "memory" ${memory ?? ''}) "requests" (dict "cpu" ${cpu ?? ''}))`;
}

const sumOfColumn = operation({
  name: 'sumOfColumn',
  kind: 'int',
  least: () => 0,
  evaluate: (rows: string, column: number) =>
    rows === ''
      ? 0
      : rows
          .split(', ')
          .map((row) => Number(/^[0-9]+/.exec(row.split(' ')[column] ?? '')?.[0]))
          .reduce((sum, amount) => sum + amount, 0),
  toGoTemplate: ([rows, column], go) =>
    `include "${go.helper('sumOfColumn')}" (dict "rows" ${rows} "column" ${column}) | int64`,
});

/** The memory of an allocation, in MiB. */
export function memoryOf(allocation: Expr<string>): Expr<number> {
  return sumOfColumn(allocation, 1);
}

/** The CPU of an allocation, in thousandths of a core. */
export function cpuOf(allocation: Expr<string>): Expr<number> {
  return sumOfColumn(allocation, 2);
}
