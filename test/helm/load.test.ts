import fc from 'fast-check';
import type { Json } from '../../lib/values/expression';
import { parseValues } from '../../lib/values/load';
import { HELMS, template, writeChart } from '../support/helm';

/** Give the seed that the test is named after to see its texts again. */
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

const WORDS =
  'y N yes No ON off true null ~ = << - . .. a ab e1 1e é 😀 @a `a` %a &x *x !a !!str !!int ! | > |- >+ |2 ? : #';
const NUMBERS =
  '0 00 012 08 0o12 0O7 0x1f -0x1F 0b11 -0b1 0b2 +5 -5 1_000 _1 1__2 1. .5 -.5 .5_0 ._5 1e3 1E+3 1e999 -0 -0.0 .inf -.INF .nan 9007199254740993 0xffffffffffffffffff';
const TEXTS = [
  '"yes"',
  "'012'",
  '"a\\tb"',
  '"\\u00e9"',
  '"\\ud83d"',
  '"\\x41\\/"',
  "'it''s'",
  '"a\n    b"',
  'a\n    b',
  '2026-01-02',
  '12:30:45',
  'a: b',
  'a #b',
  '# c',
  '{a: 1, b}',
  '[a, [b]]',
  '[a: b]',
  '{?a}',
  '{"a":1}',
  '[a, ]',
  '|\n    a\n     b\n',
  '>-\n    a\n\n    b',
  '',
];
const scalar = fc.constantFrom(...`${WORDS} ${NUMBERS}`.split(' '), ...TEXTS);
const KEYS = 'a b c d e "on" on n 012 1.5 null 2026-01-02 é << a.b x:y __proto__ &k *x [a] !!str';
const key = fc.constantFrom(...KEYS.split(' '), '"a: b"', 'a b');

/** Lines of a map, most of which are YAML. */
const { map } = fc.letrec<{ value: string; map: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar.map((text) => ` ${text}`),
    fc.array(scalar, { minLength: 1, maxLength: 3 }).map((items) => items.map((item) => `\n- ${item}`).join('')),
    fc
      .tuple(fc.constantFrom('', ' &x', ' # c'), tie('map'))
      .map(([mark, below]) => `${mark}\n${below}`.replaceAll('\n', '\n  ').trimEnd()),
  ),
  map: fc
    .array(fc.tuple(key, tie('value'), fc.constantFrom('\n', '\n\n', '\r\n', ' # c\n')), { minLength: 1, maxLength: 4 })
    .map((lines) => lines.map((line) => `${line[0]}:${line[1]}${line[2]}`).join('')),
}));
const file = fc
  .tuple(fc.constantFrom('', '', '---\n', '# c\n', '\ufeff', 'x: &x {p: 1}\n'), map)
  .map((parts) => parts.join(''));

test(`a values file is read as Helm reads it, or refused (SEED=${seed})`, async () => {
  const texts = fc.sample(file, { seed, numRuns: 3000 });
  const chart = writeChart({
    'templates/read.yaml':
      '{{- range $path, $_ := .Files.Glob "texts/*" }}\n{{ base $path }}: {{ $.Files.Get $path | fromYaml | toJson }}\n{{- end }}\n',
    ...Object.fromEntries(texts.map((text, index) => [`texts/t${index}`, text])),
  });

  let accepted = 0;
  for (const version of HELMS) {
    const answer = await template(version, chart, []);
    if ('error' in answer) throw new Error(answer.error);
    const read = new Map(
      answer.output.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
    );
    for (const [index, text] of texts.entries()) {
      const ours = parsed(text);
      if (ours === undefined) continue;
      accepted++;
      expect({ text, values: JSON.parse(read.get(`t${index}`) ?? '') as Json }).toEqual({ text, values: ours });
    }
  }
  expect(accepted).toBeGreaterThan(300);
});

function parsed(text: string): Json | undefined {
  try {
    return parseValues(text, 'values.yaml');
  } catch {
    return undefined;
  }
}
