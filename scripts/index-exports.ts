/** The statements of lib/index.ts, which are all of one form. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Construct } from 'constructs';

/** `export { … } from './…';` */
export interface Export {
  /** Below lib/. */
  readonly module: string;
  /** Types included. */
  readonly names: readonly string[];
  /** Those that are there at run time. */
  readonly values: readonly string[];
}

/** @throws for a statement of another form, which would be missing in what is made of them. */
export function exportsOf(file: string): readonly Export[] {
  const statements = readFileSync(join(__dirname, '..', file), 'utf8').match(/^export [^;]*;/gm) ?? [];
  return statements.map((statement) => {
    const [, list = '', module] = /^export \{([^}]*)\} from '\.\/(.*)';$/.exec(statement) ?? [];
    const listed = list.split(',').flatMap((name) => name.trim() || []);
    const names = listed.map((name) => name.replace(/^type /, ''));
    if (module === undefined || names.some((name) => name.includes(' '))) {
      throw new Error(`${file}: write export { name, type Name } from './…', not ${statement}`);
    }
    return { module, names, values: names.filter((name) => listed.includes(name)) };
  });
}

/**
 * The entry by which a tier is imported alone, such as `tiers/redis-cluster`; undefined where the module is none.
 * @param module below lib/; a tier's is `tiers/<group>/<tier>`
 * @param values what it exports at run time; of a tier, a construct among them
 */
export function tierEntryOf(module: string, values: readonly unknown[]): string | undefined {
  const [, tier] = /^tiers\/[^/]+\/([^/]+)$/.exec(module) ?? [];
  return tier !== undefined && values.some(isConstruct) ? `tiers/${tier}` : undefined;
}

function isConstruct(value: unknown): boolean {
  return typeof value === 'function' && value.prototype instanceof Construct;
}
