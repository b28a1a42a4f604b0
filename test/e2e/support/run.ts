/** Runs programs, and fails with all that they said. */
import { execFile } from 'node:child_process';

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Standard input. @default empty */
  readonly input?: string;
  /** @default 120 */
  readonly timeoutSeconds?: number;
}

/** @throws where the program exits with anything but 0, with its whole output */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Output> {
  const { input = '', timeoutSeconds = 120 } = options;
  return new Promise((resolve, reject) => {
    const settings = { maxBuffer: 2 ** 28, timeout: timeoutSeconds * 1000 };
    const child = execFile(program, args, settings, (failure, stdout, stderr) => {
      if (failure === null) {
        resolve({ stdout, stderr });
        return;
      }
      const end =
        failure.killed === true ? `did not end within ${timeoutSeconds} s` : `failed (${failure.code ?? 'killed'})`;
      reject(new Error([`${[program, ...args].join(' ')}\n${end}`, stdout, stderr].filter(Boolean).join('\n')));
    });
    // A program that ends without reading its input has said why by its exit code.
    child.stdin?.on('error', () => undefined).end(input);
  });
}

/** Runs a command line as a person would type it in the project's folder. */
export async function shell(commandLine: string, options?: RunOptions): Promise<Output> {
  return run('sh', ['-euc', commandLine], options);
}
