/** A small system with objectives, in which values decide everything that they are about. */
import { Chart, Testing } from 'cdk8s';
import { Construct } from 'constructs';
import { z } from 'zod';
import { CapacityPlan } from '../../lib/objectives/capacity-plan';
import { Objectives, type ObjectivesProps, objectivesDefaults } from '../../lib/objectives/objectives';
import { objectivesValues } from '../../lib/objectives/objectives-values';
import { failures } from '../../lib/objects/checks';
import { onlyWhen } from '../../lib/objects/conditions';
import { collectChecks } from '../../lib/output/collect';
import { templates } from '../../lib/output/helm/chart';
import { coalesce } from '../../lib/values/coalesce';
import type { JsonObject } from '../../lib/values/expression';
import { equals } from '../../lib/values/logic';
import { references, release } from '../../lib/values/reference';
import { defaultsOf } from '../../lib/values/schema';
import type { ContainerProps, Resources } from '../../lib/workload/container';
import { CronJobWorkload } from '../../lib/workload/cron-job';
import { DaemonSetWorkload } from '../../lib/workload/daemon-set';
import { DeploymentWorkload } from '../../lib/workload/deployment';
import { JobWorkload } from '../../lib/workload/job';
import { Platform } from '../../lib/workload/platform';
import { StatefulSetWorkload } from '../../lib/workload/stateful-set';
import { resourcesValues } from '../../lib/workload/values';
import type { Workload } from '../../lib/workload/workload';
import { container, podProps } from '../workload/plain-app';

const resources = (cpu: string, memory: string) => ({
  requests: { cpu, memory: '64Mi', ephemeralStorage: '64Mi' },
  limits: { cpu: null, memory, ephemeralStorage: '64Mi' },
});

export const shopSchema = z.strictObject({
  objectives: z.strictObject(objectivesValues(objectivesDefaults)).describe('Promises.'),
  api: z
    .strictObject({
      replicas: z.int().min(1).max(100).nullable().default(null).describe('Replicas; null for those of the plan.'),
      processes: z.int().min(1).max(64).default(8).describe('Processes in a pod.'),
      connectionsPerProcess: z.int().min(1).max(10_000).nullable().default(1000).describe('Connections of a process.'),
      databasePoolSize: z.int().min(1).max(100).default(10).describe('Connections to the database.'),
      resources: resourcesValues(resources('1', '2Gi')),
    })
    .describe('API.'),
  balancer: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Whether it is there.'),
      replicas: z.int().min(1).max(100).default(2).describe('Replicas.'),
      rateLimit: z
        .strictObject({
          requests: z.int().min(1).max(1000).default(150).describe('Requests.'),
          windowSeconds: z.int().min(1).max(3600).default(60).describe('Seconds.'),
        })
        .describe('Of a user.'),
    })
    .describe('Balancer.'),
  database: z
    .strictObject({
      maxConnections: z.int().min(1).max(10_000).default(600).describe('Connections.'),
      resources: resourcesValues(resources('2', '6Gi')),
    })
    .describe('Database.'),
  cache: z.strictObject({ enabled: z.boolean().default(false).describe('Whether it is there.') }).describe('Cache.'),
  store: z
    .strictObject({
      enabled: z.boolean().default(false).describe('Whether it is there.'),
      servers: z.int().min(1).max(16).default(1).describe('Servers.'),
    })
    .describe('Objects.'),
  backup: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Whether there are backups.'),
      uploadSeconds: z.int().min(1).max(3600).default(60).describe('Seconds.'),
    })
    .describe('Backups.'),
  agents: z
    .strictObject({ enabled: z.boolean().default(false).describe('Whether they are there.') })
    .describe('Agents.'),
});

export const planOf = (users: ObjectivesProps['users']): CapacityPlan =>
  new CapacityPlan({
    users: users ?? null,
    instances: { fewest: 3, base: 1, step: 1, users: 500 },
    databaseConnections: { base: 100, step: 1, users: 10 },
    memory: { base: 4096, step: 8192, users: 1000 },
    largeFrom: 5000,
  });

class Part<W extends Workload> extends Construct {
  readonly workload: W;

  constructor(
    scope: Construct,
    id: string,
    make: (part: Construct) => W,
    enabled: Parameters<typeof onlyWhen>[1] = true,
  ) {
    super(scope, id);
    onlyWhen(this, enabled);
    this.workload = make(this);
  }
}

const small = {
  requests: { cpu: '100m', memory: '64Mi', ephemeralStorage: '16Mi' },
  limits: { cpu: '1', memory: '256Mi', ephemeralStorage: '32Mi' },
};
const pod = (name: string, own: Resources = small) =>
  podProps({ name, component: name, containers: [container({ resources: own })] });
const ends = (name: string) =>
  podProps({ name, component: name, containers: [{ ...container(), resources: small }].map(withoutProbes) });

function withoutProbes(given: ContainerProps): ContainerProps {
  const { probes: _probes, ...rest } = given;
  return rest;
}

/** @param change what is said otherwise of the objectives */
export function shop(change: (given: ObjectivesProps) => ObjectivesProps = (given) => given): Chart {
  const chart = new Chart(Testing.app(), 'shop');
  Platform.provide(chart, new Platform({ instance: release.name, namespace: release.namespace, partOf: 'shop' }));
  const v = references(shopSchema);
  const plan = planOf(v.objectives.users);
  const balancer = new Part(
    chart,
    'balancer',
    (part) => new DeploymentWorkload(part, 'workload', { ...pod('balancer'), replicas: v.balancer.replicas }),
    v.balancer.enabled,
  );
  const api = new Part(
    chart,
    'api',
    (part) =>
      new DeploymentWorkload(part, 'workload', {
        ...podProps({
          containers: [container({ resources: v.api.resources })],
          initContainers: [
            withoutProbes(container({ name: 'same', resources: v.api.resources })),
            withoutProbes(container({ name: 'migrate' })),
          ],
        }),
        replicas: CapacityPlan.or(v.api.replicas, plan.instances),
      }),
  );
  const database = new Part(
    chart,
    'database',
    (part) =>
      new StatefulSetWorkload(part, 'primary', {
        ...pod('database', v.database.resources),
        objectName: 'database-primary',
        replicas: 1,
      }),
  );
  const cache = new Part(
    chart,
    'cache',
    (part) => new StatefulSetWorkload(part, 'server', { ...pod('cache'), replicas: 1 }),
    v.cache.enabled,
  );
  const store = new Part(
    chart,
    'store',
    (part) => new StatefulSetWorkload(part, 'servers', { ...pod('store'), replicas: v.store.servers }),
    v.store.enabled,
  );
  const backup = new Part(
    chart,
    'backup',
    (part) =>
      new CronJobWorkload(part, 'dump', { ...ends('backup'), schedule: '0 2 * * *', activeDeadlineSeconds: 60 }),
    v.backup.enabled,
  );
  new CronJobWorkload(backup, 'restore', {
    ...ends('restore'),
    schedule: '0 0 31 2 *',
    suspend: true,
    activeDeadlineSeconds: 60,
  });
  new Part(chart, 'setup', (part) => new JobWorkload(part, 'job', { ...ends('setup'), activeDeadlineSeconds: 60 }));
  new Part(chart, 'agents', (part) => new DaemonSetWorkload(part, 'agent', pod('agents')), v.agents.enabled);
  new Objectives(
    chart,
    'objectives',
    change({
      ...v.objectives,
      plan,
      boundBudget: { users: 1000, memory: '16Gi', cpu: '16' },
      servesUsers: [balancer, api, database, cache],
      serving: [balancer, api],
      recovering: [
        Object.assign(database, { recovery: { failover: 'manual', seconds: 60 } as const }),
        Object.assign(cache, { recovery: { failover: 'none', seconds: 30 } as const }),
        Object.assign(store, {
          recovery: {
            failover: 'none',
            seconds: 60,
            isAlone: equals(v.store.servers, 1),
            remedy: 'set its servers to 4 or more',
          } as const,
        }),
      ],
      backup: Object.assign(backup, {
        recoveryPoint: { setting: 'uploadSeconds', value: v.backup.uploadSeconds, times: 2 },
      }),
      application: { tier: api, ...v.api },
      balancer: { tier: balancer, connections: 4096 },
      database: { tier: database, maxConnections: v.database.maxConnections },
      rateLimit: v.balancer.rateLimit,
    }),
  );
  return chart;
}

/** All values under those of a file. */
export function valuesOf(file: JsonObject): JsonObject {
  return coalesce(defaultsOf(shopSchema), file);
}

const whole = shop();

/** What is refused of a values file, without the path of the construct. */
export function refused(file: JsonObject, chart = whole): readonly string[] {
  const scope = { values: valuesOf(file), release: { name: 'shop', namespace: 'shop' }, variables: new Map() };
  return failures(collectChecks(chart), scope).map((message) => message.replace('shop/objectives: ', ''));
}

/** The templates of the chart that check, and what they call for. */
export function checkTemplates(): Readonly<Record<string, string>> {
  const files = templates(whole, 'shop');
  return Object.fromEntries(
    ['templates/checks.yaml', 'templates/_helpers.tpl'].map((path) => [path, files.get(path) ?? '']),
  );
}
