/** Who reaches what, asked from inside the pods. */
import type { Pod } from 'kubernetes-types/core/v1';
import { kubectl } from './cluster';

export interface Place {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

const PROBE = 'probe';

/** Adds a container to a running pod, which shares the pod's network and no more. */
export async function attachProbe(namespace: string, pod: string, image: string): Promise<Place> {
  const container = [`--container=${PROBE}`, `--image=${image}`, '--image-pull-policy=IfNotPresent'];
  const debug = ['debug', pod, `--namespace=${namespace}`, ...container, '--profile=restricted'];
  await kubectl([...debug, '--', 'sleep', 'infinity']);
  return { namespace, pod, container: PROBE };
}

/** A pod outside of all policies, which listens on a port itself. */
export function strangerPod(namespace: string, image: string, port: number): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'stranger', namespace },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 1,
      securityContext: { runAsNonRoot: true, runAsUser: 10_001, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: PROBE,
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['python3', '-m', 'http.server', '--directory=/tmp', `${port}`],
          readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  };
}

export const strangerPlace = (namespace: string): Place => ({ namespace, pod: 'stranger', container: PROBE });

export type Answer = 'open' | 'refused' | 'dropped';

/** What comes of a TCP connection to each `address:port`. */
export async function knock(from: Place, targets: readonly string[]): Promise<ReadonlyMap<string, Answer>> {
  const answers = await python(from, KNOCK, targets);
  return new Map(answers.split('\n').map((answer, index) => [targets[index] ?? '', answer as Answer]));
}

/** The names that DNS does not resolve. */
export async function unresolved(from: Place, names: readonly string[]): Promise<readonly string[]> {
  return (await python(from, RESOLVE, names)).split('\n').filter(Boolean);
}

async function python({ namespace, pod, container }: Place, program: string, args: readonly string[]): Promise<string> {
  const where = [pod, `--namespace=${namespace}`, `--container=${container}`];
  return (await kubectl(['exec', ...where, '--', 'python3', '-c', program, ...args])).trimEnd();
}

const KNOCK = `
import asyncio, sys

async def knock(target):
    host, port = target.rsplit(':', 1)
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, int(port)), 4)
        writer.close()
        return 'open'
    except TimeoutError:
        return 'dropped'
    except OSError:
        return 'refused'

async def main():
    print(*await asyncio.gather(*map(knock, sys.argv[1:])), sep='\\n')

asyncio.run(main())
`;

const RESOLVE = `
import socket, sys

for name in sys.argv[1:]:
    try:
        socket.getaddrinfo(name, None)
    except OSError as error:
        print(f'{name}: {error}')
`;
