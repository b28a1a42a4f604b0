/** Writing whole folders or nothing. */
import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** Files of a folder, by path below it. */
export type Files = ReadonlyMap<string, string>;

/**
 * Replaces folders by new ones. All are staged beside them first, so that a failure leaves every folder as it was,
 * and what is no longer generated goes. A file whose bytes are the same stays the same file, its time included; no file
 * is ever written over, so that a link to one keeps what it had.
 * @throws what the file system says; where a folder cannot be put back either, with where its files are kept
 */
export function replaceFolders(root: string, folders: Readonly<Record<string, Files>>): void {
  mkdirSync(root, { recursive: true });
  const staging = mkdtempSync(join(root, '.staging-'));
  const retired = join(staging, 'retired');
  const done: string[] = [];
  try {
    mkdirSync(retired);
    for (const [folder, files] of Object.entries(folders)) stage(join(staging, folder), join(root, folder), files);
    for (const folder of Object.keys(folders)) {
      const target = join(root, folder);
      if (existsSync(target)) renameSync(target, join(retired, folder));
      done.push(folder);
      renameSync(join(staging, folder), target);
    }
  } catch (error) {
    const kept = done.flatMap((folder) => restore(join(retired, folder), join(root, folder)));
    if (kept.length > 0) throw new Error([messageOf(error), ...kept].join('\n'), { cause: error });
    rmSync(staging, { recursive: true, force: true });
    throw error;
  }
  rmSync(staging, { recursive: true, force: true });
}

/** Nothing, or why a folder is not as it was, and where what it held is kept. */
function restore(retired: string, target: string): readonly string[] {
  try {
    rmSync(target, { recursive: true, force: true });
    if (existsSync(retired)) renameSync(retired, target);
    return [];
  } catch (error) {
    const held = existsSync(retired) ? `; what it held is in ${retired}` : '';
    return [`${target} cannot be put back: ${messageOf(error)}${held}`];
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function stage(folder: string, previous: string, files: Files): void {
  mkdirSync(folder, { recursive: true });
  const made = new Set([folder]);
  for (const [path, content] of files) {
    const file = join(folder, path);
    const parent = dirname(file);
    if (!made.has(parent)) mkdirSync(parent, { recursive: true });
    made.add(parent);
    const bytes = Buffer.from(content);
    const old = join(previous, path);
    if (isFileOf(old, bytes)) link(old, file);
    else writeFileSync(file, bytes, { flag: 'wx' });
  }
}

/** Whether a file, and not a link to one, holds these bytes. */
function isFileOf(file: string, bytes: Buffer): boolean {
  if (!existsSync(file)) return false;
  const found = lstatSync(file);
  return found.isFile() && found.size === bytes.length && readFileSync(file).equals(bytes);
}

/** A second name for a file; where the file system has none, a copy with its time. */
function link(file: string, name: string): void {
  try {
    linkSync(file, name);
  } catch {
    copyFileSync(file, name, constants.COPYFILE_EXCL);
    const { atime, mtime } = lstatSync(file);
    utimesSync(name, atime, mtime);
  }
}
