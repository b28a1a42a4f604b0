/**
 * Writes JSON as YAML that Go's, Python's and JavaScript's readers take for the same value, in YAML 1.1 and 1.2 alike.
 *
 * Maps keep their order, lists stand two spaces below their key, and a text of several lines is a literal block.
 */
import type { Json, JsonObject } from '../values/expression';

/** Thrown for a value that no reader would give back. */
export class UnwritableError extends RangeError {
  constructor(given: string, reason: string) {
    super(`${given} cannot be written: ${reason}`);
    this.name = 'UnwritableError';
  }
}

/** What is written at a place, such as a construct's path: an {@link UnwritableError} names it. */
export function writtenAt<T>(place: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (error instanceof UnwritableError) throw new Error(`${place}: ${error.message}`, { cause: error });
    throw error;
  }
}

/**
 * One document, without `---`. It ends with a line break.
 * @throws UnwritableError for a number that is not finite, and for a text with half of a surrogate pair.
 */
export function emitDocument(value: Json): string {
  return isCollection(value) && !isEmpty(value) ? emitCollection(value, '', '') : `${emitScalar(value, '')}\n`;
}

/** Documents with `---` between them. */
export function joinDocuments(documents: readonly string[]): string {
  return documents.join('---\n');
}

type Collection = readonly Json[] | JsonObject;

function isCollection(value: Json): value is Collection {
  return typeof value === 'object' && value !== null;
}

function isList(value: Collection): value is readonly Json[] {
  return Array.isArray(value);
}

function isEmpty(value: Collection): boolean {
  if (isList(value)) return value.length === 0;
  for (const _ in value) return false;
  return true;
}

/** The lines of a map or list. The first begins with `lead`, the others with `pad`. */
function emitCollection(value: Collection, lead: string, pad: string): string {
  let lines = '';
  let start = lead;
  const inner = `${pad}  `;
  if (isList(value)) {
    for (const item of value) {
      lines += start;
      lines +=
        isCollection(item) && !isEmpty(item) ? emitCollection(item, '- ', inner) : `- ${emitScalar(item, pad)}\n`;
      start = pad;
    }
    return lines;
  }
  for (const key in value) {
    const item = value[key];
    if (item === undefined) continue;
    lines += start + emitKey(key, pad);
    lines +=
      isCollection(item) && !isEmpty(item)
        ? `:\n${emitCollection(item, inner, inner)}`
        : `: ${emitScalar(item, pad)}\n`;
    start = pad;
  }
  return lines;
}

/**
 * A key of a map whose lines begin with `pad`, up to its colon. YAML's readers look for the colon within 1024
 * characters; a longer key is announced by `?`.
 */
export function emitKey(key: string, pad: string): string {
  const text = keys.get(key) ?? keyText(key);
  return text.length < 1000 ? text : `? ${text}\n${pad}`;
}

function emitScalar(value: Json, pad: string): string {
  if (typeof value === 'string')
    return value.includes('\n') && isBlock(value) ? emitBlock(value, pad) : scalarText(value);
  if (typeof value === 'number') return emitNumber(value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[]' : '{}';
  return String(value);
}

/** As in JSON, but with a point before an exponent, without which YAML 1.1 reads a text. */
function emitNumber(value: number): string {
  if (!Number.isFinite(value)) throw new UnwritableError(String(value), 'JSON has no such number');
  return Number.isSafeInteger(value) ? String(value) : JSON.stringify(value).replace(/^(-?\d+)e/, '$1.0e');
}

// ---- Texts of several lines ----------------------------------------------------------------------------------------

/**
 * A literal block gives the text back exactly if its first line shows the indentation, and if it ends with at most one
 * line break, after a line that is not blank.
 */
const BLOCK = /^[^\s][^]*[^\s]\n?$/;
/** Other control characters and line breaks, the mark of byte order, and halves of surrogate pairs. */
const UNPRINTABLE = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\p{Surrogate}/u;

/** Whether all characters of a text may stand in a block or a comment, where there are no escapes. */
export function isPrintable(text: string): boolean {
  return !UNPRINTABLE.test(text);
}

function isBlock(text: string): boolean {
  return BLOCK.test(text) && isPrintable(text);
}

function emitBlock(text: string, pad: string): string {
  const clipped = text.endsWith('\n');
  const lines = clipped ? text.slice(0, -1) : text;
  return `${clipped ? '|' : '|-'}\n${pad}  ${lines.replace(/\n(?!\n)/g, `\n${pad}  `)}`;
}

// ---- Texts of one line ---------------------------------------------------------------------------------------------

/** Characters that need no quotes: printable ones, and of the white space only the blank. */
const PLAIN =
  /^[\x21-\x7e\u00a1-\u1fff\u2010-\u2027\u2030-\u2fff\u3001-\ud7ff](?:[\x20-\x7e\u00a1-\u1fff\u2010-\u2027\u2030-\u2fff\u3001-\ud7ff]*[\x21-\x7e\u00a1-\u1fff\u2010-\u2027\u2030-\u2fff\u3001-\ud7ff])?$/;
/** An indicator at the start, one of the two that end a text, or the mark of a document. */
const INDICATOR = /^[?:,[\]{}#&*!|>'"%@`]|^-(?: |$)|: |:$| #|^(?:---|\.\.\.)/;
/** What YAML 1.1 or 1.2 reads as null, a boolean, the default value or a merge. */
const WORD = /^(?:y|n|yes|no|on|off|true|false|null|~|=|<<)$/i;
/** Digits with all that a decimal, float, version, time of day or address may have among them. */
const NUMBER = /^(?=.*[\d.])(?:[\d_.:,e+-]+|[-+]?[0_]+[xob][\da-f_]*|[-+]?\.(?:inf|nan))$/i;
const DATE = /^\d{4}-\d/;

/** Nearly every text is one of these, and is none of the above: `e123456`, a short hash, is a number to some. */
const ORDINARY = /^(?!e[\de_.-]+$)[a-z/][\w./-]{5,}$/i;

/** Texts and keys met before; a system's manifests repeat a few hundred. */
const known = new Map<string, string>();
const keys = new Map<string, string>();

function keyText(key: string): string {
  const text = scalarText(key);
  if (text.length < 64 && keys.size < 4096) keys.set(key, text);
  return text;
}

/**
 * A text as a scalar of one line: as it stands where every reader takes it for this text, else in double quotes.
 * The same holds for the key of a map.
 */
export function scalarText(text: string): string {
  if (ORDINARY.test(text)) return text;
  let written = known.get(text);
  if (written === undefined) {
    written = isPlain(text) ? text : quoted(text);
    if (text.length < 64 && known.size < 4096) known.set(text, written);
  }
  return written;
}

function isPlain(text: string): boolean {
  return PLAIN.test(text) && !INDICATOR.test(text) && !WORD.test(text) && !NUMBER.test(text) && !DATE.test(text);
}

/** JSON's escapes are YAML's, but JSON leaves alone some characters that YAML may not hold. */
const UNESCAPED = /[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]/g;
/** JSON has an escape for half of a pair, but libyaml and Go's readers refuse it, and no file in UTF-8 holds one. */
const HALF_PAIR = /\p{Surrogate}/u;

function quoted(text: string): string {
  const half = text.search(HALF_PAIR);
  if (half >= 0) {
    const given = JSON.stringify(text.slice(Math.max(0, half - 20), half + 20));
    throw new UnwritableError(
      given,
      `\\u${text.charCodeAt(half).toString(16)} is half of a character; write both halves or neither`,
    );
  }
  return JSON.stringify(text).replace(
    UNESCAPED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
