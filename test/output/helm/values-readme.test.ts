import { z } from 'zod';
import { valuesTable } from '../../../lib/output/helm/values-readme';

const cell = (leaf: z.ZodType): string => valuesTable(z.strictObject({ leaf })).split('\n').at(-1) ?? '';

describe('valuesTable', () => {
  test('has a table for each section, those of none first', () => {
    const schema = z.strictObject({
      backend: z
        .strictObject({
          replicas: z.int().min(1).max(50).default(3).describe('Pods'),
          env: z
            .array(z.strictObject({ name: z.string().describe('Name.'), value: z.string().nullish() }))
            .default([])
            .describe('Variables.'),
        })
        .describe('The API'),
      host: z.string().describe('Host name.'),
    });
    expect(valuesTable(schema)).toBe(`### General

| Key | Description | Default |
| --- | --- | --- |
| \`host\` | Host name. | *required* |

### backend

The API.

| Key | Description | Default |
| --- | --- | --- |
| \`backend.replicas\` | Pods. Allowed: a whole number from 1 to 50. | \`3\` |
| \`backend.env\` | Variables. | \`[]\` |
| \`backend.env[].name\` | Name. | *required* |
| \`backend.env[].value\` | Allowed: a text or null. | *none* |`);
  });

  test('escapes what Markdown would take for its own', () => {
    expect(cell(z.string().default('').describe('a|b *c* _d_ e_f <g> [h](i) \\'))).toBe(
      '| `leaf` | a\\|b \\*c\\* \\_d\\_ e_f \\<g> \\[h\\](i) \\\\. | `""` |',
    );
  });

  test('keeps code, and escapes only its bars', () => {
    const leaf = z
      .string()
      .regex(/^(a|b)*$/)
      .default('')
      .describe('One `x|y*` of two');
    expect(cell(leaf)).toBe('| `leaf` | One `x\\|y*` of two. Allowed: a text that matches `^(a\\|b)*$`. | `""` |');
  });

  test('fences a default that has backticks and keeps it on one line', () => {
    expect(cell(z.string().default('a`b``\n|').describe('d'))).toBe('| `leaf` | d. | ``` "a`b``\\n\\|" ``` |');
  });
});
