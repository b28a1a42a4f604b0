/** What has been compiled is kept: scripts/register.js, in a project whose compiler says which it is. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
let project = '';
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'register-'));
  cpSync(join(root, 'scripts', 'register.js'), join(project, 'scripts', 'register.js'));
  write('.swcrc', '{}');
  write('main.ts', '');
});
afterEach(() => rmSync(project, { recursive: true }));

function write(file: string, content: string): void {
  mkdirSync(join(project, file, '..'), { recursive: true });
  writeFileSync(join(project, file), content);
}

/** @param compiler what it compiles everything to says */
function install(version: string, compiler: string): void {
  const code = `console.log(${JSON.stringify(compiler)})`;
  write('node_modules/@swc/core/package.json', JSON.stringify({ name: '@swc/core', version, main: 'index.js' }));
  write('node_modules/@swc/core/index.js', `exports.transformSync = () => (${JSON.stringify({ code, map: '{}' })});`);
}

const run = (): string =>
  execFileSync('node', ['-r', './scripts/register', 'main.ts'], { cwd: project, encoding: 'utf8' }).trim();

test('is used again while nothing changes', () => {
  install('1.0.0', 'compiled once');
  expect(run()).toBe('compiled once');
  install('1.0.0', 'compiled twice');
  expect(run()).toBe('compiled once');
});

test.each([
  ['the source', 'main.ts', '// another'],
  ['what the compiler is told', '.swcrc', '{ "minify": true }'],
])('is not used for another state of %s', (_, file, content) => {
  install('1.0.0', 'compiled once');
  run();
  write(file, content);
  install('1.0.0', 'compiled twice');
  expect(run()).toBe('compiled twice');
});

test('is not used for another version of the compiler', () => {
  install('1.0.0', 'compiled by 1.0.0');
  run();
  install('1.0.1', 'compiled by 1.0.1');
  expect(run()).toBe('compiled by 1.0.1');
});
