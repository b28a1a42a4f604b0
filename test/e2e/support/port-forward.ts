import { spawn } from 'node:child_process';

/**
 * Calls `use` with the address on this machine that leads to a Service's port.
 *
 * @param target such as `service/shop-frontend`
 */
export async function portForward<T>(
  namespace: string,
  target: string,
  port: number,
  use: (url: string) => Promise<T>,
): Promise<T> {
  const args = ['port-forward', `--namespace=${namespace}`, '--address=127.0.0.1', target, `:${port}`];
  const forwarder = spawn('kubectl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    const localPort = await new Promise<string>((resolve, reject) => {
      let said = '';
      const hear = (chunk: Buffer) => {
        said += chunk.toString();
        const [, found] = /Forwarding from 127\.0\.0\.1:(\d+)/.exec(said) ?? [];
        if (found !== undefined) resolve(found);
      };
      forwarder.stdout.on('data', hear);
      forwarder.stderr.on('data', hear);
      forwarder.on('error', reject);
      forwarder.on('exit', (code) =>
        reject(new Error(`kubectl ${args.join(' ')} ended (${code ?? 'killed'})\n${said}`)),
      );
    });
    return await use(`http://127.0.0.1:${localPort}`);
  } finally {
    forwarder.kill();
  }
}
