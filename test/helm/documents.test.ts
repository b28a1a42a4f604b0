/** Commands of the documents that need no cluster: Helm renders the chart with them, and kustomize builds the folder. */
import { spawnSync } from 'node:child_process';
import { blocksOf, documents, generated, read, root } from '../docs/documents';
import { type Command, commandsOf } from '../docs/shell';
import { HELMS } from '../support/helm';

const blocks = [...documents, ...generated]
  .flatMap(blocksOf)
  .filter(({ language }) => ['sh', 'console'].includes(language));
const commands = commandsOf(blocks).flatMap((ofBlock, i) =>
  ofBlock.map((command) => ({ command, at: `${blocks[i]?.file ?? ''}:${blocks[i]?.line ?? 0}` })),
);

const charts = commands.flatMap(({ command, at }) => {
  const [program, ...args] = command;
  const chart = args.find((arg) => arg.startsWith('charts/'));
  return program === 'helm' && chart !== undefined ? [{ at, chart, args }] : [];
});

/** The same values by `helm template`; what the release has already is that of development. */
function templateArguments(chart: string, args: Command): Command {
  const options = args.flatMap((arg, i) =>
    ['--values', '--set', '--set-string'].includes(arg) ? [arg, args[i + 1] ?? ''] : [],
  );
  const reused = args.includes('--reuse-values') ? ['--values', `${chart}/ci/development-values.yaml`] : [];
  return ['template', 'release', chart, ...reused, ...options];
}

describe.each(HELMS)('%s', (program) => {
  test.each(charts.map(({ at, chart, args }) => [`${at} ${args.join(' ')}`, chart, args] as const))(
    '%s',
    (_, chart, args) => {
      const { stderr, stdout } = spawnSync(program, templateArguments(chart, args), { cwd: root, encoding: 'utf8' });
      const [, refusal] = args.includes('pgbouncer.defaultPoolSize=500') ? refused : [];
      if (refusal === undefined) expect({ stderr, isEmpty: stdout === '' }).toEqual({ stderr: '', isEmpty: false });
      else expect(stderr.replaceAll('release/', 'cluster-ai/')).toContain(refusal);
    },
  );
});

/** What the README shows of a value that does not fit. */
const refused = /\(…\): (cluster-ai\/pgbouncer: .*)/.exec(read('README.md')) ?? [];

const folders = new Set(
  commands.flatMap(({ command }) =>
    command.filter((arg) => /^dist\/(?:cluster-ai|conecta-plus|node-agents)\/[^.]+$/.test(arg)),
  ),
);

test.each([...folders])('kustomize builds %s', (folder) => {
  const { stderr, stdout } = spawnSync('kustomize', ['build', folder], { cwd: root, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout).toContain('kind: Namespace');
});

test('there are some of each', () => {
  expect(charts.length).toBeGreaterThan(10);
  expect(folders.size).toBeGreaterThan(2);
  expect(refused).toHaveLength(2);
});
