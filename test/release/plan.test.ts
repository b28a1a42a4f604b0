/** What a push to main is for: scripts/release/plan, in a repository of its own with an npm that answers as it is told. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plan-'));
  mkdirSync(join(folder, '.changeset'));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, '.changeset', 'README.md'), '# Changesets\n');
  writeFileSync(join(folder, 'package.json'), '{ "name": "shop", "version": "0.2.0" }');
  cpSync(join(root, 'scripts', 'release', 'plan'), join(folder, 'scripts', 'release', 'plan'));
  git('init', '--quiet');
  git('-c', 'user.name=a', '-c', 'user.email=a@localhost', 'commit', '--quiet', '--allow-empty', '--message', 'A');
  git('remote', 'add', 'origin', folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

const git = (...args: readonly string[]): string => execFileSync('git', args, { cwd: folder, encoding: 'utf8' });

const FAILED = (code: string): string => `echo '{ "error": { "code": "${code}" } }'; exit 1`;
const npm = {
  'knows the version': `[ "$*" = 'view --json shop@0.2.0 version' ] && echo '"0.2.0"'`,
  'does not know the version': FAILED('E404'),
  'does not know the version, and is older': 'exit 0',
  'cannot be reached': FAILED('ECONNREFUSED'),
  'is not asked': 'echo "asked: $*" >&2; exit 9',
} as const;

interface Push {
  readonly npm: keyof typeof npm;
  readonly tagged?: true;
  readonly changeset?: true;
}

function plan(push: Push): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const program = join(folder, 'bin', 'npm');
  writeFileSync(program, `#!/bin/bash\n${npm[push.npm]}\n`);
  chmodSync(program, 0o755);
  if (push.tagged) git('tag', 'v0.2.0');
  if (push.changeset) writeFileSync(join(folder, '.changeset', 'some.md'), '');
  const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH ?? ''}` };
  const { status, stdout, stderr } = spawnSync('scripts/release/plan', { cwd: folder, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('a push to main', () => {
  it.each<[string, Push]>([
    ['publish', { npm: 'does not know the version' }],
    ['publish', { npm: 'does not know the version, and is older' }],
    ['version', { npm: 'does not know the version', changeset: true }],
    ['nothing', { npm: 'is not asked', tagged: true }],
    ['version', { npm: 'is not asked', tagged: true, changeset: true }],
  ])('is for %s: %j', (mode, push) => {
    expect(plan(push)).toEqual({ status: 0, stdout: `version=0.2.0\nmode=${mode}\n`, stderr: '' });
  });

  it.each<Push>([{ npm: 'knows the version' }, { npm: 'knows the version', changeset: true }])(
    'fails where an earlier one has published in part: %j',
    (push) => {
      expect(plan(push)).toEqual({
        status: 1,
        stdout: '',
        stderr: 'npm has shop@0.2.0, and there is no tag v0.2.0: re-run the failed jobs of the run that published it\n',
      });
    },
  );

  it('fails where npm cannot be asked', () => {
    expect(plan({ npm: 'cannot be reached' })).toMatchObject({ status: 1, stdout: '' });
  });

  it('fails where the tags cannot be asked for', () => {
    git('remote', 'set-url', 'origin', join(folder, 'nowhere'));
    expect(plan({ npm: 'is not asked' })).toMatchObject({ status: 128, stdout: '' });
  });
});
