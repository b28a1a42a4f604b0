import { z } from 'zod';
import { type StatefulSetProps, StatefulSetWorkload, type Storage } from '../../lib/workload/stateful-set';
import { type Fields, container, deployment, find, kindsOf, podProps, synth } from './plain-app';
import { systemOf } from './system';

const autoscaling = {
  enabled: true,
  minReplicas: 2,
  maxReplicas: 10,
  targetCpuUtilization: 70,
  targetMemoryUtilization: 80,
  scaleUpStabilizationSeconds: 0,
  scaleDownStabilizationSeconds: 300,
};

const kindsWith = (props: Parameters<typeof deployment>[1]) => kindsOf(synth((chart) => deployment(chart, props)));
const deploymentWith = (props: Parameters<typeof deployment>[1]) =>
  find(
    synth((chart) => deployment(chart, props)),
    'Deployment',
    'shop-api',
  ).spec as Fields & { template: { spec: Fields } };

describe('a PodDisruptionBudget', () => {
  it.each([
    [1, false],
    [2, true],
    [3, true],
  ])('of %i replicas: %s', (replicas, is) => {
    expect(kindsWith({ replicas }).includes('PodDisruptionBudget')).toBe(is);
    const set = synth((chart) => new StatefulSetWorkload(chart, 'api', { ...podProps(), replicas }));
    expect(kindsOf(set).includes('PodDisruptionBudget')).toBe(is);
  });

  it.each([
    ['on, from one replica', { replicas: 3, autoscaling: { ...autoscaling, minReplicas: 1 } }, false],
    ['on, from two replicas', { replicas: 1, autoscaling }, true],
    ['off, with one replica', { replicas: 1, autoscaling: { ...autoscaling, enabled: false } }, false],
    ['off, with two replicas', { replicas: 2, autoscaling: { ...autoscaling, enabled: false } }, true],
  ])('counts the fewest replicas: autoscaling %s', (_, props, is) => {
    expect(kindsWith(props).includes('PodDisruptionBudget')).toBe(is);
  });

  it('lets one pod go at a time, and broken ones always', () => {
    const objects = synth((chart) => deployment(chart, { replicas: 2 }));
    expect(find(objects, 'PodDisruptionBudget', 'shop-api').spec).toEqual({
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: {
        matchLabels: {
          'app.kubernetes.io/name': 'api',
          'app.kubernetes.io/instance': 'shop',
          'app.kubernetes.io/component': 'server',
        },
      },
    });
  });
});

describe('a HorizontalPodAutoscaler', () => {
  it('aims at CPU and memory between its bounds', () => {
    const objects = synth((chart) => deployment(chart, { replicas: 1, autoscaling }));
    expect(find(objects, 'HorizontalPodAutoscaler', 'shop-api').spec).toEqual({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop-api' },
      minReplicas: 2,
      maxReplicas: 10,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
        { type: 'Resource', resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 80 } } },
      ],
      behavior: { scaleUp: { stabilizationWindowSeconds: 0 }, scaleDown: { stabilizationWindowSeconds: 300 } },
    });
  });

  it('aims at CPU alone without a target for memory', () => {
    const objects = synth((chart) =>
      deployment(chart, { autoscaling: { ...autoscaling, targetMemoryUtilization: null } }),
    );
    expect(find(objects, 'HorizontalPodAutoscaler', 'shop-api').spec).toMatchObject({
      metrics: [{ resource: { name: 'cpu' } }],
    });
  });

  it('has the replicas to itself, on and off: a field that came and went would fall to one in between', () => {
    for (const enabled of [true, false]) {
      expect(deploymentWith({ replicas: 3, autoscaling: { ...autoscaling, enabled } })).not.toHaveProperty('replicas');
    }
    expect(deploymentWith({ replicas: 3 })).toHaveProperty('replicas', 3);
    expect(kindsWith({ replicas: 3 })).not.toContain('HorizontalPodAutoscaler');
  });

  it('holds the replicas while autoscaling is off, whatever its bounds', () => {
    const off = { ...autoscaling, enabled: false, minReplicas: 9, maxReplicas: 2 };
    const objects = synth((chart) => deployment(chart, { replicas: 3, autoscaling: off }));
    expect(find(objects, 'HorizontalPodAutoscaler', 'shop-api').spec).toMatchObject({ minReplicas: 3, maxReplicas: 3 });
  });

  it('refuses bounds that leave no number', () => {
    const on = (minReplicas: number) =>
      synth((chart) => deployment(chart, { autoscaling: { ...autoscaling, minReplicas } }));
    expect(() => on(11)).toThrow('minReplicas 11 is above maxReplicas 10; lower it to 10 or less.');
    expect(() => on(10)).not.toThrow();
  });
});

describe('a StatefulSet', () => {
  const set = (props: Partial<StatefulSetProps>) =>
    synth((chart) => new StatefulSetWorkload(chart, 'api', { ...podProps(), replicas: 1, ...props }));

  it('is scaled as a Deployment is', () => {
    const objects = set({ autoscaling });
    expect(find(objects, 'HorizontalPodAutoscaler', 'shop-api').spec).toMatchObject({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'shop-api' },
      minReplicas: 2,
      maxReplicas: 10,
    });
    expect(find(objects, 'StatefulSet', 'shop-api').spec).not.toHaveProperty('replicas');
    expect(kindsOf(objects)).toContain('PodDisruptionBudget');
  });

  it('has a volume for each pod where it is to, mounted as it may be', () => {
    const claims = (storage: Storage) =>
      (find(set({ storage: { data: storage } }), 'StatefulSet', 'shop-api').spec as Fields).volumeClaimTemplates;
    expect(claims({ size: '1Gi' })).toMatchObject([{ spec: { accessModes: ['ReadWriteOnce'] } }]);
    expect(claims({ size: '1Gi', accessMode: 'ReadWriteMany' })).toMatchObject([
      { spec: { accessModes: ['ReadWriteMany'] } },
    ]);
    expect(claims({ size: '1Gi', enabled: false })).toBeUndefined();
  });
});

describe('a metric of Prometheus', () => {
  const metric = {
    enabled: true,
    serverAddress: 'http://prometheus.shop.svc:9090',
    query: 'queue_seconds',
    target: 5,
  };
  const scaled = (props: Partial<typeof metric> = {}, given: Partial<typeof autoscaling> = {}) =>
    synth((chart) =>
      deployment(chart, { replicas: 3, autoscaling: { ...autoscaling, ...given, metric: { ...metric, ...props } } }),
    );

  it('is aimed at beside CPU and memory by KEDA, which takes over the autoscaler that is there', () => {
    const objects = scaled();
    expect(kindsOf(objects)).not.toContain('HorizontalPodAutoscaler');
    expect(find(objects, 'ScaledObject', 'shop-api')).toMatchObject({
      apiVersion: 'keda.sh/v1alpha1',
      metadata: { annotations: { 'scaledobject.keda.sh/transfer-hpa-ownership': 'true' } },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop-api' },
        minReplicaCount: 2,
        maxReplicaCount: 10,
        advanced: {
          horizontalPodAutoscalerConfig: {
            name: 'shop-api',
            behavior: { scaleUp: { stabilizationWindowSeconds: 0 }, scaleDown: { stabilizationWindowSeconds: 300 } },
          },
        },
        triggers: [
          {
            type: 'prometheus',
            metricType: 'Value',
            metadata: { serverAddress: metric.serverAddress, query: 'queue_seconds', threshold: '5' },
          },
          { type: 'cpu', metricType: 'Utilization', metadata: { value: '70' } },
          { type: 'memory', metricType: 'Utilization', metadata: { value: '80' } },
        ],
      },
    });
  });

  it('is left alone where it is off, or all of scaling is', () => {
    for (const objects of [scaled({ enabled: false }), scaled({}, { enabled: false })]) {
      expect(kindsOf(objects)).toContain('HorizontalPodAutoscaler');
      expect(kindsOf(objects)).not.toContain('ScaledObject');
    }
  });

  it('leaves CPU alone without a target for memory', () => {
    const objects = synth((chart) =>
      deployment(chart, { autoscaling: { ...autoscaling, targetMemoryUtilization: null, metric } }),
    );
    const { triggers } = find(objects, 'ScaledObject', 'shop-api').spec as { readonly triggers: readonly Fields[] };
    expect(triggers.map(({ type }) => type)).toEqual(['prometheus', 'cpu']);
  });

  it('refuses bounds that leave no number, as ever', () => {
    expect(() => scaled({}, { minReplicas: 11 })).toThrow(
      'minReplicas 11 is above maxReplicas 10; lower it to 10 or less.',
    );
  });
});

describe('values', () => {
  const schema = z.strictObject({
    replicas: z.int().min(1).max(9).default(1).describe('Replicas.'),
    enabled: z.boolean().default(false).describe('Autoscaling.'),
  });
  const read = systemOf(schema, (scope, values) => {
    deployment(scope, { replicas: values.replicas, autoscaling: { ...autoscaling, enabled: values.enabled } });
  });

  it.each([
    [{}, ['Deployment']],
    [{ replicas: 2 }, ['Deployment', 'HorizontalPodAutoscaler', 'PodDisruptionBudget']],
    [{ enabled: true }, ['Deployment', 'HorizontalPodAutoscaler', 'PodDisruptionBudget']],
  ])('decide: with %j there are %j', (values, kinds) => {
    expect(kindsOf(read(values)).filter((kind) => !/Account|Policy/.test(kind))).toEqual(kinds);
  });

  // A tool that removes the field of its last manifest leaves one replica: the field may only go where it said one.
  it.each([
    [{}, 1],
    [{ replicas: 2 }, undefined],
    [{ enabled: true }, undefined],
    [{ replicas: 2, enabled: true }, undefined],
  ])('stand in the Deployment only as the one replica that it would have anyway: with %j %j', (values, replicas) => {
    const spec = read(values).find(({ kind }) => kind === 'Deployment')?.spec as Fields;
    expect(spec.replicas).toBe(replicas);
  });
});

describe('replicas', () => {
  it('spread over nodes and zones', () => {
    const labels = {
      'app.kubernetes.io/name': 'api',
      'app.kubernetes.io/instance': 'shop',
      'app.kubernetes.io/component': 'server',
    };
    expect(deploymentWith({ replicas: 2 }).template.spec).toMatchObject({
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              weight: 100,
              podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: labels } },
            },
          ],
        },
      },
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'topology.kubernetes.io/zone',
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: labels },
        },
      ],
    });
  });

  it('have nothing to spread where there is one', () => {
    const { spec } = deploymentWith({ replicas: 1 }).template;
    expect(spec).not.toHaveProperty('affinity');
    expect(spec).not.toHaveProperty('topologySpreadConstraints');
  });

  it('are replaced without one missing', () => {
    expect(deploymentWith({ replicas: 2, containers: [container()] })).toMatchObject({
      minReadySeconds: 5,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    });
  });
});
