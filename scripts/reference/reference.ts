/** The reference of the whole API, by TypeDoc: a page for each module of which `lib/index.ts` exports something. */
import { join } from 'node:path';
import type * as typedoc from 'typedoc' with { 'resolution-mode': 'import' };
import ts from 'typescript';
import { exportsOf } from '../index-exports';

const root = join(__dirname, '..', '..');

/** Writes the pages into a folder, and removes what else is there. */
export async function writeReference(folder: string): Promise<void> {
  const { Application, Converter, IntrinsicType, UnknownType } = await import('typedoc');
  const modules = new Map(exportsOf('lib/index.ts').map(({ module, names }) => [module, new Set(names)]));
  const app = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: [...modules.keys(), 'plus'].map((name) => join(root, 'lib', `${name}.ts`)),
    tsconfig: join(root, 'tsconfig.build.json'),
    name: 'cdk8s-tiers',
    out: folder,
    readme: 'none',
    logLevel: 'Warn',
    // What is wrong in a type, `npm run typecheck` says; what has no comment, `npm test`.
    skipErrorChecking: true,
    validation: false,
    // Lines and commits would change with everything above them.
    disableSources: true,
    excludeExternals: true,
    excludePrivate: true,
    blockTags: [...blockTags, '@schema'],
    ...LAYOUT,
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    for (const module of context.project.children ?? []) {
      const exported = modules.get(module.name);
      for (const child of [...(module.children ?? [])]) {
        if (exported !== undefined && !exported.has(child.name)) context.project.removeReflection(child);
        if (!child.name.endsWith('Values')) continue;
        // Written out, a schema is pages of types; the values are on the tier's page.
        const sources = parameterTypes(context, child);
        for (const signature of child.signatures ?? []) {
          signature.type = new IntrinsicType('object');
          signature.parameters?.forEach((parameter, i) => {
            parameter.type = new UnknownType(sources[i] ?? 'object');
          });
        }
      }
    }
  });
  const project = await app.convert();
  if (project === undefined) throw new Error('TypeDoc could not read the package');
  await app.generateOutputs(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error('TypeDoc has complained, see above');
}

/** TypeDoc's own, which an option replaces. */
const blockTags = ['@default', '@deprecated', '@example', '@param', '@returns', '@see', '@throws'] as const;

/** Of typedoc-plugin-markdown. */
const LAYOUT = {
  router: 'module',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  propertyMembersFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  parametersFormat: 'table',
} as const;

/** The types of a function's parameters, as its source has them. */
function parameterTypes(context: typedoc.Context, reflection: typedoc.DeclarationReflection): readonly string[] {
  const [declaration] = context.getSymbolFromReflection(reflection)?.declarations ?? [];
  const made = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : declaration;
  if (made === undefined || !(ts.isArrowFunction(made) || ts.isFunctionDeclaration(made))) return [];
  return made.parameters.map(({ type }) => type?.getText().replace(/\s+/g, ' ') ?? 'object');
}
