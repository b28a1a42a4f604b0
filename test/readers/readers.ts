/** Readers of YAML: what each finds in a stream of documents. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { isDeepStrictEqual } from 'node:util';
import { CORE_SCHEMA, YAML11_SCHEMA, loadAll } from 'js-yaml';
import { parseAllDocuments } from 'yaml';

/** The documents of a stream as JSON, or why it cannot be read. */
export type Reading = { readonly documents: readonly unknown[] } | { readonly error: string };
export type Reader = (stream: string) => Reading;
/** Reads any number of streams at once, by a program. */
export type Program = (streams: readonly string[]) => Promise<readonly Reading[]>;

export function agree(reading: Reading, documents: readonly unknown[]): boolean {
  return 'documents' in reading && isDeepStrictEqual(reading.documents, documents);
}

/** A value as JSON has it, where there is one zero. */
export function asJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

// ---- npm's ---------------------------------------------------------------------------------------------------------

function reader(read: (stream: string) => readonly unknown[]): Reader {
  return (stream) => {
    try {
      return { documents: asJson(read(stream)) };
    } catch (error) {
      return { error: String(error) };
    }
  };
}

function readByYaml(version: '1.1' | '1.2'): Reader {
  return reader((stream) =>
    [...parseAllDocuments(stream, { version })].map((document) => {
      const [problem] = [...document.errors, ...document.warnings];
      if (problem !== undefined) throw problem;
      return document.toJS() as unknown;
    }),
  );
}

export const npmReaders: Readonly<Record<string, Reader>> = {
  'yaml, YAML 1.2': readByYaml('1.2'),
  'yaml, YAML 1.1': readByYaml('1.1'),
  'js-yaml, YAML 1.2': reader((stream) => loadAll(stream, { schema: CORE_SCHEMA })),
  'js-yaml, YAML 1.1': reader((stream) => loadAll(stream, { schema: YAML11_SCHEMA })),
};

// ---- Python's and Go's ---------------------------------------------------------------------------------------------

/** What a program prints; it is given its input, and must end well. */
async function output(command: string, args: readonly string[], input: string, env: NodeJS.ProcessEnv = {}) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  child.stdin.end(input);
  const [printed, status] = await Promise.all([text(child.stdout), ended]);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${String(status)}`);
  return printed;
}

function program(command: string, args: readonly string[], env?: NodeJS.ProcessEnv): Program {
  return async (streams) => JSON.parse(await output(command, args, JSON.stringify(streams), env)) as Reading[];
}

/** PyYAML's own reader, and the one of libyaml that it brings. They are installed where they are not. */
export async function pythonReaders(): Promise<Readonly<Record<string, Program>>> {
  const folder = (await output(join(__dirname, '../../scripts/pypi/install'), ['pyyaml'], '')).trim();
  const read = (name: string) => program('python3', [join(__dirname, 'read.py'), name], { PYTHONPATH: folder });
  return { PyYAML: read('pyyaml'), libyaml: read('libyaml') };
}

/** The parsers of kubectl, of Helm and of kustomize. They are built where they are not. */
export async function goReaders(): Promise<Readonly<Record<string, Program>>> {
  const folder = (await output(join(__dirname, '../../scripts/tools'), ['yaml-readers'], '')).trim();
  const read = (name: string) => program(join(folder, 'yaml-readers'), [name]);
  return { kubectl: read('kubectl'), 'go-yaml v2': read('go-yaml-v2'), 'go-yaml v3': read('go-yaml-v3') };
}
