/** Containers from which a test knocks at ports and asks DNS. */
import type { Pod } from 'kubernetes-types/core/v1';
import { get, kubectl } from './cluster';
import { eventually } from './eventually';
import { pod, podSpec } from './pods';
import { UNTIL_TERMINATED } from './stand-ins';

/** A container with Python. */
export interface Probe {
  readonly namespace: string;
  readonly pod: string;
}

const CONTAINER = 'probe';

/** Adds a container to a running pod: it shares the pod's network, and goes when the pod goes. */
export async function attachProbe(namespace: string, pod: string, image: string): Promise<Probe> {
  const probe = { namespace, pod };
  if (await isAttached(probe)) return probe;
  const container = [`--container=${CONTAINER}`, `--image=${image}`, '--image-pull-policy=IfNotPresent'];
  const debug = ['debug', pod, `--namespace=${namespace}`, ...container, '--profile=restricted'];
  await kubectl([...debug, '--', 'sh', '-c', UNTIL_TERMINATED]);
  await eventually(`${pod} has a probe`, { namespace, seconds: 30 }, async () => {
    expect(await isAttached(probe)).toBe(true);
  });
  return probe;
}

async function isAttached({ namespace, pod }: Probe): Promise<boolean> {
  const [found] = await get<Pod>('pod', pod, `--namespace=${namespace}`);
  const probe = found?.status?.ephemeralContainerStatuses?.find(({ name }) => name === CONTAINER);
  return probe?.state?.running !== undefined;
}

/** Runs a pod that no policy selects, and that listens on a port itself. */
export async function runStranger(namespace: string, image: string, port: number): Promise<Probe> {
  const spec = podSpec({
    name: CONTAINER,
    image,
    command: ['python3', '-m', 'http.server', '--directory=/tmp', `${port}`],
    ports: [{ containerPort: port }],
    readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
  });
  const input = JSON.stringify(pod('stranger', spec));
  await kubectl(['create', `--namespace=${namespace}`, '--filename=-'], { input });
  await kubectl(['wait', '--for=condition=Ready', 'pod/stranger', `--namespace=${namespace}`, '--timeout=60s']);
  return { namespace, pod: 'stranger' };
}

export async function removeStranger(namespace: string): Promise<void> {
  await kubectl(['delete', 'pod', 'stranger', `--namespace=${namespace}`, '--ignore-not-found', '--wait=false']);
}

/** Those of the addresses, each `host:port`, that a TCP connection reaches. */
export async function reached(from: Probe, addresses: readonly string[]): Promise<readonly string[]> {
  return python(from, KNOCK, addresses);
}

/** The names that DNS does not resolve, each with the reason. */
export async function unresolved(from: Probe, names: readonly string[]): Promise<readonly string[]> {
  return python(from, RESOLVE, names);
}

async function python({ namespace, pod }: Probe, program: string, args: readonly string[]): Promise<readonly string[]> {
  const where = [pod, `--namespace=${namespace}`, `--container=${CONTAINER}`];
  const output = await kubectl(['exec', ...where, '--', 'python3', '-c', program, ...args]);
  return output.split('\n').filter(Boolean);
}

const KNOCK = `
import asyncio, sys

async def knock(address):
    host, port = address.rsplit(':', 1)
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, int(port)), timeout=4)
    except (OSError, TimeoutError):
        return
    writer.close()
    print(address)

async def main():
    await asyncio.gather(*map(knock, sys.argv[1:]))

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
