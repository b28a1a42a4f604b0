/** Streams of JSON documents whose texts, keys and numbers are those that YAML's readers take for something else. */
import fc from 'fast-check';
import type { Json } from '../../lib/values/expression';
import { emitDocument, joinDocuments } from '../../lib/output/yaml';

// ---- Texts ---------------------------------------------------------------------------------------------------------

/** What 1.1, 1.2 or some reader of either takes for null, a boolean, a merge or a default; Norway is `NO`. */
const WORDS = 'y n yes no on off true false null ~ << = inf nan infinity .inf -.inf +.INF .nan NaN undefined none t f';
/** In every notation of 1.1, 1.2, Go and Python: octal, hexadecimal, binary, base 60, with underscores or exponents. */
const NUMBERS =
  '0 -0 +1 -1 00 010 08 0o10 0O7 0x1F -0x_f 0b11 0b2 1_000 _1 1__2 1:30 -1:30 190:20:30.15 1:60 1. .5 -.5 +.5 ._5 5. . -. +' +
  ' 1e3 1E+3 1e-3 1.5e3 .1e3 1.e+1 1e 1e999 12e03 0.0 -0.0 0e0 0x1p-2 1.2.3 10.0.0.1 1,000 1d 1f 9007199254740993' +
  ' 18446744073709551616 0xffffffffffffffffff 0777 0_7 1e1_0 e123456 E-12345 + - ++1 --1 1- 1+1 ٣';
const TIMES =
  '2001-01-01 2001-1-1 2001-12-14t21:59:43.10-05:00 2001-12-15T2:59:43.1Z 20010101 2001-01 12:30:45 12:30 0001-01-01' +
  ' 9999-99-99 -2001-01-01 2001-W01-1 2001-366';
/** Marks of YAML, of Helm's templates and of quotation. */
const MARKS =
  '- ? : , [ ] { } # & * ! | > \' " % @ ` \\ / --- ... {{ }} ${ $( <<: !!str !!binary &a *a |- >+ "" \'\' [] {} #a -a ?a :a' +
  ' %YAML \\n \\u0041 \\x41 \\ud800 "a" \'a\'';
const SPACED = [
  ...['', ' ', '  ', ' a', 'a ', '\t', '\ta', 'a\t', 'a\tb', 'a: b', 'a:', 'a :b', ': a', 'a #b', 'a# b', '# a', '- a'],
  ...['- - a', '? a', '--- a', '... a', '{ a }', 'a, b', 'key: [a]', '2001-12-14 21:59:43.10 -5', '%YAML 1.1', '! a'],
  ...['1 000', '0x1 ', ' 1', '1 ', 'true ', '{{ .Values.a }}', '{{- end }}', '{{/* a */}}'],
];
/** Line breaks to 1.1 or to JSON, what is not printable, and what no text may hold as it stands. */
const CHARACTERS = [
  ...Array.from('\0\u0001\u0007\b\u000b\f\u001b\u001f\u007f\u0080\u0085\u009f\u00a0\u00ad\u2028\u2029\ufeff\ufffd'),
  ...Array.from('\ufffe\uffff\u{1f600}\u{1fffe}\u{10ffff}\u200b\u202e\u3000\ue000éя日\u0301'),
];
const BREAKS = ['\n', '\n', '\n', '\n', '\n\n', '\n\n\n', '\r', '\r\n', '\u0085', '\u2028', '\u2029'];

const odd = [...`${WORDS} ${NUMBERS} ${TIMES} ${MARKS}`.split(' '), ...SPACED, ...CHARACTERS];
const plain = fc.constantFrom('a', 'nginx', 'app.kubernetes.io/name', 'a-b', '512Mi', 'https://a.b:80/?c=d#e');
const oddWord = fc.oneof(fc.constantFrom(...odd), fc.mixedCase(fc.constantFrom(...WORDS.split(' '))));
/** Short texts of the characters that numbers, dates and words of all notations are made of. */
const numeric = fc.string({
  unit: fc.constantFrom(...Array.from('0123456789_.:+-eExXoObBaAfFnNyYsStTzZ~ ')),
  maxLength: 8,
});
const joined = fc.array(fc.oneof(oddWord, plain), { minLength: 2, maxLength: 4 }).map((parts) => parts.join(''));
const spaced = fc.array(fc.oneof(oddWord, plain), { minLength: 2, maxLength: 6 }).map((parts) => parts.join(' '));
/** One character after another of those that mean something to YAML. */
const marked = fc.string({
  unit: fc.constantFrom(
    ...Array.from(' -?:,[]{}#&*!|>\'"%@`\n\r\t0189._+eExobyYnN~=<\\\0\u0085\u00a0\u2028\ufeffé€😀'),
  ),
  maxLength: 12,
});
const any = fc.oneof(
  marked,
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
);
const line = fc.oneof(oddWord, plain, numeric, joined, spaced, any);
/** Several lines, with none, one or many breaks before and behind them, and blanks at the start of any. */
const lines = fc
  .tuple(
    fc.constantFrom('', '', '', '\n', '\n\n', ' ', '  ', '\t', '\n '),
    fc.array(fc.tuple(fc.constantFrom('', '', '', ' ', '    ', '\t'), line, fc.constantFrom('', '', '', ' ', '\t')), {
      minLength: 1,
      maxLength: 6,
    }),
    fc.constantFrom('', '\n', '\n', '\n\n', '\n\n\n', ' ', '\n ', '\n\t\n'),
    fc.constantFrom(...BREAKS),
  )
  .map(([before, parts, behind, between]) => `${before}${parts.map((part) => part.join('')).join(between)}${behind}`);
/** Around 80 columns, where writers fold; 128 characters, libyaml's limit of a plain key; and 1024, that of any key. */
const long = fc
  .tuple(
    fc.oneof(...[80, 128, 1000, 1024].map((near) => fc.integer({ min: near - 8, max: near + 8 })), fc.nat(2000)),
    fc.oneof(
      fc.constantFrom('a', 'a ', 'word: ', 'é', '😀', '\u0085', '"', '\\', '- ', '1', 'a\n', '0123456789'),
      line,
    ),
  )
  .map(([length, unit]) => {
    const characters = Array.from(unit === '' ? 'a' : unit);
    return Array.from({ length }, (_, index) => characters[index % characters.length]).join('');
  });

export const text = fc.oneof(
  { weight: 6, arbitrary: oddWord },
  { weight: 4, arbitrary: numeric },
  { weight: 4, arbitrary: joined },
  { weight: 4, arbitrary: spaced },
  { weight: 4, arbitrary: any },
  { weight: 6, arbitrary: lines },
  { weight: 1, arbitrary: long },
);

// ---- Documents -----------------------------------------------------------------------------------------------------

/** About the bounds of what integers and floats hold, and where JavaScript changes its notation. */
const BOUNDS = [
  0,
  -0,
  0.1,
  -0.1,
  1e-6,
  1e-7,
  1e20,
  1e21,
  1e22,
  1.5e300,
  5e-324,
  Number.MAX_VALUE,
  100,
  1_000_000,
  0o10,
].concat(
  [2 ** 31, 2 ** 32, 2 ** 53, 2 ** 63, 2 ** 64].flatMap((bound) => [bound - 1, bound, bound + 1, -bound, 1 - bound]),
);
const number = fc.oneof(
  fc.constantFrom(...BOUNDS),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const scalar = fc.oneof(
  { weight: 8, arbitrary: text },
  { weight: 2, arbitrary: number },
  fc.boolean(),
  fc.constant(null),
);

/** Names that JavaScript's objects have of their own, and those that it puts before others. */
const names = fc.constantFrom('a', 'b', '0', '1', '10', '-1', '__proto__', 'constructor', 'toString', 'length');
const key = fc.oneof({ weight: 1, arbitrary: names }, { weight: 4, arbitrary: text });

export const { json } = fc.letrec<{ json: Json; list: Json; map: Json }>((tie) => ({
  json: fc.oneof({ maxDepth: 5, withCrossShrink: true }, scalar, tie('list'), tie('map')),
  list: fc.array(tie('json'), { maxLength: 4 }),
  map: fc.dictionary(key, tie('json'), { maxKeys: 5, noNullPrototype: true }),
}));
/** Lists and maps within one another, up to 80 of them. */
const deep = fc
  .tuple(fc.array(fc.option(key), { maxLength: 80 }), json)
  .map(([keys, inner]) =>
    keys.reduce<Json>((value, name) => (name === null ? [value, value === '' ? null : 1] : { [name]: value }), inner),
  );

export const documents: fc.Arbitrary<readonly Json[]> = fc.oneof(
  { weight: 12, arbitrary: json.map((document) => [document]) },
  { weight: 2, arbitrary: fc.array(json, { minLength: 2, maxLength: 3 }) },
  { weight: 1, arbitrary: deep.map((document) => [document]) },
);

export function emitted(given: readonly Json[]): string {
  return joinDocuments(given.map(emitDocument));
}
