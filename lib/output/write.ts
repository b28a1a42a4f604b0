/** Writing whole folders or nothing. */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Files of a folder, by path below it. */
export type Files = ReadonlyMap<string, string>;

/**
 * Replaces folders by new ones. All are staged beside them first, so that a failure leaves every folder as it was,
 * and what is no longer generated goes.
 */
export function replaceFolders(root: string, folders: Readonly<Record<string, Files>>): void {
  const staging = join(root, `.staging-${String(process.pid)}`);
  const retired = join(staging, 'retired');
  const done: string[] = [];
  try {
    mkdirSync(retired, { recursive: true });
    for (const [folder, files] of Object.entries(folders)) writeFiles(join(staging, folder), files);
    for (const folder of Object.keys(folders)) {
      const target = join(root, folder);
      if (existsSync(target)) renameSync(target, join(retired, folder));
      done.push(folder);
      renameSync(join(staging, folder), target);
    }
  } catch (error) {
    for (const folder of done) restore(join(retired, folder), join(root, folder));
    throw error;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function restore(retired: string, target: string): void {
  rmSync(target, { recursive: true, force: true });
  if (existsSync(retired)) renameSync(retired, target);
}

function writeFiles(folder: string, files: Files): void {
  const made = new Set<string>();
  for (const [path, content] of files) {
    const file = join(folder, path);
    const parent = dirname(file);
    if (!made.has(parent)) mkdirSync(parent, { recursive: true });
    made.add(parent);
    writeFileSync(file, content);
  }
}
