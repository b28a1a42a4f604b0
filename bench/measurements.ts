/** What `npm run bench` measured: bench/results.json. */
import { z } from 'zod';

/** Seconds of the best and of the worst of some runs. */
const Spread = z.strictObject({ best: z.number(), worst: z.number(), runs: z.int() });
export type Spread = z.infer<typeof Spread>;

const Measured = z.strictObject({
  contender: z.string(),
  /** The number of objects that were asked for, or the name of a system. */
  subject: z.string(),
  objects: z.int(),
  /** Of the whole process, from its start to its end; absent where no run was finished, and where it refused. */
  whole: Spread.optional(),
  /** Of what it does with objects, loading code and reading them aside; absent where only the process is known. */
  work: Spread.optional(),
  /** Seconds of each phase, in the run whose work was the shortest. */
  phases: z.record(z.string(), z.number()).optional(),
  /** The most memory that the process had, in MB. */
  megabytes: z.number().optional(),
  /** Its last run was ended after so many seconds. */
  stoppedAfter: z.number().optional(),
  /** It would not take so many; what it said. */
  refused: z.string().optional(),
});
export type Measured = z.infer<typeof Measured>;

export const Results = z.strictObject({
  machine: z.strictObject({
    processor: z.string(),
    cores: z.int(),
    memory: z.string(),
    system: z.string(),
    /** Where programs read and write: `in memory` or `on disk`. */
    files: z.string(),
  }),
  /** Of each tool that took part. */
  versions: z.record(z.string(), z.string()),
  measured: z.array(Measured),
  environments: z.strictObject({ count: z.int(), system: z.string(), phases: z.record(z.string(), z.number()) }),
  /** Of all systems: `npm run synth`, and the same by `cdk8s synth` with ts-node. */
  synth: z.strictObject({ ours: Spread, stock: Spread }),
});
export type Results = z.infer<typeof Results>;
