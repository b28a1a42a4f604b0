/** Examples as TypeScript: complete ones as they stand, short ones inside a function that knows the usual names. */
import { dirname, join } from 'node:path';
import ts from 'typescript';
import * as tiers from '../../lib';
import { type Block, read, root } from './documents';

/** A complete example says what it imports; it runs as it stands. */
export function isComplete({ code }: Block): boolean {
  return /^import /m.test(code);
}

/** What the compiler says of the examples, by the line of the document. All are compiled in one program. */
export function problemsOf(examples: readonly Block[]): readonly string[] {
  const sources = new Map(examples.map((example, i) => [join(__dirname, `example-${i}.ts`), example]));
  const options = compilerOptions();
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (file) => sources.has(file) || disk.fileExists(file),
    getSourceFile: (file, target, ...rest) => {
      const example = sources.get(file);
      if (example === undefined) return disk.getSourceFile(file, target, ...rest);
      return ts.createSourceFile(file, sourceOf(example), target);
    },
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  return [...sources].flatMap(([file, example]) => {
    const source = program.getSourceFile(file);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ messageText, start }) => {
      const line = source?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0;
      return `${example.file}:${example.line + line - PRELUDE_LINES}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
  });
}

/** The project's own options; an example may leave a name unused. */
function compilerOptions(): ts.CompilerOptions {
  const file = join(root, 'tsconfig.json');
  const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: Record<string, unknown> };
  };
  const { compilerOptions } = config;
  const here = {
    ...compilerOptions,
    types: ['node'],
    noUnusedLocals: false,
    noUnusedParameters: false,
    incremental: false,
    tsBuildInfoFile: undefined,
    paths: { 'cdk8s-tiers': ['./lib/index.ts'], 'cdk8s-tiers/plus': ['./lib/plus.ts'] },
  };
  return ts.convertCompilerOptionsFromJson(here, dirname(file)).options;
}

const PRELUDE_LINES = 1;
const given = [...read('test/docs/context.ts').matchAll(/^export declare const (\w+)/gm)].map(([, name = '']) => name);
const exported = Object.keys(tiers).filter((name) => !given.includes(name));
const prelude = [
  `import type { Chart } from 'cdk8s'`,
  `import { ${exported.join(', ')} } from 'cdk8s-tiers'`,
  `import { ${given.join(', ')} } from './context'`,
  'export function example(this: Chart): void {\n',
].join('; ');

/** A module: a complete example, or one that exports the short one as a function. */
export function sourceOf(example: Block): string {
  return isComplete(example) ? `export {};\n${example.code}` : `${prelude}${example.code}}`;
}
