/** Texts with lines that depend on values: configuration files and scripts. */
import { Expr, type GoContext, type Input, type Scalar, type Scope, isExpr, literalOf } from './expression';
import { sha256 } from './hashes';
import { concat, Interpolation, joinParts } from './texts';
import { Each, Line, Passage, Text, When } from './parts';
import { scopesOf } from './loops';
import { once } from './once';

type Item = Line | When<Text> | Each<Text> | Passage;
type Block = Text | When<Text> | Each<Text> | Passage | undefined;
/** What may stand in a text: an expression within a line; a text, a condition or a loop on a line of its own. */
export type Placeholder = Input<Scalar> | Block | readonly unknown[];

/**
 * A text, written as it will be: the common indentation and the first and last line break are dropped, and backslashes
 * are themselves (`\${` and a backslash before a backtick give the character alone).
 *
 * A text, a passage, `when(…, text`…`)` or `...each(…)` on a line of its own stands for its lines, indented as it is.
 * Blank lines directly before such a block or at the end of it are dropped, as Helm drops them.
 *
 * @throws if the first line may be absent or is indented: a block of YAML needs it.
 */
export function text(literals: TemplateStringsArray, ...placeholders: readonly Placeholder[]): Text {
  const raw = literals.raw.map((literal) => literal.replace(/\\(`|\$\{)/g, '$1'));
  const lines = splitLines(raw, placeholders);
  if (isBlank(lines[0])) lines.shift();
  if (isBlank(lines.at(-1))) lines.pop();
  const margin = Math.min(...lines.filter((line) => !isBlank(line)).map(indentationOf));
  return new Text(withoutTrailingBlanks(lines.flatMap((line) => itemsOf(line, margin))));
}

/** The placeholders of a line among its literals. */
type Draft = (string | { readonly placeholder: Placeholder })[];

function splitLines(literals: readonly string[], placeholders: readonly Placeholder[]): Draft[] {
  const lines: Draft[] = [[]];
  literals.forEach((literal, i) => {
    literal.split('\n').forEach((piece, j) => {
      if (j > 0) lines.push([]);
      lines.at(-1)?.push(piece);
    });
    if (i < placeholders.length) lines.at(-1)?.push({ placeholder: placeholders[i] });
  });
  return lines;
}

function isBlank(line: Draft | undefined): boolean {
  return line?.every((piece) => typeof piece === 'string' && piece.trim() === '') === true;
}

function indentationOf(line: Draft): number {
  const [first] = line;
  return typeof first === 'string' ? first.length - first.trimStart().length : 0;
}

function itemsOf(line: Draft, margin: number): readonly Item[] {
  const blocks = line.filter((piece) => typeof piece !== 'string');
  const [block] = blocks;
  if (block !== undefined && isBlock(block.placeholder)) {
    if (blocks.length > 1 || line.some((piece) => typeof piece === 'string' && piece.trim() !== '')) {
      throw new TypeError('a text, a condition or a loop stands on a line of its own');
    }
    return indented(block.placeholder, ' '.repeat(indentationOf(line) - margin));
  }
  const parts = concat(line.map((piece) => (typeof piece === 'string' ? piece : inline(piece.placeholder))));
  const literal = literalOf(parts);
  if (literal !== undefined) return [new Line([literal.slice(margin).trimEnd()])];
  const pieces = parts instanceof Interpolation ? parts.parts : [parts];
  const trimmed = pieces.map((piece, i) => {
    if (isExpr(piece)) return piece;
    const start = i === 0 ? piece.slice(margin) : piece;
    return i === pieces.length - 1 ? start.trimEnd() : start;
  });
  return [new Line(trimmed.filter((piece) => piece !== ''))];
}

function isBlock(placeholder: Placeholder): placeholder is Exclude<Placeholder, Input<Scalar>> {
  return placeholder === undefined || (typeof placeholder === 'object' && !isExpr(placeholder));
}

function inline(placeholder: Placeholder): Input<Scalar> {
  if (isBlock(placeholder)) throw new TypeError('a text, a condition or a loop stands on a line of its own');
  return placeholder;
}

function indented(block: unknown, by: string): readonly Item[] {
  if (block === undefined) return [];
  if (Array.isArray(block)) return block.flatMap((part: unknown) => indented(part, by));
  if (block instanceof Text) return block.items.flatMap((item) => indented(item, by));
  if (block instanceof Line) return [isEmptyLine(block) ? block : new Line([by, ...block.parts])];
  if (block instanceof Passage) return [new Passage(block.name, block.comment, block.content, by + block.indentation)];
  if (block instanceof Each) return [new Each<Text>(block.over, block.item, block.index, indentedText(block.body, by))];
  if (block instanceof When) {
    const known = literalOf(block.condition);
    if (known !== undefined) return indented(known ? block.then : block.otherwise, by);
    const otherwise = block.otherwise === undefined ? undefined : indentedText(block.otherwise, by);
    return [new When<Text>(block.condition, indentedText(block.then, by), otherwise)];
  }
  throw new TypeError('the body of a condition or loop in a text is a text');
}

function indentedText(block: unknown, by: string): Text {
  return new Text(withoutTrailingBlanks(indented(block, by)));
}

function isEmptyLine(item: Item): boolean {
  return item instanceof Line && item.parts.every((part) => part === '');
}

/** Drops blank lines at the end and directly before a block: `{{-` takes them. */
function withoutTrailingBlanks(items: readonly Item[]): readonly Item[] {
  return items.filter((item, i) => {
    if (!isEmptyLine(item)) return true;
    const next = items.slice(i).find((later) => !isEmptyLine(later));
    return next instanceof Line;
  });
}

const linesIn = once((scope: Scope) => once((content: Text) => readLines(content, scope)));

/** The lines of a text in one environment, without the last line break. A file, its checksums and its passages share them. */
export function linesOf(content: Text, scope: Scope): readonly string[] {
  return linesIn(scope)(content);
}

function readLines(content: Text, scope: Scope): readonly string[] {
  return content.items.flatMap((item): readonly string[] => {
    if (item instanceof Line) return [joinParts(item.parts, scope)];
    if (item instanceof Passage) return passageLines(item.content, item.indentation, scope);
    if (item instanceof Each)
      return scopesOf(item, scope).flatMap((inner) => (item.body instanceof Text ? linesOf(item.body, inner) : []));
    const chosen = item.condition.evaluate(scope) ? item.then : item.otherwise;
    return chosen instanceof Text ? linesOf(chosen, scope) : [];
  });
}

/** The lines of a passage in one environment. As Helm's, those of a value of several lines are all indented. */
export function passageLines(content: Text, indentation: string, scope: Scope): readonly string[] {
  return linesOf(content, scope).flatMap((line) => line.split('\n').map((part) => indentation + part));
}

/** A text in one environment, as a file: it ends with a line break. */
export function evaluateText(content: Text, scope: Scope): string {
  return linesOf(content, scope)
    .map((line) => `${line}\n`)
    .join('');
}

/** The SHA-256 of a text. A pod that carries it restarts when the text changes. */
export function checksum(content: Text): Expr<string> {
  return new Checksum(content);
}

export class Checksum extends Expr<string> {
  constructor(readonly content: Text) {
    super('string');
  }
  override get plain(): boolean {
    return true;
  }
  evaluate(scope: Scope): string {
    return sha256(linesOf(this.content, scope).join('\n'));
  }
  toGoTemplate(go: GoContext): string {
    return `(include "${go.text(this.content)}" ${go.root === '' ? '.' : go.root} | sha256sum)`;
  }
  protected description(): string {
    return `checksum(${sha256(JSON.stringify(skeletonOf(this.content)))})`;
  }
  override operands(): readonly Expr<unknown>[] {
    return expressionsOf(this.content);
  }
}

/** The text with its expressions named: two texts with one skeleton are alike. */
function skeletonOf(content: Text): unknown {
  const bodyOf = (body: unknown): unknown => (body instanceof Text ? skeletonOf(body) : null);
  return content.items.map((item) => {
    if (item instanceof Line) return item.parts.map((part) => (isExpr(part) ? [part.describe()] : part));
    if (item instanceof Passage) return [item.indentation, skeletonOf(item.content)];
    if (item instanceof Each) return [item.over.describe(), bodyOf(item.body)];
    return [item.condition.describe(), bodyOf(item.then), bodyOf(item.otherwise)];
  });
}

/** @throws where a text does not begin with a line that is always there and not indented. */
export function assertFileText(content: Text, name: string): void {
  const [first] = content.items;
  const start = first instanceof Line ? first.parts[0] : undefined;
  if (start === undefined || start === '' || (!isExpr(start) && /^\s/.test(start))) {
    throw new TypeError(`${name}: begin the text with a line that is always there and not indented`);
  }
}

/** Expressions that a text depends on. */
export function expressionsOf(content: Text): readonly Expr<unknown>[] {
  return content.items.flatMap((item): readonly Expr<unknown>[] => {
    if (item instanceof Line) return item.parts.filter((part) => isExpr(part));
    if (item instanceof Passage) return expressionsOf(item.content);
    const bodies = item instanceof Each ? [item.body] : [item.then, item.otherwise];
    const head = item instanceof Each ? item.over : item.condition;
    return [head, ...bodies.flatMap((body) => (body instanceof Text ? expressionsOf(body) : []))];
  });
}
