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

/**
 * A contender's times by size. Beyond the sizes that it is given, its work follows the power law of the last two that
 * were measured; what is no work stays as it was.
 */
export function pointsOf(results: Results, contender: string): readonly Point[] {
  const sizes = contenders.find(({ name }) => name === contender)?.sizes ?? [];
  const measured = sizes.flatMap((size) => {
    const { whole, work } = found(results, contender, size) ?? {};
    return whole === undefined ? [] : [{ objects: size, seconds: whole.best, work: work?.best }];
  });
  const points = measured.map(({ objects, seconds }): Point => ({ objects, seconds, isExtrapolated: false }));
  const [before, last] = measured.slice(-2);
  if (before?.work === undefined || last?.work === undefined) return points;
  const { objects: most, seconds, work } = last;
  const power = Math.log(work / before.work) / Math.log(most / before.objects);
  const beyond = SIZES.filter((size) => size > Math.max(...sizes)).map((objects) => ({
    objects,
    seconds: seconds - work + work * (objects / most) ** power,
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
