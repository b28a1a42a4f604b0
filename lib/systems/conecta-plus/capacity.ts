/** What Conecta Plus needs for its users: 500 have 3 instances, 150 connections and 8 GiB, 2000 have 5, 300 and 20 GiB. */
import { CapacityPlan } from '../../objectives/capacity-plan';
import type { Input } from '../../values/expression';

/** Users from whom on Redis is a cluster, and one database takes no longer all writes. */
const LARGE = 5000;

export const capacityPlan = (users: Input<number | null>): CapacityPlan =>
  new CapacityPlan({
    users,
    instances: { fewest: 3, base: 1, step: 1, users: 500 },
    databaseConnections: { base: 100, step: 1, users: 10 },
    memory: { base: 4096, step: 8192, users: 1000 },
    largeFrom: LARGE,
  });

/** What binds environments of few users: 16 GB, as which 16 GiB are read, and 16 cores. */
export const boundBudget = { users: 1000, memory: '16Gi', cpu: '16' } as const;
