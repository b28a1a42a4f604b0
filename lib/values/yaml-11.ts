/**
 * Plain scalars of a values file as Helm reads them: by the words and numbers of YAML 1.1, in the order of
 * `resolve` in go-yaml v2 (resolve.go), which Helm 3 and Helm 4 share.
 */

const WORDS: ReadonlyMap<string, null | boolean | number> = new Map(
  [
    { value: true, words: 'y Y yes Yes YES true True TRUE on On ON' },
    { value: false, words: 'n N no No NO false False FALSE off Off OFF' },
    { value: null, words: '~ null Null NULL' },
    { value: NaN, words: '.nan .NaN .NAN' },
    { value: Infinity, words: '.inf .Inf .INF +.inf +.Inf +.INF' },
    { value: -Infinity, words: '-.inf -.Inf -.INF' },
  ].flatMap(({ value, words }) => words.split(' ').map((word) => [word, value])),
);

/** Go's prefixes, of which 1.1 itself has `0x`, `0b` and a bare `0` for octal. */
const INTEGER = /^([-+]?)(0[xX][\da-fA-F]+|0[bB][01]+|0[oO][0-7]+|\d+)$/;
const OCTAL = /^0(?=[0-7]+$)/;
const FLOAT = /^[-+]?(\.\d+|\d+(\.\d*)?)(e[-+]?\d+)?$/i;

/** 2^53: up to here every integer has a float64 of its own, and Helm holds every number as a float64. */
const MAX_EXACT = 2n ** 53n;

/**
 * What Helm makes of a plain scalar: null, a boolean, a number (`.inf` and `.nan` among them) or the text itself.
 * An integer that no float64 holds is returned as a bigint. Timestamps stay text, as they do in Helm.
 */
export function readPlain(text: string): null | boolean | number | bigint | string {
  if (text === '') return null;
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (!/^[-+.\d]/.test(text)) return text;

  const digits = text.replace(text.startsWith('.') ? /(?<=\d)_(?=\d)/g : /_/g, '');
  const [, sign, magnitude] = INTEGER.exec(digits) ?? [];
  if (magnitude !== undefined) {
    const integer = BigInt(magnitude.replace(OCTAL, '0o')) * (sign === '-' ? -1n : 1n);
    return integer > MAX_EXACT || integer < -MAX_EXACT ? integer : Number(integer);
  }
  const float = FLOAT.test(digits) ? Number(digits) : NaN;
  return Number.isFinite(float) ? float : text;
}
