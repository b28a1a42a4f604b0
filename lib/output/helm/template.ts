/** The Helm reading of a tree: lines of a template, with controls at the indentation of what they guard. */
import { type Expr, type Scalar, isExpr, literalOf } from '../../values/expression';
import { bare } from '../../values/go-code';
import { IN_CHART } from '../../values/chart-facts';
import { not } from '../../values/logic';
import {
  Each,
  EachEntry,
  Entry,
  Fragment,
  type FragmentDefinition,
  Keep,
  Late,
  Line,
  Merge,
  type Node,
  Passage,
  Text,
  When,
  isMap,
} from '../../values/parts';
import { isList } from '../../values/json';
import { objectReference } from '../../values/reference';
import { parametersOf, presence } from '../../values/tree';
import { UnwritableError, emitKey, isPrintable } from '../yaml';
import { type Block, type Known, NOTHING, always, join } from './blocks';
import type { Place } from './go';
import { escaped, inline, scalar } from './scalars';

/** What a template may ask of the chart it is part of. */
export interface Definitions {
  /** Defines a fragment once; tells whether its callers must pass the root. */
  define(definition: FragmentDefinition): { readonly name: string; readonly needsRoot: boolean };
  /** The named template of a text that is also hashed. */
  definedText(text: Text): string | undefined;
  /** The named template of a text that must have one. */
  textOf(text: Text): string;
}

export class TemplatePrinter {
  constructor(private readonly definitions: Definitions) {}

  /** The fields of a map. */
  map(node: Node, indent: number, go: Place, known: Known = NOTHING): readonly string[] {
    return join(this.mapBlocks(node, indent, go, known), indent);
  }

  /** The lines of a condition around others. */
  guarded(condition: Expr<boolean>, lines: readonly string[], indent: number, go: Place): readonly string[] {
    const code = this.condition(condition, go);
    return join([{ guard: code, lines }], indent);
  }

  /** A fragment's body, as the content of its named template. */
  body(definition: FragmentDefinition, go: Place): readonly string[] {
    const node = unwrap(definition.body(parametersOf(definition)));
    if (isExpr(node) || typeof node !== 'object') return [isExpr(node) ? inline([node], go) : escaped(String(node))];
    return isList(node) ? this.items(node, 0, go) : this.map(node, 0, go);
  }

  /** The lines of a text. */
  text(content: Text, indent: number, go: Place): readonly string[] {
    const pad = ' '.repeat(indent);
    return content.items.flatMap((item): readonly string[] => {
      if (item instanceof Line) {
        const lines = inline(item.parts.map(printable), go).split('\n');
        return lines.map((line) => (line === '' ? '' : pad + line));
      }
      if (item instanceof Passage) return [this.passage(item, indent + item.indentation.length, go)];
      if (item instanceof Each) {
        const inner = go.inRange(item.index, item.item);
        const body = item.body instanceof Text ? this.text(item.body, indent, inner) : [];
        return this.range(item, body, indent + depthOf(item.body), go, inner);
      }
      const depth = pad + ' '.repeat(depthOf(item.then));
      const branch = (part: Node): readonly string[] => (part instanceof Text ? this.text(part, indent, go) : []);
      const otherwise = branch(item.otherwise);
      return [
        `${depth}{{- if ${this.condition(item.condition, go) ?? 'true'} }}`,
        ...branch(item.then),
        ...(otherwise.length > 0 ? [`${depth}{{- else }}`, ...otherwise] : []),
        `${depth}{{- end }}`,
      ];
    });
  }

  /** The code of a condition; undefined where it always holds in a chart. */
  condition(condition: Expr<boolean>, go: Place): string | undefined {
    return condition === IN_CHART || literalOf(condition) === true ? undefined : bare(condition.toGoCondition(go));
  }

  // ---- Maps --------------------------------------------------------------------------------------------------------

  private mapBlocks(part: Node, indent: number, go: Place, known: Known): readonly Block[] {
    const node = unwrap(part);
    const pad = ' '.repeat(indent);
    if (node === undefined) return [];
    if (node instanceof When)
      return this.choice(node, go, known, (branch, inner) => this.mapBlocks(branch, indent, go, inner), indent);
    if (node instanceof Merge) return node.parts.flatMap((inner) => this.mapBlocks(inner, indent, go, known));
    if (node instanceof Keep) return this.mapBlocks(node.part, indent, go, known);
    if (node instanceof Fragment)
      return [this.under(presence(node), go, known, [`${pad}{{- ${this.include(node, go)} | nindent ${indent} }}`])];
    if (node instanceof EachEntry) {
      const inner = go.inRange(node.index, node.item);
      const lines = join(this.entry(scalar(node.key, inner, indent), node.body, indent, inner, NOTHING), indent);
      return [{ guard: undefined, lines: this.range(node, lines, indent, go, inner) }];
    }
    if (node instanceof Entry) return this.entry(scalar(node.key, go, indent), node.body, indent, go, known);
    if (isExpr(node)) return [this.free(node, [], indent, go, known)];
    if (!isMap(node)) throw new TypeError('a map is expected here');
    return Object.entries(node).flatMap(([key, child]) =>
      this.entry(escaped(emitKey(key, pad)), child, indent, go, known),
    );
  }

  /** One field: its key, and its value on the same line or below. */
  private entry(key: string, value: Node, indent: number, go: Place, known: Known): readonly Block[] {
    const node = unwrap(value);
    const pad = ' '.repeat(indent);
    const head = `${pad}${key}:`;
    if (node === undefined) return [];
    if (node instanceof When)
      return this.choice(node, go, known, (branch, inner) => this.entry(key, branch, indent, go, inner), indent);
    if (node instanceof Text) {
      const name = this.definitions.definedText(node);
      const lines = name === undefined ? this.text(node, indent + 2, go) : [includedText(name, indent + 2, go)];
      return [always([`${head} |`, ...lines])];
    }
    if (node instanceof Passage) return [always([head, this.passage(node, indent + 2, go)])];
    if (isExpr(node) && (node.kind === 'map' || node.kind === 'list'))
      return [this.free(node, [head], indent + 2, go, known)];
    if (isExpr(node) || typeof node !== 'object') return [always([`${head} ${scalar(node, go, indent)}`])];
    if (node instanceof Fragment) {
      if (isScalar(node.body())) return [always([`${head} {{ ${this.include(node, go)} | quote }}`])];
      return [
        this.under(presence(node), go, known, [
          head,
          `${pad}  {{- ${this.include(node, go)} | nindent ${indent + 2} }}`,
        ]),
      ];
    }
    const condition = presence(node);
    const isKept = node instanceof Keep;
    const part: Node = isKept ? node.part : node;
    if (!isList(part) && Object.keys(part).length === 0) return [always([`${head} {}`])];
    const inner = known.with(condition);
    const lines = isList(part) ? this.items(part, indent + 2, go, inner) : this.map(part, indent + 2, go, inner);
    if (isKept && lines.length === 0) return [always([`${head} ${isList(part) ? '[]' : '{}'}`])];
    if (isKept && literalOf(presence(part)) !== true) {
      const isEmpty = this.condition(not(presence(part)), go) ?? 'false';
      return [always([`${head} {{- if ${isEmpty} }} ${isList(part) ? '[]' : '{}'}{{- end }}`, ...lines])];
    }
    return lines.length === 0 ? [] : [this.under(condition, go, known, [head, ...lines])];
  }

  // ---- Lists -------------------------------------------------------------------------------------------------------

  private items(items: readonly Node[], indent: number, go: Place, known: Known = NOTHING): readonly string[] {
    return join(
      items.flatMap((item) => this.item(item, indent, go, known)),
      indent,
    );
  }

  private item(value: Node, indent: number, go: Place, known: Known): readonly Block[] {
    const node = unwrap(value);
    const pad = ' '.repeat(indent);
    if (node === undefined) return [];
    if (node instanceof When)
      return this.choice(node, go, known, (branch, inner) => this.item(branch, indent, go, inner), indent);
    if (isList(node)) return node.flatMap((inner) => this.item(inner, indent, go, known));
    if (node instanceof Each) {
      const inner = go.inRange(node.index, node.item);
      return [always(this.range(node, join(this.item(node.body, indent, inner, NOTHING), indent), indent, go, inner))];
    }
    if (node instanceof Fragment && isScalar(node.body()))
      return [always([`${pad}- {{ ${this.include(node, go)} | quote }}`])];
    if (node instanceof Passage) return [always([this.passage(node, indent, go)])];
    if (node instanceof Text) throw new TypeError('a text stands under a key');
    if ((isExpr(node) && node.kind !== 'map') || typeof node !== 'object')
      return [always([`${pad}- ${scalar(node, go, indent)}`])];
    const condition = presence(node);
    const lines = this.map(node, indent + 2, go, known.with(condition));
    const [first] = lines;
    // A control or an include cannot follow the dash: the map begins on the next line.
    const dashed =
      first?.trimStart().startsWith('{{-') === true
        ? [`${pad}-`, ...lines]
        : [`${pad}- ${first?.trimStart() ?? '{}'}`, ...lines.slice(1)];
    return [this.under(condition, go, known, dashed)];
  }

  // ---- Parts -------------------------------------------------------------------------------------------------------

  private choice(
    node: When,
    go: Place,
    known: Known,
    print: (branch: Node, known: Known) => readonly Block[],
    indent: number,
  ): readonly Block[] {
    const guard = this.condition(node.condition, go);
    if (guard === undefined || known.holds(node.condition)) return print(node.then, known);
    const lines = join(print(node.then, known.with(node.condition)), indent);
    const otherwise = join(print(node.otherwise, known), indent);
    const opposite = this.condition(not(node.condition), go);
    if (lines.length === 0)
      return otherwise.length === 0 ? [] : [{ guard: opposite, opposite: guard, lines: otherwise }];
    return [
      { guard, ...(opposite === undefined ? {} : { opposite }), lines, ...(otherwise.length > 0 ? { otherwise } : {}) },
    ];
  }

  private under(condition: Expr<boolean>, go: Place, known: Known, lines: readonly string[]): Block {
    return known.holds(condition) ? always(lines) : { guard: this.condition(condition, go), lines };
  }

  /** A map or list of the user's, as YAML. */
  private free(node: Expr<unknown>, head: readonly string[], indent: number, go: Place, known: Known): Block {
    const pad = ' '.repeat(indent);
    const code = node.toGoTemplate(go);
    return this.under(presence(node), go, known, [...head, `${pad}{{- toYaml ${code} | nindent ${indent} }}`]);
  }

  private range(
    loop: Each | EachEntry,
    lines: readonly string[],
    indent: number,
    go: Place,
    inner: Place,
  ): readonly string[] {
    const pad = ' '.repeat(indent);
    const [index, item] = [inner.variable(loop.index), inner.variable(loop.item)];
    const isIndexUsed = new RegExp(`\\${index}\\b`).test(lines.join('\n'));
    const over = loop.over.kind === 'int' ? `until (int ${loop.over.toGoNumber(go)})` : loop.over.toGoTemplate(go);
    const variables =
      loop.index === loop.item || !(isIndexUsed || loop.over.kind === 'map') ? item : `${index}, ${item}`;
    return [`${pad}{{- range ${variables} := ${over} }}`, ...lines, `${pad}{{- end }}`];
  }

  private passage(node: Passage, indent: number, go: Place): string {
    return includedText(this.definitions.textOf(node.content), indent, go);
  }

  /** The call of a fragment's named template. */
  private include(node: Fragment, go: Place): string {
    const { name, needsRoot } = this.definitions.define(node.definition);
    const parameters = Object.keys(node.definition.parameters);
    if (parameters.length === 0) return `include "${name}" ${go.dot}`;
    const given = parameters.map((parameter) => ` "${parameter}" ${argument(node.given[parameter], go)}`).join('');
    return `include "${name}" (dict${needsRoot ? ` "root" ${go.dot}` : ''}${given})`;
  }
}

/** @throws UnwritableError where a part holds what only quotes could: a text is a block, or a file's content. */
function printable(part: string | Expr<Scalar>): string | Expr<Scalar> {
  if (isExpr(part) || isPrintable(part)) return part;
  throw new UnwritableError(
    JSON.stringify(part),
    'a text holds no control characters, and no line breaks but a line feed',
  );
}

/** The line that stands for those of a text's named template. */
function includedText(name: string, indent: number, go: Place): string {
  return `${' '.repeat(indent)}{{- include "${name}" ${go.dot} | nindent ${indent} }}`;
}

/** A fragment's argument: an expression, a literal, or an object of them. */
function argument(given: unknown, go: Place): string {
  if (isExpr(given)) return given.toGoTemplate(go);
  if (typeof given !== 'object' || given === null) return JSON.stringify(given);
  const whole = objectReference(given);
  if (whole !== undefined) return whole.toGoTemplate(go);
  const fields = Object.entries(given).filter(
    ([, value]) => value !== null && value !== undefined && literalOf(value) !== null,
  );
  return `(dict${fields.map(([key, value]) => ` "${key}" ${argument(value, go)}`).join('')})`;
}

/** Late parts as built, and conditions that are already decided. */
function unwrap(node: Node): Node {
  if (node instanceof Late) return unwrap(node.node);
  if (node instanceof When) {
    const known = literalOf(node.condition);
    return known === undefined ? node : unwrap(known ? node.then : node.otherwise);
  }
  if (isList(node) && node.length === 0) return undefined;
  return node;
}

function isScalar(part: Node): part is Scalar | Expr<Scalar> {
  const node = unwrap(part);
  return isExpr(node) ? node.kind !== 'map' && node.kind !== 'list' : typeof node !== 'object';
}

/** How far the first line of a text is indented: a control stands where the lines do that it guards. */
function depthOf(part: Node): number {
  const [first] = part instanceof Text ? part.items : [];
  if (first instanceof When) return depthOf(first.then);
  if (first instanceof Each) return depthOf(first.body);
  if (first instanceof Passage) return first.indentation.length;
  const start = (first?.parts ?? []).map((piece) => (isExpr(piece) ? 'x' : piece)).join('');
  return start.length - start.trimStart().length;
}
