/** The names that the package exports, as its sources declare them, and which changes of them break who imports it. */
import { join, relative } from 'node:path';
import ts from 'typescript';
import { z } from 'zod';
import * as library from '../../lib';
import * as plus from '../../lib/plus';
import type { JsonObject } from '../../lib/values/expression';
import { isList, isObject } from '../../lib/values/json';
import { exportsOf, originalOf, programOf } from '../exported-symbols';
import { exportsOf as indexExportsOf, tierEntryOf } from '../index-exports';

export const JsonMap = z.custom<JsonObject>(isObject);

/** As it is written to test/released/ and read from there. */
const Parameter = z
  .object({
    type: z.string(),
    /** It may be left out. */
    optional: z.literal(true).exactOptional(),
    /** It is all further arguments, of which there may be none. */
    rest: z.literal(true).exactOptional(),
  })
  .readonly();
export type Parameter = z.infer<typeof Parameter>;

const Signature = z
  .object({
    parameters: z.array(Parameter).readonly(),
    /** @default - inferred, or a constructor's */
    returns: z.string().exactOptional(),
  })
  .readonly();
export type Signature = z.infer<typeof Signature>;

const Member = z
  .object({
    /** Of a property. @default - it is a method */
    type: z.string().exactOptional(),
    /** One for each overload of a method. */
    signatures: z.array(Signature).readonly().exactOptional(),
    optional: z.literal(true).exactOptional(),
    /** Who extends the class must have it. */
    abstract: z.literal(true).exactOptional(),
  })
  .readonly();
export type Member = z.infer<typeof Member>;

const Exported = z
  .object({
    kind: z.enum(['class', 'constant', 'function', 'interface', 'type']),
    /** What a type is another name for. */
    type: z.string().exactOptional(),
    signatures: z.array(Signature).readonly().exactOptional(),
    members: z.record(z.string(), Member).readonly().exactOptional(),
    /** What a constant holds, where that is plain data, such as defaults. */
    data: JsonMap.exactOptional(),
  })
  .readonly();
export type Exported = z.infer<typeof Exported>;

/** By name; those of `cdk8s-tiers/plus` as `plus.asSecret`, and what those name without exporting it as `(Name of file)`. */
export const Api = z.record(z.string(), Exported).readonly();
export type Api = z.infer<typeof Api>;

/** What can be imported of each tier alone, by its entry, such as `tiers/redis-cluster`: names that the index has, too. */
export const Entries = z.record(z.string(), z.array(z.string()).readonly()).readonly();
export type Entries = z.infer<typeof Entries>;

const root = join(__dirname, '..', '..');

/** An entry point: a source file, what it exports at run time, and what stands before its names. */
export interface Entry {
  readonly file: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly prefix: string;
}

/** What the package exports. */
export function packageApi(): Api {
  return apiOf([
    { file: join(root, 'lib', 'index.ts'), values: { ...library }, prefix: '' },
    { file: join(root, 'lib', 'plus.ts'), values: { ...plus }, prefix: 'plus.' },
  ]);
}

export function tierEntries(): Entries {
  const found: Readonly<Record<string, unknown>> = { ...library };
  const entries = indexExportsOf('lib/index.ts').flatMap(({ module, names, values }): [string, readonly string[]][] => {
    const entry = tierEntryOf(
      module,
      values.map((name) => found[name]),
    );
    return entry === undefined ? [] : [[entry, [...names].sort()]];
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function apiOf(entries: readonly Entry[]): Api {
  const program = programOf(entries.map(({ file }) => file));
  const reader = new Reader(program);
  const api = entries.flatMap((entry) => reader.exportsOf(entry));
  return Object.fromEntries([...api, ...reader.parts()].sort(([a], [b]) => (a < b ? -1 : 1)));
}

// ---- Reading -------------------------------------------------------------------------------------------------------

const printer = ts.createPrinter({ removeComments: true });

class Reader {
  private readonly checker: ts.TypeChecker;
  private readonly seen = new Set<ts.Symbol>();
  /** Interfaces and types that declarations name. */
  private readonly named = new Set<ts.Symbol>();

  constructor(private readonly program: ts.Program) {
    this.checker = program.getTypeChecker();
  }

  exportsOf({ file, values, prefix }: Entry): readonly [string, Exported][] {
    return exportsOf(this.program, file).map(({ name, symbol }) => {
      this.seen.add(symbol);
      return [`${prefix}${name}`, this.exported(symbol, values[name])];
    });
  }

  /** What the exports name and are not themselves, in turn. */
  *parts(): Generator<[string, Exported]> {
    for (const symbol of this.named) {
      if (this.seen.has(symbol)) continue;
      this.seen.add(symbol);
      const file = symbol.declarations?.[0]?.getSourceFile().fileName ?? '';
      yield [`(${symbol.name} of ${relative(root, file)})`, this.exported(symbol, undefined)];
    }
  }

  private exported(symbol: ts.Symbol, value: unknown): Exported {
    const [declaration] = symbol.declarations ?? [];
    if (declaration === undefined) throw new Error(`${symbol.name} is declared nowhere`);
    if (ts.isClassDeclaration(declaration)) return { kind: 'class', members: this.membersOf(symbol, declaration) };
    if (ts.isInterfaceDeclaration(declaration)) return { kind: 'interface', members: this.membersOf(symbol) };
    if (ts.isTypeAliasDeclaration(declaration)) return { kind: 'type', type: this.aliased(symbol, declaration) };
    if (ts.isFunctionDeclaration(declaration)) return { kind: 'function', signatures: this.signaturesOf(symbol) };
    const initializer = ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
    if (initializer && ts.isArrowFunction(initializer))
      return { kind: 'function', signatures: [this.signature(initializer)] };
    const calls = this.checker.getTypeOfSymbol(symbol).getCallSignatures();
    if (calls.length > 0) return { kind: 'function', signatures: calls.map((call) => this.inferredSignature(call)) };
    return { kind: 'constant', ...(isPlain(value) && isObject(value) ? { data: value } : {}) };
  }

  /** Those that the project declares, inherited ones too. */
  private membersOf(symbol: ts.Symbol, ofClass?: ts.ClassDeclaration): Readonly<Record<string, Member>> {
    const members = this.checker
      .getPropertiesOfType(this.checker.getDeclaredTypeOfSymbol(symbol))
      .flatMap((property): [string, Member][] => {
        const own = (property.declarations ?? []).filter((declaration) => this.isPublic(declaration));
        const isSymbol = property.name.startsWith('__@');
        return own.length === 0 || isSymbol ? [] : [[property.name, this.member(property, own)]];
      });
    const statics = [...(ofClass ? (symbol.exports?.values() ?? []) : [])]
      .filter(
        ({ name, declarations = [] }) => name !== 'prototype' && declarations.every((each) => this.isPublic(each)),
      )
      .map((each): [string, Member] => [`static ${each.name}`, this.member(each, each.declarations ?? [])]);
    const constructors = ofClass && this.constructorsOf(ofClass);
    return Object.fromEntries(
      [...members, ...statics, ...(constructors ? [['constructor', constructors] as const] : [])].sort(([a], [b]) =>
        a < b ? -1 : 1,
      ),
    );
  }

  private isPublic(declaration: ts.Declaration): boolean {
    const file = declaration.getSourceFile();
    const isOurs =
      !this.program.isSourceFileFromExternalLibrary(file) && !this.program.isSourceFileDefaultLibrary(file);
    const name = ts.getNameOfDeclaration(declaration);
    const isPrivate = (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private) !== 0;
    return isOurs && !isPrivate && !(name && ts.isPrivateIdentifier(name));
  }

  private constructorsOf(declaration: ts.ClassDeclaration): Member | undefined {
    const own = declaration.members.filter(ts.isConstructorDeclaration);
    if (own.length > 0) return { signatures: own.map((each) => this.signature(each)) };
    const base = declaration.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
    const inherited = base && this.checker.getTypeAtLocation(base.expression).symbol.declarations?.[0];
    return inherited && ts.isClassDeclaration(inherited) && this.isPublic(inherited)
      ? this.constructorsOf(inherited)
      : undefined;
  }

  private member(symbol: ts.Symbol, declarations: readonly ts.Declaration[]): Member {
    const [declaration] = declarations;
    const flags = declaration ? ts.getCombinedModifierFlags(declaration) : ts.ModifierFlags.None;
    const marks = {
      ...((symbol.flags & ts.SymbolFlags.Optional) !== 0 ? { optional: true as const } : {}),
      ...((flags & ts.ModifierFlags.Abstract) !== 0 ? { abstract: true as const } : {}),
    };
    const isMethod = declaration && (ts.isMethodDeclaration(declaration) || ts.isMethodSignature(declaration));
    return {
      ...(isMethod ? { signatures: this.signaturesOf(symbol) } : { type: this.typeOf(symbol, declaration) }),
      ...marks,
    };
  }

  /** All overloads, or the one that there is. */
  private signaturesOf(symbol: ts.Symbol): readonly Signature[] {
    const all = (symbol.declarations ?? []).filter(ts.isFunctionLike);
    const overloads = all.filter((each) => !('body' in each && each.body !== undefined));
    return (overloads.length > 0 ? overloads : all).map((each) => this.signature(each));
  }

  private signature({ parameters, type }: ts.SignatureDeclaration): Signature {
    return {
      parameters: parameters.map((parameter) => ({
        type: parameter.type ? this.text(parameter.type) : this.inferred(this.checker.getTypeAtLocation(parameter)),
        ...marksOf(parameter),
      })),
      ...(type ? { returns: this.text(type) } : {}),
    };
  }

  /** Of what another function has made: the compiler writes it as a declaration. */
  private inferredSignature(call: ts.Signature): Signature {
    const { FunctionType } = ts.SyntaxKind;
    const { NoTruncation } = ts.NodeBuilderFlags;
    const written = this.checker.signatureToSignatureDeclaration(call, FunctionType, undefined, NoTruncation);
    const [source] = this.program.getSourceFiles();
    if (written?.type === undefined || source === undefined) throw new Error('a function without a type');
    return {
      parameters: written.parameters.map((parameter) => {
        if (parameter.type === undefined) throw new Error('a parameter without a type');
        return { type: printed(parameter.type, source), ...marksOf(parameter) };
      }),
      returns: printed(written.type, source),
    };
  }

  private typeOf(symbol: ts.Symbol, declaration: ts.Declaration | undefined): string {
    const type = declaration && isTyped(declaration) ? declaration.type : undefined;
    return type ? this.text(type) : this.inferred(this.checker.getTypeOfSymbol(symbol));
  }

  /** Of literals, those; otherwise as it is declared. */
  private aliased(symbol: ts.Symbol, { type }: ts.TypeAliasDeclaration): string {
    const resolved = this.checker.getDeclaredTypeOfSymbol(symbol);
    const parts = resolved.isUnion() ? resolved.types : [resolved];
    const literals = parts.filter((part) => part.isLiteral()).map((part) => this.inferred(part));
    return literals.length === parts.length ? literals.sort().join(' | ') : this.text(type);
  }

  private inferred(type: ts.Type): string {
    return this.checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
  }

  private text(node: ts.Node): string {
    this.notice(node);
    return printed(node, node.getSourceFile());
  }

  private notice(node: ts.Node): void {
    if (ts.isTypeReferenceNode(node)) {
      const symbol = this.checker.getSymbolAtLocation(node.typeName);
      const target = symbol && originalOf(symbol, this.checker);
      if (target?.declarations?.every((each) => isPart(each) && this.isPublic(each))) this.named.add(target);
    }
    node.forEachChild((child) => this.notice(child));
  }
}

function printed(node: ts.Node, source: ts.SourceFile): string {
  return printer.printNode(ts.EmitHint.Unspecified, node, source).replace(/\s+/g, ' ');
}

function marksOf({ questionToken, initializer, dotDotDotToken }: ts.ParameterDeclaration): Omit<Parameter, 'type'> {
  if (dotDotDotToken) return { rest: true };
  return (questionToken ?? initializer) ? { optional: true } : {};
}

const isTyped = (declaration: ts.Declaration) =>
  ts.isPropertyDeclaration(declaration) ||
  ts.isPropertySignature(declaration) ||
  ts.isParameter(declaration) ||
  ts.isGetAccessorDeclaration(declaration);

const isPart = (declaration: ts.Declaration): boolean =>
  ts.isInterfaceDeclaration(declaration) || ts.isTypeAliasDeclaration(declaration);

/** Whether all of a value is data, which neither expressions nor schemas are. */
function isPlain(value: unknown): boolean {
  if (isList(value)) return value.every(isPlain);
  if (typeof value !== 'object' || value === null) return value !== undefined && typeof value !== 'function';
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isPlain);
}
