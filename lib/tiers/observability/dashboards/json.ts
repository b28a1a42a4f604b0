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
  const parts: Part[] = [];
  let literal = before;
  jsonParts(value, (part) => {
    if (typeof part === 'string') {
      literal += part;
      return;
    }
    if (literal !== '') parts.push(literal);
    parts.push(part);
    literal = '';
  });
  literal += after;
  if (literal !== '') parts.push(literal);
  return new Line(parts);
}

/** Gives a value's JSON on one line to `write`, piece by piece. */
export function jsonParts(value: JsonTree, write: (part: Part) => void): void {
  if (isExpr(value)) {
    const literal = literalOf(value);
    if (literal !== undefined) write(JSON.stringify(literal));
    else if (value.kind === 'string') {
      write('"');
      textParts(value, write);
      write('"');
    } else write(scalarOf(value));
  } else if (value === null || typeof value !== 'object') write(JSON.stringify(value));
  else if (isList(value)) {
    write('[');
    value.forEach((item, index) => {
      if (index > 0) write(',');
      jsonParts(item, write);
    });
    write(']');
  } else {
    let before = '';
    write('{');
    for (const [key, item] of Object.entries(value)) {
      if (item === undefined) continue;
      write(`${before}${JSON.stringify(key)}:`);
      jsonParts(item, write);
      before = ',';
    }
    write('}');
  }
}

function textParts(value: Expr<unknown>, write: (part: Part) => void): void {
  if (value instanceof Interpolation) {
    for (const part of value.parts) {
      if (!isExpr(part)) write(JSON.stringify(part).slice(1, -1));
      else if (part.kind === 'string') textParts(part, write);
      else write(part);
    }
    return;
  }
  if (!value.plain) throw new TypeError(`${value.describe()} may hold what JSON must escape`);
  write(scalarOf(value));
}

function scalarOf(value: Expr<unknown>): Expr<Scalar> {
  if (!isScalarExpr(value)) throw new TypeError(`${value.describe()} is no scalar`);
  return value;
}

function isScalarExpr(value: Expr<unknown>): value is Expr<Scalar> {
  return value.kind !== 'list' && value.kind !== 'map';
}
