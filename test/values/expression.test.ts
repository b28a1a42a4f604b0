import { runInThisContext } from 'node:vm';
import { inspect } from 'node:util';
import { App, Chart, Duration, Size, Testing } from 'cdk8s';
import { ConfigMap, Cpu, Deployment, HorizontalPodAutoscaler, Metric, MetricTarget, Secret, k8s } from 'cdk8s-plus-28';
import { z } from 'zod';
import { type Expr, type Scope, isExpr, literalOf } from '../../lib/values/expression';
import { choose } from '../../lib/values/choice';
import { add } from '../../lib/values/numbers';
import { str } from '../../lib/values/texts';
import { type Values, references } from '../../lib/values/reference';

const schema = z.strictObject({
  backend: z.strictObject({
    enabled: z.boolean().default(true).describe('Whether there is a backend.'),
    replicas: z.int().min(1).default(3).describe('Pods.'),
    image: z.string().default('nginx').describe('Image.'),
    hosts: z.array(z.string()).default(['a']).describe('Hosts.'),
    labels: z.record(z.string(), z.string()).default({ a: 'b' }).describe('Labels.'),
    resources: z.json().default({}).describe('Resources.'),
  }),
});
const values: Values<typeof schema> = references(schema);
const { replicas, image, enabled, hosts, labels } = values.backend;
const scope: Scope = {
  values: { backend: { enabled: true, replicas: 3, image: 'nginx', hosts: ['a'], labels: { a: 'b' }, resources: {} } },
  release: { name: 'r', namespace: 'n' },
  variables: new Map(),
};

/** An expression where the types of another library, or of plain JavaScript, want a literal. */
const as = (expression: Expr<unknown>): never => expression as never;

const COMPUTE = 'use add, subtract, multiply, divide or a comparison from cdk8s-tiers';
const TEXT = 'use the tag str`…`, or add() for a sum';
const ELSEWHERE = 'give it only to constructs of cdk8s-tiers, or a literal here';

describe('An expression', () => {
  test('is named by its path, and an operation by what it is made of', () => {
    expect(replicas.describe()).toBe('values.backend.replicas');
    expect(add(replicas, 1).describe()).toBe('add(values.backend.replicas, 1)');
    expect(str`${image}:${replicas}`.describe()).toBe('str`${values.backend.image}:${values.backend.replicas}`');
  });

  test('yields the value of an environment', () => {
    expect(replicas.evaluate(scope)).toBe(3);
    expect(choose(enabled, add(replicas, 1), 0).evaluate(scope)).toBe(4);
  });

  test('is known from a literal', () => {
    expect([isExpr(replicas), isExpr(3), isExpr({}), isExpr(undefined)]).toEqual([true, false, false, false]);
    expect([literalOf(replicas), literalOf(3), literalOf(add(1, 2))]).toEqual([undefined, 3, 3]);
  });

  test('has no property by which cdk8s takes it for its own', () => {
    const expressions = [replicas, add(replicas, 1), choose(enabled, 1, 2), str`a${image}`, hosts, labels];
    expect(expressions.filter((expression) => 'resolve' in expression || 'value' in expression)).toEqual([]);
  });

  test('can be inspected', () => {
    expect(inspect(replicas)).toContain('replicas');
  });
});

/** `==` of a user's JavaScript, which TypeScript's linter would not let pass here. */
const looselyEqual = runInThisContext('(a, b) => a == b') as (a: unknown, b: unknown) => boolean;

describe('JavaScript on an expression throws', () => {
  const number: number = as(replicas);
  const string: string = as(image);

  test.each<[string, () => unknown, string]>([
    ['a product', () => number * 2, `so JavaScript cannot compute with it; ${COMPUTE}`],
    ['a difference', () => number - 1, `so JavaScript cannot compute with it; ${COMPUTE}`],
    ['a comparison', () => number > 1, `so JavaScript cannot compute with it; ${COMPUTE}`],
    ['a sign', () => -number, `so JavaScript cannot compute with it; ${COMPUTE}`],
    ['a function of numbers', () => Math.max(number, 1), `so JavaScript cannot compute with it; ${COMPUTE}`],
    ['a sum', () => number + 1, `so JavaScript cannot put it into a text or a key; ${TEXT}`],
    ['a loose equality', () => looselyEqual(number, 1), `so JavaScript cannot put it into a text or a key; ${TEXT}`],
    ['a template literal', () => `${number}`, `so JavaScript cannot put it into a text or a key; ${TEXT}`],
    ['String()', () => String(number), `so JavaScript cannot put it into a text or a key; ${TEXT}`],
    ['join', () => [number].join(), `so JavaScript cannot put it into a text or a key; ${TEXT}`],
    ['a key', () => ({ [number]: 1 }), `so JavaScript cannot put it into a text or a key; ${TEXT}`],
    [
      'JSON.stringify',
      () => JSON.stringify({ number }),
      'so JSON.stringify cannot print it; evaluate the tree that holds it',
    ],
    ['a method of numbers', () => number.toFixed(), `so it has no toFixed; ${ELSEWHERE}`],
  ])('%s of a number', (_, act, message) => {
    expect(act).toThrow(`values.backend.replicas is known only when the output is written, ${message}.`);
  });

  test.each<[string, () => unknown, string]>([
    ['a method of texts', () => string.toUpperCase(), `so it has no toUpperCase; ${ELSEWHERE}`],
    ['a length', () => string.length, `so it has no length; ${ELSEWHERE}`],
    ['a search', () => 'abc'.includes(string), `so JavaScript cannot put it into a text or a key; ${TEXT}`],
    ['iteration', () => Array.from(string), `so it has no Symbol(Symbol.iterator); ${ELSEWHERE}`],
  ])('%s of a text', (_, act, message) => {
    expect(act).toThrow(`values.backend.image is known only when the output is written, ${message}.`);
  });

  test.each<[string, () => unknown]>([
    ['a spread', () => ({ ...(as(labels) as object) })],
    ['Object.keys', () => Object.keys(labels)],
    ['Object.assign', () => Object.assign({}, labels)],
    [
      'for … in',
      () => {
        for (const key in labels) return key;
        return undefined;
      },
    ],
  ])('%s of a map', (_, act) => {
    expect(act).toThrow(
      'values.backend.labels is known only when the output is written, so it cannot be spread or listed; use each().',
    );
  });

  test('iteration and methods of a list', () => {
    const list: string[] = as(hosts);
    expect(() => [...list]).toThrow(
      'values.backend.hosts is known only when the output is written, so it has no Symbol(Symbol.iterator)',
    );
    expect(() => list.map((host) => host)).toThrow('so it has no map');
    expect(() => list[0]).toThrow('so it has no 0');
  });

  test('a field that the schema has not', () => {
    expect(() => (as(values.backend.resources) as { limits: unknown }).limits).toThrow(
      'values.backend.resources is known only when the output is written, so it has no limits',
    );
  });
});

describe('A construct of another library that would lose an expression throws', () => {
  const chart = (): Chart => new Chart(new App(), 'chart');
  const NAMED = /(^|: )values\.backend\.\w+ is known only when the output is written, so [^;]*; [^;]*\.$/;
  const pod = { containers: [{ name: 'a', image: 'b' }] };
  const deploymentSpec = { selector: {}, template: { spec: pod } };

  test('L1 structs that read into it', () => {
    const resources: k8s.ResourceRequirements = as(values.backend.resources);
    const template = { spec: { containers: [{ name: 'a', image: 'b', resources }] } };
    expect(() => {
      const scope = chart();
      new k8s.KubeDeployment(scope, 'd', { spec: { ...deploymentSpec, template } });
      Testing.synth(scope);
    }).toThrow('values.backend.resources is known only when the output is written, so it has no ');
  });

  test.each<[string, k8s.DeploymentSpec]>([
    ['a number', { ...deploymentSpec, replicas: as(replicas) }],
    ['a text', { ...deploymentSpec, template: { spec: { ...pod, priorityClassName: as(image) } } }],
    ['a boolean', { ...deploymentSpec, paused: as(enabled) }],
    ['a map', { ...deploymentSpec, template: { metadata: { labels: as(labels) }, spec: pod } }],
    ['an entry of a map', { ...deploymentSpec, template: { metadata: { labels: { a: as(image) } }, spec: pod } }],
    ['a list', { ...deploymentSpec, template: { spec: { containers: [{ name: 'a', image: 'b', args: as(hosts) }] } } }],
    [
      'an item of a list',
      { ...deploymentSpec, template: { spec: { containers: [{ name: 'a', image: 'b', args: [as(image)] }] } } },
    ],
  ])('L1 structs with %s', (_, spec) => {
    expect(() => {
      const scope = chart();
      new k8s.KubeDeployment(scope, 'd', { spec });
      Testing.synth(scope);
    }).toThrow(NAMED);
  });

  test.each<[string, (scope: Chart) => unknown]>([
    ['Deployment', (scope) => new Deployment(scope, 'd', { replicas: as(replicas), containers: [{ image: 'a' }] })],
    ['Container', (scope) => new Deployment(scope, 'd', { containers: [{ image: as(image) }] })],
    ['ConfigMap', (scope) => new ConfigMap(scope, 'c', { data: { a: as(image) } })],
    ['Secret', (scope) => new Secret(scope, 's', { stringData: { a: as(image) } })],
    [
      'Cpu',
      (scope) =>
        new Deployment(scope, 'd', {
          containers: [{ image: 'a', resources: { cpu: { request: Cpu.millis(as(replicas)) } } }],
        }),
    ],
    [
      'Size',
      (scope) =>
        new Deployment(scope, 'd', {
          containers: [{ image: 'a', resources: { memory: { request: Size.mebibytes(as(replicas)) } } }],
        }),
    ],
    ['Duration', () => Duration.seconds(as(replicas)).toMinutes()],
    [
      'HorizontalPodAutoscaler',
      (scope) =>
        new HorizontalPodAutoscaler(scope, 'h', {
          target: new Deployment(scope, 'd', { containers: [{ image: 'a' }] }),
          maxReplicas: as(replicas),
          metrics: [Metric.resourceCpu(MetricTarget.averageUtilization(70))],
        }),
    ],
  ])('%s of cdk8s-plus', (_, make) => {
    expect(() => {
      const scope = chart();
      make(scope);
      Testing.synth(scope);
    }).toThrow(NAMED);
  });
});
