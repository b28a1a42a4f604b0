import { Chart, Testing } from 'cdk8s';
import { z } from 'zod';
import { demandEach, failures } from '../../lib/objects/checks';
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
