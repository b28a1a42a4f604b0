import { Construct, type IConstruct } from 'constructs';
import type { Input } from '../values/expression';
import { atLeast, not, or } from '../values/logic';
import { str } from '../values/texts';
import { type BoundBudget, type Budget, demandBudget } from './budget';
import type { CapacityPlan } from './capacity-plan';
import { demandOf } from './promise';
import { type Acknowledged, type BackupTier, type RecoveringTier, type ServingTier, demandRecovery } from './recovery';
import {
  type Application,
  type Balancer,
  type Database,
  type RateLimit,
  connectionsOf,
  demandTraffic,
} from './traffic';

/** What is promised, null for nothing; and what the system has to keep it. */
export interface ObjectivesProps {
  /** Users at a time. @default null */
  readonly users?: Input<number | null>;
  /** Requests in a second. @default null */
  readonly requestsPerSecond?: Input<number | null>;
  /** In which almost all requests are answered, such as 99 %. @default 500 */
  readonly latencyMilliseconds?: Input<number>;
  /** Connections of clients at a time. @default null */
  readonly connections?: Input<number | null>;
  /** Percent of the time, such as 99.9. @default null */
  readonly availability?: Input<number | null>;
  /** Seconds after which the system is back when it has lost a pod. @default null */
  readonly rtoSeconds?: Input<number | null>;
  /** Seconds of the newest work that may be lost with a volume. @default null */
  readonly rpoSeconds?: Input<number | null>;
  /** What all pods may take together, but for the one that a rollout adds for a while and those that a person starts. @default - none */
  readonly budget?: Budget;
  /** What promises would forbid, and is taken as it is. @default - nothing */
  readonly acknowledge?: Acknowledged;

  /** Binds the budget of few users. @default - none */
  readonly boundBudget?: BoundBudget;
  /** What the number of users needs. @default - none */
  readonly plan?: CapacityPlan;
  /** Tiers whose memory the plan is about. @default [] */
  readonly servesUsers?: readonly IConstruct[];
  /** Tiers each of whose pods can do the work of another. @default [] */
  readonly serving?: readonly ServingTier[];
  /** Tiers with a pod that all their work goes through. @default [] */
  readonly recovering?: readonly RecoveringTier[];
  /** What brings data back when volumes are lost. @default - none, so that no RPO can be promised */
  readonly backup?: BackupTier;
  /**
   * Whose processes and connections the load is compared with.
   * @default - none, so that nothing is asked of the connections of requests
   */
  readonly application?: Application;
  /**
   * Whose connections those of clients are compared with.
   * @default - none, so that nothing is asked of the connections of clients
   */
  readonly balancer?: Balancer;
  /**
   * Whose connections those of the application are compared with.
   * @default - none, so that nothing is asked of the connections to it
   */
  readonly database?: Database;
  /** What rate limits let one user ask. @default - any number of requests */
  readonly rateLimit?: RateLimit;
}

/** Defaults of `ObjectivesProps`. */
export const objectivesDefaults = {
  users: null,
  requestsPerSecond: null,
  latencyMilliseconds: 500,
  connections: null,
  availability: null,
  rtoSeconds: null,
  rpoSeconds: null,
  budget: { memory: null, cpu: null, nodes: 1 },
  acknowledge: { plainPrimary: false, noBackup: false, unshardedDatabase: false },
} as const;

/**
 * What a system promises, checked before anything is deployed: synthesis and the chart refuse, in the same words, what
 * cannot keep it. It makes no object.
 *
 * ```ts
 * new Objectives(chart, 'objectives', {
 *   availability: 99.9,
 *   rtoSeconds: 120,
 *   serving: [backend],
 *   recovering: [postgres],
 * });
 * ```
 */
export class Objectives extends Construct {
  constructor(scope: Construct, id: string, props: ObjectivesProps) {
    super(scope, id);
    const promises = {
      serving: [],
      recovering: [],
      servesUsers: [],
      ...objectivesDefaults,
      ...props,
      acknowledge: { ...objectivesDefaults.acknowledge, ...props.acknowledge },
    };
    const { plan, application, balancer, database, backup, boundBudget, rateLimit } = props;
    demandBudget(this, { ...promises, bound: boundBudget, plan });
    if (plan !== undefined) this.demandPlan(plan, promises.acknowledge.unshardedDatabase, props);
    demandRecovery(this, { ...promises, backup });
    demandTraffic(this, { ...promises, application, balancer, database, rateLimit });
  }

  private demandPlan(plan: CapacityPlan, isUnsharded: Input<boolean>, props: ObjectivesProps): void {
    const { application, balancer, database } = props;
    const { users, instances, loadBalancers, databaseConnections } = plan;
    if (application !== undefined) {
      const { tier, databasePoolSize } = application;
      const { most } = tier.workload.podCount;
      demandOf(this, users, (promised) => ({
        holds: atLeast(most, instances),
        message: str`users ${promised} need ${instances} pods of ${tier.node.id} by the capacity plan, but there are ${most} at the most; raise its replicas, or promise fewer users.`,
      }));
      if (databasePoolSize !== undefined) {
        const pooled = connectionsOf(application, databasePoolSize);
        demandOf(this, users, (promised) => ({
          holds: or(plan.isLarge, atLeast(pooled, databaseConnections)),
          message: str`users ${promised} need ${databaseConnections} connections to the database by the capacity plan, but databasePoolSize ${databasePoolSize} × ${application.processes} processes × ${most} pods of ${tier.node.id} open ${pooled}; raise databasePoolSize, or promise fewer users.`,
        }));
      }
    }
    if (balancer !== undefined) {
      const { fewest } = balancer.tier.workload.podCount;
      demandOf(this, users, (promised) => ({
        holds: atLeast(fewest, loadBalancers),
        message: str`users ${promised} need ${loadBalancers} pods of ${balancer.tier.node.id} by the capacity plan, but there may be ${fewest}; raise its replicas, or promise fewer users.`,
      }));
    }
    if (database !== undefined) {
      const { node } = database.tier;
      demandOf(this, users, (promised) => ({
        holds: or(not(plan.isLarge), isUnsharded),
        message: str`users ${promised} are ${plan.largeFrom} or more, whose writes one ${node.id} does not take for long: the application must spread its data over several databases by a key, such as the tenant, each a release of its own, and route every query by it; do so and set acknowledge.unshardedDatabase, or promise fewer users.`,
      }));
    }
  }
}
