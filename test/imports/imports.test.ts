import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const root = join(__dirname, '..', '..');
const folder = join(root, 'imports');
const bindings = readdirSync(folder);
const { imports } = z
  .object({ imports: z.array(z.string()) })
  .parse(parse(readFileSync(join(root, 'cdk8s.yaml'), 'utf8')));

/** `<name>:=…/<group>_<plural>.yaml` becomes `<name>-<group>.ts`. */
function bindingOf(source: string): string {
  return source.replace(/^(.*):=.*\/(.*)_.*$/, '$1-$2.ts');
}

describe('imports', () => {
  it('are one file for each source in cdk8s.yaml', () => {
    expect([...bindings].sort()).toEqual(imports.map(bindingOf).sort());
  });

  it.each(imports)('come from a tagged version: %s', (source) => {
    expect(source).toMatch(/\/v\d+\.\d+\.\d+\//);
  });

  it.each(bindings)('%s holds no sentence of its source', (file) => {
    const generated =
      /^(@|Converts an object of|This can be used to inline|Re(turns|nders) |Defines a "\w+" API object$)/;
    const comments = readFileSync(join(folder, file), 'utf8').matchAll(/^ *\* +(\S.*)$/gm);
    const sentences = [...comments].map(([, comment]) => comment).filter((comment) => !generated.test(comment ?? ''));
    expect(sentences).toEqual([]);
  });
});
