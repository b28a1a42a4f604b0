import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { Construct } from 'constructs';
import type { ConfigMap } from 'kubernetes-types/core/v1';
import { z } from 'zod';
import { demand } from '../../lib/objects/checks';
import { KubeObject } from '../../lib/objects/kube-object';
import { clusterAiMetadata } from '../../lib/systems/cluster-ai/metadata';
import { System } from '../../lib/systems/system';
import { synthesise } from '../../lib/systems/synthesise';
import { atMost } from '../../lib/values/logic';
import { release } from '../../lib/values/reference';
import { text } from '../../lib/values/text';
import { str } from '../../lib/values/texts';
import { asString, fromString } from '../../lib/values/token';

const schema = z.strictObject({ shops: z.int().min(1).max(9).default(2).describe('How many shops.') });

class Mall extends System<typeof schema> {
  readonly metadata = clusterAiMetadata;
  readonly notes = text`
    Open.
  `;
  readonly secrets = {};

  constructor(readonly environments: string) {
    super(new App(), 'mall', schema);
    const tier = new Construct(this, 'tier');
    const { shops } = this.values;
    demand(tier, atMost(shops, 5), str`shops ${shops} are more than the 5 there is room for; lower it to 5 or less.`);
    new KubeObject<ConfigMap>(tier, 'config', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: release.name },
      data: { shops: str`${shops}` },
    });
  }
}

const folder = mkdtempSync(join(tmpdir(), 'environments-'));
const mall = (files: Readonly<Record<string, string>>): Mall => {
  const environments = mkdtempSync(join(folder, 'mall-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(environments, `${name}.yaml`), content);
  return new Mall(environments);
};
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('synthesise', () => {
  test('gives the files of every environment, and the chart', () => {
    const { dist, charts, summary, problems } = synthesise([mall({ small: 'shops: 1\n', large: 'shops: 5\n' })]);

    expect(problems).toEqual([]);
    expect(summary.slice(0, 2)).toEqual(['dist/mall/large: 3 files', 'dist/mall/small: 3 files']);
    expect(dist.get('mall/small/tier.yaml')).toContain('shops: "1"');
    expect(charts.get('mall/ci/large-values.yaml')).toBe('shops: 5\n');
  });

  test('names what is wrong in every environment at once', () => {
    const { problems } = synthesise([mall({ crowded: 'shops: 6\n', misspelt: 'shop: 1\n', none: 'shops: 0\n' })]);

    expect(problems).toHaveLength(3);
    expect(problems[0]).toBe('mall/tier: shops 6 are more than the 5 there is room for; lower it to 5 or less.');
    expect(problems[1]).toMatch(/misspelt\.yaml: shop: /);
    expect(problems[2]).toMatch(/none\.yaml: shops: given 0, allowed: a whole number from 1 to 9$/);
  });

  test('says once what neither output can hold', () => {
    const system = mall({ small: '', large: '' });
    new KubeObject<ConfigMap>(new Construct(system, 'sign'), 'config', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'sign' },
      data: { text: 'Welcome \ud83d' },
    });

    expect(synthesise([system]).problems).toEqual([
      String.raw`mall/sign/config: "Welcome \ud83d" cannot be written: \ud83d is half of a character; write both halves or neither`,
    ]);
  });

  test('takes nothing more into a system that has been read', () => {
    const system = mall({ small: '' });
    expect(synthesise([system]).problems).toEqual([]);

    expect(() => new Construct(system, 'late')).toThrow(/^Cannot add children to "mall"/);
    expect(synthesise([system]).problems).toEqual([]);
  });

  test('refuses a name that was handed out as a string and reached no object', () => {
    const handedOut = asString(str`${release.name}-lost`);

    expect(synthesise([mall({ small: '' })]).problems).toEqual([
      'str`${release.name}-lost` was handed out as a string and reached no object',
    ]);
    fromString(handedOut, 'mall/tier');
    expect(synthesise([mall({ small: '' })]).problems).toEqual([]);
  });
});
