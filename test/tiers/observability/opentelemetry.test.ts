import type { DaemonSetSpec, DeploymentSpec } from 'kubernetes-types/apps/v1';
import type { EnvVar, ServiceSpec } from 'kubernetes-types/core/v1';
import type { NetworkPolicySpec } from 'kubernetes-types/networking/v1';
import { parse } from 'yaml';
import { Jaeger } from '../../../lib/tiers/observability/jaeger';
import {
  OpenTelemetry,
  type OpenTelemetryProps,
  openTelemetryDefaults,
} from '../../../lib/tiers/observability/opentelemetry';
import { Prometheus } from '../../../lib/tiers/observability/prometheus';
import { Api } from '../../../lib/tiers/web/api';
import { type KubernetesObject, find, image, synth } from '../web/plain-app';
import { podSettings, resources } from '../web/pod-settings';

type Given = Partial<OpenTelemetryProps>;

const GATEWAY = 'shop-opentelemetry-gateway';
const AGENT = 'shop-opentelemetry-agent';

/** An API, the collector, Jaeger and Prometheus. */
function shop(props: Given = {}) {
  return synth((chart) => {
    const jaeger = new Jaeger(chart, 'jaeger');
    const tracing = new OpenTelemetry(chart, 'opentelemetry', { traces: jaeger.receiver, ...props });
    new Api(chart, 'backend', { image: image('backend') }).connectTo(tracing);
    new Prometheus(chart, 'prometheus');
  });
}

interface Policy {
  readonly name: string;
  readonly type: string;
}

interface Configuration {
  readonly receivers: {
    readonly otlp: { readonly protocols: Readonly<Record<string, { readonly endpoint: string }>> };
  };
  readonly processors: {
    readonly memory_limiter: Readonly<Record<string, unknown>>;
    readonly tail_sampling?: Readonly<Record<string, unknown>> & { readonly policies: readonly Policy[] };
  };
  readonly exporters: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly service: { readonly pipelines: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> };
}

function configurationOf(objects: readonly KubernetesObject[], name: string): Configuration {
  return parse(find(objects, 'ConfigMap', name).data?.[`${name.split('-').at(-1) ?? ''}.yaml`] ?? '') as Configuration;
}

function gateway(objects: readonly KubernetesObject[]): DeploymentSpec {
  return find(objects, 'Deployment', GATEWAY).spec as DeploymentSpec;
}

function agent(objects: readonly KubernetesObject[]): DaemonSetSpec {
  return find(objects, 'DaemonSet', AGENT).spec as DaemonSetSpec;
}

function policy(objects: readonly KubernetesObject[], name: string): NetworkPolicySpec {
  return find(objects, 'NetworkPolicy', name).spec as NetworkPolicySpec;
}

const pods = (name: string, component: string) => ({
  podSelector: {
    matchLabels: {
      'app.kubernetes.io/name': name,
      'app.kubernetes.io/instance': 'shop',
      'app.kubernetes.io/component': component,
    },
  },
});

const keysOf = <T extends object>(value: T) => Object.keys(value) as (keyof T & string)[];

const objects = shop();

describe('OpenTelemetry', () => {
  it('takes spans on every node, whatever its taints, without access to it', () => {
    const { spec } = agent(objects).template;
    expect(spec?.tolerations).toEqual([{ operator: 'Exists' }]);
    expect(spec?.volumes?.map((volume) => Object.keys(volume))).toEqual([['name', 'configMap']]);
    expect(Object.keys(spec ?? {})).not.toEqual(expect.arrayContaining([expect.stringMatching(/^host/)]));
  });

  it('leads clients to the agent of their own node', () => {
    const service = find(objects, 'Service', AGENT).spec as ServiceSpec;
    expect(service.internalTrafficPolicy).toBe('Local');
    expect(service.ports?.map(({ port }) => port)).toEqual([4317, 4318]);
  });

  it('tells a client where to send, under which name, and to leave the choice to the gateways', () => {
    const { template } = find(objects, 'Deployment', 'shop-backend').spec as DeploymentSpec;
    const env = (template.spec?.containers[0]?.env ?? []).filter(({ name }) => name.startsWith('OTEL_'));
    const told = env.map(({ name, value, valueFrom }: EnvVar) => [name, value ?? valueFrom?.fieldRef?.fieldPath]);
    expect(Object.fromEntries(told)).toEqual({
      OTEL_SERVICE_NAME: "metadata.labels['app.kubernetes.io/name']",
      OTEL_POD_NAME: 'metadata.name',
      OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=shop,service.instance.id=$(OTEL_POD_NAME)',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${AGENT}:4318`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_TRACES_SAMPLER: 'parentbased_always_on',
      OTEL_PROPAGATORS: 'tracecontext,baggage',
    });
  });

  it('hands all spans of a trace to one of the gateways that are ready', () => {
    expect(configurationOf(objects, AGENT).exporters.load_balancing).toMatchObject({
      routing_key: 'traceID',
      resolver: { dns: { hostname: GATEWAY, port: '4317' } },
    });
    const service = find(objects, 'Service', GATEWAY).spec as ServiceSpec;
    expect(service.clusterIP).toBe('None');
    expect(service).not.toHaveProperty('publishNotReadyAddresses');
  });

  it('makes metrics of spans before any is dropped', () => {
    expect(configurationOf(objects, GATEWAY).service.pipelines).toEqual({
      'traces/in': { receivers: ['otlp'], processors: ['memory_limiter'], exporters: ['span_metrics', 'forward'] },
      'traces/kept': { receivers: ['forward'], processors: ['tail_sampling'], exporters: ['otlp_grpc/traces'] },
      metrics: { receivers: ['span_metrics'], exporters: ['prometheus'] },
    });
  });

  it('drops what is above a limit by a policy of its own, and counts no trace under two kinds', () => {
    const { policies } = configurationOf(objects, GATEWAY).processors.tail_sampling ?? { policies: [] };
    expect(policies.map(({ name, type }) => [name, type])).toEqual([
      ['errors-over-limit', 'drop'],
      ['slow-over-limit', 'drop'],
      ['share-over-limit', 'drop'],
      ['errors', 'status_code'],
      ['slow', 'latency'],
      ['share', 'probabilistic'],
    ]);
    const limit = {
      type: 'not',
      not: {
        not_sub_policy: { name: 'limit', type: 'rate_limiting', rate_limiting: { spans_per_second: 500 } },
      },
    };
    expect(policies[2]).toEqual({
      name: 'share-over-limit',
      type: 'drop',
      drop: {
        drop_sub_policy: [
          {
            name: '1',
            type: 'not',
            not: {
              not_sub_policy: { name: 'errors', type: 'status_code', status_code: { status_codes: ['ERROR'] } },
            },
          },
          {
            name: '2',
            type: 'not',
            not: { not_sub_policy: { name: 'slow', type: 'latency', latency: { threshold_ms: 500 } } },
          },
          { name: '3', type: 'probabilistic', probabilistic: { sampling_percentage: 10 } },
          { name: '4', ...limit },
        ],
      },
    });
  });

  it('leaves a fifth of the memory limit to the program, and refuses spans from three fifths on', () => {
    expect(configurationOf(objects, GATEWAY).processors.memory_limiter).toEqual({
      check_interval: '100ms',
      min_gc_interval_when_hard_limited: '1s',
      limit_mib: 816,
      spike_limit_mib: 204,
    });
    expect(gateway(objects).template.spec?.containers[0]?.env).toEqual([{ name: 'GOMEMLIMIT', value: '816MiB' }]);
  });

  it('leaves DNS before it is told to stop, and then has time to send what it holds', () => {
    const { spec } = gateway(objects).template;
    expect(spec?.containers[0]?.lifecycle).toEqual({ preStop: { sleep: { seconds: 35 } } });
    expect(spec?.terminationGracePeriodSeconds).toBe(70);
  });

  it('is reached by its clients, agents by theirs, and gateways by agents alone', () => {
    const metrics = (port: number) => ({ from: [pods('prometheus', 'server')], ports: [{ port, protocol: 'TCP' }] });
    expect(policy(objects, AGENT).ingress).toEqual([
      { from: [pods('backend', 'api')], ports: [{ port: 4318, protocol: 'TCP' }] },
      { from: [pods('backend', 'api')], ports: [{ port: 4317, protocol: 'TCP' }] },
      metrics(8888),
    ]);
    expect(policy(objects, GATEWAY).ingress).toEqual([
      { from: [pods('opentelemetry', 'agent')], ports: [{ port: 4317, protocol: 'TCP' }] },
      metrics(8888),
      metrics(8889),
    ]);
    expect(policy(objects, GATEWAY).egress?.[1]).toEqual({
      to: [pods('jaeger', 'traces')],
      ports: [{ port: 4317, protocol: 'TCP' }],
    });
  });

  it('is scraped for what the programs say of themselves, and for what spans say', () => {
    const yaml = find(objects, 'ConfigMap', 'shop-prometheus').data?.['prometheus.yml'] ?? '';
    expect([...yaml.matchAll(/regex: (opentelemetry;\S+), target_label: job, replacement: (\S+) }/g)]).toEqual(
      [
        ['opentelemetry;gateway;8888', 'opentelemetry-gateway'],
        ['opentelemetry;gateway;8889', 'opentelemetry-spans'],
        ['opentelemetry;agent;8888', 'opentelemetry-agent'],
      ].map((found) => expect.arrayContaining(found) as string[]),
    );
  });

  it('restarts its pods when their configuration changes', () => {
    const sums = [objects, shop({ sampling: { sharePercent: 20 } })].map(
      (all) => gateway(all).template.metadata?.annotations?.['checksum/gateway.yaml'],
    );
    expect(sums[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(sums[1]).not.toBe(sums[0]);
  });

  const { tolerations: _tolerations, ...agentPod } = podSettings;
  const { sampling } = openTelemetryDefaults;
  const full: Required<Omit<OpenTelemetryProps, 'traces'>> = {
    enabled: true,
    image: image('otelcol'),
    sampling: {
      decisionWaitSeconds: 20,
      traces: 30_000,
      slowMilliseconds: 250,
      sharePercent: 20,
      spansPerSecond: 900,
    },
    agent: { ...agentPod, queueSpans: 5000, resources: resources('1') },
    gateway: { ...podSettings, replicas: 3, queueSpans: 5000, resources: resources('1') },
  };
  const own = (props: Given): readonly KubernetesObject[] =>
    shop(props).filter(({ metadata }) => metadata.name.includes('opentelemetry'));

  it('is what its snapshots say, with defaults and with every prop', () => {
    expect(own({})).toMatchSnapshot('defaults');
    expect(own(full)).toMatchSnapshot('every prop');
  });

  it('changes with every prop', () => {
    const before = JSON.stringify(objects);
    const changes: readonly Given[] = [
      { enabled: false },
      { image: full.image },
      ...Object.entries(full.sampling).map(([key, value]) => ({ sampling: { ...sampling, [key]: value } })),
      ...keysOf(full.agent).map((key) => ({ agent: { [key]: full.agent[key] } })),
      ...keysOf(full.gateway).map((key) => ({ gateway: { [key]: full.gateway[key] } })),
    ];
    for (const change of changes) expect([change, JSON.stringify(shop(change)) === before]).toEqual([change, false]);
  });

  it('is gone without a trace where it is off: its clients are told nothing', () => {
    const off = shop({ enabled: false });
    expect(off.filter(({ metadata }) => metadata.name.includes('opentelemetry'))).toEqual([]);
    expect(JSON.stringify(off)).not.toMatch(/OTEL_|opentelemetry/);
  });
});
