import { literalOf } from '../../lib/values/expression';
import { CapacityPlan } from '../../lib/objectives/capacity-plan';
import { planOf, refused } from './shop';

/** Enough of everything for a number of users, but for what a test takes away. */
const enough = (users: number, instances: number, gibibytes: number, databasePoolSize = 10) => ({
  objectives: { users, ...(users > 1000 ? { budget: { memory: `${gibibytes + 12}Gi`, cpu: '64' } } : {}) },
  api: { replicas: instances, databasePoolSize, resources: { limits: { memory: '1Gi' } } },
  database: { maxConnections: 1000, resources: { limits: { memory: `${gibibytes - 3}Gi` } } },
  balancer: { replicas: 3 },
});

describe('CapacityPlan', () => {
  it.each([
    [500, 3, 150, 8],
    [1000, 3, 200, 12],
    [2000, 5, 300, 20],
    [5000, 11, 600, 44],
  ])('plans for %d users %d instances, %d connections and %d GiB', (users, instances, connections, memory) => {
    const plan = planOf(users);
    expect([plan.instances, plan.databaseConnections, plan.memory].map((expression) => literalOf(expression))).toEqual([
      instances,
      connections,
      memory * 1024,
    ]);
  });

  it('rounds up', () => {
    const plan = planOf(1001);
    expect([plan.instances, plan.databaseConnections, plan.memory].map((each) => literalOf(each))).toEqual([
      4, 201, 12_297,
    ]);
  });

  it('spreads the cache, the database and the balancer from 5000 users on', () => {
    const of = ({ isLarge, loadBalancers }: CapacityPlan) =>
      [isLarge, loadBalancers].map((each) => literalOf<unknown>(each));
    expect(of(planOf(4999))).toEqual([false, 2]);
    expect(of(planOf(5000))).toEqual([true, 3]);
  });

  it('has the least of everything where no users are promised', () => {
    expect(literalOf(planOf(null).instances)).toBe(3);
  });

  it('gives way to a number that is given', () => {
    expect(literalOf(CapacityPlan.or(7, 3))).toBe(7);
    expect(literalOf(CapacityPlan.or(null, 3))).toBe(3);
  });
});

describe('Objectives with a plan', () => {
  it('accepts what has enough of everything', () => {
    expect(refused(enough(500, 3, 8))).toEqual([]);
    expect(refused(enough(1000, 3, 12))).toEqual([]);
    expect(refused(enough(2000, 5, 20))).toEqual([]);
  });

  it('takes the replicas of the plan where none are given', () => {
    const file = enough(2000, 5, 20);
    expect(refused({ ...file, api: { resources: file.api.resources } })).toEqual([]);
  });

  it('refuses fewer instances', () => {
    expect(refused(enough(2000, 4, 20))).toEqual([
      'users 2000 need 5 pods of api by the capacity plan, but there are 4 at the most; raise its replicas, or promise fewer users.',
    ]);
  });

  it('refuses pools that cannot open the connections', () => {
    expect(refused(enough(2000, 5, 20, 7))).toEqual([
      'users 2000 need 300 connections to the database by the capacity plan, but databasePoolSize 7 × 8 processes × 5 pods of api open 280; raise databasePoolSize, or promise fewer users.',
    ]);
  });

  it('refuses less memory for what serves users', () => {
    expect(refused(enough(1000, 3, 8))).toEqual([
      'users 1000 need 12288Mi of memory by the capacity plan, but what serves them has 8960Mi by the limits of its pods: balancer 768Mi 300m, api 3072Mi 3000m, database-primary 5120Mi 2000m; raise them, or promise fewer users.',
    ]);
  });

  it('refuses fewer balancers', () => {
    expect(refused({ ...enough(2000, 5, 20), balancer: { replicas: 1 } })).toEqual([
      'users 2000 need 2 pods of balancer by the capacity plan, but there may be 1; raise its replicas, or promise fewer users.',
    ]);
  });

  it('refuses one database from 5000 users on, unless that is acknowledged', () => {
    const file = enough(5000, 11, 44);
    const [message] = refused(file);
    expect(message).toBe(
      'users 5000 are 5000 or more, whose writes one database does not take for long: the application must spread its data over several databases by a key, such as the tenant, each a release of its own, and route every query by it; do so and set acknowledge.unshardedDatabase, or promise fewer users.',
    );
    expect(refused(file)).toHaveLength(1);
    const acknowledge = { unshardedDatabase: true };
    expect(refused({ ...file, objectives: { ...file.objectives, acknowledge } })).toEqual([]);
    expect(refused(enough(4999, 11, 44))).toEqual([]);
  });
});
