/** What is said beyond what was measured. */
import { MANY_CHARTS, contenders } from '../../bench/contenders';
import { type Measured, Results } from '../../bench/measurements';
import { pointsOf, workPerObject } from '../../bench/series';
import { read } from '../docs/documents';

const results = Results.parse(JSON.parse(read('bench/results.json')));
const once = (seconds: number) => ({ best: seconds, worst: seconds, runs: 1 });
const measured = (contender: string, size: number, whole: number, work?: number): Measured => ({
  contender,
  subject: String(size),
  objects: size,
  whole: once(whole),
  ...(work === undefined ? {} : { work: once(work) }),
});

describe('the times of a contender', () => {
  test('beyond what it is given follow the power law of its work, with the start that it had', () => {
    const points = pointsOf(
      { ...results, measured: [measured(MANY_CHARTS, 6000, 3, 1), measured(MANY_CHARTS, 12_000, 6, 4)] },
      MANY_CHARTS,
    );
    expect(points.map(({ isExtrapolated }) => isExtrapolated)).toEqual([false, false, true, true]);
    expect(points[2]?.seconds).toBeCloseTo(2 + 4 * 2.5 ** 2);
    expect(points[3]?.seconds).toBeCloseTo(2 + 4 * (100 / 12) ** 2);
  });

  test.each(contenders.filter(({ name }) => name !== MANY_CHARTS))('of $name are measured, or none', ({ name }) => {
    const points = pointsOf({ ...results, measured: [measured(name, 600, 2, 1), measured(name, 6000, 11, 10)] }, name);
    expect(points).toEqual([
      { objects: 600, seconds: 2, isExtrapolated: false },
      { objects: 6000, seconds: 11, isExtrapolated: false },
    ]);
  });
});

test('who does not say what is work has none', () => {
  const only = { ...results, measured: [measured('helm', 6, 1)] };
  expect(() => workPerObject(only, 'helm', 6)).toThrow('helm does not say what of its time is work');
});
