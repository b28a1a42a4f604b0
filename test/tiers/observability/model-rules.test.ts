/** Rules of models: every framework's words say the same, and a platform without the metrics of nodes has no rule that asks for them. */
import { parse } from 'yaml';
import { InferenceGateway } from '../../../lib/tiers/ml/inference-gateway';
import { ModelCache } from '../../../lib/tiers/ml/model-cache';
import type { GrafanaDashboard } from '../../../lib/tiers/observability/dashboards/dashboard';
import { experimentsDashboard } from '../../../lib/tiers/observability/dashboards/experiments';
import { modelCacheDashboard } from '../../../lib/tiers/observability/dashboards/model-cache';
import { modelsDashboard } from '../../../lib/tiers/observability/dashboards/models';
import { Prometheus, type PrometheusProps } from '../../../lib/tiers/observability/prometheus';
import { meanOf, modelMetrics, rateOf, shareOf } from '../../../lib/tiers/observability/rules/model-metrics';
import { rulesOf } from '../../../lib/tiers/observability/rules/rules';
import type { Selector } from '../../../lib/tiers/observability/rules/selector';
import type { ModelSlo, Thresholds } from '../../../lib/tiers/observability/rules/thresholds';
import { LITERALS } from '../../../lib/values/expression';
import type { Text } from '../../../lib/values/parts';
import { evaluate } from '../../../lib/values/tree';
import { type Dashboard, questionsOf } from '../../metrics/dashboards';
import { type Recorded, labelsWith } from '../../metrics/inventory';
import { ask } from '../../metrics/promql';
import { addStorage } from '../ml/served';
import { addServer } from '../ml/servers';
import { find, synth } from '../web/plain-app';

interface Found {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const NODES: PrometheusProps = { nodeAgents: { namespace: 'node-agents', release: 'node-agents' } };

function rulesWith(
  props: PrometheusProps,
  thresholds: Thresholds = {},
  modelSlo: ModelSlo = {},
): ReadonlyMap<string, readonly Found[]> {
  const objects = synth((chart) => {
    const prometheus = new Prometheus(chart, 'prometheus', props);
    const storage = addStorage(chart);
    const server = addServer(chart, { latencyTargetMilliseconds: 40 }, storage);
    prometheus.addRules(
      rulesOf({
        prometheus,
        thresholds,
        modelSlo,
        modelServers: [server],
        inferenceGateway: new InferenceGateway(chart, 'inference-gateway', { backends: [server] }),
        modelCache: new ModelCache(chart, 'model-cache', { storage }),
      }),
    );
  });
  const files = find(objects, 'ConfigMap', 'shop-prometheus-rules').data ?? {};
  return new Map(
    Object.values(files).map((file) => {
      const { groups } = parse(file) as { groups: readonly [{ name: string; rules: readonly Found[] }] };
      return [groups[0].name, groups[0].rules];
    }),
  );
}

function rule(name: string, group: string, rules = rulesWith(NODES)): Found | undefined {
  return rules.get(group)?.find(({ alert, record }) => (alert ?? record) === name);
}

const shop: Selector = (matchers) => `{release="shop"${matchers === undefined ? '' : `,${String(matchers)}`}}`;

function read(shown: GrafanaDashboard): Dashboard {
  const { json } = evaluate({ json: shown.json({ instance: 'shop' }) }, LITERALS) as { readonly json: string };
  return JSON.parse(json) as Dashboard;
}

function said(promQl: Text): string {
  return (evaluate({ promQl }, LITERALS) as { readonly promQl: string }).promQl;
}

describe.each(Object.entries(modelMetrics))('what %s counts', (framework, metrics) => {
  const { requests, errors, duration, queue, batch } = metrics;
  const questions = {
    requests: rateOf(requests, shop),
    errors: shareOf(errors, shop),
    duration: meanOf(duration, shop),
    queue: meanOf(queue, shop),
    ...(batch === undefined ? {} : { batch: meanOf(batch, shop) }),
  };

  test.each(Object.entries(questions))('has %s among it', (_, promQl) => {
    expect(ask(said(promQl), labelsWith([])).problems).toEqual([]);
  });

  it('goes by model, as far as the server does', () => {
    const byModel = (promQl: Text): boolean => ask(said(promQl), labelsWith([])).labels?.has('model') === true;
    expect(Object.entries(questions).map(([name, promQl]) => [name, byModel(promQl)])).toEqual(
      Object.keys(questions).map((name) => [
        name,
        !['tensorflow queue', 'tensorflow batch', 'torchserve errors'].includes(`${framework} ${name}`),
      ]),
    );
  });
});

describe('a share', () => {
  it('is 0 where there is none of it yet, and of all that its whole is made of', () => {
    expect(said(shareOf(modelMetrics.triton.errors, shop))).toBe(`(
  sum by (namespace, release, tier, model) (rate(nv_inference_request_failure{release="shop",reason!="CANCELED"}[5m]))
  or
  0 *
  (
    sum by (namespace, release, tier, model) (rate(nv_inference_request_success{release="shop"}[5m]))
    +
    sum by (namespace, release, tier, model) (rate(nv_inference_request_failure{release="shop"}[5m]))
  )
)
/
(
  sum by (namespace, release, tier, model) (rate(nv_inference_request_success{release="shop"}[5m]))
  +
  sum by (namespace, release, tier, model) (rate(nv_inference_request_failure{release="shop"}[5m]))
)
`);
  });
});

describe('a mean', () => {
  it('is in seconds, and of the label model whatever the server calls it', () => {
    expect(said(meanOf(modelMetrics.torchserve.queue, shop))).toBe(`sum by (namespace, release, tier, model) (
  label_replace(rate(ts_queue_latency_microseconds{release="shop"}[5m]), "model", "$1", "model_name", "(.*)"))
/
sum by (namespace, release, tier, model) (
  label_replace(rate(ts_inference_requests_total{release="shop"}[5m]), "model", "$1", "model_name", "(.*)"))
/ 1000000
`);
  });
});

describe('rules of a model server', () => {
  it('hold its queue to its latency target', () => {
    expect(rule('ModelServerQueueSlow', 'tensorflow-serving')?.expr).toBe(
      'model:inference_queue_seconds:mean5m{release="shop",tier="tensorflow-serving"} > 40 / 1000\n',
    );
  });

  it('ask the nodes whether its pods are ready, where they say so', () => {
    expect(rule('ModelsNotLoaded', 'tensorflow-serving')?.expr).toBe(`up{release="shop",tier="tensorflow-serving"} == 0
or on (namespace, pod) kube_pod_status_ready{pod=~"shop-.*",pod=~".+-tensorflow-serving-[0-9]+",condition="true"} == 0
`);
    const without = rulesWith({});
    expect(rule('ModelsNotLoaded', 'tensorflow-serving', without)?.expr).toBe(
      'up{release="shop",tier="tensorflow-serving"} == 0\n',
    );
    expect(rule('ModelServerRestarts', 'tensorflow-serving')).toBeDefined();
    expect(rule('ModelServerRestarts', 'tensorflow-serving', without)).toBeUndefined();
  });

  it('let fail as much as the threshold says', () => {
    const rules = rulesWith({}, { errorPercent: 3 });
    expect(rule('ModelServerErrors', 'tensorflow-serving', rules)?.expr).toBe(
      'model:inference_errors:ratio_rate5m{release="shop",tier="tensorflow-serving"} > 3 / 100\n',
    );
  });
});

describe('rules of a model cache', () => {
  it('hold its hits to the threshold, which is 90 %', () => {
    const from = (thresholds: Thresholds): string | undefined =>
      rule('ModelCacheHitRateLow', 'model-cache', rulesWith({}, thresholds))?.expr.split('\n')[0];
    expect(from({})).toBe('tier:model_cache_hits:ratio_rate1h{release="shop",tier="model-cache"} < 90 / 100');
    expect(from({ modelCacheHitPercent: 75 })).toContain('< 75 / 100');
  });

  it('ask kube-state-metrics how its preloading ends, where there is one', () => {
    expect(rule('ModelCachePreloadFailing', 'model-cache')?.expr).toContain('cronjob="shop-model-cache-preload"');
    expect(rule('ModelCachePreloadFailing', 'model-cache', rulesWith({}))).toBeUndefined();
  });
});

describe('rules of an inference gateway', () => {
  it('hold a model to the target of the server that answers', () => {
    const rules = rulesWith({});
    const targets = rules.get('inference-gateway')?.filter(({ record }) => record?.includes('target') === true);
    expect(targets).toEqual([
      {
        record: 'server:latency_target_seconds:constant',
        expr: '0 * max by (namespace, release, tier) (up{release="shop",tier="inference-gateway"}) + 40 / 1000\n',
        labels: { server: 'tensorflow-serving' },
      },
    ]);
    expect(rule('model:gateway_slow:ratio_rate5m', 'inference-gateway', rules)).toEqual({
      record: 'model:gateway_slow:ratio_rate5m',
      expr: `1 - histogram_fraction(0, 40,
  sum by (namespace, release, tier, server, model, le) (rate(envoy_cluster_upstream_rq_time_bucket{release="shop",tier="inference-gateway",server="tensorflow-serving"}[5m])))
`,
      labels: { server: 'tensorflow-serving' },
    });
  });

  it('are of the server, but for those of the gateway itself', () => {
    const alerts = rulesWith({})
      .get('inference-gateway')
      ?.filter(({ alert }) => alert !== undefined);
    const own = alerts?.filter(({ labels }) => labels?.tier === 'inference-gateway').map(({ alert }) => alert);
    expect(own).toEqual(['InferenceGatewayDown', 'InferenceGatewayOverloaded']);
  });

  it('watch the objectives of each model', () => {
    const rules = rulesWith({}, {}, { availabilityPercent: 99.5, latencyPercent: 90 });
    const from = (alert: string): string | undefined =>
      rule(alert, 'inference-gateway', rules)?.annotations?.description?.slice(0, 42);
    expect(from('ModelAvailabilityBurnsFast')).toBe('The objective is 99.5 % over 30 days. At t');
    expect(from('ModelLatencyBurnsFast')).toBe('The objective is 90 % over 30 days. At thi');
  });
});

describe.each(
  [modelsDashboard(), experimentsDashboard(), modelCacheDashboard()].map((each) => [each.id, each] as const),
)('the dashboard %s', (id, shown) => {
  const recorded = [...rulesWith({}).values()]
    .flat()
    .flatMap(({ record, expr, labels }): readonly Recorded[] =>
      record === undefined ? [] : [{ record, expr, labels }],
    );
  const questions = questionsOf(new Map([[id, read(shown)]]));

  it('asks for what is exported or recorded, and names it by labels that it has', () => {
    const problems = questions.flatMap(({ at, expr, legend }) => {
      const { labels = new Set(), problems: wrong } = ask(expr, labelsWith(recorded));
      const named = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
      return [...wrong, ...named.filter((label) => !labels.has(label))].map((problem) => `${at}: ${problem}`);
    });
    expect(problems).toEqual([]);
    expect(questions.length).toBeGreaterThan(5);
  });
});
