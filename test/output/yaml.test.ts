import fc from 'fast-check';
import { parse } from 'yaml';
import { readPlain } from '../../lib/values/yaml-11';
import { emitDocument, joinDocuments, scalarText } from '../../lib/output/yaml';

const VERSIONS = ['1.1', '1.2'] as const;

describe('scalarText', () => {
  test.each([
    ...['nginx', 'cluster-ai', 'a b', '10.0.0.0/8', '250m', '512Mi', '5s', '/healthz', '-c', '--flag=x', 'a:b', 'a#b'],
    ...[
      'https://example.com:8443/x?y=z',
      'app.kubernetes.io/name',
      'RollingUpdate',
      'x=y',
      'a, b',
      'näve',
      '$(POD_IP)',
    ],
  ])('leaves %j alone', (text) => {
    expect(scalarText(text)).toBe(text);
  });

  test.each([
    ...[
      '',
      ' ',
      ' a',
      'a ',
      'a\tb',
      'a\nb',
      '- a',
      '-',
      '---',
      '--- a',
      '...',
      '? a',
      '?',
      ':8080',
      'a: b',
      'a:',
      'a #b',
    ],
    ...['#a', '&a', '*a', '!a', '|', '>', '@a', '`a', '%a', '"a"', "'a'", '[a', ']', '{a', '}', ',a'],
    ...['y', 'N', 'yes', 'No', 'on', 'OFF', 'true', 'False', 'null', 'NULL', '~', '=', '<<'],
    ...[
      '0',
      '-1',
      '+1',
      '012',
      '0o14',
      '0x1F',
      '0b11',
      '1_000',
      '1:20',
      '190:20:30.15',
      '1e3',
      'e123456',
      'E-12345',
      '1E-3',
      '.5',
      '5.',
      '1.27',
    ],
    ...[
      '.',
      '-.',
      '.inf',
      '-.INF',
      '.NaN',
      '10.0.0.1',
      '1.27.3',
      '2001-12-14',
      '2001-12-14t21:59:43.10-05:00',
      '2001-1-1 1:00:00',
    ],
    ...['\u0000', '\u0007', '\u007f', '\u0085', '\u00a0a', '\u2028', '\ufeff', '\ufffe', '\u3000a', '😀'],
  ])('quotes %j', (text) => {
    const written = scalarText(text);
    expect(written).toMatch(/^".*"$/);
    for (const version of VERSIONS) expect(parse(written, { version })).toBe(text);
  });

  test('escapes what YAML may not hold as it stands', () => {
    expect(scalarText('a\u0085b\u2028\ufeff\u0001"\\')).toBe('"a\\u0085b\\u2028\\ufeff\\u0001\\"\\\\"');
  });

  test('leaves alone nothing that Helm reads as another value', () => {
    const characters = fc.constantFrom(...Array.from('0123456789_.:+-eExXoObBaAfFnNyYsStTrRuUlLiI~ '));
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 8 }), (text) => {
        const written = scalarText(text);
        return written.startsWith('"') || readPlain(written) === text;
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('emitDocument', () => {
  test('stands lists two spaces below their key', () => {
    const value = { a: [{ b: 1, c: { d: [] } }, [2, [3]], {}], e: { f: null, g: true }, h: {} };
    expect(emitDocument(value)).toBe(`a:
  - b: 1
    c:
      d: []
  - - 2
    - - 3
  - {}
e:
  f: null
  g: true
h: {}
`);
  });

  test('writes a text of several lines as a block', () => {
    expect(emitDocument({ clipped: 'a\n\n  b: #c\n', stripped: ['a\n \n\tb'] })).toBe(`clipped: |
  a

    b: #c
stripped:
  - |-
    a
${'     '}
    \tb
`);
  });

  test.each(['a\n\n', '\na', ' a\nb', '\ta\nb', 'a\n ', 'a\r\nb', 'a\n\u0085', '\n'])('quotes the lines %j', (text) => {
    expect(emitDocument({ text })).toBe(`text: ${scalarText(text)}\n`);
  });

  test.each([
    [1e21, '1.0e+21'],
    [-1e-7, '-1.0e-7'],
    [1.5e300, '1.5e+300'],
    [1_000_000, '1000000'],
    [0.1, '0.1'],
    [-0, '0'],
  ])('writes %d as %s', (value, text) => {
    expect(emitDocument(value)).toBe(`${text}\n`);
    for (const version of VERSIONS) expect(parse(text, { version })).toEqual(value + 0);
  });

  test('refuses what JSON has no number for', () => {
    expect(() => emitDocument({ a: NaN })).toThrow('NaN cannot be written: JSON has no such number');
  });

  test.each([
    ['a\ud83d b', '"a\\ud83d b" cannot be written: \\ud83d is half of a character; write both halves or neither'],
    ['\ude00\nb', '"\\ude00\\nb" cannot be written: \\ude00 is half of a character; write both halves or neither'],
    [
      `${'a'.repeat(50)}\udc00`,
      `"${'a'.repeat(20)}\\udc00" cannot be written: \\udc00 is half of a character; write both halves or neither`,
    ],
  ])('refuses half of a character in %j', (text, message) => {
    for (const value of [text, { a: [text] }, { [text]: 1 }])
      expect(() => emitDocument(value)).toThrow(new Error(message));
  });

  test('announces a key too long to be found by its colon', () => {
    const value = { [`${'long '.repeat(300)}.`]: { a: [1] } };
    for (const version of VERSIONS) expect(parse(emitDocument(value), { version })).toEqual(value);
  });
});

describe('joinDocuments', () => {
  test('puts marks between documents', () => {
    expect(joinDocuments([{ a: 1 }, [2]].map(emitDocument))).toBe('a: 1\n---\n- 2\n');
  });
});
