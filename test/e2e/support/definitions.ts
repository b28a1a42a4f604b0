/** CustomResourceDefinitions of projects that the cluster need not have. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { crdsOf, kubectl } from './cluster';

/**
 * Installs the definitions of a project that are not there.
 *
 * @returns what removes those again
 */
export async function installDefinitions(project: string): Promise<() => Promise<void>> {
  const folder = crdsOf(project);
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  const names = files.map((file) => file.replace(/^(.*)_(.*)\.yaml$/, '$2.$1'));
  const there = await kubectl(['get', 'customresourcedefinition', ...names, '--ignore-not-found', '--output=name']);
  const made = names.filter((name) => !there.includes(name));
  const definitions = files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n---\n');
  if (made.length > 0) await kubectl(['apply', '--server-side', '--filename=-'], { input: definitions });
  await kubectl(['wait', '--for=condition=Established', ...names.map((name) => `crd/${name}`), '--timeout=60s']);
  return async () => {
    if (made.length > 0) await kubectl(['delete', 'customresourcedefinition', ...made]);
  };
}
