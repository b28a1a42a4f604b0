/**
 * Runs of lines under one condition. Neighbours under the same condition share one `if`, and a block under the opposite
 * condition becomes its `else`.
 */
import { type Expr, literalOf } from '../../values/expression';

/** Lines under a condition, or always there. */
export interface Block {
  readonly guard: string | undefined;
  readonly opposite?: string;
  readonly lines: readonly string[];
  readonly otherwise?: readonly string[];
}

/** Conditions that hold for certain where lines stand, because lines around them ask for them. */
export class Known {
  constructor(private readonly conditions: ReadonlySet<string>) {}
  with(condition: Expr<boolean>): Known {
    return literalOf(condition) === undefined ? new Known(new Set([...this.conditions, condition.describe()])) : this;
  }
  holds(condition: Expr<boolean>): boolean {
    return literalOf(condition) === true || this.conditions.has(condition.describe());
  }
}
/** Nothing is known to hold. */
export const NOTHING = new Known(new Set());

/** Lines that are always there. */
export function always(lines: readonly string[]): Block {
  return { guard: undefined, lines };
}

/** Neighbours that have become one block. */
interface Run {
  readonly guard: string | undefined;
  readonly opposite: string | undefined;
  readonly lines: string[];
  readonly otherwise: string[];
}

/** Prints blocks one after the other, joining neighbours whose conditions are the same or opposite. */
export function join(blocks: readonly Block[], indent: number): readonly string[] {
  const pad = ' '.repeat(indent);
  const runs: Run[] = [];
  for (const { guard, opposite, lines, otherwise = [] } of blocks) {
    const last = runs.at(-1);
    if (last !== undefined && last.guard === guard) {
      append(last.lines, lines);
      append(last.otherwise, otherwise);
    } else if (last?.opposite !== undefined && last.opposite === guard && otherwise.length === 0) {
      append(last.otherwise, lines);
    } else runs.push({ guard, opposite, lines: [...lines], otherwise: [...otherwise] });
  }
  const [first] = runs;
  if (first !== undefined && first.guard === undefined && runs.length === 1) return first.lines;
  return runs.flatMap(({ guard, lines, otherwise }) =>
    guard === undefined
      ? lines
      : [
          `${pad}{{- if ${guard} }}`,
          ...lines,
          ...(otherwise.length > 0 ? [`${pad}{{- else }}`, ...otherwise] : []),
          `${pad}{{- end }}`,
        ],
  );
}

function append(to: string[], lines: readonly string[]): void {
  for (const line of lines) to.push(line);
}
