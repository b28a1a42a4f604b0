/** JSON with expressions in it, as the lines of a file. */
import { type Expr, type Input, type Scalar, isExpr, literalOf } from '../../../values/expression';
import { isList } from '../../../values/json';
import { Line } from '../../../values/parts';
import { Interpolation } from '../../../values/texts';

export type JsonTree = Input<Scalar> | null | undefined | readonly JsonTree[] | JsonMap;
export interface JsonMap {
  readonly [key: string]: JsonTree;
}

type Part = string | Expr<Scalar>;

/**
 * A value on one line, between other characters such as commas.
 * An expression must give what JSON takes as it is: a number, a boolean, or a text of plain characters.
 */
export function jsonLine(value: JsonTree, before = '', after = ''): Line {
  return new Line(joined([before, ...partsOf(value), after]));
}

function partsOf(value: JsonTree): readonly Part[] {
  if (isExpr(value)) {
    const literal = literalOf(value);
    if (literal !== undefined) return [JSON.stringify(literal)];
    return value.kind === 'string' ? ['"', ...textParts(value), '"'] : [scalarOf(value)];
  }
  if (value === null || typeof value !== 'object') return [JSON.stringify(value)];
  if (isList(value)) return ['[', ...separated(value.map((item) => partsOf(item))), ']'];
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return ['{', ...separated(entries.map(([key, item]) => [`${JSON.stringify(key)}:`, ...partsOf(item)])), '}'];
}

function textParts(value: Expr<unknown>): readonly Part[] {
  if (value instanceof Interpolation) {
    return value.parts.flatMap((part) => {
      if (!isExpr(part)) return [JSON.stringify(part).slice(1, -1)];
      return part.kind === 'string' ? textParts(part) : [part];
    });
  }
  if (!value.plain) throw new TypeError(`${value.describe()} may hold what JSON must escape`);
  return [scalarOf(value)];
}

function scalarOf(value: Expr<unknown>): Expr<Scalar> {
  if (!isScalarExpr(value)) throw new TypeError(`${value.describe()} is no scalar`);
  return value;
}

function isScalarExpr(value: Expr<unknown>): value is Expr<Scalar> {
  return value.kind !== 'list' && value.kind !== 'map';
}

function separated(items: readonly (readonly Part[])[]): readonly Part[] {
  return items.flatMap((item, index) => (index === 0 ? item : [',', ...item]));
}

/** Neighbouring texts as one. */
function joined(parts: readonly Part[]): readonly Part[] {
  const result: Part[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (typeof part === 'string' && typeof last === 'string') result[result.length - 1] = last + part;
    else if (part !== '') result.push(part);
  }
  return result;
}
