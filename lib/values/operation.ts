/** Operations: each is one unit with its two readings. */
import {
  Constant,
  Expr,
  type GoContext,
  type Input,
  type Kind,
  type Scope,
  LITERALS,
  kindOf,
  toExpr,
} from './expression';
import { tuple } from './unchecked';

/** One operation: its two readings, side by side. */
export interface OperationSpec<A extends readonly unknown[], R> {
  readonly name: string;
  /** Of the result; a function where it follows from the operands. */
  readonly kind: Kind | ((operands: readonly Expr<unknown>[]) => Kind);
  evaluate(...operands: A): R;
  toGoTemplate(operands: Codes<A>, go: GoContext): string;
  /** The same, for a condition: operands and result need only be empty or not. */
  toGoCondition?(operands: Codes<A>, expressions: readonly Expr<unknown>[]): string | undefined;
  /** The function casts its numbers to int64 by itself. */
  readonly casts?: boolean;
  /** The same, where not all operands may be asked for: each is, when it is called. */
  evaluateLazily?(operands: readonly (() => A[number])[]): R;
  /** A number that the result is never below. */
  least?(operands: readonly Expr<unknown>[]): number;
  /** The result has only plain characters. */
  readonly plain?: boolean;
  /** The operation that holds where this one does not. */
  opposite?(): OperationSpec<A, R>;
}

type Inputs<A extends readonly unknown[]> = { readonly [I in keyof A]: Input<A[I]> };
type Codes<A extends readonly unknown[]> = { readonly [I in keyof A]: string };

export class Operation<A extends readonly unknown[], R> extends Expr<R> {
  constructor(
    readonly spec: OperationSpec<A, R>,
    private readonly inputs: readonly Expr<A[number]>[],
  ) {
    super(typeof spec.kind === 'function' ? spec.kind(inputs) : spec.kind);
  }

  override get least(): number {
    return this.spec.least?.(this.inputs) ?? -Infinity;
  }

  override get plain(): boolean {
    return this.spec.plain === true;
  }

  evaluate(scope: Scope): R {
    if (this.spec.evaluateLazily !== undefined) {
      return this.spec.evaluateLazily(this.inputs.map((input) => () => input.evaluate(scope)));
    }
    return this.spec.evaluate(...tuple<A>(this.inputs.map((input) => input.evaluate(scope))));
  }

  toGoTemplate(go: GoContext): string {
    const operands = this.inputs.map((input) =>
      this.spec.casts === true ? input.toGoNumber(go) : input.toGoTemplate(go),
    );
    return parenthesised(this.spec.toGoTemplate(tuple<Codes<A>>(operands), go));
  }

  override toGoCondition(go: GoContext): string {
    const operands = this.inputs.map((input) => input.toGoCondition(go));
    const code = this.spec.toGoCondition?.(tuple<Codes<A>>(operands), this.inputs);
    return code === undefined ? this.toGoTemplate(go) : parenthesised(code);
  }

  /** The operation whose result is the opposite, where there is one. */
  opposite(): Expr<R> | undefined {
    const spec = this.spec.opposite?.();
    return spec === undefined ? undefined : new Operation(spec, this.inputs);
  }

  protected description(): string {
    return `${this.spec.name}(${this.inputs.map((input) => input.describe()).join(', ')})`;
  }

  override operands(): readonly Expr<unknown>[] {
    return this.inputs;
  }
}

function parenthesised(code: string): string {
  return code.includes(' ') ? `(${code})` : code;
}

/** Makes an operation. On literals alone it is computed at once. */
export function operation<A extends readonly unknown[], R>(
  spec: OperationSpec<A, R>,
): (...operands: Inputs<A>) => Expr<R> {
  return (...operands) => {
    const inputs = operands.map((operand) => toExpr<A[number]>(operand));
    const made = new Operation(spec, inputs);
    if (!inputs.every((input) => input instanceof Constant)) return made;
    const result = made.evaluate(LITERALS);
    return new Constant(kindOf(result), result);
  };
}
