import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { environmentsIn, valuesOf } from '../../lib/systems/environment';

const schema = z.strictObject({
  replicas: z.int().min(1).max(5).default(2).describe('Replicas.'),
  host: z
    .string()
    .regex(/^[a-z.]+$/)
    .describe('Host.'),
  labels: z.record(z.string(), z.string()).default({ team: 'shop' }).describe('Labels.'),
});

const read = (source: string) => valuesOf(schema, { file: 'environments/test.yaml', source });

describe('an environment', () => {
  it('is the defaults under its file', () => {
    expect(read('host: shop.example\nlabels: { tier: web }\n')).toEqual({
      replicas: 2,
      host: 'shop.example',
      labels: { team: 'shop', tier: 'web' },
    });
  });

  it('is refused with everything that is wrong with its file', () => {
    expect(() => read('replicas: 6\nreplica: 1\n')).toThrow(
      new Error(
        [
          'environments/test.yaml: replicas: given 6, allowed: a whole number from 1 to 5',
          'environments/test.yaml: host: given nothing, allowed: a text that matches `^[a-z.]+$`',
          'environments/test.yaml: replica: given the key "replica", allowed: only replicas, host, labels',
        ].join('\n'),
      ),
    );
  });

  it('is a YAML file of the folder, by name', () => {
    const folder = mkdtempSync(join(tmpdir(), 'environments-'));
    try {
      for (const file of ['staging.yaml', 'production.yaml', 'README.md'])
        writeFileSync(join(folder, file), `# ${file}\n`);
      expect(environmentsIn(folder).map(({ name, source }) => [name, source])).toEqual([
        ['production', '# production.yaml\n'],
        ['staging', '# staging.yaml\n'],
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
