// Random documents, emitted and read by every reader: npm's, Python's and Go's. Prints the first that one of them reads
// otherwise, as small as it can be made; exits 1 if there is one. Batches have seeds that follow each other, so that a
// batch can be seen again by itself, here or by SEED=… npx jest test/readers.
//   npm run fuzz -- [--cases 100000] [--seed any] [--readers npm,python,go]
// By default python and go read where python3 and go are there; one that is asked for must be.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import type { Json } from '../../lib/values/expression';
import { documents, emitted } from './cases';
import { committed } from './committed';
import { type Program, type Reading, agree, asJson, goReaders, npmReaders, pythonReaders } from './readers';

type Programs = Readonly<Record<string, Program>>;

const BATCH = 5000;
/** Of making a case smaller. */
const MILLISECONDS = 60_000;

const ECOSYSTEMS: Readonly<Record<string, { readonly needs?: string; readonly open: () => Promise<Programs> }>> = {
  npm: {
    open: () =>
      Promise.resolve(
        Object.fromEntries(
          Object.entries(npmReaders).map(([name, read]) => [
            name,
            (streams: readonly string[]) => Promise.resolve(streams.map(read)),
          ]),
        ),
      ),
  },
  python: { needs: 'python3', open: pythonReaders },
  go: { needs: 'go', open: goReaders },
};

async function openReaders(asked: string | undefined): Promise<Programs> {
  const opened: Record<string, Program> = {};
  for (const name of asked?.split(',') ?? Object.keys(ECOSYSTEMS)) {
    const ecosystem = ECOSYSTEMS[name];
    if (ecosystem === undefined) throw new Error(`--readers ${name}: one of ${Object.keys(ECOSYSTEMS).join(', ')}`);
    const { needs, open } = ecosystem;
    if (asked === undefined && needs !== undefined && spawnSync(needs, ['--help']).error !== undefined)
      console.log(`not read by ${name}: there is no ${needs}`);
    else Object.assign(opened, await open());
  }
  return opened;
}

interface Difference {
  readonly index: number;
  readonly reader: string;
  readonly reading: Reading;
}

/** The first stream that a reader reads otherwise than it is expected to. */
async function firstDifference(
  streams: readonly string[],
  expected: readonly (readonly unknown[])[],
  readers: Programs,
): Promise<Difference | undefined> {
  const found = await Promise.all(
    Object.entries(readers).map(async ([reader, read]): Promise<Difference | undefined> => {
      const readings = await read(streams);
      if (readings.length !== streams.length) throw new Error(`${reader} read ${readings.length} of ${streams.length}`);
      const index = readings.findIndex((reading, at) => !agree(reading, expected[at] ?? []));
      const reading = readings[index];
      return reading && { index, reader, reading };
    }),
  );
  return found.filter((each) => each !== undefined).sort((a, b) => a.index - b.index)[0];
}

function differenceIn(cases: readonly (readonly Json[])[], readers: Programs): Promise<Difference | undefined> {
  return firstDifference(cases.map(emitted), cases.map(asJson), readers);
}

/** The smallest case that is still read otherwise, with how it is read. */
async function explain({ index, reader }: Difference, seed: number, readers: Programs): Promise<string> {
  const read = readers[reader];
  const one = { [reader]: read ?? (() => Promise.resolve([])) };
  const property = fc.asyncProperty(documents, async (given) => (await differenceIn([given], one)) === undefined);
  const { counterexample } = await fc.check(property, {
    seed,
    path: String(index),
    numRuns: 1,
    interruptAfterTimeLimit: MILLISECONDS,
  });
  const [given = []] = counterexample ?? [];
  const again = await differenceIn([given], one);
  return [
    `SEED=${seed}, case ${index}: ${reader} reads`,
    emitted(given),
    `as ${JSON.stringify(again?.reading)}`,
    `but it is ${JSON.stringify(given)}`,
  ].join('\n');
}

/** What is wrong with the files in dist/ and charts/. */
async function committedDifference(readers: Programs): Promise<string | undefined> {
  const { 'yaml, YAML 1.2': first } = npmReaders;
  const streams = [...committed.values()];
  const expected = streams.map((stream) => {
    const reading = first?.(stream);
    return reading !== undefined && 'documents' in reading ? reading.documents : [];
  });
  const difference = await firstDifference(streams, expected, readers);
  return difference && `${[...committed.keys()][difference.index] ?? ''}: ${difference.reader} reads it otherwise`;
}

function wholeNumber(option: string, given: string): number {
  if (!/^\d+$/.test(given)) throw new Error(`--${option} ${given}: a whole number`);
  return Number(given);
}

async function main(): Promise<string | undefined> {
  const { values } = parseArgs({
    options: {
      cases: { type: 'string', default: '100000' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      readers: { type: 'string' },
    },
  });
  const readers = await openReaders(values.readers);
  console.log(`read by ${Object.keys(readers).join('; ')}`);
  const different = await committedDifference(readers);
  if (different !== undefined) return different;
  console.log(`${committed.size} files of dist/ and charts/: each is the same to all`);
  const [first, count] = [wholeNumber('seed', values.seed), wholeNumber('cases', values.cases)];
  for (let done = 0; done < count; done += BATCH) {
    const seed = first + done / BATCH;
    const cases = fc.sample(documents, { seed, numRuns: Math.min(BATCH, count - done) });
    const difference = await differenceIn(cases, readers);
    if (difference !== undefined) return explain(difference, seed, readers);
    console.log(`SEED=${seed}: ${cases.length} cases, each is to all what was emitted`);
  }
  return undefined;
}

void main()
  .catch((error: unknown) => String(error))
  .then((problem) => {
    if (problem === undefined) return;
    console.error(problem);
    process.exitCode = 1;
  });
