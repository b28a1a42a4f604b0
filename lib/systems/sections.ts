/** What the values of systems are written with. */
import { z } from 'zod';
import { secretGeneratorDefaults } from '../tiers/operations/secret-generator';
import { secretGeneratorValues } from '../tiers/operations/secret-generator-values';

export const section = <T extends z.core.$ZodLooseShape>(description: string, shape: T) =>
  z.strictObject(shape).describe(description);

/** Of what runs on a laptop: little is set aside, and what is idle may be used; of memory, as much as is set aside, or `most`. */
export const laptop = (cpu: string, memory: string, most = memory) => ({
  requests: { cpu, memory, ephemeralStorage: '64Mi' },
  limits: { cpu: '1', memory: most, ephemeralStorage: '512Mi' },
});

export const secretGeneratorSection = section(
  'Makes the Secrets that are missing, inside the cluster: for trials, where nobody should have to think of passwords.',
  {
    enabled: z
      .boolean()
      .default(false)
      .describe('Run a Job that makes missing Secrets, with random passwords; Secrets that exist are left alone.'),
    ...secretGeneratorValues(secretGeneratorDefaults),
  },
);
