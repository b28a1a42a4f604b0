/** What a system may take: the memory limits of its pods, and the CPU that is set aside for them. */
import type { IConstruct } from 'constructs';
import { demandLate } from '../objects/checks';
import { choose } from '../values/choice';
import { type Expr, type Input, literalOf } from '../values/expression';
import { atMost, greaterThan, isSet, not, or, valueOf } from '../values/logic';
import { add, bytes, divide, millicores } from '../values/numbers';
import { concat, named, str } from '../values/texts';
import { allocation, cpuOf, memoryOf, workloadsIn } from './allocation';
import type { Workload } from '../workload/workload';
import type { CapacityPlan } from './capacity-plan';
import { demandOf } from './promise';

/**
 * What all pods may take together. Not counted is the pod that a rollout adds to a Deployment for a while, nor what a person
 * starts: restores, tests, and backups out of their schedule.
 */
export interface Budget {
  /** For their memory limits, such as `16Gi`; null for no bound, or that of `bound`. */
  readonly memory: Input<string | null>;
  /** For their CPU requests, such as `16`; null for no bound, or that of `bound`. */
  readonly cpu: Input<string | null>;
  /** Nodes of the cluster, on each of which a DaemonSet has a pod. */
  readonly nodes: Input<number>;
}

/** What binds up to a number of users; with more of them a budget of their own is declared. */
export interface BoundBudget {
  /** Up to so many it binds. */
  readonly users: number;
  /** For memory limits. */
  readonly memory: string;
  /** For CPU requests. */
  readonly cpu: string;
}

export interface BudgetPromises {
  readonly users: Input<number | null>;
  readonly budget: Budget;
  readonly bound: BoundBudget | undefined;
  readonly plan: CapacityPlan | undefined;
  /** What the plan's memory is for. */
  readonly servesUsers: readonly IConstruct[];
}

/** A part of the budget, in one unit. */
interface Part {
  readonly name: 'memory' | 'cpu';
  readonly given: Input<string | null>;
  /** What it is where nothing is given, and may not be above for so many users. */
  readonly bound: { readonly limit: string; readonly users: number } | undefined;
  readonly unit: string;
  readonly amount: (quantity: Input<string>) => Expr<number>;
  readonly allocated: (rows: Expr<string>) => Expr<number>;
  readonly what: string;
  readonly inWords: string;
}

export function demandBudget(objectives: IConstruct, promises: BudgetPromises): void {
  const { budget, bound } = promises;
  const memory: Part = {
    name: 'memory',
    given: budget.memory,
    bound: bound && { limit: bound.memory, users: bound.users },
    unit: 'Mi',
    amount: (quantity) => divide(bytes(quantity), 2 ** 20),
    allocated: memoryOf,
    what: 'memory by the limits of its pods',
    inWords: 'MiB',
  };
  const cpu: Part = {
    name: 'cpu',
    given: budget.cpu,
    bound: bound && { limit: bound.cpu, users: bound.users },
    unit: 'm',
    amount: millicores,
    allocated: cpuOf,
    what: 'CPU by the requests of its pods',
    inWords: 'thousandths of a core',
  };
  for (const part of [memory, cpu]) {
    demandBound(objectives, promises, part);
    demandFit(objectives, promises, part);
  }
  if (promises.plan !== undefined) {
    demandPlanned(objectives, promises, promises.plan, memory);
  }
}

/** Up to some users the bound holds; beyond, one is declared. */
function demandBound(objectives: IConstruct, { users }: BudgetPromises, part: Part): void {
  const { name, given, bound, amount } = part;
  if (bound === undefined) return;
  const { limit } = bound;
  demandOf(objectives, users, (promised) => ({
    holds: or(isSet(given), atMost(promised, bound.users)),
    message: str`users ${promised} are more than the ${bound.users} for whom ${limit} of ${name} are enough, and budget.${name} is not set; declare it.`,
  }));
  if (literalOf(given) === null) return;
  demandOf(objectives, users, (promised) => ({
    holds: or(not(isSet(given)), greaterThan(promised, bound.users), atMost(amount(limitOf(part)), amount(limit))),
    message: str`budget.${name} ${valueOf(given)} is above the ${limit} that bind environments of up to ${bound.users} users, of whom there are ${promised}; lower it.`,
  }));
}

/** What is allocated must fit into the budget. */
function demandFit(objectives: IConstruct, promises: BudgetPromises, part: Part): void {
  const { name, given, bound, unit, what } = part;
  if (literalOf(given) === null && (bound === undefined || literalOf(promises.users) === null)) return;
  const limit = limitOf(part);
  const isBound = bound === undefined ? isSet(given) : or(isSet(given), isSet(promises.users));
  demandLate(objectives, () => {
    const { rows, total } = allocatedOf(objectives, promises, part);
    return {
      holds: or(not(isBound), atMost(total, part.amount(limit))),
      message: str`budget.${name} ${limit} is less than the ${total}${unit} of ${what}: ${rows}; lower limits, requests or replicas, or raise the budget.`,
    };
  });
}

/** What serves users must have the memory that the plan has for them, and the budget too. */
function demandPlanned(objectives: IConstruct, promises: BudgetPromises, plan: CapacityPlan, memory: Part): void {
  const { users } = promises;
  const { given, bound } = memory;
  if (bound !== undefined || literalOf(given) !== null) {
    const limit = limitOf(memory);
    const hasLimit = or(bound !== undefined, isSet(given));
    demandOf(objectives, users, (promised) => ({
      holds: or(not(hasLimit), atMost(plan.memory, memory.amount(limit))),
      message: str`users ${promised} need ${plan.memory}Mi of memory by the capacity plan, but budget.memory is ${limit}; raise it, or promise fewer users.`,
    }));
  }
  if (literalOf(users) === null) return;
  demandLate(objectives, () => {
    const rows = servingRows(promises);
    const total = memoryOf(rows);
    return {
      holds: or(not(isSet(users)), atMost(plan.memory, total)),
      message: str`users ${valueOf(users)} need ${plan.memory}Mi of memory by the capacity plan, but what serves them has ${total}Mi by the limits of its pods: ${rows}; raise them, or promise fewer users.`,
    };
  });
}

/** What is given, or what binds where nothing is. */
function limitOf({ given, bound }: Part): Expr<string> {
  return bound === undefined ? valueOf(given) : choose(isSet(given), valueOf(given), bound.limit);
}

interface Allocated {
  readonly rows: Expr<string>;
  readonly total: Expr<number>;
}

/** All that is allocated: with a plan in two lists, as what serves users is asked for by itself. */
function allocatedOf(objectives: IConstruct, promises: BudgetPromises, part: Part): Allocated {
  const { plan, servesUsers, budget } = promises;
  const all = workloadsIn(siblings(objectives));
  const lists =
    plan === undefined || servesUsers.length === 0
      ? [allocation(['allocated', ALLOCATED], all, budget.nodes)]
      : [
          servingRows(promises),
          allocation(
            ['allocated.others', 'The same of all other workloads.'],
            without(all, serving(promises)),
            budget.nodes,
          ),
        ];
  const total = lists.map(part.allocated).reduce((sum, amount) => add(sum, amount));
  return {
    rows: concat(lists.flatMap((rows, i) => (i === 0 ? [rows] : [', ', rows]))),
    total: named(`allocated.${part.name}`, `All ${part.what}, in ${part.inWords}.`, total),
  };
}

const ALLOCATED = 'What each workload may take: memory in MiB, CPU in thousandths of a core.';

function servingRows(promises: BudgetPromises): Expr<string> {
  const comment = 'What each workload that serves users may take: memory in MiB, CPU in thousandths of a core.';
  return allocation(['allocated.serving', comment], serving(promises), promises.budget.nodes);
}

/** What serves users, without what ends. */
function serving({ servesUsers }: BudgetPromises): readonly Workload[] {
  return workloadsIn(servesUsers).filter(({ podCount }) => literalOf(podCount.fewest) !== 0);
}

function without<T>(all: readonly T[], some: readonly T[]): readonly T[] {
  return all.filter((each) => !some.includes(each));
}

function siblings({ node }: IConstruct): readonly IConstruct[] {
  return node.scope?.node.children ?? [];
}
