/** The cluster's node, where it is this machine. */
import { networkInterfaces } from 'node:os';
import type { Node } from 'kubernetes-types/core/v1';
import { get } from './cluster';

/** @throws with the purpose, where this machine is not the one node, or the user is not root */
export async function demandNode(purpose: string): Promise<void> {
  const nodes = await get<Node>('nodes');
  const wanted = nodes.flatMap(({ status }) => (status?.addresses ?? []).map(({ address }) => address));
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses?.map(({ address }) => address) ?? []);
  const problem =
    nodes.length !== 1 || !wanted.some((address) => own.includes(address))
      ? `the cluster's nodes (${wanted.join(', ')}) are not this machine alone`
      : process.getuid?.() !== 0 && 'the user is not root';
  if (problem) throw new Error(`${purpose}, made by root: ${problem}. Run this file there, as root.`);
}
