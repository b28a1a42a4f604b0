/** The package that is packed, the projects that have installed it, and npm. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readManifest } from './manifest';

export const root = join(__dirname, '..', '..');
export const manifest = readManifest(root);

/** Where set-up.ts has put the package and the projects. */
export function folder(...below: readonly string[]): string {
  const base = process.env.PACKAGE_FOLDER;
  if (base === undefined) throw new Error('start these tests by npm run package');
  return join(base, ...below);
}

export const tarball = (): string => folder(`${manifest.name}-${manifest.version}.tgz`);

/** Where it is installed, in the JavaScript project. */
export const installed = (...below: readonly string[]): string =>
  folder('javascript', 'node_modules', manifest.name, ...below);

/** The entries of tiers, such as `redis-cluster`. */
export const tierEntries = (): readonly string[] =>
  readdirSync(installed('build', 'tiers')).flatMap((file) => (file.endsWith('.js') ? file.slice(0, -3) : []));

/** @throws with all that npm said */
export function execNpm(cwd: string, ...parameters: readonly string[]): string {
  return exec(cwd, 'npm', ...parameters, '--loglevel=error');
}

/** Installs the package beside what else is named, which may be versions of what the project has. */
export function install(project: string, ...packages: readonly string[]): void {
  execNpm(project, 'install', '--prefer-offline', '--no-audit', '--no-fund', tarball(), ...packages);
}

/** @throws with all that the program said */
export function exec(cwd: string, program: string, ...parameters: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, parameters, { cwd, encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${parameters.join(' ')}: status ${String(status)}\n${stdout}${stderr}`);
  return stdout;
}

/** What a script in the JavaScript project prints as JSON. */
export function printed(script: string, ...options: readonly string[]): unknown {
  const output = execFileSync('node', [...options, '--eval', script], { cwd: folder('javascript'), encoding: 'utf8' });
  return JSON.parse(output) as unknown;
}

export const read = (...path: readonly string[]): string => readFileSync(join(...path), 'utf8');
