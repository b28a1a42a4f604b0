/** The statements of lib/index.ts, which are all of one form. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `export { … } from './…';` */
export interface Export {
  /** Below lib/. */
  readonly module: string;
  /** Between the braces, `type` before those that are types. */
  readonly names: readonly string[];
}

/** @throws for a statement of another form, which would be missing in what is made of them. */
export function exportsOf(file: string): readonly Export[] {
  const statements = readFileSync(join(__dirname, '..', file), 'utf8').match(/^export [^;]*;/gm) ?? [];
  return statements.map((statement) => {
    const [, list = '', module] = /^export \{([^}]*)\} from '\.\/(.*)';$/.exec(statement) ?? [];
    const names = list.split(',').flatMap((name) => name.trim() || []);
    if (module === undefined || names.some((name) => name.replace(/^type /, '').includes(' '))) {
      throw new Error(`${file}: write export { name, type Name } from './…', not ${statement}`);
    }
    return { module, names };
  });
}
