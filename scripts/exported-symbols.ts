/** What modules export, as the compiler knows it. */
import { join } from 'node:path';
import ts from 'typescript';

/** A name that a module exports, with what it stands for wherever that is declared. */
export interface ExportedSymbol {
  readonly name: string;
  readonly symbol: ts.Symbol;
}

/** Files as the package is compiled, parsed and bound; what is wrong in a type is for `npm run typecheck` to say. */
export function programOf(files: readonly string[]): ts.Program {
  const host: ts.ParseConfigFileHost = {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
      throw new Error(ts.flattenDiagnosticMessageText(messageText, ' '));
    },
  };
  const parsed = ts.getParsedCommandLineOfConfigFile(join(__dirname, '..', 'tsconfig.build.json'), {}, host);
  if (parsed === undefined) throw new Error('tsconfig.build.json cannot be read');
  return ts.createProgram(files, { ...parsed.options, noEmit: true });
}

/** @throws for a file that is no module */
export function exportsOf(program: ts.Program, file: string): readonly ExportedSymbol[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${file} is no module`);
  return checker.getExportsOfModule(module).map((symbol) => ({
    name: symbol.name,
    symbol: originalOf(symbol, checker),
  }));
}

/** What an alias stands for. */
export function originalOf(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
}
