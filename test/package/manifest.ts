import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the tests read of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

export function readManifest(project: string): Manifest {
  return JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as Manifest;
}

/** The oldest version of `^1.2.3`, or of `>=20`. @throws for a range of another form */
export function lowest(range: string): string {
  const [, version] = /^(?:\^|>=)(\d+(?:\.\d+){0,2})$/.exec(range) ?? [];
  if (version === undefined) throw new Error(`${range}: write ^1.2.3, whose oldest version can be installed`);
  return [...version.split('.'), '0', '0'].slice(0, 3).join('.');
}
