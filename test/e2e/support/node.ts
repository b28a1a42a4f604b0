/** The cluster's node, where it is this machine. */
import { networkInterfaces } from 'node:os';
import type { Node } from 'kubernetes-types/core/v1';
import { get } from './cluster';
import { run } from './run';

/** @throws with the purpose, where this machine is not the one node, or the user is not root */
export async function demandNode(purpose: string): Promise<void> {
  const problem = await elsewhere();
  if (problem !== undefined) throw new Error(`${purpose}, made by root: ${problem}. Run this file there, as root.`);
}

/**
 * Lets what is mounted on this node later be seen by pods that ask for it. systemd has it so; a machine without it may not.
 *
 * @returns what has it as it was
 */
export async function shareMounts(): Promise<() => Promise<unknown>> {
  const nothing = () => Promise.resolve();
  if ((await elsewhere()) !== undefined) return nothing;
  const { stdout } = await run('findmnt', ['--noheadings', '--output=PROPAGATION', '/']);
  if (stdout.trim() !== 'private') return nothing;
  await run('mount', ['--make-shared', '/']);
  return () => run('mount', ['--make-private', '/']);
}

/** Why nothing can be done to the node here. */
async function elsewhere(): Promise<string | undefined> {
  const nodes = await get<Node>('nodes');
  const wanted = nodes.flatMap(({ status }) => (status?.addresses ?? []).map(({ address }) => address));
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses?.map(({ address }) => address) ?? []);
  if (nodes.length !== 1 || !wanted.some((address) => own.includes(address)))
    return `the cluster's nodes (${wanted.join(', ')}) are not this machine alone`;
  return process.getuid?.() === 0 ? undefined : 'the user is not root';
}
