/** Whole numbers and quantities. */
import { Constant, type Expr, type Input, toExpr } from './expression';
import { operation } from './operation';
import { bytesOf, millicoresOf } from './quantity';

/** Refuses what Helm, whose numbers pass through float64, could not carry exactly. */
export function exact(name: string, value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER)) {
    throw new RangeError(`${name} gives ${value}, which is beyond ±(2^53 - 1)`);
  }
  return Number(value);
}

function leastOf(operand: Expr<unknown> | undefined): number {
  return operand?.least ?? -Infinity;
}

function nonZero(name: string, divisor: number): bigint {
  if (divisor === 0) throw new RangeError(`${name} by zero`);
  return BigInt(divisor);
}

/**
 * The sum of two whole numbers.
 * @throws RangeError where it is beyond ±(2^53 - 1), which Helm could not carry exactly.
 */
export const add = operation({
  name: 'add',
  kind: 'int',
  casts: true,
  least: ([a, b]) => leastOf(a) + leastOf(b),
  evaluate: (a: number, b: number) => exact('add', BigInt(a) + BigInt(b)),
  toGoTemplate: ([a, b]) => `add ${a} ${b}`,
});

/**
 * The first number less the second.
 * @throws RangeError where it is beyond ±(2^53 - 1), which Helm could not carry exactly.
 */
export const subtract = operation({
  name: 'subtract',
  kind: 'int',
  casts: true,
  least: ([a, b]) => leastOf(a) - (b instanceof Constant ? Number(b.literal) : Infinity),
  evaluate: (a: number, b: number) => exact('subtract', BigInt(a) - BigInt(b)),
  toGoTemplate: ([a, b]) => `sub ${a} ${b}`,
});

/**
 * The product of two whole numbers.
 * @throws RangeError where it is beyond ±(2^53 - 1), which Helm could not carry exactly.
 */
export const multiply = operation({
  name: 'multiply',
  kind: 'int',
  casts: true,
  least: ([a, b]) => (leastOf(a) >= 0 && leastOf(b) >= 0 ? leastOf(a) * leastOf(b) : -Infinity),
  evaluate: (a: number, b: number) => exact('multiply', BigInt(a) * BigInt(b)),
  toGoTemplate: ([a, b]) => `mul ${a} ${b}`,
});

const divideFloor = operation({
  name: 'divide',
  kind: 'int',
  casts: true,
  evaluate: (a: number, b: number) => {
    const [dividend, divisor] = [BigInt(a), nonZero('divide', b)];
    const remainder = ((dividend % divisor) + divisor) % divisor;
    return exact('divide', (dividend - remainder) / divisor);
  },
  // Go's division goes towards zero: take the floored remainder off first.
  toGoTemplate: ([a, b]) => `div (sub ${a} (mod (add (mod ${a} ${b}) ${b}) ${b})) ${b}`,
});

const divideNonNegative = operation({
  name: 'divide',
  kind: 'int',
  casts: true,
  least: () => 0,
  evaluate: (a: number, b: number) => exact('divide', BigInt(a) / nonZero('divide', b)),
  toGoTemplate: ([a, b]) => `div ${a} ${b}`,
});

/** Division that rounds down, towards minus infinity. */
export function divide(a: Input<number>, b: Input<number>): Expr<number> {
  return toExpr(a).least >= 0 && toExpr(b).least >= 0 ? divideNonNegative(a, b) : divideFloor(a, b);
}

/** Division by 1 or more that rounds up, towards infinity. */
export function divideUp(a: Input<number>, b: Input<number>): Expr<number> {
  return divide(add(a, typeof b === 'number' ? b - 1 : subtract(b, 1)), b);
}

/** The smaller of two whole numbers. */
export const minimum = operation({
  name: 'minimum',
  kind: 'int',
  casts: true,
  least: ([a, b]) => Math.min(leastOf(a), leastOf(b)),
  evaluate: (a: number, b: number) => Math.min(a, b),
  toGoTemplate: ([a, b]) => `min ${a} ${b}`,
});

/** The larger of two whole numbers. */
export const maximum = operation({
  name: 'maximum',
  kind: 'int',
  casts: true,
  least: ([a, b]) => Math.max(leastOf(a), leastOf(b)),
  evaluate: (a: number, b: number) => Math.max(a, b),
  toGoTemplate: ([a, b]) => `max ${a} ${b}`,
});

/** The bytes of a quantity with a binary suffix, such as `512Mi`. */
export const bytes = operation({
  name: 'bytes',
  kind: 'int',
  least: () => 0,
  evaluate: (quantity: string) => bytesOf(quantity),
  toGoTemplate: ([quantity], go) => `include "${go.helper('bytes')}" ${quantity} | int64`,
});

/** The thousandths of a core in a CPU quantity: 250 for `250m`, 2000 for `2`. */
export const millicores = operation({
  name: 'millicores',
  kind: 'int',
  least: () => 0,
  evaluate: (quantity: string) => millicoresOf(quantity),
  toGoTemplate: ([quantity], go) => `include "${go.helper('millicores')}" ${quantity} | int64`,
});

/** Whole cores in a CPU quantity, rounded up: 1 for `250m`, 2 for `1500m`. */
export const cores = operation({
  name: 'cores',
  kind: 'int',
  least: () => 1,
  evaluate: (quantity: string) => Math.ceil(millicoresOf(quantity) / 1000),
  toGoTemplate: ([quantity], go) => `include "${go.helper('cores')}" ${quantity} | int64`,
});
