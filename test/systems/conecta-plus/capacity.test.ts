/** The capacity plan: the numbers of its table, and what the manifests make of them. */
import type { Deployment, DeploymentStrategy } from 'kubernetes-types/apps/v1';
import type { Container } from 'kubernetes-types/core/v1';
import { capacityPlan } from '../../../lib/systems/conecta-plus/capacity';
import { coalesce } from '../../../lib/values/coalesce';
import { type Input, type JsonObject, LITERALS, toExpr } from '../../../lib/values/expression';
import { type KubernetesObject, type Pod, find, podsIn, titleOf } from '../cluster-ai/pods';
import { conectaPlus } from './environments';

const valueOf = <T>(input: Input<T>): T => toExpr(input).evaluate(LITERALS);

describe('the capacity plan', () => {
  it.each([
    [500, 3, 150, 8],
    [1000, 3, 200, 12],
    [2000, 5, 300, 20],
  ])('has for %i users %i instances, %i connections and %i GiB', (users, instances, connections, gibibytes) => {
    const plan = capacityPlan(users);
    expect(valueOf(plan.instances)).toBe(instances);
    expect(valueOf(plan.databaseConnections)).toBe(connections);
    expect(valueOf(plan.memory)).toBe(gibibytes * 1024);
    expect(valueOf(plan.isLarge)).toBe(false);
  });

  it('has for 5000 users ten instances or more, several databases and load balancers, and Redis as a cluster', () => {
    const plan = capacityPlan(5000);
    expect(valueOf(plan.instances)).toBeGreaterThanOrEqual(10);
    expect(valueOf(plan.isLarge)).toBe(true);
    expect(valueOf(plan.loadBalancers)).toBeGreaterThanOrEqual(2);
    expect(valueOf(capacityPlan(4999).isLarge)).toBe(false);
  });
});

function objectsFor(users: number | null, others: JsonObject = {}, base = 'production'): readonly KubernetesObject[] {
  const changed = coalesce(conectaPlus.valuesIn(base), { objectives: { users } });
  return conectaPlus.objectsWith(coalesce(changed, others));
}

function refused(users: number, others: JsonObject = {}, base = 'production'): readonly string[] {
  try {
    objectsFor(users, others, base);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n');
  }
}

describe('manifests', () => {
  it('alert when the plan is nearly used up, where there is one', () => {
    const limits = (users: number | null) => JSON.stringify(objectsFor(users)).match(/> 90 \/ 100 \* \w+/g);
    expect(limits(800)).toEqual(['> 90 / 100 * 800']);
    expect(limits(null)).toBeNull();
  });

  const api = (objects: readonly KubernetesObject[]): { replicas: number; pool: string } => {
    const { spec } = find(objects, 'Deployment/conecta-plus-api') as Deployment;
    const scaler = objects.find((object) => titleOf(object) === 'HorizontalPodAutoscaler/conecta-plus-api');
    const { env = [] } = (spec?.template.spec?.containers[0] ?? {}) as Container;
    return {
      replicas: (scaler?.spec as { minReplicas: number }).minReplicas,
      pool: env.find(({ name }) => name === 'DATABASE_POOL_SIZE')?.value ?? '',
    };
  };

  it.each([
    ['staging', 3, '7'], // 7 × 8 processes × 3 instances hold 150 connections
    ['production', 3, '9'],
    ['large', 11, '7'],
  ])('of %s have %i instances whose processes keep %s connections each', (environment, replicas, pool) => {
    expect(api(conectaPlus.objectsIn(environment))).toEqual({ replicas, pool });
  });

  it('have Sentinels up to 4999 users, and a cluster from 5000 on', () => {
    const redis = (environment: string) =>
      conectaPlus
        .objectsIn(environment)
        .filter(({ kind }) => kind === 'StatefulSet')
        .map(({ metadata }) => metadata.name.replace('conecta-plus-', ''))
        .filter((name) => name.startsWith('redis'));
    expect(redis('production')).toEqual(['redis', 'redis-sentinel']);
    expect(redis('large')).toEqual(['redis-cluster']);
  });

  it('for 2000 users are refused with 16 GiB, whether that is said or not', () => {
    const undeclared = refused(2000);
    expect(undeclared).toContain(
      'conecta-plus/objectives: users 2000 need 20480Mi of memory by the capacity plan, but budget.memory is 16Gi; raise it, or promise fewer users.',
    );
    const declared = refused(2000, { objectives: { budget: { memory: '16Gi', cpu: '32' } } });
    expect(declared).toEqual(expect.arrayContaining([expect.stringContaining('but budget.memory is 16Gi')]));
  });

  it('for 2000 users are there with a budget and the memory that the plan has', () => {
    const enough = {
      objectives: { budget: { memory: '26Gi', cpu: '32' } },
      api: { resources: { limits: { memory: '2304Mi' } } },
      postgres: { resources: { limits: { memory: '3Gi' } } },
    };
    expect(refused(2000, enough)).toEqual([]);
  });

  it('for 1000 users are bound to 16 GiB and 16 cores', () => {
    expect(refused(1000, { objectives: { budget: { memory: '16Gi', cpu: '16' } } })).toEqual([]);
    const [memory, cpu] = refused(1000, { objectives: { budget: { memory: '17Gi', cpu: '17' } } });
    expect(memory).toContain('budget.memory 17Gi is above the 16Gi that bind environments of up to 1000 users');
    expect(cpu).toContain('budget.cpu 17 is above the 16 that bind environments of up to 1000 users');
  });

  it('of production take during a rollout, and for a restore, what is said of it on top of the budget', () => {
    const objects = conectaPlus.objectsIn('production');
    const isOnTop = ({ owner }: Pod): boolean => {
      const { strategy, suspend } = find(objects, owner).spec as {
        readonly strategy?: DeploymentStrategy;
        readonly suspend?: boolean;
      };
      return strategy?.rollingUpdate?.maxSurge === 1 || suspend === true;
    };
    const onTop = podsIn(objects.filter(({ kind }) => kind !== 'Pod'))
      .filter(isOnTop)
      .map((pod) => [pod.owner, ...pod.spec.containers.map(({ resources }) => resources?.limits?.memory)]);
    expect(onTop).toEqual([
      ['Deployment/conecta-plus-api', '1408Mi'],
      ['CronJob/conecta-plus-backup-restore-postgres', '256Mi'],
      ['Deployment/conecta-plus-blackbox', '64Mi'],
    ]);
  });

  it('for 5000 users are refused where nobody has said that the database is not sharded', () => {
    const [sharding, ...others] = refused(5000, { objectives: { acknowledge: { unshardedDatabase: false } } }, 'large');
    expect(sharding).toContain('the application must spread its data over several databases by a key');
    expect(others).toEqual([]);
  });

  it('are refused for more requests than rate limits let through, over their whole window', () => {
    const over = (requests: number, windowSeconds: number) =>
      refused(1000, { loadBalancer: { rateLimit: { all: { requests, windowSeconds } } } });
    expect(over(150, 300)).toEqual([]);
    expect(over(149, 300)).toEqual([
      'conecta-plus/objectives: requestsPerSecond 500 are more than the 496 that 1000 users may ask at 149 requests per 300 s each; raise that limit, or promise less.',
    ]);
  });

  it('are refused for more connections than the load balancers hold of clients, one of them lost', () => {
    const over = (clientConnections: number) => refused(1000, { loadBalancer: { clientConnections } });
    expect(over(1000)).toEqual([]);
    expect(over(999)).toEqual([
      'conecta-plus/objectives: connections 1000 are promised, but 1 of 2 pods of load-balancer × 999 connections of clients take 999; give it more replicas or connections, or promise less.',
    ]);
  });

  it('are refused for a failover of Redis within less than its Sentinels may take', () => {
    const failover = (rtoSeconds: number) =>
      refused(1000, { objectives: { rtoSeconds } }).filter((message) => message.includes('failed over'));
    expect(failover(45)).toEqual([]);
    expect(failover(44)).toEqual([
      'conecta-plus/objectives: rtoSeconds 44 is less than the 45 s after which redis has failed over; raise it to 45 or more.',
    ]);
  });

  it('are refused for three nines with one server of the object store, but not with an S3 outside', () => {
    const one = { objectStore: { servers: 1 } };
    const external = { enabled: true, endpoint: 'https://s3.example.com', addresses: ['0.0.0.0/0'], port: 443 };
    expect(refused(1000, one)).toContain(
      'conecta-plus/objectives: availability 99.9 % does not allow for the loss of the only server, and object-store has no other; set its servers to 4 or more, or promise less than 99.9.',
    );
    expect(refused(1000, { ...one, objectives: { availability: 99.8, rtoSeconds: 59 } })).toContain(
      'conecta-plus/objectives: rtoSeconds 59 is less than the 60 s after which object-store is back on its volume; raise it to 60 or more.',
    );
    const outside = refused(1000, { objectStore: { servers: 1, external } }).join('\n');
    expect(outside).not.toContain('the only server');
  });

  it('are refused for an availability that a plain primary cannot keep', () => {
    expect(refused(1000, { objectives: { availability: 99.9 } })).toEqual([]);
    const [message, ...others] = refused(1000, { objectives: { availability: 99.95 } });
    expect(message).toContain('conecta-plus/objectives: availability 99.95 %');
    expect(others).toEqual([]);
    const acknowledge = { plainPrimary: true };
    expect(refused(1000, { objectives: { availability: 99.95, acknowledge } })).toEqual([]);
  });
});
