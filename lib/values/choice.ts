/** One of two values. */
import { Expr, type GoContext, type Input, literalOf, type Scalar, type Scope, toExpr } from './expression';
import { isPlainText } from './texts';

export class Choice<T> extends Expr<T> {
  constructor(
    readonly condition: Expr<boolean>,
    readonly then: Expr<T>,
    readonly otherwise: Expr<T>,
  ) {
    super(then.kind);
  }
  override get least(): number {
    return Math.min(this.then.least, this.otherwise.least);
  }
  override get plain(): boolean {
    return [this.then, this.otherwise].every((branch) => branch.plain || isPlainText(String(literalOf(branch) ?? '"')));
  }
  evaluate(scope: Scope): T {
    return this.condition.evaluate(scope) ? this.then.evaluate(scope) : this.otherwise.evaluate(scope);
  }
  toGoTemplate(go: GoContext): string {
    return `(ternary ${this.then.toGoTemplate(go)} ${this.otherwise.toGoTemplate(go)} ${this.condition.toGoTemplate(go)})`;
  }
  protected description(): string {
    return `choose(${this.condition.describe()}, ${this.then.describe()}, ${this.otherwise.describe()})`;
  }
  override operands(): readonly Expr<unknown>[] {
    return [this.condition, this.then, this.otherwise];
  }
}

/** One of two scalars. For a choice between two parts of a tree, see `when`. */
export function choose<T extends Scalar | null>(
  condition: Input<boolean>,
  then: Input<T>,
  otherwise: Input<T>,
): Expr<T> {
  const known = literalOf(condition);
  if (known !== undefined) return toExpr(known ? then : otherwise);
  return new Choice(toExpr(condition), toExpr(then), toExpr(otherwise));
}
