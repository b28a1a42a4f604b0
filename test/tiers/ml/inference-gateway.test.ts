import type { DeploymentSpec } from 'kubernetes-types/apps/v1';
import type { ServiceSpec } from 'kubernetes-types/core/v1';
import type { NetworkPolicySpec } from 'kubernetes-types/networking/v1';
import { parse } from 'yaml';
import { InferenceGateway, type InferenceGatewayProps } from '../../../lib/tiers/ml/inference-gateway';
import type { Variant } from '../../../lib/tiers/ml/inference-gateway-routes';
import type { ModelBackend } from '../../../lib/tiers/ml/model';
import { Api } from '../../../lib/tiers/web/api';
import { type KubernetesObject, find, image, synth } from '../web/plain-app';
import { autoscaling, podSettings, resources } from '../web/pod-settings';
import { FakeServer, type FakeServerProps, model } from './fake-server';

type Props = Omit<InferenceGatewayProps, 'backends'>;

/** A gateway before these servers, by name. */
function before(servers: Readonly<Record<string, FakeServerProps>>, props: Props = {}): readonly KubernetesObject[] {
  return synth((chart) => {
    const backends: readonly ModelBackend[] = Object.entries(servers).map(
      ([name, server]) => new FakeServer(chart, name, server),
    );
    new InferenceGateway(chart, 'inference-gateway', { backends, ...props });
  });
}

const servers = {
  tensorflow: { protocol: 'tensorflow', models: { half: model(1, 2), 'half-new': model(1) } },
  onnx: { protocol: 'kserve', models: { resnet: model(3) }, latencyTargetMilliseconds: 20 },
} as const satisfies Readonly<Record<string, FakeServerProps>>;

const shop = (props: Props = {}): readonly KubernetesObject[] => before(servers, props);
const variant = (of: Partial<Variant> = {}): Variant => ({ model: 'half', version: null, weight: 50, ...of });
/** An experiment with the model `half`, whose variants are these. */
const experiments = (variants: Readonly<Record<string, Variant>>, promoted: string | null = null): Props => ({
  experiments: { half: { variants, promoted } },
});

function deployment(objects: readonly KubernetesObject[]): DeploymentSpec {
  return find(objects, 'Deployment', 'shop-inference-gateway').spec as DeploymentSpec;
}

interface Configuration {
  readonly admin: { readonly address: { readonly socket_address: { readonly address: string } } };
  readonly static_resources: {
    readonly clusters: readonly { readonly name: string; readonly alt_stat_name?: string }[];
  };
}

function configuration(objects: readonly KubernetesObject[]): Configuration {
  const file = find(objects, 'ConfigMap', 'shop-inference-gateway').data?.['envoy.yaml'] ?? '';
  // The tag !ignore is Envoy's own.
  return parse(file, { logLevel: 'error' }) as Configuration;
}

const clustersOf = (objects: readonly KubernetesObject[]) =>
  configuration(objects).static_resources.clusters.map(({ name }) => name);

describe('InferenceGateway', () => {
  it('answers on port 80 of its Service, and tells clients by INFERENCE_URL', () => {
    const objects = synth((chart) => {
      const gateway = new InferenceGateway(chart, 'inference-gateway', { backends: [] });
      new Api(chart, 'backend', { image: image('backend') }).connectTo(gateway);
    });
    const { ports } = find(objects, 'Service', 'shop-inference-gateway').spec as ServiceSpec;
    expect(ports).toEqual([{ name: 'http', port: 80, targetPort: 'http' }]);
    const { template } = find(objects, 'Deployment', 'shop-backend').spec as DeploymentSpec;
    expect(template.spec?.containers[0]?.env).toContainEqual({
      name: 'INFERENCE_URL',
      value: 'http://shop-inference-gateway',
    });
  });

  it('reaches both ports of each server, and each server lets it', () => {
    const policy = (name: string) => find(shop(), 'NetworkPolicy', name).spec as NetworkPolicySpec;
    const ways = policy('shop-inference-gateway').egress?.slice(1);
    expect(ways?.flatMap(({ ports }) => ports?.map(({ port }) => port))).toEqual([8501, 8500, 8000, 8001]);
    expect(policy('shop-onnx').ingress?.flatMap(({ ports }) => ports?.map(({ port }) => port))).toEqual([8000, 8001]);
  });

  it('has a cluster for each model, for its gRPC, and for each variant, with statistics by server', () => {
    const objects = shop(experiments({ control: variant(), candidate: variant({ model: 'half-new' }) }));
    expect(clustersOf(objects)).toEqual([
      'admin',
      'half/direct',
      'half/grpc',
      'half-new/direct',
      'half-new/grpc',
      'resnet/direct',
      'resnet/grpc',
      'half/candidate',
      'half/control',
    ]);
    const { clusters } = configuration(objects).static_resources;
    expect(clusters.at(-1)?.alt_stat_name).toBe('tensorflow/half/control');
  });

  it('knows nothing of a server that is not there, nor of its models', () => {
    const objects = before({ ...servers, onnx: { ...servers.onnx, enabled: false } });
    expect(JSON.stringify(configuration(objects))).not.toContain('resnet');
    expect(JSON.stringify(find(objects, 'NetworkPolicy', 'shop-inference-gateway').spec)).not.toContain('onnx');
  });

  it('has the admin interface for itself: probes and metrics come by a port that has nothing else', () => {
    expect(configuration(shop()).admin.address.socket_address.address).toBe('127.0.0.1');
    const { containers } = deployment(shop()).template.spec ?? {};
    expect(containers?.[0]).toMatchObject({
      livenessProbe: { httpGet: { path: '/ready', port: 'metrics' } },
      readinessProbe: { httpGet: { path: '/readyz', port: 'http' } },
    });
    expect(deployment(shop()).template.metadata?.annotations).toMatchObject({
      'prometheus.io/port': '9902',
      'prometheus.io/path': '/stats/prometheus',
    });
  });

  it('stops once connections have left and the last request has had its time', () => {
    const { containers, terminationGracePeriodSeconds } = deployment(shop({ timeoutSeconds: 30 })).template.spec ?? {};
    expect(containers?.[0]?.lifecycle).toEqual({ preStop: { sleep: { seconds: 45 } } });
    expect(terminationGracePeriodSeconds).toBe(50);
  });

  it('runs a thread for each core', () => {
    const args = (cpu: string | null): readonly string[] =>
      deployment(shop({ resources: resources(cpu) })).template.spec?.containers[0]?.args ?? [];
    const threads = (cpu: string | null) => args(cpu)[args(cpu).indexOf('--concurrency') + 1];
    expect([threads('2500m'), threads(null)]).toEqual(['3', '1']);
  });

  it('gives one try some times the target of its server, and never more than the whole request', () => {
    const yaml = (props: Props) => find(shop(props), 'ConfigMap', 'shop-inference-gateway').data?.['envoy.yaml'] ?? '';
    const tries = (props: Props) => [...new Set(yaml(props).match(/(?<=per_try_timeout: )[\d.]+s/g))];
    expect(tries({})).toEqual(['2.000s', '0.800s']);
    expect(tries({ tryTimeoutTargets: 2 })).toEqual(['0.100s', '0.040s']);
    expect(tries({ timeoutSeconds: 1 })).toEqual(['1.000s', '0.800s']);
  });

  describe('refuses', () => {
    const refused = (given: () => unknown, message: string): void => {
      expect(given).toThrow(`[shop/inference-gateway] ${message}`);
    };

    it('a model that two servers have', () => {
      const both = { ...servers, other: { protocol: 'kserve', models: { resnet: model(1) } } } as const;
      refused(() => before(both), 'model resnet is one of shop-onnx and of shop-other; rename it in one of them.');
      expect(() => before({ ...both, other: { ...both.other, enabled: false } })).not.toThrow();
    });

    it('an experiment with a model that no server has', () => {
      refused(
        () => shop({ experiments: { other: { promoted: null, variants: { all: variant({ weight: 100 }) } } } }),
        'experiments.other is of no model of a server; name one, or remove the experiment.',
      );
    });

    it('weights that are not 100 together', () => {
      const weights = (a: number, b: number) => () =>
        shop(experiments({ a: variant({ weight: a }), b: variant({ weight: b }) }));
      refused(weights(50, 49), 'experiments.half: the weights of the variants add up to 99; make it 100.');
      refused(weights(50, 51), 'experiments.half: the weights of the variants add up to 101; make it 100.');
      expect(weights(100, 0)).not.toThrow();
      refused(() => shop(experiments({})), 'experiments.half: the weights of the variants add up to 0; make it 100.');
    });

    it('a promoted variant that is none', () => {
      refused(
        () => shop(experiments({ a: variant(), b: variant() }, 'c')),
        'experiments.half.promoted c is none of the variants; name one, or set it to null.',
      );
      expect(() => shop(experiments({ a: variant(), b: variant() }, 'b'))).not.toThrow();
    });

    it.each(['direct', 'grpc'])('a variant that is called %s', (name) => {
      refused(
        () => shop(experiments({ [name]: variant({ weight: 100 }) })),
        `experiments.half: variant ${name} would be taken for what the model has besides; rename it.`,
      );
    });

    it('a variant with a model that no server has', () => {
      refused(
        () => shop(experiments({ a: variant(), b: variant({ model: 'other' }) })),
        'experiments.half.variants.b: no server has the model other; name one that a server has.',
      );
    });

    it('a variant with a model of another protocol', () => {
      refused(
        () => shop(experiments({ a: variant(), b: variant({ model: 'resnet' }) })),
        'experiments.half.variants.b: the servers of resnet and half speak different protocols, so that no client could use both; name a model of a server with the same.',
      );
    });

    it('a variant with a version that its model has not', () => {
      const version = (number: number) => () => shop(experiments({ a: variant(), b: variant({ version: number }) }));
      refused(
        version(3),
        'experiments.half.variants.b: half has no version 3; name one of its versions, or null for its default.',
      );
      expect(version(2)).not.toThrow();
    });

    it('a time below the target of a server', () => {
      const slow = (target: number) => () =>
        before({ slow: { protocol: 'kserve', models: {}, latencyTargetMilliseconds: target } }, { timeoutSeconds: 2 });
      refused(slow(2001), 'timeoutSeconds 2 is below the latency target of shop-slow, 2001 milliseconds; raise it.');
      expect(slow(2000)).not.toThrow();
    });

    it('to look at bodies that are longer than what is held of a request', () => {
      const held =
        (size: string, enabled = true) =>
        () =>
          shop({ bodyCheck: { enabled, size }, retryBufferSize: '128Ki' });
      refused(
        held('129Ki'),
        'bodyCheck.size 129Ki is more than retryBufferSize 128Ki, which is all that is held of a request; lower it, or raise retryBufferSize.',
      );
      expect(held('128Ki')).not.toThrow();
      expect(held('129Ki', false)).not.toThrow();
    });
  });

  const full: Required<Props> = {
    ...podSettings,
    enabled: true,
    experiments: {
      half: {
        promoted: null,
        variants: {
          control: variant({ weight: 90 }),
          candidate: variant({ model: 'half-new', version: 1, weight: 10 }),
        },
      },
      resnet: { promoted: 'all', variants: { all: variant({ model: 'resnet', weight: 100 }) } },
    },
    clientHeader: 'x-user',
    variantHeader: 'x-arm',
    timeoutSeconds: 5,
    tryTimeoutTargets: 10,
    retries: 1,
    retryBudget: { percent: 10, minConcurrency: 1 },
    circuitBreaker: { maxRequests: 100, maxPendingRequests: 50 },
    outlierDetection: { consecutiveFailures: 3, ejectionSeconds: 20, maxEjectionPercent: 30 },
    bodyCheck: { enabled: false, size: '32Ki' },
    retryBufferSize: '512Ki',
    maxConnections: 500,
    replicas: 3,
    autoscaling,
    resources: resources('1'),
    image: image('envoy'),
  };
  const own = (props: Props): readonly KubernetesObject[] =>
    shop(props).filter(({ metadata }) => metadata.name.startsWith('shop-inference-gateway'));

  it('is what its snapshots say, with defaults and with every prop', () => {
    expect(own({})).toMatchSnapshot('defaults');
    expect(own(full)).toMatchSnapshot('every prop');
  });

  it('changes with every prop', () => {
    const base: Props = { experiments: full.experiments };
    const [without, withExperiments] = [JSON.stringify(own({})), JSON.stringify(own(base))];
    expect(without).not.toBe(withExperiments);
    for (const key of Object.keys(full) as (keyof typeof full)[]) {
      if (key === 'experiments') continue;
      const change = { ...base, [key]: { ...full, enabled: false }[key] };
      expect([key, JSON.stringify(own(change)) === withExperiments]).toEqual([key, false]);
    }
  });
});
