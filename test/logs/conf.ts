/** Reads Logstash's configuration language: https://www.elastic.co/docs/reference/logstash/configuration-file-structure */

export type Value = string | number | readonly Value[] | ReadonlyMap<string, Value>;

export interface Plugin {
  readonly plugin: string;
  /** A setting that stands twice has both values. */
  readonly settings: ReadonlyMap<string, Value>;
}

export interface Branches {
  /** The first that holds is taken; the last may have no condition. */
  readonly branches: readonly { readonly condition: Condition | undefined; readonly body: readonly Statement[] }[];
}

export type Statement = Plugin | Branches;

export type Operand =
  { readonly field: string } | { readonly value: Value } | { readonly regex: string } | { readonly group: Condition };

export type Condition =
  | { readonly operand: Operand }
  | { readonly not: Condition }
  | { readonly left: Operand; readonly operator: string; readonly right: Operand }
  | { readonly any: readonly Condition[] }
  | { readonly all: readonly Condition[] };

export type Section = 'input' | 'filter' | 'output';
export type Pipeline = Readonly<Record<Section, readonly Statement[]>>;

const TOKEN =
  /\s+|#[^\n]*|"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|=>|==|!=|<=|>=|=~|!~|[{}()[\],!<>]|-?\d+(?:\.\d+)?(?![\w.])|[A-Za-z_@][\w@]*/y;
const OPERATORS = ['==', '!=', '<', '>', '<=', '>=', '=~', '!~', 'in'];

/** @throws with the line, where it is none */
export function parsePipeline(source: string): Pipeline {
  return new Parser(source).pipeline();
}

class Parser {
  private at = 0;

  constructor(private readonly source: string) {
    this.skip();
  }

  pipeline(): Pipeline {
    const sections: Record<Section, Statement[]> = { input: [], filter: [], output: [] };
    while (this.at < this.source.length) {
      const name = this.take();
      if (name !== 'input' && name !== 'filter' && name !== 'output') this.fail(`no section ${name}`);
      sections[name].push(...this.block());
    }
    return sections;
  }

  private block(): readonly Statement[] {
    this.expect('{');
    const statements: Statement[] = [];
    while (this.peek() !== '}') statements.push(this.peek() === 'if' ? this.branches() : this.plugin());
    this.expect('}');
    return statements;
  }

  private branches(): Branches {
    const branches: { condition: Condition | undefined; body: readonly Statement[] }[] = [];
    this.expect('if');
    branches.push({ condition: this.condition(), body: this.block() });
    while (this.peek() === 'else') {
      this.expect('else');
      const isLast = this.peek() !== 'if';
      if (!isLast) this.expect('if');
      branches.push({ condition: isLast ? undefined : this.condition(), body: this.block() });
      if (isLast) break;
    }
    return { branches };
  }

  private plugin(): Plugin {
    const plugin = this.take();
    const settings = new Map<string, Value>();
    this.expect('{');
    while (this.peek() !== '}') {
      const name = text(this.take());
      this.expect('=>');
      if (settings.has(name)) this.fail(`${name} stands twice in ${plugin}`);
      settings.set(name, this.value());
    }
    this.expect('}');
    return { plugin, settings };
  }

  private value(): Value {
    const token = this.take();
    if (token === '[') {
      const items: Value[] = [];
      while (this.peek() !== ']') {
        items.push(this.value());
        if (this.peek() !== ']') this.expect(',');
      }
      this.expect(']');
      return items;
    }
    if (token === '{') {
      const entries = new Map<string, Value>();
      while (this.peek() !== '}') {
        const key = text(this.take());
        this.expect('=>');
        entries.set(key, this.value());
      }
      this.expect('}');
      return entries;
    }
    return /^-?\d/.test(token) ? Number(token) : text(token);
  }

  /** `and` and `or` without parentheses are taken from left to right alike: so they are not mixed here. */
  private condition(): Condition {
    const parts = [this.comparison()];
    const joint = this.peek();
    if (joint !== 'and' && joint !== 'or') return parts[0] ?? this.fail('no condition');
    while (this.peek() === joint) {
      this.expect(joint);
      parts.push(this.comparison());
    }
    if (['and', 'or'].includes(this.peek())) this.fail('and and or need parentheses');
    return joint === 'and' ? { all: parts } : { any: parts };
  }

  private comparison(): Condition {
    if (this.peek() === '!') {
      this.expect('!');
      return { not: this.comparison() };
    }
    const left = this.operand();
    const operator = this.peek();
    if (!OPERATORS.includes(operator)) return { operand: left };
    this.expect(operator);
    return { left, operator, right: operator === '=~' || operator === '!~' ? this.regex() : this.operand() };
  }

  private operand(): Operand {
    if (this.peek() === '(') {
      this.expect('(');
      const group = this.condition();
      this.expect(')');
      return { group };
    }
    if (this.peek() !== '[') return { value: this.value() };
    const field = /(?:\[[^[\],"']+\])+/y;
    field.lastIndex = this.at;
    const found = field.exec(this.source)?.[0];
    if (found === undefined) return { value: this.value() };
    this.at += found.length;
    this.skip();
    return { field: found };
  }

  private regex(): Operand {
    const literal = /\/((?:[^/\\\n]|\\.)*)\//y;
    literal.lastIndex = this.at;
    const found = literal.exec(this.source);
    if (found?.[1] === undefined) return this.fail('no regular expression');
    this.at += found[0].length;
    this.skip();
    return { regex: found[1].replaceAll('\\/', '/') };
  }

  private peek(): string {
    if (this.at >= this.source.length) return '';
    TOKEN.lastIndex = this.at;
    return TOKEN.exec(this.source)?.[0] ?? this.fail('no token');
  }

  private take(): string {
    const token = this.peek();
    if (token === '') this.fail('it ends');
    this.at += token.length;
    this.skip();
    return token;
  }

  private expect(token: string): void {
    const found = this.take();
    if (found !== token) this.fail(`${found} instead of ${token}`);
  }

  private skip(): void {
    const blank = /(?:\s+|#[^\n]*)*/y;
    blank.lastIndex = this.at;
    this.at += blank.exec(this.source)?.[0].length ?? 0;
  }

  private fail(what: string): never {
    throw new SyntaxError(`line ${this.source.slice(0, this.at).split('\n').length}: ${what}`);
  }
}

/** Without `config.support_escapes` a backslash is itself. */
function text(token: string): string {
  return /^["']/.test(token) ? token.slice(1, -1) : token;
}

/** All plugins of some statements, those of every branch among them. */
export function pluginsOf(statements: readonly Statement[]): readonly Plugin[] {
  return statements.flatMap((statement) =>
    'plugin' in statement ? [statement] : statement.branches.flatMap(({ body }) => pluginsOf(body)),
  );
}
