// Makes imports/ anew from the CRDs that cdk8s.yaml lists:
//   npm run import                      from their public sources
//   npm run import -- ../shared/crds    from files of the same names, wherever they lie in that folder
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';

const root = resolve(__dirname, '..');
const Config = z.object({ imports: z.array(z.string().regex(/^[a-z-]+:=https:\/\/\S+\.yaml$/)) });

async function download(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  return response.text();
}

function find(folder: string, name: string): string {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((path) => basename(path) === name);
  if (found === undefined) throw new Error(`${folder}: no ${name}`);
  return readFileSync(join(folder, found), 'utf8');
}

/** The value without the `description` of any schema in it; a property named `description` stays. */
function withoutProse(value: unknown, areProperties = false): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutProse(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => areProperties || key !== 'description')
      .map(([key, item]) => [key, withoutProse(item, key === 'properties' && !areProperties)]),
  );
}

async function main(folder: string | undefined): Promise<void> {
  const { imports } = Config.parse(parse(readFileSync(join(root, 'cdk8s.yaml'), 'utf8')));
  mkdirSync(join(root, '.cdk8s'), { recursive: true });
  const scratch = mkdtempSync(join(root, '.cdk8s', 'import-'));
  try {
    const local: string[] = [];
    for (const spec of imports) {
      const url = spec.slice(spec.indexOf('https://'));
      const file = basename(url);
      const crds = parseAllDocuments(folder === undefined ? await download(url) : find(folder, file));
      writeFileSync(join(scratch, file), crds.map((crd) => `---\n${stringify(withoutProse(crd.toJS()))}`).join(''));
      local.push(spec.replace(url, file));
    }
    writeFileSync(join(scratch, 'cdk8s.yaml'), stringify({ language: 'typescript', app: 'none', imports: local }));
    const cli = join(root, 'node_modules', 'cdk8s-cli', 'bin', 'cdk8s');
    execFileSync(process.execPath, [cli, 'import', '--check-upgrade=false'], { cwd: scratch, stdio: 'inherit' });
    rmSync(join(root, 'imports'), { recursive: true, force: true });
    renameSync(join(scratch, 'imports'), join(root, 'imports'));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
