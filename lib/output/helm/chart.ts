/** The Helm reading of a system: a chart that a person can read and change. */
import type { IConstruct } from 'constructs';
import type { Check } from '../../objects/checks';
import { Expr } from '../../values/expression';
import { isList } from '../../values/json';
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
  Passage,
  Text,
  When,
} from '../../values/parts';
import { Checksum } from '../../values/text';
import { type Collected, collectChecks, collectObjects } from '../collect';
import { writtenAt } from '../yaml';
import { checksTemplate } from './checks';
import { type ChartNames, type NamedContent, Place } from './go';
import { inline } from './scalars';
import { operationHelpers } from './helpers';
import { type Definitions, TemplatePrinter } from './template';

/** Templates of one chart, by path. */
export function templates(system: IConstruct, chart: string, notes?: Text): ReadonlyMap<string, string> {
  return new ChartTemplates(chart, collectObjects(system), collectChecks(system)).files(notes);
}

/** A text that is a named template in a file of its own. */
interface NamedText {
  readonly name: string;
  readonly path: string;
  /** What stands above it. */
  readonly comment: string;
}

interface Definition {
  readonly name: string;
  readonly comment: string;
  readonly needsRoot: boolean;
  readonly lines: readonly string[];
}

class ChartTemplates implements ChartNames, Definitions {
  private readonly printer = new TemplatePrinter(this);
  private readonly helpers = new Map<string, Definition>();
  private readonly fragments = new Map<string, FragmentDefinition>();
  private readonly texts = new Map<Text, NamedText>();
  private readonly textNames = new Set<string>();

  constructor(
    readonly chart: string,
    private readonly objects: readonly Collected[],
    private readonly checks: readonly Check[],
  ) {
    const hashed = new Set<Text>();
    const texts: { readonly node: Text | Passage; readonly tier: string; readonly key: string }[] = [];
    const seen = new Set<unknown>();
    for (const { tier, tree } of objects) {
      walk(tree, seen, (node, key) => {
        if (node instanceof Checksum) hashed.add(node.content);
        else if (node instanceof Text || node instanceof Passage) texts.push({ node, tier, key });
      });
    }
    for (const { node, tier, key } of texts) {
      if (node instanceof Passage) this.nameText(node.content, tier, node.name, node.comment);
      else if (hashed.has(node))
        this.nameText(node, tier, key, 'A file of the pods, which are replaced when it changes.');
    }
  }

  files(notes: Text | undefined): ReadonlyMap<string, string> {
    const files = new Map<string, string>();
    const print = (path: string, text: Text): readonly string[] =>
      writtenAt(path, () => this.printer.text(text, 0, Place.top(this)));
    if (notes) files.set('templates/NOTES.txt', `${print('templates/NOTES.txt', notes).join('\n')}\n`);
    for (const [text, { name, path, comment }] of this.texts) {
      const lines = print(path, text);
      files.set(path, `{{/* ${comment} */}}\n{{- define "${name}" -}}\n${lines.join('\n')}\n{{- end }}\n`);
    }
    for (const object of this.objects) files.set(`templates/${object.tier}/${object.file}.yaml`, this.object(object));
    if (this.checks.length > 0) files.set('templates/checks.yaml', checksTemplate(this.checks, Place.top(this)));
    files.set('templates/_helpers.tpl', this.helpersFile());
    return files;
  }

  private object({ path, condition, tree }: Collected): string {
    const go = Place.top(this);
    const lines = writtenAt(path, () => this.printer.map(tree, 0, go));
    return `${this.printer.guarded(condition, [...go.head, ...lines], 0, go).join('\n')}\n`;
  }

  private helpersFile(): string {
    const definitions = [...this.helpers.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return definitions
      .map(
        ({ name, comment, lines }) =>
          `{{/* ${comment} */}}\n{{- define "${this.chart}.${name}" -}}\n${lines.join('\n')}\n{{- end }}\n`,
      )
      .join('\n');
  }

  need(name: string): void {
    const helper = operationHelpers[name];
    if (helper === undefined) throw new Error(`no helper "${name}"`);
    this.helpers.set(name, { name, needsRoot: false, ...helper });
  }

  name(name: string, comment: string, content: NamedContent): void {
    const go = Place.top(this);
    const lines = content instanceof Expr ? [inline([content], go)] : content(go);
    const found = this.helpers.get(name);
    if (found !== undefined && found.lines.join('\n') !== lines.join('\n'))
      throw new Error(`two named templates are called "${name}"`);
    this.helpers.set(name, { name, comment, needsRoot: false, lines });
  }

  define(definition: FragmentDefinition): { readonly name: string; readonly needsRoot: boolean } {
    const { name, comment } = definition;
    const known = this.fragments.get(name);
    if (known !== undefined && known !== definition) throw new Error(`two fragments are called "${name}"`);
    const found = this.helpers.get(name);
    if (found !== undefined) return { name: `${this.chart}.${name}`, needsRoot: found.needsRoot };
    this.fragments.set(name, definition);
    const go = Object.keys(definition.parameters).length === 0 ? Place.top(this) : Place.inHelper(this);
    const lines = this.printer.body(definition, go);
    this.helpers.set(name, { name, comment, needsRoot: go.needsRoot, lines });
    return { name: `${this.chart}.${name}`, needsRoot: go.needsRoot };
  }

  definedText(text: Text): string | undefined {
    return this.texts.get(text)?.name;
  }

  textOf(text: Text): string {
    const found = this.texts.get(text);
    if (found === undefined)
      throw new Error(`a text is hashed or a passage, but stands in no object: ${String(text.items.length)} lines`);
    return found.name;
  }

  /** A hashed text is a named template of its own, called after its tier and its key; a passage, after its own name. */
  private nameText(text: Text, tier: string, key: string, comment: string): void {
    if (this.texts.has(text)) return;
    const name = `${this.chart}.${tier}.${key}`;
    if (this.textNames.has(name)) throw new Error(`two texts are called "${name}"`);
    this.textNames.add(name);
    this.texts.set(text, { name, path: `templates/${tier}/_${key}.tpl`, comment });
  }
}

/** Visits all that a tree holds, with the key under which it stands first; what several places share, once. */
function walk(node: unknown, seen: Set<unknown>, visit: (node: unknown, key: string) => void, key = ''): void {
  if (typeof node !== 'object' || node === null || seen.has(node)) return;
  seen.add(node);
  visit(node, key);
  const inner = (part: unknown, at = key): void => walk(part, seen, visit, at);
  if (isList(node)) node.forEach((part) => inner(part));
  else if (node instanceof Expr) node.operands().forEach((operand) => inner(operand));
  else if (node instanceof When) [node.condition, node.then, node.otherwise].forEach((part) => inner(part));
  else if (node instanceof Each || node instanceof EachEntry) [node.over, node.body].forEach((part) => inner(part));
  else if (node instanceof Entry) [node.key, node.body].forEach((part) => inner(part));
  else if (node instanceof Fragment) inner(node.body());
  else if (node instanceof Late) inner(node.node);
  else if (node instanceof Passage) inner(node.content);
  else if (node instanceof Keep) inner(node.part);
  else if (node instanceof Merge) node.parts.forEach((part) => inner(part));
  else if (node instanceof Text) node.items.forEach((part) => inner(part));
  else if (node instanceof Line) node.parts.forEach((part) => inner(part));
  else for (const [name, part] of Object.entries(node)) inner(part, name);
}
