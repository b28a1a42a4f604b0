/**
 * A host outside the cluster: a network namespace of this machine, which is the cluster's node. No packet leaves the
 * machine, and no address is anybody's.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import type { Node } from 'kubernetes-types/core/v1';
import { get } from './cluster';
import { run } from './run';

export interface Outside {
  readonly address: string;
  remove(): Promise<void>;
}

/** Answers connections to the ports. */
const LISTEN = `
const ports = process.argv.slice(1).map(Number);
let listening = 0;
for (const port of ports) {
  const server = require('node:net').createServer((socket) => socket.end());
  server.listen(port, '0.0.0.0', () => { if (++listening === ports.length) console.log('listening'); });
}
`;

/**
 * Makes the host, and routes to it from this machine. It is gone, with its link, when its one process is; it has no name
 * under /run/netns, as `ip netns` would mount that folder anew and keep the runtime from removing the pods' namespaces.
 *
 * @param name from which its addresses are derived: one host at a time for each name
 * @throws where this is not the node, or the user is not root
 */
export async function makeOutside(name: string, ports: readonly number[]): Promise<Outside> {
  await demandNode();
  const [address, gateway] = addressesFor(name);
  const link = `out-${hashOf(name).toString(16)}`;
  const host = await startHost(ports);
  const inside = (...args: readonly string[]) =>
    run('nsenter', [`--net=/proc/${host.pid ?? ''}/ns/net`, 'ip', ...args]);
  const remove = async (): Promise<void> => {
    host.kill('SIGKILL');
    await ip('link', 'delete', link).catch(() => undefined); // it may have gone with its other end
  };
  try {
    await ip('link', 'delete', link).catch(() => undefined);
    await ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', `${host.pid ?? ''}`);
    await ip('address', 'add', `${gateway}/30`, 'dev', link);
    await ip('link', 'set', link, 'up');
    await inside('address', 'add', `${address}/30`, 'dev', 'eth0');
    await inside('link', 'set', 'eth0', 'up');
    await inside('route', 'add', 'default', 'via', gateway);
    return { address, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** A process in a network namespace of its own. */
async function startHost(ports: readonly number[]): Promise<ChildProcess> {
  const command = [process.execPath, '--eval', LISTEN, ...ports.map(String)];
  const host = spawn('unshare', ['--net', ...command], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) => {
    host.stdout.once('data', resolve);
    host.once('error', reject);
    host.once('exit', (code) => reject(new Error(`nobody listens outside: ended (${code ?? 'killed'})`)));
  });
  return host;
}

async function demandNode(): Promise<void> {
  const nodes = await get<Node>('nodes');
  const wanted = nodes.flatMap(({ status }) => (status?.addresses ?? []).map(({ address }) => address));
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses?.map(({ address }) => address) ?? []);
  const problem =
    nodes.length !== 1 || !wanted.some((address) => own.includes(address))
      ? `the cluster's nodes (${wanted.join(', ')}) are not this machine alone`
      : process.getuid?.() !== 0 && 'the user is not root';
  if (problem) {
    throw new Error(
      `A host outside the cluster is a network namespace on its one node, made by root: ${problem}. ` +
        'Run this file there, as root.',
    );
  }
}

const ip = (...args: readonly string[]) => run('ip', args);

/** Two of the 64 networks of four addresses in 203.0.113.0/24, which RFC 5737 gives to documentation alone. */
function addressesFor(name: string): readonly [address: string, gateway: string] {
  const first = (hashOf(name) % 64) * 4;
  return [`203.0.113.${first + 2}`, `203.0.113.${first + 1}`];
}

function hashOf(name: string): number {
  return createHash('sha256').update(name).digest().readUInt32BE(0);
}
