import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2';
import { objectsIn } from './environments';
import { containersOf, find, podsIn } from './pods';

const objects = objectsIn('production');

function mainContainer(owner: string) {
  const pod = podsIn(objects).find((each) => each.owner === owner);
  if (!pod) throw new Error(`no ${owner}`);
  return {
    replicas: pod.replicas,
    resources: containersOf(pod).find(({ name }) => name === pod.spec.containers[0]?.name)?.resources,
  };
}

describe("production's sizes", () => {
  it.each([
    ['Deployment/cluster-ai-frontend', 2, '250m', '500m', '128Mi', '256Mi'],
    ['Deployment/cluster-ai-backend', 3, '500m', '1', '512Mi', '1Gi'],
    ['StatefulSet/cluster-ai-postgres-primary', 1, '500m', '1', '1Gi', '2Gi'],
    ['StatefulSet/cluster-ai-postgres-replica', 2, '500m', '1', '1Gi', '2Gi'],
    ['StatefulSet/cluster-ai-redis-cluster', 6, '250m', '500m', '128Mi', '512Mi'],
  ])('%s: %i replicas of %s to %s CPU and %s to %s', (owner, replicas, cpu, cpuLimit, memory, memoryLimit) => {
    expect(mainContainer(owner)).toMatchObject({
      replicas,
      resources: { requests: { cpu, memory }, limits: { cpu: cpuLimit, memory: memoryLimit } },
    });
  });

  it.each([
    ['cluster-ai-frontend', 2, 10],
    ['cluster-ai-backend', 3, 15],
  ])('%s scales from %i to %i on 70 %% of CPU and 80 %% of memory', (name, minReplicas, maxReplicas) => {
    const { spec } = find(objects, `HorizontalPodAutoscaler/${name}`) as HorizontalPodAutoscaler;
    expect(spec).toMatchObject({ scaleTargetRef: { kind: 'Deployment', name }, minReplicas, maxReplicas });
    expect(spec?.metrics?.map(({ resource }) => [resource?.name, resource?.target.averageUtilization])).toEqual([
      ['cpu', 70],
      ['memory', 80],
    ]);
  });

  it('asks for GPUs of no more memory than they are labelled with', () => {
    // What GPU feature discovery says of an L4, in MiB: its name rounds up.
    const labels = { 'nvidia.com/gpu.product': 'NVIDIA-L4', 'nvidia.com/gpu.memory': 23034 };
    const onGpus = podsIn(objects).flatMap(({ owner, spec }) => {
      const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
      const memory = terms
        ?.flatMap(({ matchExpressions = [] }) => matchExpressions)
        .find(({ key }) => key === 'nvidia.com/gpu.memory');
      return memory ? [{ owner, memory, terms }] : [];
    });
    expect(onGpus.map(({ owner }) => owner)).toHaveLength(3);
    for (const { memory, terms } of onGpus) {
      expect(JSON.stringify(terms)).toContain(labels['nvidia.com/gpu.product']);
      expect(memory.operator).toBe('Gt');
      expect(Number(memory.values?.[0])).toBeLessThan(labels['nvidia.com/gpu.memory']);
    }
  });

  it('keeps 50 server connections in each pool', () => {
    const configuration = JSON.stringify(find(objects, 'ConfigMap/cluster-ai-pgbouncer'));
    expect(configuration).toContain('default_pool_size = 50');
  });
});
