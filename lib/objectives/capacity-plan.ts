import { choose } from '../values/choice';
import type { Expr, Input } from '../values/expression';
import { atLeast, isSet, valueOf } from '../values/logic';
import { add, bytes, divide, divideUp, maximum, multiply } from '../values/numbers';
import { named, str } from '../values/texts';

/** So much for all, and so much more for each user, rounded up. */
export interface Growth {
  /** For no user at all. */
  readonly base: number;
  /** Added for each `users` users. */
  readonly step: number;
  /** Users for whom one `step` is added. */
  readonly users: number;
}

/** Props of `CapacityPlan`. */
export interface CapacityPlanProps {
  /** Users at a time; null where nothing is planned for, which is what the least of everything is for. */
  readonly users: Input<number | null>;
  /** Instances of the application, of which there are never fewer than `fewest`. */
  readonly instances: Growth & { readonly fewest: number };
  /** Connections to the database, of all instances together. */
  readonly databaseConnections: Growth;
  /** Memory of what serves users, in MiB. */
  readonly memory: Growth;
  /** Users from whom on one database, one master of the cache and one load balancer are too few. */
  readonly largeFrom: number;
}

/**
 * What a number of users needs.
 *
 * ```ts
 * const plan = new CapacityPlan({
 *   users: 800,
 *   instances: { fewest: 3, base: 1, step: 1, users: 500 },
 *   databaseConnections: { base: 100, step: 1, users: 10 },
 *   memory: { base: 4096, step: 8192, users: 1000 },
 *   largeFrom: 5000,
 * });
 * ```
 */
export class CapacityPlan {
  /** Users at a time that it is for. */
  readonly users: Input<number | null>;
  /** Instances of the application. */
  readonly instances: Expr<number>;
  /** Connections to the database. */
  readonly databaseConnections: Expr<number>;
  /** In MiB. */
  readonly memory: Expr<number>;
  /** Whether there are `largeFrom` users or more: one database no longer takes all writes, nor one master of the cache. */
  readonly isLarge: Expr<boolean>;
  /** Load balancers: one can be lost, and more than one is left where there are many users. */
  readonly loadBalancers: Expr<number>;
  /** Users from whom on all of this changes. */
  readonly largeFrom: number;

  constructor(props: CapacityPlanProps) {
    const users = choose(isSet(props.users), valueOf(props.users), 0);
    const { fewest, ...instances } = props.instances;
    this.users = props.users;
    this.instances = named(
      'plan.instances',
      'Instances of the application, by the capacity plan.',
      maximum(fewest, grown(instances, users)),
    );
    this.databaseConnections = named(
      'plan.databaseConnections',
      'Connections to the database, by the capacity plan.',
      grown(props.databaseConnections, users),
    );
    this.memory = named(
      'plan.memory',
      'Memory of what serves users, in MiB, by the capacity plan.',
      grown(props.memory, users),
    );
    this.isLarge = atLeast(users, props.largeFrom);
    this.loadBalancers = choose(this.isLarge, 3, 2);
    this.largeFrom = props.largeFrom;
  }

  /** A number of which the operator may give another: null for that of the plan. */
  static or(given: Input<number | null>, planned: Input<number>): Expr<number> {
    return choose(isSet(given), valueOf(given), planned);
  }
}

function grown({ base, step, users: each }: Growth, users: Input<number>): Expr<number> {
  return add(base, divideUp(multiply(users, step), each));
}

/** A quantity of memory with its MiB, where it is not written in them: `16Gi (16384 MiB)`. */
export function inMebibytes(quantity: Input<string>): Expr<string> {
  return str`${quantity} (${mebibytes(quantity)} MiB)`;
}

export function mebibytes(quantity: Input<string>): Expr<number> {
  return divide(bytes(quantity), 2 ** 20);
}
