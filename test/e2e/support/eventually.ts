/** Waiting, with a diagnosis where it is in vain. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod } from 'kubernetes-types/core/v1';
import { get, kubectl } from './cluster';

export interface Patience {
  /** @default 60 */
  readonly seconds?: number;
  /** Whose events and logs explain a failure. */
  readonly namespace: string;
}

/** Tries until it succeeds. */
export async function eventually<T>(
  what: string,
  { seconds = 60, namespace }: Patience,
  attempt: () => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) {
        const last = error instanceof Error ? error.message : String(error);
        throw new Error(`${what}: not within ${seconds} s\n${last}\n${await diagnosis(namespace)}`);
      }
      await sleep(1000);
    }
  }
}

/** Pods, events, and the logs of the containers that are not ready. */
async function diagnosis(namespace: string): Promise<string> {
  const inNamespace = `--namespace=${namespace}`;
  const parts = [
    await kubectl(['get', 'all,persistentvolumeclaims', inNamespace, '--output=wide']),
    (await kubectl(['get', 'events', inNamespace, '--sort-by=.lastTimestamp'])).split('\n').slice(-40).join('\n'),
  ];
  for (const { metadata, status } of await get<Pod>('pods', inNamespace)) {
    const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
    for (const { name, ready, restartCount, state } of containers) {
      if (ready || state?.terminated?.exitCode === 0) continue;
      const log = ['logs', metadata?.name ?? '', `--container=${name}`, inNamespace, '--tail=40'];
      const said = await kubectl(log).catch(String);
      const before = restartCount > 0 ? await kubectl([...log, '--previous']).catch(String) : '';
      parts.push(
        `${metadata?.name ?? ''} ${name}: ${JSON.stringify(state)}\n${said}${before && `before the restart:\n${before}`}`,
      );
    }
  }
  return parts.join('\n');
}
