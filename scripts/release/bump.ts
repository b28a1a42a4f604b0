/**
 * The version step: what the changesets ask for becomes the version of the package and of the charts, the changelog says
 * what is new, dist/ and charts/ are written anew, and what the release promises goes on record.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newest } from './changelog';

const root = join(__dirname, '..', '..');
const run = (command: string, ...args: readonly string[]): void => {
  execFileSync(command, args, { cwd: root, stdio: 'inherit' });
};

run('npx', 'changeset', 'version');
const { version, changes } = newest(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'));
// changeset writes package.json alone; npm brings the lock file along.
run('npm', 'version', version, '--allow-same-version', '--no-git-tag-version', '--ignore-scripts');
writeFileSync(join(root, 'lib', 'systems', 'version.json'), `${JSON.stringify({ version, changes }, null, 2)}\n`);
run('npm', 'run', '--silent', 'synth');
run('npm', 'run', '--silent', 'record');
