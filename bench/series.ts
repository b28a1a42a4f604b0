/** What the results say of a contender, and what they would say beyond what was measured. */
import { SIZES, contenders } from './contenders';
import type { Measured, Results } from './measurements';

export function found({ measured }: Results, contender: string, subject: string | number): Measured | undefined {
  return measured.find((one) => one.contender === contender && one.subject === String(subject));
}

/** @throws where it was not measured, or did not finish */
export function finished(results: Results, contender: string, subject: string | number): Finished {
  const one = found(results, contender, subject);
  if (one?.whole === undefined) throw new Error(`${contender} has no time for ${subject}: run \`npm run bench\``);
  return { ...one, whole: one.whole };
}
export type Finished = Measured & { readonly whole: NonNullable<Measured['whole']> };

export interface Point {
  readonly objects: number;
  /** Seconds of the whole process. */
  readonly seconds: number;
  readonly isExtrapolated: boolean;
}

/** A contender's times by size, up to the largest. What is not measured follows the power law of the last two that are. */
export function pointsOf(results: Results, contender: string): readonly Point[] {
  const sizes = contenders.find(({ name }) => name === contender)?.sizes ?? [];
  const points = sizes.flatMap((size): Point[] => {
    const one = found(results, contender, size);
    return one?.whole === undefined ? [] : [{ objects: size, seconds: one.whole.best, isExtrapolated: false }];
  });
  const [before, last] = points.slice(-2);
  if (before === undefined || last === undefined) return points;
  const power = Math.log(last.seconds / before.seconds) / Math.log(last.objects / before.objects);
  const beyond = SIZES.filter((size) => size > last.objects).map((objects) => ({
    objects,
    seconds: last.seconds * (objects / last.objects) ** power,
    isExtrapolated: true,
  }));
  return [...points, ...beyond];
}

/** Seconds of work for one object. */
export function workPerObject(results: Results, contender: string, size: number): number {
  const { work, objects } = finished(results, contender, size);
  if (work === undefined) throw new Error(`${contender} does not say what of its time is work`);
  return work.best / objects;
}
