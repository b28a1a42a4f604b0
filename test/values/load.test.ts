import { coalesce } from '../../lib/values/coalesce';
import { parseValues } from '../../lib/values/load';
import type { JsonObject } from '../../lib/values/expression';
import { helm } from '../support/helm';
import type { Answer } from '../support/helm';

/** Name, a chart's values.yaml, and the files given with `-f`. */
type Case = readonly [name: string, defaults: string, ...files: string[]];

const scalars: readonly Case[] = [
  ['true in its forms', 'a: [true, True, TRUE, yes, Yes, YES, on, On, ON, y, Y]'],
  ['false in its forms', 'a: [false, False, FALSE, no, No, NO, off, Off, OFF, n, N]'],
  ['words that are close to booleans', 'a: [tRUE, yEs, oN, t, f, T, F, yess, offf, Nope]'],
  ['words in quotes', `a: ["yes", 'off', "on", 'n', "null", '~', "true"]`],
  ['null in its forms in a list', 'a: [null, Null, NULL, ~]'],
  ['words that are close to null', 'a: [nULL, none, nil, "", Nothing, ~~]'],
  ['decimal integers', 'a: [0, 1, -1, +1, 42, 1000000, 123456789]'],
  ['octal integers', 'a: [012, 0o12, 0O17, -012, +017, 00, 0777]'],
  ['digits that octal does not have', 'a: [08, 09, 019, -08, 0o8, 0128]'],
  ['hexadecimal integers', 'a: [0x1f, 0X1F, -0x1F, +0xa, 0x, 0xg]'],
  ['binary integers', 'a: [0b11, 0B11, -0b1, +0b1, 0b2, 0b]'],
  ['integers with underscores', 'a: [1_000, 1__2, _1, 1_, 0x_1, 0b1_0, 0_7]'],
  ['an account number with leading zeros', 'a: 000123456789'],
  ['integers above a million', 'a: [1000000, 1234567, 21000000, 4294967296]'],
  ['integers up to ±2^53', 'a: [9007199254740991, 9007199254740992, -9007199254740992]'],
  ['big integers in quotes', 'a: ["9007199254740993", "18446744073709551616"]'],
  ['floats', 'a: [0.1, 1.5, -2.25, +3.5, 1., .5, -.5, +.5, 00.5]'],
  ['floats with an exponent', 'a: [1e3, 1E+3, 1.5e-3, 1e1_0, 0e0, .5e1, 1e21, 1e-7]'],
  ['floats with underscores', 'a: [1_0.5_0, .5_0, ._5, .5_]'],
  ['floats out of range', 'a: [1e999, .1e999, -1e999, 1e-999]'],
  ['almost numbers', 'a: [1.2.3, 1e, e1, 1e+, "-", +, ., .., 0.1.0, 1 000, 1k]'],
  ['almost infinity', 'a: [inf, Infinity, nan, .info, +.nan, -.nan]'],
  ['numbers in quotes', `a: ["0", '012', "1.5", "1e3", '0x1f', "-1"]`],
  ['versions', 'a: [1.30, 1.30.0, v1.30, "1.30"]'],
  ['quantities', 'a: [250m, 1Gi, 0.5, 500Mi, 1e3m]'],
  ['times in base 60', 'a: [12:30:45, 1:30, 190:20:30.15]'],
  ['timestamps', 'a: [2024-01-02, 2024-01-02T03:04:05Z, 2024-1-2 3:4:5, 2024-13-99]'],
  ['texts with punctuation', 'a: [a#b, a:b, "a: b", x=y, =, -a, a-b, a/b, http://a:1/b]'],
  ['a comment after a value', 'a: b # c\nd: e#f\ng: # h\n'],
  ['quotes within quotes', `a: ["say \\"hi\\"", 'it''s', "it's", 'say "hi"']`],
  ['escapes', 'a: ["\\t", "\\n", "\\\\", "\\x41", "\\u00e9", "\\U0001F600", "\\e", "\\0", "\\_"]'],
  ['unicode', 'ключ: значение\némoji: 😀\n中文: ["日本語", "a\u00a0b"]'],
  ['angle brackets and ampersands', 'a: <b> & "c"\nd: "</script>"'],
  ['Go template text', 'a: "{{ .Values.b }}"\nb: "{{`{{`}}"'],
  ['text tagged as such', 'a: !!str 012\n!!str b: c'],
];

const structure: readonly Case[] = [
  ['an empty file', ''],
  ['a file of comments', '# one\n\n# two\n'],
  ['null as the whole file', '~'],
  ['an empty map as the whole file', '{}'],
  ['one document with its markers', '---\na: 1\n...\n'],
  ['a comment before the document', '# c\n--- # d\na: 1\n'],
  ['a byte order mark', '\ufeffa: 1\n'],
  ['Windows line ends', 'a: 1\r\nb: |\r\n  x\r\n  y\r\nc: "d\r\n  e"\r\n'],
  ['no line end at the end', 'a:\n  b: 1'],
  ['flow and block style', 'a: {b: [1, {c: d}], e: {}}\nf:\n- g: 1\n  h: 2\n-\n  - i\n- []\n'],
  ['flow maps without values', 'a: {b, c: }\nd: {"e":1}\nf: {g:1}\n'],
  ['keys in quotes that are words', '"on": 1\n"n": 2\n\'012\': 3\n"null": 4\n"1.5": 5\n"": 6\n"~": 7'],
  ['keys with punctuation', 'a.b: 1\na-b: 2\na/b: 3\n"a: b": 4\na b: 5\n-a: 6\n=: 7\nx:y: 8'],
  ['keys that look like dates', '2024-01-02: 1'],
  ['keys of JavaScript', 'constructor: 1\ntoString: {a: 2}\n__proto__: {b: 3}\nlength: 4'],
  ['keys that look like places in a list', '"0": {"10": a, "9": b}\n"1": c'],
  ['a very long key', `${'k'.repeat(120)}: v`],
  ['a literal block', 'a: |\n  x: 1\n    y\n\n  z # no comment\nb: 1'],
  ['a literal block without a line end', 'a: |-\n  x\n  y\n'],
  ['a literal block that keeps its line ends', 'a: |+\n  x\n\n\nb: 1'],
  ['a literal block with an indentation', 'a: |2\n    x\n   y\n'],
  ['a folded block', 'a: >\n  one\n  two\n\n  three\n    four\n  five\n'],
  ['a plain text over lines', 'a: one\n  two\n\n  three\n'],
  ['a quoted text over lines', 'a: "one\n  two\\\n  three\n\n  four"\nb: \'five\n  six\''],
  ['anchors and aliases', 'a: &x {b: 1}\nc: *x\nd: [*x, &y 2, *y]'],
  ['an anchor set twice', 'a: &x 1\nb: *x\nc: &x 2\nd: *x'],
  ['a merge', 'a: &x {b: 1, c: {d: 1}}\ne:\n  <<: *x\n  c: {f: 2}\n'],
  ['a merge of several, the first winning', 'a: &x {k: 1}\nb: &y {k: 2, l: 3}\nc:\n  <<: [*x, *y]\n'],
  ['two merges, the second winning', 'a: &x {k: 1}\nb: &y {k: 2}\nc:\n  <<: *x\n  <<: *y\n'],
];

const merging: readonly Case[] = [
  ['nothing given', 'a: 1\nb: {c: 2}', ''],
  ['a scalar replaced', 'a: 1\nb: {c: 2, d: 3}', 'b: {c: 4}'],
  ['a new key', 'a: 1\nb: {c: 2}', 'd: {e: 5}\nb: {f: 6}'],
  ['a list replaced', 'a: [1, 2, 3]\nb: {c: [{d: 1}]}', 'a: [4]\nb: {c: []}'],
  ['an empty map over a map', 'a: {b: 1}', 'a: {}'],
  [
    'false, zero and empty text over defaults',
    'a: true\nb: 1\nc: x\nd: {e: true}',
    'a: false\nb: 0\nc: ""\nd: {e: false}',
  ],
  ['a map over a scalar', 'a: 1\nb: {c: x}', 'a: {d: 2}\nb: {c: {e: 3}}'],
  ['a scalar over a map', 'a: {b: 1}\nc: {d: {e: 2}}', 'a: 3\nc: {d: 4}'],
  ['a list over a map, a map over a list', 'a: {b: 1}\nc: [1]\nd: {e: [2]}', 'a: [3]\nc: {f: 4}\nd: {e: {g: 5}}'],
  ['null over a scalar', 'a: 1\nb: {c: 2, d: 3}', 'a: null\nb: {c: ~}'],
  ['null over a map', 'a: {b: 1}\nc: {d: {e: 2}}', 'a: null\nc: {d: null}'],
  ['null over a list', 'a: [1]\nb: {c: [2]}', 'a:\nb:\n  c:\n'],
  ['null where there is no default', 'a: {b: 1}', 'c: null\na: {d: null}\ne: {f: null, g: {h: null}}'],
  ['null in a list', 'a: [1]\nb: [{c: 1}]', 'a: [null, 2, null]\nb: [{c: null}]'],
  ['a default of null', 'a: null\nb: {c: null, d: 1}\ne: {f: {g: null}}'],
  ['a default of null in a list', 'a: [null, {b: null}]'],
  [
    'null over a default of null',
    'a: null\nb: {c: null}\nd: {e: {f: null}}',
    'a: null\nb: {c: null}\nd: {e: {f: null}}',
  ],
  ['a value over a default of null', 'a: null\nb: {c: null}', 'a: 1\nb: {c: {d: 2}}'],
  ['a map of nulls over a default of null', 'a: null\nb: {c: null}', 'a: {d: null}\nb: {c: {e: null}}'],
  ['two files', 'a: 1\nb: {c: 2}\nd: [3]', 'a: 4\nb: {e: 5}\nd: [6]', 'b: {c: 7}\nd: [8, 9]'],
  ['null in one file, a value in the next', 'a: {b: 1, c: 2}\nd: 3', 'a: null\nd: null', 'a: {b: 4}\nd: 5'],
  ['a value in one file, null in the next', 'a: {b: 1}\nc: 2', 'a: {b: 3, d: 4}\nc: 5\ne: 6', 'a: null\nc: ~\ne: null'],
  ['null in a nested map of the second file', 'a: {b: {c: 1, d: 2}}', 'a: {b: {c: 3}}', 'a: {b: {c: null}}'],
  ['a scalar in one file, a map in the next', 'a: {b: 1}', 'a: 2', 'a: {c: 3}'],
  ['a key named global', 'global: {a: 1, b: null}', 'global: {a: null, c: 2}'],
  ['words as keys over defaults', '"on": {"y": 1}', '"on": {"y": null, "n": 2}'],
];

const chart = (defaults: string) => ({
  'values.yaml': defaults,
  'templates/values.yaml': 'values: {{ .Values | toJson }}\n',
});

function valuesIn(answer: Answer): JsonObject {
  if ('error' in answer) throw new Error(answer.error);
  return JSON.parse(answer.output.slice(answer.output.indexOf('values: ') + 'values: '.length)) as JsonObject;
}

/** Helm 3 shows a default of null; everything else it shows as Helm 4 does. */
function withoutDefaultNulls(values: JsonObject, defaults: JsonObject, expected: JsonObject): JsonObject {
  const isMap = (value: unknown): value is JsonObject =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  return Object.fromEntries(
    Object.entries(values)
      .filter(([key, value]) => value !== null || defaults[key] !== null || Object.hasOwn(expected, key))
      .map(([key, value]) => {
        const [below, wanted] = [defaults[key], expected[key]];
        return [key, isMap(value) && isMap(below) && isMap(wanted) ? withoutDefaultNulls(value, below, wanted) : value];
      }),
  );
}

describe('the values of a release', () => {
  test.each([...scalars, ...structure, ...merging])('are those of Helm: %s', async (_, defaults, ...files) => {
    const parsed = parseValues(defaults, 'values.yaml');
    const ours = coalesce(parsed, ...files.map((file, index) => parseValues(file, `values-${index}.yaml`)));

    const { helm3, helm4 } = await helm({ chart: chart(defaults), values: files });

    expect(valuesIn(helm4)).toEqual(ours);
    expect(withoutDefaultNulls(valuesIn(helm3), parsed, ours)).toEqual(ours);
  });

  test.each([...scalars, ...structure])('are the same from a file as from the chart: %s', async (_, text) => {
    const { helm3, helm4 } = await helm({ chart: chart(''), values: [text] });

    expect(valuesIn(helm3)).toEqual(valuesIn(helm4));
    expect(coalesce({}, parseValues(text, 'values.yaml'))).toEqual(valuesIn(helm4));
  });
});

/** Name, contents of a file, and what is said about it. */
const refused: readonly (readonly [name: string, text: string, ...problems: string[]])[] = [
  ['a boolean as a key', 'a:\n  on: 1\n', 'f.yaml:2: a: the key on is true to YAML 1.1; write "on" in quotes'],
  ['a short boolean as a key', 'n: 1', 'f.yaml:1: the key n is false to YAML 1.1; write "n" in quotes'],
  ['an octal number as a key', 'a: {012: x}', 'f.yaml:1: a: the key 012 is 10 to YAML 1.1; write "012" in quotes'],
  ['a float as a key', '1.5: x', 'f.yaml:1: the key 1.5 is 1.5 to YAML 1.1; write "1.5" in quotes'],
  ['null as a key', '~: x', 'f.yaml:1: the key ~ is null to YAML 1.1; write "~" in quotes'],
  ['a list as a key', '[a]: x', 'f.yaml:1: a key that is not plain text; write the text of the key'],
  ['a key given twice', 'a:\n  b: 1\n  c: 2\n  "b": 3', 'f.yaml:4: a.b: the key is given twice; keep one of the two'],
  [
    'a merge below a key that it sets',
    'a: &x {b: 1}\nc:\n  b: 2\n  <<: *x',
    'f.yaml:4: c.b: set above the merge that sets it too; put << first',
  ],
  ['a merge key in quotes', '"<<": 1', 'f.yaml:1: <<: a key that a chart would print as a merge; rename it'],
  ['a merge of a scalar', '<<: 1', 'f.yaml:1: <<: merges something that is not a map; name the anchor of a map'],
  [
    'an integer above 2^53',
    'a: {b: [1, 9007199254740993]}',
    'f.yaml:1: a.b[1]: 9007199254740993 is beyond ±2^53, where Helm loses digits; write "9007199254740993" in quotes',
  ],
  [
    'an integer below -2^53',
    'a: -0x20_0000_0000_0001',
    'f.yaml:1: a: -0x20_0000_0000_0001 is beyond ±2^53, where Helm loses digits; write "-0x20_0000_0000_0001" in quotes',
  ],
  ['infinity', 'a: -.inf', 'f.yaml:1: a: -.inf is not a number to JSON; write "-.inf" in quotes'],
  ['not a number', 'a: .NaN', 'f.yaml:1: a: .NaN is not a number to JSON; write ".NaN" in quotes'],
  ['a tag', 'a: !!int "3"', 'f.yaml:1: a: the tag tag:yaml.org,2002:int; leave it out, or write text in quotes'],
  ['an anchor with other characters', 'a: &x: 1', 'f.yaml:1: a: the anchor x:; use letters and digits in its name'],
  ['an anchor that is not set', 'a: *x', 'f.yaml:1: a: the anchor x is not set above; write the value out'],
  [
    'an anchor that contains itself',
    'a: &x\n  b: *x',
    'f.yaml:2: a.b: the anchor x contains itself; write the value out',
  ],
  ['an escape of JSON', 'a: "\\/"', 'f.yaml:1: a: an escape that Helm does not know; write the character itself'],
  [
    'half a character',
    'a: "\\ud83d\\ude00"',
    'f.yaml:1: a: an escape that Helm does not know; write the character itself',
  ],
  ['a key without braces', 'a: [b: c]', 'f.yaml:1: a[0]: a key without braces in a list; write [{ key: value }]'],
  ['a second document', 'a: 1\n---\nb: 2', 'f.yaml:2: a second document; keep one document in the file'],
  [
    'text after the document marker',
    '--- {a: 1}',
    'f.yaml:1: text after the document marker, which Helm 4 cannot read; put it on the next line',
  ],
  ['a directive', '%YAML 1.1\n---\na: 1', 'f.yaml:1: a directive, which Helm 4 cannot read; remove the line'],
  [
    'a line break of YAML 1.1',
    'a: "b\u2028c"',
    'f.yaml:1: a character that YAML 1.1 reads as a line break; write it as an escape in double quotes',
  ],
  ['a control character', 'a: "b\u0001c"', 'f.yaml:1: a control character; write it as an escape in double quotes'],
  ['a list as the whole file', '- a', 'f.yaml:1: the file is not a map; write keys and values, such as replicas: 2'],
  ['a scalar as the whole file', 'yes', 'f.yaml:1: the file is not a map; write keys and values, such as replicas: 2'],
  [
    'everything at once',
    'on: 1\na:\n  b: .inf\n',
    'f.yaml:1: the key on is true to YAML 1.1; write "on" in quotes',
    'f.yaml:3: a.b: .inf is not a number to JSON; write ".inf" in quotes',
  ],
];

describe('a values file', () => {
  test.each(refused)('is refused for %s', (_, text, ...problems) => {
    expect(() => parseValues(text, 'f.yaml')).toThrow(new Error(problems.join('\n')));
  });

  test('is refused where it is not YAML, naming the line', () => {
    expect(() => parseValues('a: 1\nb: [1, 2\nc: 3\n', 'f.yaml')).toThrow(/^f\.yaml:\d: /);
  });
});
