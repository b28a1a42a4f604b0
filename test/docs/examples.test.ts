/** The documentation is true: its examples compile, run, and give what stands below them. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { ClusterAi } from '../../lib/systems/cluster-ai/cluster-ai';
import { clusterAiValues } from '../../lib/systems/cluster-ai/values';
import { postgresDefaults } from '../../lib/tiers/data/postgres';
import { promotablePostgresValues } from '../../lib/tiers/data/postgres-values';
import { valuesOf } from '../../lib/systems/environment';
import { parseValues } from '../../lib/values/load';
import { leavesOf, pathText } from '../../lib/values/schema';
import { labelsWith } from '../metrics/inventory';
import { ask } from '../metrics/promql';
import { type Block, blocksOf, commentExamplesOf, documents, filesBelow, read, root } from './documents';
import { isComplete, problemsOf, sourceOf } from './program';
import type { Outcome } from './run-examples';

/** Milliseconds, for a busy machine. */
const PATIENCE = 120_000;

const blocks = documents.flatMap(blocksOf);
const inComments = filesBelow('lib', '.ts').flatMap(commentExamplesOf);
const isExample = ({ language }: Block): boolean => language === 'ts';
const examples = blocks.filter(isExample);
const complete = examples.filter(isComplete);
const at = ({ file, line }: Block): string => `${file}:${line}`;

test(
  'every example in the documents and in doc comments compiles',
  () => {
    const all = [...blocks, ...inComments].filter(isExample);
    expect(all.length).toBeGreaterThan(20);
    expect(problemsOf(all)).toEqual([]);
  },
  PATIENCE,
);

describe('an example runs, and gives what stands below it', () => {
  const outcomes = new Map<string, Outcome>();
  const refused: Block = {
    file: 'refused',
    line: 1,
    language: 'ts',
    code: "new PgBouncer(chart, 'pgbouncer', { server: postgres, replicas: values.replicas, defaultPoolSize: 500 });\n",
    section: '',
  };
  const all = [...examples, refused];

  beforeAll(() => {
    const options = { cwd: root, input: JSON.stringify(all.map(sourceOf)), encoding: 'utf8' } as const;
    const printed = execFileSync('node', ['-r', './scripts/register', 'test/docs/run-examples.ts'], options);
    const results = JSON.parse(printed) as readonly Outcome[];
    all.forEach((example, i) => outcomes.set(at(example), results[i] ?? { said: '', files: {} }));
  }, PATIENCE);

  test('a short one is read with its system', () => {
    expect(outcomes.get(at(refused))?.said).toMatch(/^shop\/pgbouncer: \(defaultPoolSize 500 .* × 3 pods/);
  });

  test.each(examples.map((example) => [at(example), example] as const))('%s', (name, example) => {
    const { said, files } = outcomes.get(name) ?? { said: 'not run', files: {} };
    const shown = below(example);
    const text = shown.filter(({ language }) => language === 'text').map(({ code }) => code.trim());
    expect(text.join('\n')).toBe(said.trim());
    // Below a short one stand values, which are read as such.
    if (!isComplete(example)) return;
    const written = Object.values(files).map((content) => `\n${content}`);
    const excerpts = shown.filter(({ language }) => language === 'yaml').flatMap(({ code }) => code.split(/^ *# …\n/m));
    expect(excerpts.filter((excerpt) => !written.some((content) => content.includes(`\n${excerpt}`)))).toEqual([]);
  });
});

/** What reads a block of a language; commands are read in commands.test.ts, Python by npm run programs. */
const readers: Readonly<Record<string, (code: string) => unknown>> = {
  json: (code) => expect(() => JSON.parse(code) as unknown).not.toThrow(),
  promql: (code) =>
    code
      .trim()
      .split('\n')
      .forEach((expression) => expect(ask(expression, labelsWith([])).problems).toEqual([])),
  Dockerfile: (code) => expect(code).toMatch(/^FROM [a-z0-9./:-]+\n(?:(?:COPY|RUN|USER|ENV) .+\n)*$/),
};

describe('every block is in a language that something reads', () => {
  const elsewhere = ['ts', 'yaml', 'text', 'sh', 'console', 'python'];
  test.each(blocks.filter(({ language }) => !elsewhere.includes(language)).map((block) => [at(block), block] as const))(
    '%s',
    (_, { language, code }) => {
      expect(Object.keys(readers)).toContain(language);
      readers[language]?.(code);
    },
  );
});

test('the README says what npm run synth writes', () => {
  const said = [...read('README.md').matchAll(/^((?:dist|charts)\/[\w/-]+): (\d+) files$/gm)];
  expect(said.length).toBeGreaterThan(5);
  for (const [, folder = '', count] of said) {
    const files = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
    expect({ [folder]: files.filter((file) => file.isFile()).length }).toEqual({ [folder]: Number(count) });
  }
});

describe('what is not TypeScript', () => {
  const outputs = new Set(complete.flatMap(below));

  const valuesFiles = blocks.filter((block) => block.language === 'yaml' && !outputs.has(block));
  test.each(valuesFiles.map((block) => [at(block), block] as const))(
    '%s is a values file of Cluster AI',
    (file, { code }) => {
      expect(() => valuesOf(clusterAiValues, { file, source: code })).not.toThrow();
    },
  );

  const shells = blocks.filter(({ language }) => ['sh', 'console'].includes(language));
  const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts);
  // And those that another system may have of a Postgres.
  const ofPostgres = Object.keys(promotablePostgresValues({ ...postgresDefaults, promoted: false }));
  const values = [
    ...leavesOf(clusterAiValues).map(({ path }) => pathText(path)),
    ...ofPostgres.map((name) => `postgres.${name}`),
  ];
  const objects = filesBelow('dist/cluster-ai', '.yaml').flatMap((file) =>
    [...read(file).matchAll(/^kind: (.*)\nmetadata:\n {2}name: (.*)$/gm)].map(
      ([, kind = '', name = '']) => `${kind.toLowerCase()}/${name}`,
    ),
  );
  test.each(shells.map((block) => [at(block), block] as const))(
    '%s names scripts, files, objects and values that exist',
    (_, { code }) => {
      const named = (pattern: RegExp): readonly string[] =>
        [...code.matchAll(pattern)].map((match) => match.slice(1).join('/'));
      expect(scripts).toEqual(expect.arrayContaining(named(/npm run (?:--silent )?(\w+)/g)));
      expect(values).toEqual(expect.arrayContaining(named(/--set(?:-string)?[ =]([\w.]+)=/g)));
      expect(objects).toEqual(
        expect.arrayContaining(named(/\b(deployment|service|statefulset)[/ ](cluster-ai-[a-z-]*[a-z])/g)),
      );
      const paths = named(/(?<![\w./-])((?:dist\/cluster-ai|charts\/cluster-ai|lib|test)\/[\w./-]*\w)/g);
      expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    },
  );
});

test('the command for Secrets makes all of them, with all of their keys', () => {
  const made = [...read('docs/operations.md').matchAll(/create secret generic (\S+)((?:.*\\\n)+.*)/g)]
    .filter(([command]) => !command.includes('--dry-run')) // those change a Secret that is there
    .map(([, secret = '', rest = '']) => [
      secret,
      [...rest.matchAll(/--from-literal=([\w-]+)/g)].map(([, key]) => key),
    ]);
  expect(Object.fromEntries(made)).toEqual(new ClusterAi(new App()).secrets);
});

test('the table of YAML 1.1 says how values are read', () => {
  const rows = [...read('docs/values-and-environments.md').matchAll(/^\| (`.*`.*) \| `(.*)` \|$/gm)];
  expect(rows.length).toBeGreaterThan(5);
  for (const [, written = '', result = ''] of rows) {
    for (const [, word = ''] of written.matchAll(/`([^`]+)`/g)) {
      expect({ [word]: parseValues(`value: ${word}`, 'table').value }).toEqual({
        [word]: JSON.parse(result) as unknown,
      });
    }
  }
});

/** The blocks between an example and the next example or heading. */
function below(example: Block): readonly Block[] {
  const after = blocks.slice(blocks.indexOf(example) + 1);
  const end = after.findIndex(
    (block) => block.file !== example.file || block.section !== example.section || isExample(block),
  );
  return end < 0 ? after : after.slice(0, end);
}
