/** What the package exports, as the compiler reads it: names, doc comments and the members behind them. */
import { join, relative } from 'node:path';
import ts from 'typescript';
import { exportsOf, programOf } from '../exported-symbols';

const root = join(__dirname, '..', '..');

/** A prop of an interface, its own or one that it inherits. */
export interface Prop {
  readonly name: string;
  /** As the source has it. */
  readonly type: string;
  readonly isOptional: boolean;
  readonly description: string;
  /** What stands after `@default`. */
  readonly default: string | undefined;
  /** The interface that declares it. */
  readonly declaredBy: string;
}

/** The public API. */
export class PublicApi {
  private readonly program: ts.Program;
  private readonly checker: ts.TypeChecker;

  constructor(private readonly entries: readonly string[] = ['lib/index.ts', 'lib/plus.ts']) {
    this.program = programOf(entries.map((file) => join(root, file)));
    this.checker = this.program.getTypeChecker();
  }

  /** The props of an exported interface, in the order of its source; those of the interfaces that it extends come last. */
  propsOf(name: string): readonly Prop[] {
    const symbol = this.exports().find((each) => each.name === name);
    if (symbol === undefined) throw new Error(`lib/index.ts exports no ${name}`);
    return this.checker.getPropertiesOfType(this.checker.getDeclaredTypeOfSymbol(symbol)).map((prop) => {
      const declaration = prop.valueDeclaration ?? prop.declarations?.[0];
      if (declaration === undefined || !ts.isPropertySignature(declaration) || declaration.type === undefined)
        throw new Error(`${name}.${prop.name} is declared by no interface`);
      const { parent } = declaration;
      return {
        name: prop.name,
        type: declaration.type
          .getText()
          .replace(/\/\*.*?\*\//gs, '')
          .replace(/\s+/g, ' '),
        isOptional: (prop.flags & ts.SymbolFlags.Optional) !== 0,
        description: this.commentOf(prop),
        default: this.tagOf(prop, 'default'),
        declaredBy: ts.isInterfaceDeclaration(parent) ? parent.name.text : name,
      };
    });
  }

  /** The source file of an export, without its ending and below lib/: `tiers/data/postgres`. */
  moduleOf(name: string): string | undefined {
    const [declaration] = this.exports().find((each) => each.name === name)?.declarations ?? [];
    return declaration && relative(join(root, 'lib'), declaration.getSourceFile().fileName).replace(/\.ts$/, '');
  }

  /** Exports and public members without a word of what they are, and optional props that do not say their default. */
  undocumented(): readonly string[] {
    return this.exports().flatMap((symbol) => {
      const declarations = symbol.declarations ?? [];
      const members = declarations
        .flatMap((declaration) => this.membersOf(declaration))
        .flatMap(({ member, isProp }) => {
          const name = `${symbol.name}.${member.name}`;
          return [
            ...(this.commentOf(member) === '' ? [name] : []),
            ...(isProp && this.tagOf(member, 'default') === undefined ? [`${name} without @default`] : []),
          ];
        });
      const file = relative(root, declarations[0]?.getSourceFile().fileName ?? '');
      const missing = [...(declarations.some(hasOwnComment) ? [] : [symbol.name]), ...members];
      return missing.map((name) => `${file}: ${name}`);
    });
  }

  /** The public members of an interface, those that it inherits from others of this package among them, or of a class. */
  private membersOf(declaration: ts.Declaration): readonly { readonly member: ts.Symbol; readonly isProp: boolean }[] {
    if (ts.isInterfaceDeclaration(declaration) || ts.isTypeAliasDeclaration(declaration)) {
      if (ts.isTypeAliasDeclaration(declaration) && !ts.isTypeLiteralNode(declaration.type)) return [];
      return this.checker
        .getPropertiesOfType(this.checker.getTypeAtLocation(declaration))
        .filter(isOurs)
        .map((member) => ({ member, isProp: member.declarations?.some(isOptionalProp) === true }));
    }
    if (!ts.isClassDeclaration(declaration)) return [];
    return declaration.members.filter(isPublic).flatMap(({ name }) => {
      const member = name && this.checker.getSymbolAtLocation(name);
      return member === undefined ? [] : [{ member, isProp: false }];
    });
  }

  private exports(): readonly ts.Symbol[] {
    return this.entries.flatMap((file) => exportsOf(this.program, join(root, file)).map(({ symbol }) => symbol));
  }

  /** Its own, or that of what it implements. */
  private commentOf(symbol: ts.Symbol): string {
    return ts.displayPartsToString(symbol.getDocumentationComment(this.checker)).replace(/\s*\n\s*/g, ' ');
  }

  private tagOf(symbol: ts.Symbol, name: string): string | undefined {
    const tag = symbol.getJsDocTags(this.checker).find((each) => each.name === name);
    return tag && ts.displayPartsToString(tag.text).replace(/\s*\n\s*/g, ' ');
  }
}

function isOurs({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some((declaration) => declaration.getSourceFile().fileName.startsWith(join(root, 'lib')));
}

function isOptionalProp(declaration: ts.Declaration): boolean {
  return ts.isPropertySignature(declaration) && declaration.questionToken !== undefined;
}

/** Under a name that others can write: no constructor, and nothing by a symbol. */
function isPublic(member: ts.ClassElement): boolean {
  const isPrivate = (ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private) !== 0;
  return !isPrivate && member.name !== undefined && ts.isIdentifier(member.name);
}

/** Not that of what an interface extends, which the compiler would hand down. */
function hasOwnComment(declaration: ts.Declaration): boolean {
  const documented = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return ts.getJSDocCommentsAndTags(documented).length > 0;
}
