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

/** Prints blocks one after the other, joining neighbours whose conditions are the same or opposite. */
export function join(blocks: readonly Block[], indent: number): readonly string[] {
  const pad = ' '.repeat(indent);
  const merged: Block[] = [];
  for (const block of blocks) {
    const last = merged.at(-1);
    if (last === undefined || block.guard === undefined || last.guard === undefined) {
      if (last !== undefined && last.guard === undefined && block.guard === undefined)
        merged[merged.length - 1] = always([...last.lines, ...block.lines]);
      else merged.push(block);
    } else if (last.guard === block.guard) {
      const otherwise = [...(last.otherwise ?? []), ...(block.otherwise ?? [])];
      merged[merged.length - 1] = {
        ...last,
        lines: [...last.lines, ...block.lines],
        ...(otherwise.length > 0 ? { otherwise } : {}),
      };
    } else if (last.opposite === block.guard && block.otherwise === undefined) {
      merged[merged.length - 1] = { ...last, otherwise: [...(last.otherwise ?? []), ...block.lines] };
    } else merged.push(block);
  }
  return merged.flatMap(({ guard, lines, otherwise }) =>
    guard === undefined
      ? lines
      : [
          `${pad}{{- if ${guard} }}`,
          ...lines,
          ...(otherwise ? [`${pad}{{- else }}`, ...otherwise] : []),
          `${pad}{{- end }}`,
        ],
  );
}
