import fc from 'fast-check';
import { committed } from './committed';
import { documents, emitted } from './cases';
import { agree, asJson, npmReaders } from './readers';

/** Always the same cases, unless another seed is given. */
const seed = Number(process.env.SEED ?? 1);

describe('what is emitted', () => {
  test(`is read as what it was by YAML 1.1 and 1.2 (SEED=${seed})`, () => {
    fc.assert(
      fc.property(documents, (given) => {
        const stream = emitted(given);
        const expected = asJson(given);
        for (const [name, read] of Object.entries(npmReaders)) {
          const reading = read(stream);
          if (!agree(reading, expected)) throw new Error(`${name} reads ${stream}\nas ${JSON.stringify(reading)}`);
        }
      }),
      { seed, numRuns: 5000 },
    );
  });
});

describe('what is committed', () => {
  const { 'yaml, YAML 1.2': first, ...others } = npmReaders;
  const readings = new Map([...committed].map(([path, stream]) => [path, first?.(stream)]));

  test.each(Object.entries(others))('is to %s what it is to yaml, YAML 1.2', (_, read) => {
    for (const [path, stream] of committed) expect({ path, ...read(stream) }).toEqual({ path, ...readings.get(path) });
  });
});
