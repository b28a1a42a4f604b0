/** What actionlint does not ask of the workflows: who may do what, and that nothing is published unchecked. */
import { parse } from 'yaml';
import { read } from '../docs/documents';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

/** By scope; a word such as `write-all` is of all scopes. */
type Permissions = Readonly<Record<string, string>> | string;

interface Job {
  readonly needs?: string | readonly string[];
  readonly uses?: string;
  readonly permissions?: Permissions;
  readonly 'timeout-minutes'?: number;
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly permissions?: Permissions;
  readonly concurrency: { readonly group: string; readonly 'cancel-in-progress': boolean };
  readonly jobs: Readonly<Record<string, Job>>;
}

const files = ['.github/workflows/ci.yml', '.github/workflows/release.yml'];
const workflow = (file: string): Workflow => parse(read(file)) as Workflow;

/** The scopes in which something may be written. */
function writtenBy(permissions: Permissions | undefined): readonly string[] {
  if (typeof permissions !== 'object') throw new Error(`permissions: ${String(permissions)}; name each scope`);
  return Object.keys(permissions).filter((scope) => permissions[scope] === 'write');
}

describe('permissions', () => {
  it.each(['write-all', 'read-all', undefined])('are not %s', (permissions) => {
    expect(() => writtenBy(permissions)).toThrow(`permissions: ${String(permissions)}; name each scope`);
  });
});

describe.each(files)('%s', (file) => {
  const { permissions, jobs } = workflow(file);
  const steps = Object.values(jobs).flatMap(({ steps: all = [] }) => all);

  it('lets jobs write nothing unless they say so', () => {
    expect(writtenBy(permissions)).toEqual([]);
  });

  it('takes every action at a commit, with the version that it is', () => {
    const uses = [...read(file).matchAll(/uses: (.*)/g)].map(([, action = '']) => action);
    expect(uses).not.toEqual([]);
    for (const action of uses) {
      if (!action.startsWith('./')) expect(action).toMatch(/^[\w/.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  it('keeps no credentials in a checkout', () => {
    const checkouts = steps.filter(({ uses = '' }) => uses.startsWith('actions/checkout@'));
    expect(checkouts).not.toEqual([]);
    for (const checkout of checkouts) expect(checkout.with).toMatchObject({ 'persist-credentials': false });
  });

  it('ends a job that hangs', () => {
    for (const [name, job] of Object.entries(jobs)) {
      if (job.uses === undefined) expect([name, job['timeout-minutes']]).toEqual([name, expect.any(Number)]);
    }
  });
});

describe('the checks', () => {
  const { jobs } = workflow('.github/workflows/ci.yml');

  it('give no job more than all have', () => {
    expect(Object.values(jobs).filter(({ permissions }) => permissions !== undefined)).toEqual([]);
  });

  it('write anew what is committed, and want no difference', () => {
    const commands = (jobs.test?.steps ?? []).map(({ run = '' }) => run);
    expect(commands).toContain('npm run synth\nnpm run docs\ngit add --intent-to-add .\ngit diff --exit-code --stat\n');
  });
});

describe('the release', () => {
  const { jobs, concurrency } = workflow('.github/workflows/release.yml');
  const needs = (name: string): readonly string[] =>
    [jobs[name]?.needs ?? []].flat().flatMap((needed) => [needed, ...needs(needed)]);
  it('begins with the checks of a pull request', () => {
    expect(jobs.checks?.uses).toBe('./.github/workflows/ci.yml');
    const free = Object.keys(jobs).filter((name) => !needs(name).includes('checks'));
    expect(free).toEqual(['checks', 'plan']);
  });

  it('gives each job what it needs', () => {
    const writes = Object.entries(jobs).map(([name, { permissions }]) => [name, writtenBy(permissions)]);
    expect(Object.fromEntries(writes)).toEqual({
      checks: [],
      plan: [],
      version: ['contents', 'pull-requests'],
      pack: [],
      npm: ['id-token'],
      charts: ['packages', 'id-token'],
      tag: ['contents'],
    });
  });

  it('has the action of Changesets that takes their CLI: of its v1, version 2', () => {
    const [, action] = /changesets\/action@\w+ # v(\d+)\./.exec(read('.github/workflows/release.yml')) ?? [];
    const lock = JSON.parse(read('package-lock.json')) as { packages: Readonly<Record<string, { version: string }>> };
    const cli = lock.packages['node_modules/@changesets/cli']?.version ?? '';
    expect(Number(action) + 1).toBe(Number.parseInt(cli));
  });

  it('runs no script of a dependency where it publishes', () => {
    for (const name of ['npm', 'charts', 'tag'])
      for (const { run = '' } of jobs[name]?.steps ?? []) expect(run).not.toMatch(/npm (ci|install|run)|npx/);
  });

  it('publishes with provenance', () => {
    const commands = (jobs.npm?.steps ?? []).map(({ run = '' }) => run).join('\n');
    expect(commands).toMatch(/^npm publish .* --provenance --access public$/m);
  });

  it('publishes nothing before npm has the version, by which a later push sees it', () => {
    expect(needs('charts')).toEqual(expect.arrayContaining(['npm', 'checks']));
  });

  it('tags last, and is not broken off', () => {
    expect(needs('tag')).toEqual(expect.arrayContaining(['npm', 'charts']));
    expect(concurrency).toEqual({ group: 'release', 'cancel-in-progress': false });
    // Within this workflow the checks have a group of their own: in the same one they would wait for themselves.
    expect(workflow('.github/workflows/ci.yml').concurrency.group).toMatch(/^ci-/);
  });

  it('is the one that docs/releasing.md has users ask for', () => {
    const { repository } = JSON.parse(read('package.json')) as { repository: { url: string } };
    const address = repository.url.replace(/^git\+|\.git$/g, '');
    expect(read('docs/releasing.md')).toContain(
      `--certificate-identity ${address}/.github/workflows/release.yml@refs/heads/main `,
    );
  });
});
