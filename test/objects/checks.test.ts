import { Chart, Testing } from 'cdk8s';
import { z } from 'zod';
import { demandEach, failures, within } from '../../lib/objects/checks';
import { onlyWhen } from '../../lib/objects/conditions';
import { collectChecks } from '../../lib/output/collect';
import { templates } from '../../lib/output/helm/chart';
import type { JsonObject } from '../../lib/values/expression';
import { atMost } from '../../lib/values/logic';
import { references } from '../../lib/values/reference';
import { str } from '../../lib/values/texts';
import type { MapInput } from '../../lib/values/tree';

const schema = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether there are models.'),
  models: z.record(z.string(), z.strictObject({ batch: z.int() })).describe('Models.'),
});

function demandSmallBatches(chart: Chart, models: MapInput<{ readonly batch: number }>): void {
  demandEach(chart, models, (name, { batch }) => ({
    holds: atMost(batch, 8),
    message: str`models.${name}.batch ${batch} is above 8; lower it.`,
  }));
}

describe('demandEach', () => {
  const chart = new Chart(Testing.app(), 'shop');
  const values = references(schema);
  onlyWhen(chart, values.enabled);
  demandSmallBatches(chart, values.models);
  const failuresOf = (given: JsonObject): readonly string[] =>
    failures(collectChecks(chart), { values: given, release: undefined, variables: new Map() });

  it('reports each entry that does not hold, in the order of their keys', () => {
    const models = { zebra: { batch: 9 }, cat: { batch: 8 }, ant: { batch: 64 } };
    expect(failuresOf({ enabled: true, models })).toEqual([
      'shop: models.ant.batch 64 is above 8; lower it.',
      'shop: models.zebra.batch 9 is above 8; lower it.',
    ]);
  });

  it('asks nothing of an empty map, nor where the construct is absent', () => {
    expect(failuresOf({ enabled: true, models: {} })).toEqual([]);
    expect(failuresOf({ enabled: false, models: { ant: { batch: 64 } } })).toEqual([]);
  });

  it('is a loop in the chart', () => {
    expect(templates(chart, 'shop').get('templates/checks.yaml')).toMatchInlineSnapshot(`
     "{{- /* What values must keep to together: all failures at once, and nothing is rendered. */ -}}
     {{- $failures := list }}
     {{- range $key, $model := .Values.models }}
     {{- if and $.Values.enabled (gt (int64 $model.batch) 8) }}
     {{- $failures = append $failures (printf
       "shop: models.%s.batch %d is above 8; lower it."
       $key
       (int64 $model.batch)
     ) }}
     {{- end }}
     {{- end }}
     {{- if $failures }}
     {{- fail (join "\\n" $failures) }}
     {{- end }}
     "
    `);
  });

  it('reports literals at the synthesis of a plain app', () => {
    const app = Testing.app();
    demandSmallBatches(new Chart(app, 'shop'), { ant: { batch: 64 }, cat: { batch: 8 } });
    expect(() => app.synth()).toThrow('[shop] models.ant.batch 64 is above 8; lower it.');
  });
});

describe('within', () => {
  const nested = z.strictObject({
    shops: z
      .record(
        z.string(),
        z.strictObject({ most: z.int(), models: z.record(z.string(), z.strictObject({ batch: z.int() })) }),
      )
      .describe('Shops.'),
  });
  type Shops = MapInput<{
    readonly most: number;
    readonly models: Readonly<Record<string, { readonly batch: number }>>;
  }>;
  const demandFewer = (chart: Chart, shops: Shops): void => {
    demandEach(chart, shops, (shop, { models, most }) =>
      within(models, (name, { batch }) => ({
        holds: atMost(batch, most),
        message: str`${shop}.${name}: ${batch} is above ${most}; lower it.`,
      })),
    );
  };
  const shops = {
    b: { most: 8, models: { ant: { batch: 9 }, cat: { batch: 8 } } },
    a: { most: 4, models: { ant: { batch: 4 }, cat: { batch: 8 } } },
  };

  it('asks each entry of the maps that the entries of a map have', () => {
    const chart = new Chart(Testing.app(), 'shop');
    demandFewer(chart, references(nested).shops);
    const scope = { values: { shops }, release: undefined, variables: new Map() };
    expect(failures(collectChecks(chart), scope)).toEqual([
      'shop: a.cat: 8 is above 4; lower it.',
      'shop: b.ant: 9 is above 8; lower it.',
    ]);
    expect(templates(chart, 'shop').get('templates/checks.yaml')).toContain(
      [
        '{{- range $key, $shop := .Values.shops }}',
        '{{- range $key2, $model := $shop.models }}',
        '{{- if gt (int64 $model.batch) (int64 $shop.most) }}',
        '{{- $failures = append $failures (printf',
        '  "shop: %s.%s: %d is above %d; lower it."',
        '  $key',
        '  $key2',
        '  (int64 $model.batch)',
        '  (int64 $shop.most)',
        ') }}',
      ].join('\n'),
    );
  });

  it('asks literals at the synthesis of a plain app', () => {
    const app = Testing.app();
    demandFewer(new Chart(app, 'shop'), shops);
    expect(() => app.synth()).toThrow('[shop] a.cat: 8 is above 4; lower it.');
  });
});
