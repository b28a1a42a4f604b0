/** What a PromQL expression asks for, and the labels of what it yields: enough to see what can never give an answer. */
import { createRequire } from 'node:module';
import type { SyntaxNode, Tree } from '@lezer/common';

/** Its types are those of an ES module, which this is not. */
const { parser } = createRequire(__filename)('@prometheus-io/lezer-promql') as {
  readonly parser: { parse(expression: string): Tree };
};

/** The labels of a metric, by its name; undefined for a metric that nobody exports. */
export type LabelsOf = (metric: string) => ReadonlySet<string> | undefined;

export interface Question {
  /** Metrics that it asks for. */
  readonly metrics: readonly string[];
  /** Labels of the series it yields. Undefined for a number, which has none and goes with any series. */
  readonly labels: ReadonlySet<string> | undefined;
  /** What is wrong with it. */
  readonly problems: readonly string[];
}

type Labels = ReadonlySet<string> | undefined;

/** Reads an expression in which Grafana's variables have values. */
export function ask(expression: string, labelsOf: LabelsOf): Question {
  const reader = new Reader(expression, labelsOf);
  const labels = reader.read();
  return { metrics: [...reader.metrics], labels, problems: reader.problems };
}

/** Of these a vector has the labels of its sides' union, or of its left side. */
const SET_OPERATORS = ['And', 'Or', 'Unless'];
/** Aggregations that choose series rather than make new ones. */
const CHOOSING = ['Topk', 'Bottomk', 'LimitK', 'LimitRatio'];

class Reader {
  readonly metrics = new Set<string>();
  readonly problems: string[] = [];

  constructor(
    private readonly expression: string,
    private readonly labelsOf: LabelsOf,
  ) {}

  read(): Labels {
    const tree = parser.parse(this.expression);
    const broken: number[] = [];
    tree.iterate({
      enter: ({ type, from }) => {
        if (type.isError) broken.push(from);
      },
    });
    if (broken.length > 0) this.problems.push(`is no PromQL from character ${broken[0] ?? 0} on`);
    const [top] = children(tree.topNode);
    return broken.length > 0 || top === undefined ? undefined : this.labels(top);
  }

  private labels(node: SyntaxNode): Labels {
    switch (node.name) {
      case 'VectorSelector':
        return this.selector(node);
      case 'AggregateExpr':
        return this.aggregation(node);
      case 'FunctionCall':
        return this.call(node);
      case 'BinaryExpr':
        return this.binary(node);
      case 'NumberDurationLiteral':
      case 'StringLiteral':
        return undefined;
      default: {
        // Parentheses, a sign, a range, a subquery, an offset: what they are around.
        const [inner] = children(node).filter(({ name }) => isExpression(name));
        return inner && this.labels(inner);
      }
    }
  }

  private selector(node: SyntaxNode): Labels {
    const metric = this.text(node.getChild('Identifier'));
    if (metric === '') {
      this.problems.push(`${this.text(node)} names no metric`);
      return new Set();
    }
    this.metrics.add(metric);
    const labels = this.labelsOf(metric);
    if (labels === undefined) {
      this.problems.push(`nobody exports ${metric}`);
      return new Set();
    }
    for (const matcher of node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []) {
      this.demand(this.text(matcher.getChild('LabelName')), labels, metric);
    }
    return labels;
  }

  private aggregation(node: SyntaxNode): Labels {
    const operator = children(node.getChild('AggregateOp'))[0]?.name ?? '';
    const inner = this.argument(node);
    const modifier = node.getChild('AggregateModifier');
    const named = this.names(modifier?.getChild('GroupingLabels'));
    for (const label of named) this.demand(label, inner ?? new Set(), this.text(node.getChild('FunctionCallBody')));
    if (CHOOSING.includes(operator)) return inner;
    if (modifier?.getChild('Without')) return new Set([...(inner ?? [])].filter((label) => !named.includes(label)));
    return new Set(named);
  }

  private call(node: SyntaxNode): Labels {
    const name = children(node.getChild('FunctionIdentifier'))[0]?.name ?? '';
    const inner = this.argument(node);
    if (name === 'HistogramQuantile' || name === 'HistogramFraction') {
      const what = name === 'HistogramQuantile' ? 'quantile' : 'fraction';
      if (inner?.has('le') !== true) this.problems.push(`${this.text(node)} has no le: no ${what} comes of it`);
      return new Set([...(inner ?? [])].filter((label) => label !== 'le'));
    }
    if (['Scalar', 'Time', 'Pi'].includes(name)) return undefined;
    if (name === 'Vector') return new Set();
    if (name === 'LabelReplace' || name === 'LabelJoin') {
      const [target] = node.getChild('FunctionCallBody')?.getChildren('StringLiteral') ?? [];
      return new Set([...(inner ?? []), this.text(target).slice(1, -1)]);
    }
    return inner;
  }

  /** The labels of the last argument that has any: the others are numbers and texts. */
  private argument(node: SyntaxNode): Labels {
    const parts = children(node.getChild('FunctionCallBody')).map((part) => this.labels(part));
    return parts.findLast((labels) => labels !== undefined);
  }

  private binary(node: SyntaxNode): Labels {
    const parts = children(node);
    const operands = parts.filter(({ name }) => isExpression(name));
    const [left, right] = operands.map((operand) => this.labels(operand));
    if (left === undefined || right === undefined) return left ?? right;
    const operator = parts.find(({ name }) => SET_OPERATORS.includes(name))?.name;
    const clause = node.getChild('MatchingModifierClause');
    const [first, second] = clause?.getChildren('GroupingLabels') ?? [];
    const named = clause?.getChild('On') || clause?.getChild('Ignoring') ? this.names(first) : [];
    for (const label of named) {
      if (clause?.getChild('On')) [left, right].forEach((side) => this.demand(label, side, this.text(node)));
      else this.demand(label, new Set([...left, ...right]), this.text(node));
    }
    if (operator === 'Or') return new Set([...left, ...right]);
    this.demandMatch(node, [left, right], clause, named);
    if (operator !== undefined) return left;
    const copied = this.names(second);
    if (clause?.getChild('GroupLeft')) return new Set([...left, ...copied]);
    if (clause?.getChild('GroupRight')) return new Set([...right, ...copied]);
    if (clause?.getChild('On')) return new Set(named);
    return new Set([...left].filter((label) => !named.includes(label)));
  }

  /** Without `on`, both sides must have the same labels, or no series has a partner. */
  private demandMatch(
    node: SyntaxNode,
    [left, right]: readonly [ReadonlySet<string>, ReadonlySet<string>],
    clause: SyntaxNode | null,
    named: readonly string[],
  ): void {
    if (clause?.getChild('On')) return;
    const seen = (labels: ReadonlySet<string>): string =>
      [...labels]
        .filter((label) => !named.includes(label))
        .sort()
        .join(', ');
    if (seen(left) === seen(right)) return;
    this.problems.push(
      `${this.text(node)} never matches: one side has {${seen(left)}}, the other {${seen(right)}}; say on (…)`,
    );
  }

  private demand(label: string, labels: ReadonlySet<string>, of: string): void {
    if (!labels.has(label)) this.problems.push(`${of} has no label ${label}`);
  }

  private names(list: SyntaxNode | null | undefined): readonly string[] {
    return (list?.getChildren('LabelName') ?? []).map((name) => this.text(name));
  }

  private text(node: SyntaxNode | null | undefined): string {
    return node ? this.expression.slice(node.from, node.to) : '';
  }
}

function isExpression(name: string): boolean {
  return /(Expr|Selector|Literal|Call)$/.test(name) && name !== 'DurationExpr' && name !== 'OffsetDurationExpr';
}

function children(node: SyntaxNode | null | undefined): readonly SyntaxNode[] {
  const all: SyntaxNode[] = [];
  for (let child = node?.firstChild ?? null; child; child = child.nextSibling) all.push(child);
  return all;
}
