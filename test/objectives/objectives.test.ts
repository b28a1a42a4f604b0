import { Chart, Testing } from 'cdk8s';
import { Objectives } from '../../lib/objectives/objectives';
import { emitDocument } from '../../lib/output/yaml';
import { valuesYaml } from '../../lib/output/helm/values-yaml';
import type { JsonObject } from '../../lib/values/expression';
import { RedisCache } from '../../lib/tiers/data/redis-cache';
import { HELMS, helm } from '../support/helm';
import { checkTemplates, refused, shopSchema } from './shop';

/** Values files that are refused for all kinds of reasons, and one that is not. */
const files: Readonly<Record<string, JsonObject>> = {
  nothing: {},
  everything: {
    objectives: {
      ...{ users: 5000, requestsPerSecond: 1_000_000, connections: 1_000_000, availability: 99.999 },
      ...{ rtoSeconds: 1, rpoSeconds: 1, budget: { memory: '1Gi', cpu: '1' } },
    },
    api: { replicas: 1, processes: 1, databasePoolSize: 100, resources: { limits: { memory: '100Ki' } } },
    balancer: { replicas: 1 },
    database: { maxConnections: 1 },
    cache: { enabled: true },
    store: { enabled: true },
    agents: { enabled: true },
  },
  'a long window': {
    objectives: { users: 500, requestsPerSecond: 251 },
    balancer: { rateLimit: { windowSeconds: 300 } },
  },
  undeclared: { objectives: { users: 1001, rpoSeconds: 3600 }, backup: { enabled: false } },
  bound: { objectives: { users: 1, budget: { memory: '17Gi', cpu: '17' } }, balancer: { enabled: false } },
  kept: {
    objectives: { users: 500, requestsPerSecond: 1250, connections: 4096, availability: 99.9, rtoSeconds: 60 },
  },
  acknowledged: {
    objectives: {
      ...{ users: 9000, availability: 99.999, rtoSeconds: 1, rpoSeconds: 1, budget: { memory: '9999Gi', cpu: '128' } },
      acknowledge: { plainPrimary: true, noBackup: true, unshardedDatabase: true },
    },
    backup: { enabled: false },
    balancer: { replicas: 3 },
    api: { databasePoolSize: 10, resources: { limits: { memory: '9Gi' } } },
    database: { maxConnections: 10_000 },
  },
};

describe('Objectives', () => {
  it.each(Object.entries(files))('are refused by the chart in the same words: %s', async (_, file) => {
    const messages = refused(file).map((message) => `shop/objectives: ${message}`);
    const answers = await helm({
      name: 'shop',
      chart: { ...checkTemplates(), 'values.yaml': valuesYaml(shopSchema) },
      values: [emitDocument(file)],
    });
    for (const version of HELMS) {
      const answer = answers[version];
      const failed = 'error' in answer ? answer.error.replace(/^Error: execution error at \(.*?\): /, '') : '';
      expect(
        failed
          .replace(/\n\nUse --debug[^]*$/, '')
          .split('\n')
          .filter(Boolean),
      ).toEqual(messages);
    }
  });

  it('are a list of all workloads in the chart', () => {
    const helpers = checkTemplates()['templates/_helpers.tpl'] ?? '';
    expect(
      /{{\/\* [^\n]*\n{{- define "shop.allocated.others"[^]*?\n{{- end }}\n(?=\n)/.exec(helpers)?.[0],
    ).toMatchSnapshot();
  });

  it('are checked of literals at the synthesis of a plain app', () => {
    const app = Testing.app();
    const chart = new Chart(app, 'shop');
    const cache = new RedisCache(chart, 'redis');
    new Objectives(chart, 'objectives', {
      availability: 99.9,
      recovering: [cache],
      budget: { memory: '128Mi', cpu: null, nodes: 1 },
    });
    expect(() => app.synth()).toThrow(
      'budget.memory 128Mi is less than the 576Mi of memory by the limits of its pods: redis 576Mi 260m',
    );
    expect(() => app.synth()).toThrow('availability 99.9 % does not allow for the loss of the only server');
  });
});
