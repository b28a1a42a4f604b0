/** Where code stands in a chart: what its names are there, and which helpers it has called for. */
import type { Expr, GoContext } from '../../values/expression';
import type { Text } from '../../values/parts';
import { Variable } from '../../values/reference';

export type NamedContent = Expr<unknown> | ((go: GoContext) => readonly string[]);

/** What all templates of one chart share. */
export interface ChartNames {
  /** The chart's name, which is before the name of every named template. */
  readonly chart: string;
  /** Notes that a helper of this name is needed. */
  need(helper: string): void;
  /** The named template that holds a text. */
  textOf(text: Text): string;
  /** Defines a named template on the root. */
  name(name: string, comment: string, content: NamedContent): void;
}

export class Place implements GoContext {
  private usesRoot = false;
  private readonly locals = new Map<string, readonly string[]>();

  private constructor(
    private readonly names: ChartNames,
    /** `''` where the dot is the template's own argument, `$` in a range. */
    private readonly prefix: '' | '$',
    private readonly isHelper: boolean,
    private readonly bound: ReadonlyMap<Variable, string>,
    private readonly outer?: Place,
  ) {}

  static top(names: ChartNames): Place {
    return new Place(names, '', false, new Map());
  }

  /** A named template that takes a map of parameters, and the root among them. */
  static inHelper(names: ChartNames): Place {
    return new Place(names, '', true, new Map());
  }

  /** Inside a range that binds variables. */
  inRange(...variables: readonly Expr<unknown>[]): Place {
    const bound = new Map(this.bound);
    for (const variable of new Set(variables.map(asVariable))) bound.set(variable, this.unused(variable.name, bound));
    return new Place(this.names, '$', this.isHelper, bound, this);
  }

  get root(): string {
    this.noteRoot();
    return `${this.prefix}${this.isHelper ? '.root' : ''}`;
  }

  get dot(): string {
    return this.root === '' ? '.' : this.root;
  }

  /** Whether code here asked for the root, so that a caller must pass it. */
  get needsRoot(): boolean {
    return this.usesRoot;
  }

  variable(expression: Expr<unknown>): string {
    const variable = asVariable(expression);
    const name = this.bound.get(variable);
    if (name !== undefined) return `$${name}`;
    if (!this.isHelper) throw new Error(`${variable.name} is used outside the loop or helper that binds it`);
    return `${this.prefix}.${variable.name}`;
  }

  helper(name: string): string {
    this.names.need(name);
    return `${this.names.chart}.${name}`;
  }

  text(text: Text): string {
    return this.names.textOf(text);
  }

  named(name: string, comment: string, content: NamedContent): string {
    this.names.name(name, comment, content);
    return `${this.names.chart}.${name}`;
  }

  local(name: string, lines: readonly string[]): string {
    if (this.isHelper || this.outer) throw new Error(`$${name} is set at the head of a file, not in a loop or helper`);
    const found = this.locals.get(name);
    if (found && found.join() !== lines.join()) throw new Error(`two variables of a file are called "${name}"`);
    this.locals.set(name, lines);
    return `$${name}`;
  }

  /** The variables that stand at the head of the file. */
  get head(): readonly string[] {
    return [...this.locals].flatMap(([name, [first = '', ...rest]]) => {
      const lines = [`{{- $${name} := ${first}`, ...rest.map((line) => `  ${line}`)];
      return [...lines.slice(0, -1), `${lines.at(-1) ?? ''} }}`];
    });
  }

  private noteRoot(): void {
    this.usesRoot = true;
    this.outer?.noteRoot();
  }

  private unused(name: string, bound: ReadonlyMap<Variable, string>): string {
    const taken = new Set(bound.values());
    for (let i = 1; ; i++) {
      const candidate = i === 1 ? name : `${name}${i}`;
      if (!taken.has(candidate)) return candidate;
    }
  }
}

function asVariable(expression: Expr<unknown>): Variable {
  if (expression instanceof Variable) return expression;
  throw new TypeError(`${expression.describe()} is not a variable`);
}
