/** Texts made of expressions. */
import {
  Constant,
  Expr,
  type GoContext,
  type Input,
  isExpr,
  type Kind,
  literalOf,
  type Scalar,
  type Scope,
  toExpr,
} from './expression';
import { operation } from './operation';

const VERBS: Readonly<Partial<Record<Kind, string>>> = { string: '%s', int: '%d', bool: '%t', float: '%v' };

/** Letters, digits and `. _ / : -`: the same in any YAML scalar. */
export function isPlainText(text: string): boolean {
  return /^[\w./:-]*$/.test(text);
}

/** Texts and scalars as one text, in which numbers stand as Go prints them. */
export function joinParts(parts: readonly (string | Expr<Scalar>)[], scope: Scope): string {
  return parts.map((part) => (isExpr(part) ? printed(part.evaluate(scope)) : part)).join('');
}

/** Go's `%v` takes an exponent below 0.0001, JavaScript below 0.000001, and Go's has two digits. */
function printed(value: Scalar): string {
  if (typeof value !== 'number' || value === 0 || Math.abs(value) >= 1e-4) return String(value);
  return value.toExponential().replace(/e-(\d)$/, 'e-0$1');
}

export class Interpolation extends Expr<string> {
  constructor(readonly parts: readonly (string | Expr<Scalar>)[]) {
    super('string');
  }
  override get plain(): boolean {
    return this.parts.every((part) => (isExpr(part) ? part.kind !== 'string' || part.plain : isPlainText(part)));
  }
  evaluate(scope: Scope): string {
    return joinParts(this.parts, scope);
  }
  toGoTemplate(go: GoContext): string {
    const { format, operands } = this.printf(go);
    return `(printf ${[format, ...operands].join(' ')})`;
  }
  /** The arguments of printf. */
  printf(go: GoContext): { readonly format: string; readonly operands: readonly string[] } {
    const format = this.parts
      .map((part) => (isExpr(part) ? (VERBS[part.kind] ?? '%v') : part.replaceAll('%', '%%')))
      .join('');
    const operands = this.parts.filter((part) => isExpr(part)).map((part) => part.toGoTemplate(go));
    return { format: JSON.stringify(format), operands };
  }
  protected description(): string {
    return `str\`${this.parts.map((part) => (isExpr(part) ? `\${${part.describe()}}` : part)).join('')}\``;
  }
  override operands(): readonly Expr<unknown>[] {
    return this.parts.filter((part) => isExpr(part));
  }
}

/** Interpolates expressions into a text: str`http://${host}:${port}`. The only way to do so. */
export function str(literals: TemplateStringsArray, ...inputs: readonly Input<Scalar>[]): Expr<string> {
  return concat(literals.flatMap((literal, i) => (i < inputs.length ? [literal, inputs[i] ?? ''] : [literal])));
}

/** Joins texts and expressions. */
export function concat(inputs: readonly Input<Scalar>[]): Expr<string> {
  const parts: (string | Expr<Scalar>)[] = [];
  const push = (input: Input<Scalar>): void => {
    if (input instanceof Interpolation) {
      input.parts.forEach(push);
      return;
    }
    const literal = literalOf(input);
    const last = parts.length - 1;
    if (literal === undefined) parts.push(toExpr(input));
    else if (typeof parts[last] === 'string') parts[last] += String(literal);
    else if (literal !== '') parts.push(String(literal));
  };
  inputs.forEach(push);
  const [first] = parts;
  if (first === undefined) return toExpr('');
  return parts.length === 1 && typeof first === 'string' ? toExpr(first) : new Interpolation(parts);
}

/** An expression that the chart computes in a named template of its own, because it is long or stands in several places. */
class Named<T extends string | number> extends Expr<T> {
  constructor(
    private readonly name: string,
    private readonly comment: string,
    private readonly inner: Expr<T>,
  ) {
    super(inner.kind);
  }
  override get least(): number {
    return this.inner.least;
  }
  override get plain(): boolean {
    return this.inner.plain;
  }
  evaluate(scope: Scope): T {
    return this.inner.evaluate(scope);
  }
  toGoTemplate(go: GoContext): string {
    return this.kind === 'int' ? `(${this.call(go)} | int64)` : `(${this.call(go)})`;
  }
  override toGoNumber(go: GoContext): string {
    return `(${this.call(go)})`;
  }
  protected description(): string {
    return this.inner.describe();
  }
  override operands(): readonly Expr<unknown>[] {
    return [this.inner];
  }
  private call(go: GoContext): string {
    return `include "${go.named(this.name, this.comment, this.inner)}" ${go.dot}`;
  }
}

/** Gives a derived value a name in the chart: `<chart>.<name>`. The comment says what it is. */
export function named<T extends string | number>(name: string, comment: string, value: Input<T>): Expr<T> {
  const inner = toExpr(value);
  return inner instanceof Constant ? inner : new Named(name, comment, inner);
}

/** The first characters of a text. */
export const truncate = operation({
  name: 'truncate',
  kind: 'string',
  plain: true,
  evaluate: (text: string, length: number) => text.slice(0, length),
  toGoTemplate: ([text, length]) => `${text} | trunc ${length}`,
});
