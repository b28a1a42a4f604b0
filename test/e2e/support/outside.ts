/**
 * A host outside the cluster: a network namespace of this machine, which is the cluster's node. No packet leaves the
 * machine, and no address is anybody's.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { demandNode } from './node';
import { run } from './run';

export interface Outside {
  readonly address: string;
  remove(): Promise<void>;
}

/** Answers connections to the ports, until whoever started it is gone. */
const LISTEN = `
const ports = process.argv.slice(1).map(Number);
let listening = 0;
for (const port of ports) {
  const server = require('node:net').createServer((socket) => socket.end());
  server.listen(port, '0.0.0.0', () => { if (++listening === ports.length) console.log('listening'); });
}
process.stdin.on('end', () => process.exit()).resume();
`;

/**
 * Makes the host, and routes to it from this machine. Its namespace has no name, but is its process's own: `ip netns`
 * would mount over the folder in which container runtimes keep theirs, and no pod could end any more.
 *
 * @param name tells it from others on this machine
 * @throws where this is not the node, or the user is not root
 */
export async function makeOutside(name: string, ports: readonly number[]): Promise<Outside> {
  await demandNode('a host outside the cluster is a network namespace on its one node');
  const [address, gateway] = addressesFor(name);
  const link = `out-${hashOf(name).toString(16)}`;
  const host = await listen(ports);
  const remove = async (): Promise<void> => {
    // The link goes with the namespace, and the namespace with its last process.
    const ended = once(host, 'exit');
    host.kill('SIGKILL');
    await ended;
  };
  try {
    const namespace = `${host.pid ?? ''}`;
    const inside = ['nsenter', `--net=/proc/${namespace}/ns/net`, 'ip'];
    for (const command of [
      ['ip', 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace],
      ['ip', 'address', 'add', `${gateway}/30`, 'dev', link],
      ['ip', 'link', 'set', link, 'up'],
      [...inside, 'address', 'add', `${address}/30`, 'dev', 'eth0'],
      [...inside, 'link', 'set', 'eth0', 'up'],
      [...inside, 'route', 'add', 'default', 'via', gateway],
    ]) {
      const [program = '', ...args] = command;
      await run(program, args);
    }
    return { address, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** A process that listens, in a network namespace of its own. */
async function listen(ports: readonly number[]): Promise<ChildProcess> {
  const command = ['--net', process.execPath, '--eval', LISTEN, ...ports.map(String)];
  const listener = spawn('unshare', command, { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) => {
    listener.stdout.once('data', resolve);
    listener.once('error', reject);
    listener.once('exit', (code) => reject(new Error(`nobody listens outside: ended (${code ?? 'killed'})`)));
  });
  return listener;
}

/** Two of the 64 networks of four addresses in 203.0.113.0/24, which RFC 5737 gives to documentation alone. */
function addressesFor(name: string): readonly [address: string, gateway: string] {
  const first = (hashOf(name) % 64) * 4;
  return [`203.0.113.${first + 2}`, `203.0.113.${first + 1}`];
}

function hashOf(name: string): number {
  return createHash('sha256').update(name).digest().readUInt32BE(0);
}
