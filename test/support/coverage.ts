/** Which leaves and which sides of which conditions a set of values files has shown. */
import type { Scope } from '../../lib/values/expression';
import type { Sample } from './parity';
import { type Condition, type Conditions, ask, type Plan } from './conditions';

/** A condition of which one side was never seen. */
export interface OneSided extends Condition {
  /** The side that was seen, if any. */
  readonly seen: string;
}

const SIDES = { true: 1, false: 2, both: 3 } as const;

/** A file that has shown something, and what by. */
export interface Shown {
  readonly sample: Sample;
  readonly isAccepted: boolean;
  readonly scope: Scope;
  readonly leaves: readonly string[];
}

export class Coverage {
  private readonly sides: Uint8Array;
  private readonly leavesSet = new Set<string>();
  /** Plans of which all conditions have shown both sides. */
  private readonly settled = new Set<Plan>();

  constructor(
    private readonly of: Conditions,
    private readonly leaves: readonly string[],
  ) {
    this.sides = new Uint8Array(of.all.length);
  }

  /** Takes the conditions of a file into account; returns how many sides are new. */
  see(scope: Scope): number {
    let news = 0;
    ask(this.of.plan, scope, this.isSettled, (number, side) => {
      const known = this.sides[number] ?? 0;
      this.sides[number] = known | (side ? SIDES.true : SIDES.false);
      if (this.sides[number] !== known) news++;
    });
    return news;
  }

  /** Takes the leaves of a file into account; returns how many are new. */
  set(leaves: readonly string[]): number {
    const before = this.leavesSet.size;
    leaves.forEach((leaf) => this.leavesSet.add(leaf));
    return this.leavesSet.size - before;
  }

  private readonly isSettled = (plan: Plan): boolean => {
    if (this.settled.has(plan)) return true;
    if (!plan.numbers.every((number) => this.sides[number] === SIDES.both)) return false;
    this.settled.add(plan);
    return true;
  };

  /** The share of leaves that a file has set. */
  get leafShare(): number {
    return this.leavesSet.size / this.leaves.length;
  }

  hasSet(leaf: string): boolean {
    return this.leavesSet.has(leaf);
  }

  get missingLeaves(): readonly string[] {
    return this.leaves.filter((leaf) => !this.leavesSet.has(leaf));
  }

  isOneSided(number: number): boolean {
    return this.sides[number] !== SIDES.both;
  }

  /** By number. */
  get oneSided(): ReadonlyMap<number, OneSided> {
    const open = this.of.all.map((condition, number) => [number, condition] as const);
    return new Map(
      open
        .filter(([number]) => this.isOneSided(number))
        .map(([number, condition]) => [
          number,
          { ...condition, seen: ['nothing', 'true', 'false'][this.sides[number] ?? 0] ?? '' },
        ]),
    );
  }

  get conditions(): number {
    return this.of.all.length;
  }
}

/** Of files, few that show all that they show together: again and again that which shows most of what is left. */
export function withoutSuperfluous(files: readonly Shown[], conditions: Conditions): readonly Shown[] {
  const open = new Map(files.map((file) => [file, factsOf(file, conditions)]));
  const chosen: Shown[] = [];
  while (open.size > 0) {
    const [best, facts] = [...open].reduce((a, b) => (b[1].size > a[1].size ? b : a));
    if (facts.size === 0) break;
    chosen.push(best);
    open.delete(best);
    for (const left of open.values()) for (const fact of facts) left.delete(fact);
  }
  return chosen;
}

/** All that a file shows by itself: leaves, and sides of conditions. */
function factsOf({ scope, leaves }: Shown, conditions: Conditions): Set<string | number> {
  const facts = new Set<string | number>(leaves);
  const see = (number: number, side: boolean) => facts.add(2 * number + Number(side));
  ask(conditions.plan, scope, () => false, see);
  return facts;
}
