import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import type { Alias, Document, Node, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { Json, JsonObject } from './expression';
import { isObject } from './json';
import { readPlain } from './yaml-11';

/** Something in a file that is refused: where it starts, and what to say about it. */
interface Problem {
  readonly offset: number;
  readonly message: string;
}

/**
 * Reads a values file as Helm does: YAML 1.1 by go-yaml v2.
 *
 * Refused is what Helm reads as something else than it says, or what its versions read differently: keys that are not
 * text to YAML 1.1 (`on`, `012`), keys given twice, integers beyond ±2^53, `.inf` and `.nan`, tags, and a second
 * document (Helm 3 ignores it, Helm 4 merges it).
 *
 * @param text contents of the file; an empty file is an empty map
 * @param file name of the file, for messages
 * @throws one error with a line for every problem: file, line, path, what was given and what to write instead
 */
export function parseValues(text: string, file: string): JsonObject {
  const lineCounter = new LineCounter();
  const options = {
    schema: 'failsafe',
    uniqueKeys: false,
    lineCounter,
    logLevel: 'error',
    prettyErrors: false,
  } as const;
  const documents = [...parseAllDocuments(text, options)];
  const problems = [
    ...unreadable(text),
    ...documents.flatMap(({ errors }) => errors.map(({ pos, message }) => ({ offset: pos[0], message }))),
    ...documents
      .slice(1)
      .filter(({ contents }) => !isEmpty(contents))
      .map(({ range }) => ({ offset: range[0], message: 'a second document; keep one document in the file' })),
  ];
  const [document] = documents;
  const values =
    document === undefined || problems.length > 0 ? {} : new DocumentReader(text, document, problems).read();
  if (problems.length === 0) return values;

  const inOrder = problems.sort((a, b) => a.offset - b.offset);
  const located = inOrder.map(({ offset, message }) => `${file}:${lineCounter.linePos(offset).line}: ${message}`);
  throw new Error(located.join('\n'));
}

/** What go-yaml reads otherwise than YAML 1.2 does, or not at all, before any scalar is looked at. */
const UNREADABLE: readonly (readonly [RegExp, string])[] = [
  [/^%.*/gm, 'a directive, which Helm 4 cannot read; remove the line'],
  [/^---(?![ \t]*$|[ \t]+#).*/gm, 'text after the document marker, which Helm 4 cannot read; put it on the next line'],
  [/\r(?!\n)/g, 'a carriage return alone, which YAML 1.1 reads as a line break; end lines with a line feed'],
  [/[\u0085\u2028\u2029]/g, 'a character that YAML 1.1 reads as a line break; write it as an escape in double quotes'],
  [
    /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]|(?<!^)\ufeff/g,
    'a control character; write it as an escape in double quotes',
  ],
];

function unreadable(text: string): Problem[] {
  return UNREADABLE.flatMap(([pattern, message]) =>
    Array.from(text.matchAll(pattern), ({ index }) => ({ offset: index, message })),
  );
}

function isEmpty(contents: Node | null): boolean {
  if (contents === null) return true;
  const isUnmarked = contents.tag === undefined && !('anchor' in contents);
  return isUnmarked && isScalar(contents) && contents.type === 'PLAIN' && readPlain(String(contents.value)) === null;
}

/** Whether a key is the merge key: `<<`, without quotes. */
function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.value === '<<';
}

function below(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

const STRING_TAG = 'tag:yaml.org,2002:str';

/** `\\/` and halves of a surrogate pair, which go-yaml refuses. */
const UNKNOWN_ESCAPE = /(?<!\\)(\\\\)*\\(\/|u[dD][89a-fA-F])/;

/** Turns one parsed document into {@link Json}, collecting what it refuses. */
class DocumentReader {
  /** Collections being read, so that an alias to one of them is seen to contain itself. */
  private readonly open = new Set<Node>();

  public constructor(
    private readonly text: string,
    private readonly document: Document.Parsed,
    private readonly problems: Problem[],
  ) {}

  public read(): JsonObject {
    const { contents } = this.document;
    if (contents === null || isEmpty(contents)) return {};
    if (isMap(contents)) return this.readMap(contents, '');
    this.refuse(contents, '', 'the file is not a map; write keys and values, such as replicas: 2');
    return {};
  }

  private readNode(node: unknown, path: string): Json {
    if (isScalar(node)) return this.readScalar(node, path);
    if (isMap(node)) return this.readMap(node, path);
    if (isSeq(node)) return this.readList(node, path);
    if (isAlias(node)) return this.readAlias(node, path);
    return null;
  }

  private readScalar(node: Scalar, path: string): Json {
    const value = this.resolve(node, path);
    const text = String(node.value);
    if (typeof value === 'bigint') {
      this.refuse(node, path, `${text} is beyond ±2^53, where Helm loses digits; write "${text}" in quotes`);
      return null;
    }
    if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) {
      this.refuse(node, path, `${text} is not a number to JSON; write "${text}" in quotes`);
    }
    return value;
  }

  /** What Helm makes of a scalar, by its quotes, its tag and its text. */
  private resolve(node: Scalar, path: string): ReturnType<typeof readPlain> {
    const text = String(node.value);
    if (node.type === 'QUOTE_DOUBLE' && UNKNOWN_ESCAPE.test(this.source(node))) {
      this.refuse(node, path, 'an escape that Helm does not know; write the character itself');
    }
    this.refuseMarks(node, path);
    if (node.tag === STRING_TAG) return text;
    if (node.type !== 'PLAIN') return text;
    if (text.startsWith('?')) this.refuse(node, path, `${text} may be read as a key; write it in quotes`);
    return readPlain(text);
  }

  private readList(node: YAMLSeq, path: string): Json {
    this.refuseMarks(node, path);
    this.open.add(node);
    const items = node.items.map((item, index) => {
      if (isMap(item) && node.flow === true && !this.source(item).startsWith('{')) {
        this.refuse(item, `${path}[${index}]`, 'a key without braces in a list; write [{ key: value }]');
      }
      return this.readNode(item, `${path}[${index}]`);
    });
    this.open.delete(node);
    return items;
  }

  private readAlias(node: Alias, path: string): Json {
    const target = node.resolve(this.document);
    if (target !== undefined && !this.open.has(target)) return this.readNode(target, path);
    const fault = target === undefined ? 'is not set above' : 'contains itself';
    this.refuse(node, path, `the anchor ${node.source} ${fault}; write the value out`);
    return null;
  }

  private readMap(node: YAMLMap, path: string): JsonObject {
    this.refuseMarks(node, path);
    this.open.add(node);
    const entries = new Map<string, Json>();
    const written = new Set<string>();
    for (const { key, value } of node.items) {
      if (isMergeKey(key)) {
        for (const [name, merged] of this.readMerge(key, value, path)) {
          // go-yaml lets a merge overwrite what stands above it; other parsers do not.
          if (written.has(name))
            this.refuse(key, below(path, name), 'set above the merge that sets it too; put << first');
          entries.set(name, merged);
        }
        continue;
      }
      const name = this.readKey(key, path);
      if (name === undefined) continue;
      if (written.has(name)) this.refuse(key, below(path, name), 'the key is given twice; keep one of the two');
      written.add(name);
      entries.set(name, this.readNode(value, below(path, name)));
    }
    this.open.delete(node);
    return Object.fromEntries(entries);
  }

  /** The entries of `<<: *anchor` or `<<: [*first, *second]`, the ones that win last. */
  private readMerge(key: unknown, value: unknown, path: string): [string, Json][] {
    const sources = isSeq(value) ? value.items.toReversed() : [value];
    return sources.flatMap((source) => {
      const merged = this.readNode(source, below(path, '<<'));
      if (isObject(merged)) return Object.entries(merged);
      this.refuse(key, below(path, '<<'), 'merges something that is not a map; name the anchor of a map');
      return [];
    });
  }

  /** The text of a key, or undefined where it is refused. */
  private readKey(key: unknown, path: string): string | undefined {
    if (!isScalar(key)) {
      this.refuse(key, path, 'a key that is not plain text; write the text of the key');
      return undefined;
    }
    const value = this.resolve(key, path);
    // Go's YAML writer, and so toYaml, leaves this key without its quotes.
    if (value === '<<') this.refuse(key, below(path, '<<'), 'a key that a chart would print as a merge; rename it');
    if (typeof value === 'string') return value;
    const text = String(key.value);
    this.refuse(key, path, `the key ${text} is ${String(value)} to YAML 1.1; write "${text}" in quotes`);
    return undefined;
  }

  /** Refuses tags but that of a text, and anchors whose name go-yaml ends earlier. */
  private refuseMarks(node: Scalar | YAMLMap | YAMLSeq, path: string): void {
    if (node.tag !== undefined && !(isScalar(node) && node.tag === STRING_TAG)) {
      this.refuse(node, path, `the tag ${node.tag}; leave it out, or write text in quotes`);
    }
    if (node.anchor !== undefined && !/^[\w-]+$/.test(node.anchor)) {
      this.refuse(node, path, `the anchor ${node.anchor}; use letters and digits in its name`);
    }
  }

  private source(node: Node): string {
    return node.range ? this.text.slice(node.range[0], node.range[1]) : '';
  }

  private refuse(node: unknown, path: string, message: string): void {
    const offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
    this.problems.push({ offset, message: path === '' ? message : `${path}: ${message}` });
  }
}
