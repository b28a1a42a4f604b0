/** The environments of a system: a values file each, read as Helm reads it. */
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { z } from 'zod';
import type { JsonObject } from '../values/expression';
import { coalesce } from '../values/coalesce';
import { parseValues } from '../values/load';
import { checkValues, defaultsOf, problemText } from '../values/schema';

/** An environment of a system: a file of values. */
export interface Environment {
  /** That of the file, without its ending. */
  readonly name: string;
  /** Where the file is, for messages. */
  readonly file: string;
  /** The file as it stands. */
  readonly source: string;
}

/** The values files of a folder, by name. */
export function environmentsIn(folder: string): readonly Environment[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  return files.sort().map((file) => ({
    name: basename(file, '.yaml'),
    file: relative(process.cwd(), join(folder, file)),
    source: readFileSync(join(folder, file), 'utf8'),
  }));
}

/**
 * All values of an environment: the schema's defaults under the file.
 * @throws one error with every problem of the file
 */
export function valuesOf(schema: z.ZodObject, { file, source }: Pick<Environment, 'file' | 'source'>): JsonObject {
  const values = coalesce(defaultsOf(schema), parseValues(source, file));
  const problems = checkValues(schema, values);
  if (problems.length > 0) throw new Error(problems.map((problem) => `${file}: ${problemText(problem)}`).join('\n'));
  return values;
}
