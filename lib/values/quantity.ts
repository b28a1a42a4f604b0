/** Quantities in the two forms that values accept: thousandths of a core, and bytes with a binary suffix. */

/** Cores (`2`) or thousandths (`250m`), in the only form Kubernetes itself prints: `1`, never `1000m`. */
export const CPU_PATTERN =
  /^([1-9][0-9]*|[1-9][0-9]?m|[1-9][0-9]*([1-9][0-9]{2}|[0-9][1-9][0-9]|[0-9]{2}[1-9])m|[1-9][0-9]{2}m)$/;

/** A whole number with a binary suffix, such as `512Mi`. */
const BYTES_PATTERN = /^[1-9][0-9]*(Ki|Mi|Gi|Ti)$/;

const BINARY: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

/** @throws where the text is not a whole number with a binary suffix. */
export function bytesOf(quantity: string): number {
  const factor = BINARY[quantity.slice(-2)];
  if (factor === undefined || !BYTES_PATTERN.test(quantity)) {
    throw new RangeError(
      `"${quantity}" is not a quantity of bytes; write a whole number with Ki, Mi, Gi or Ti, such as 512Mi`,
    );
  }
  return Number(quantity.slice(0, -2)) * factor;
}

/** @throws where the text is not a canonical CPU quantity. */
export function millicoresOf(quantity: string): number {
  if (!CPU_PATTERN.test(quantity)) {
    throw new RangeError(
      `"${quantity}" is not a CPU quantity; write cores or thousandths of one, such as 2 or 250m, and 1 for 1000m`,
    );
  }
  return quantity.endsWith('m') ? Number(quantity.slice(0, -1)) : Number(quantity) * 1000;
}
