/** A hash of all that a tree comes to, known before the tree is printed: Jobs take their names from it. */
import { Expr, type GoContext, type Scope, isExpr, literalOf } from './expression';
import { goJson, sha256 } from './hashes';
import { Each, EachEntry, Entry, Fragment, Keep, Late, Line, Merge, type Node, Passage, Text, When } from './parts';
import { Variable } from './reference';

/**
 * Eight hexadecimal characters that change when anything changes that enters the tree: its fixed parts, or a value.
 * In the chart it is a variable at the head of the file.
 */
export function fingerprint(node: () => Node): Expr<string> {
  return new Fingerprint(node);
}

/** Whether two trees are the same, whatever the values. */
export function sameTree(a: Node, b: Node): boolean {
  return JSON.stringify(skeletonOf(a, new Map())) === JSON.stringify(skeletonOf(b, new Map()));
}

class Fingerprint extends Expr<string> {
  private collected: { readonly skeleton: string; readonly inputs: readonly Expr<unknown>[] } | undefined = undefined;

  constructor(private readonly node: () => Node) {
    super('string');
  }

  override get plain(): boolean {
    return true;
  }

  evaluate(scope: Scope): string {
    const { skeleton, inputs } = this.collect();
    return sha256(goJson([skeleton, ...inputs.map((input) => input.evaluate(scope))])).slice(0, 8);
  }

  toGoTemplate(go: GoContext): string {
    const { skeleton, inputs } = this.collect();
    return go.local('fingerprint', [
      'list',
      `"${skeleton}"`,
      ...inputs.map((input) => input.toGoNumber(go)),
      '| toJson | sha256sum | trunc 8',
    ]);
  }

  protected description(): string {
    return `fingerprint(${this.collect().skeleton})`;
  }

  /** The fixed part of the tree, and the expressions in it. */
  private collect(): { readonly skeleton: string; readonly inputs: readonly Expr<unknown>[] } {
    if (this.collected) return this.collected;
    const inputs = new Map<string, Expr<unknown>>();
    const skeleton = sha256(JSON.stringify(skeletonOf(this.node(), inputs))).slice(0, 8);
    this.collected = { skeleton, inputs: [...inputs.values()] };
    return this.collected;
  }
}

/** The tree with its expressions named, which are gathered aside. What a loop binds is within the list it runs over. */
function skeletonOf(node: Node | Line, inputs: Map<string, Expr<unknown>>): unknown {
  const inner = (part: Node | Line): unknown => skeletonOf(part, inputs);
  if (typeof node !== 'object') return node;
  if (isExpr(node)) {
    const literal = literalOf(node);
    if (literal !== undefined) return literal;
    gather(node, inputs);
    return node.describe();
  }
  if (node instanceof Text) return node.items.map(inner);
  if (node instanceof Line) return node.parts.map(inner);
  if (node instanceof Passage) return [node.indentation, inner(node.content)];
  if (node instanceof When) return ['when', inner(node.condition), inner(node.then), inner(node.otherwise)];
  if (node instanceof Each) return ['each', inner(node.over), inner(node.body)];
  if (node instanceof EachEntry) return ['each', inner(node.over), inner(node.key), inner(node.body)];
  if (node instanceof Entry) return [inner(node.key), inner(node.body)];
  if (node instanceof Fragment) return inner(node.body());
  if (node instanceof Merge) return node.parts.map(inner);
  if (node instanceof Keep) return inner(node.part);
  if (node instanceof Late) return inner(node.node);
  return Object.entries(node).map(([key, part]: [string, Node]) => [key, inner(part)]);
}

/** The values that an expression is made of. */
function gather(expression: Expr<unknown>, inputs: Map<string, Expr<unknown>>): void {
  if (expression.operands().length > 0 && !expression.isValue) {
    expression.operands().forEach((operand) => gather(operand, inputs));
  } else if (literalOf(expression) === undefined && !dependsOnVariable(expression)) {
    inputs.set(expression.describe(), expression);
  }
}

function dependsOnVariable(expression: Expr<unknown>): boolean {
  return expression instanceof Variable || expression.operands().some(dependsOnVariable);
}
