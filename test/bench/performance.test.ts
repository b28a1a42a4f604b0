/** What docs/performance.md says is what was measured, on the same objects, and says why where it is not enough. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import {
  CHART,
  EMISSION,
  KUSTOMIZE,
  MANY_CHARTS,
  ONE_CHART,
  OURS,
  contenders,
  contendersOf,
} from '../../bench/contenders';
import { documents } from '../../bench/documents';
import { Fleet } from '../../bench/fleet';
import { goals } from '../../bench/goals';
import { readObjects, writeObjects } from '../../bench/programs/objects';
import { Results } from '../../bench/measurements';
import { Manifests } from '../../lib/output/manifests';
import { defaultsOf } from '../../lib/values/schema';
import { read, root } from '../docs/documents';

const results = Results.parse(JSON.parse(read('bench/results.json')));

describe('what was measured', () => {
  test.each([...documents(results)])('%s says it: npm run bench -- --documents writes it', (path, content) => {
    expect(read(path)).toBe(content);
  });

  test.each([...new Set(contenders.map(({ name }) => name))].filter((name) => name !== EMISSION))(
    'says what %s is',
    (name) => {
      expect(read('docs/performance.md')).toMatch(new RegExp(`^- .*\\*${name}\\*.*: `, 'm'));
    },
  );

  test.each(['time', 'memory'])('shows in its plot of %s all that are set against each other', (plot) => {
    const named = /<desc[^>]*>[^:]*: (.*)\.</.exec(read(`docs/performance/${plot}.svg`))?.[1]?.split('; ');
    expect(named).toEqual(contenders.map(({ name }) => name).filter((name) => name !== CHART && name !== EMISSION));
  });

  test('says who was stopped, and takes no time of that', () => {
    const stopped = { contender: KUSTOMIZE, subject: '30000', objects: 30_001, stoppedAfter: 300 };
    const fewer = results.measured.filter(
      ({ contender, subject }) => contender !== KUSTOMIZE || !['30000', '100000'].includes(subject),
    );
    const measured = [...fewer, stopped];
    expect(documents({ ...results, measured }).get('docs/performance.md')).toMatch(
      /^\| kubectl kustomize \| [\d.]+ \| [\d.]+ \| [\d.]+ \| not in 300 \| {2}\|$/m,
    );

    const goal = goals.find(({ title }) => title.includes('`kubectl kustomize`'));
    expect(goal?.measure({ ...results, measured })).toEqual(goal?.measure({ ...results, measured: fewer }));
    expect(contendersOf(100_000, fewer).map(({ name }) => name)).toContain(KUSTOMIZE);
    expect(contendersOf(100_000, measured).map(({ name }) => name)).not.toContain(KUSTOMIZE);
  });

  test.each(goals)('meets the goal, or the document says what bounds it: $title', (goal) => {
    const { title, bound } = goal;
    if (goal.measure(results).isMet) return;
    expect(bound).not.toBe('');
    expect(read('docs/performance.md')).toContain(`**${title}**: ${bound}`);
  });
});

describe('goals', () => {
  test.each(goals)('say whether they are of work or of the whole process: $title', ({ title }) => {
    expect(title).toMatch(/ \((work, without start and reading|whole process)\)$/);
  });

  test.each(['work, without start and reading', 'whole process'])('against stock cdk8s there is one of: %s', (of) => {
    const against = goals.find(
      ({ title }) => /^30,000 objects .* stock cdk8s/.test(title) && title.endsWith(`(${of})`),
    );
    const taking = (seconds: number, work: number) => ({
      subject: '30000',
      objects: 30_000,
      whole: { best: seconds, worst: seconds, runs: 1 },
      work: { best: work, worst: work, runs: 1 },
    });
    const measured = [
      { contender: OURS, ...taking(2, 1) },
      { contender: ONE_CHART, ...taking(12, 10) },
    ];
    expect(against?.measure({ ...results, measured })).toEqual(
      of === 'whole process' ? { measured: '1/6.0', isMet: false } : { measured: '1/10.0', isMet: true },
    );
  });
});

describe('what is measured', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-test-'));
  const file = join(folder, 'objects.jsonl');
  const system = new Fleet(new App(), 18);

  beforeAll(() => {
    const manifests = new Manifests(system);
    writeObjects(file, manifests.evaluate(defaultsOf(system.schema), { name: 'fleet', namespace: 'fleet' }).values());
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([OURS, ONE_CHART, MANY_CHARTS])('%s writes the objects that are given', (name) => {
    const contender = contenders.find((one) => one.name === name);
    const { program, args } = contender?.command({ subject: '18', system: 'fleet', folder }) ?? {
      program: '',
      args: [],
    };
    execFileSync(program, args, { cwd: root });

    const given = readObjects(file).flat();
    expect(given).toHaveLength(18);
    expect(writtenIn(join(folder, name === OURS ? 'ours' : 'stock'))).toEqual(byName(given));
    rmSync(join(folder, name === OURS ? 'ours' : 'stock'), { recursive: true });
  });
});

interface Named {
  readonly kind: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

/** The objects in a folder, without the namespace that each writes in its way. */
function writtenIn(folder: string): readonly unknown[] {
  const files = readdirSync(folder).filter((file) => !/^(namespace|kustomization)\.yaml$/.test(file));
  return byName(
    files.flatMap((file) =>
      parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((document) => {
        const { metadata: { namespace: _, ...metadata } = {}, ...object } = document.toJS() as Named;
        return { ...object, metadata };
      }),
    ),
  );
}

function byName(objects: readonly object[]): readonly object[] {
  const key = (object: object): string => {
    const { kind, metadata } = object as Named;
    return `${kind} ${metadata?.name ?? ''}`;
  };
  return [...objects].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
