/**
 * Runs Envoy with the configuration of an InferenceGateway, before servers that are no more than their protocols. All
 * is on the loopback interface: ports are others than in pods, and names lead where a DNS server of the test's own says.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, type IncomingHttpHeaders, type IncomingMessage, createServer, request } from 'node:http';
import * as http2 from 'node:http2';
import { type AddressInfo, type Server as NetServer, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeploymentSpec } from 'kubernetes-types/apps/v1';
import { parse } from 'yaml';
import { type KubernetesObject, find } from '../tiers/web/plain-app';

export const ENVOY = join(process.env.PROGRAMS_OVERLAY ?? '/', 'usr/local/bin/envoy');

/** What a client got. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a fake server was asked. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: Buffer;
}

export type Behaviour = (asked: Asked) => Promise<{ readonly status?: number; readonly body?: string } | 'break off'>;

const echo: Behaviour = ({ body, method, path }) =>
  Promise.resolve({ body: `${method} ${path} ${body.toString('latin1')}` });

/** A server of models of one address, which answers with what it was asked. */
export class FakeModelServer {
  behaviour: Behaviour = echo;
  readonly asked: Asked[] = [];
  private readonly http = createServer((incoming, outgoing) => {
    void bodyOf(incoming).then(async (body) => {
      const asked = { method: incoming.method ?? '', path: incoming.url ?? '', body };
      this.asked.push(asked);
      const answer = await this.behaviour(asked);
      if (answer === 'break off') incoming.socket.destroy();
      else
        outgoing
          .writeHead(answer.status ?? 200, { 'x-server': this.address })
          .end(Buffer.from(answer.body ?? '', 'latin1'));
    });
  });
  private readonly grpc = http2.createServer();

  constructor(
    readonly address: string,
    private readonly ports: Ports,
  ) {
    this.http.keepAliveTimeout = 600_000;
    this.grpc.on('stream', (stream, headers) => {
      this.asked.push({ method: 'gRPC', path: String(headers[':path']), body: Buffer.alloc(0) });
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => {
        stream.sendTrailers({ 'grpc-status': '0' });
      });
      stream.resume();
      stream.end(Buffer.alloc(5));
    });
  }

  async listen(): Promise<void> {
    await Promise.all([
      listen(this.http, this.ports.http, this.address),
      listen(this.grpc, this.ports.grpc, this.address),
    ]);
  }

  /** As a pod that is gone at once: its connections break off, and it takes no new ones. */
  async stop(): Promise<void> {
    this.http.closeAllConnections();
    await Promise.all([
      new Promise((resolve) => this.http.close(resolve)),
      new Promise((resolve) => this.grpc.close(resolve)),
    ]);
  }
}

export interface Ports {
  readonly http: number;
  readonly grpc: number;
}

function listen(server: NetServer, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
}

/** A port that is free on all loopback addresses. */
export async function freePort(): Promise<number> {
  const server = createTcpServer();
  await listen(server, 0, '0.0.0.0');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Answers questions for IPv4 addresses of names, as they are at the time. */
export class Names {
  readonly addresses = new Map<string, readonly string[]>();
  private readonly socket = createSocket('udp4');

  async listen(ownPort = 0, ownAddress = '127.0.0.1'): Promise<number> {
    this.socket.on('message', (question, { address, port }) => {
      this.socket.send(this.answer(question), port, address);
    });
    await new Promise<void>((resolve) => {
      this.socket.bind(ownPort, ownAddress, resolve);
    });
    return this.socket.address().port;
  }

  close(): void {
    this.socket.close();
  }

  /** https://www.rfc-editor.org/rfc/rfc1035#section-4 */
  private answer(question: Buffer): Buffer {
    const labels: string[] = [];
    let at = 12;
    for (let length = question.readUInt8(at); length > 0; length = question.readUInt8(at)) {
      labels.push(question.toString('latin1', at + 1, at + 1 + length));
      at += length + 1;
    }
    const isIPv4 = question.readUInt16BE(at + 1) === 1;
    const found = isIPv4 ? (this.addresses.get(labels.join('.')) ?? []) : [];
    const header = Buffer.from(question.subarray(0, 12));
    header.writeUInt16BE(0x8180, 2);
    header.writeUInt16BE(found.length, 6);
    header.writeUInt32BE(0, 8);
    const records = found.map((address) =>
      Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, ...address.split('.').map(Number)]),
    );
    return Buffer.concat([header, question.subarray(12, at + 5), ...records]);
  }
}

interface Address {
  readonly address: string;
  port_value: number;
}

/** The parts of envoy.yaml that a test changes. */
interface Bootstrap {
  readonly admin: { readonly address: { readonly socket_address: Address } };
  readonly static_resources: {
    readonly listeners: readonly { readonly name: string; readonly address: { readonly socket_address: Address } }[];
    readonly clusters: readonly {
      readonly name: string;
      readonly load_assignment: {
        readonly endpoints: readonly {
          readonly lb_endpoints: readonly {
            readonly endpoint: { readonly address: { readonly socket_address: Address } };
          }[];
        }[];
      };
    }[];
  };
}

export class Envoy {
  readonly names = new Names();
  private readonly folder = mkdtempSync(join(tmpdir(), 'envoy-'));
  private readonly agent = new Agent({ keepAlive: true });
  private process: ChildProcess | undefined;
  private port = 0;
  private metricsPort = 0;

  /** @param ports those that servers listen on in place of their own */
  constructor(
    private readonly objects: readonly KubernetesObject[],
    private readonly ports: ReadonlyMap<number, number>,
  ) {}

  async start(): Promise<void> {
    const [dns, port, metrics, admin] = [
      await this.names.listen(),
      await freePort(),
      await freePort(),
      await freePort(),
    ];
    [this.port, this.metricsPort] = [port, metrics];
    const file = writeConfiguration(this.objects, this.folder, (bootstrap) => {
      const [inference, other] = bootstrap.static_resources.listeners;
      if (inference) inference.address.socket_address.port_value = port;
      if (other) other.address.socket_address.port_value = metrics;
      bootstrap.admin.address.socket_address.port_value = admin;
      for (const {
        name,
        load_assignment: { endpoints },
      } of bootstrap.static_resources.clusters) {
        for (const { endpoint } of endpoints.flatMap(({ lb_endpoints: all }) => all)) {
          const { socket_address: to } = endpoint.address;
          to.port_value = name === 'admin' ? admin : (this.ports.get(to.port_value) ?? to.port_value);
        }
      }
      return { ...bootstrap, typed_dns_resolver_config: resolver(dns) };
    });
    this.process = spawn(ENVOY, argumentsOf(this.objects, file), { stdio: ['ignore', 'ignore', 'inherit'] });
    await eventually(async () => {
      expect((await this.metrics('/ready')).status).toBe(200);
    });
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    this.names.close();
    const { process: envoy } = this;
    if (envoy) {
      const ended = new Promise((resolve) => envoy.once('exit', resolve));
      envoy.kill();
      await ended;
    }
    rmSync(this.folder, { recursive: true });
  }

  send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: string | Buffer,
  ): Promise<Answer> {
    return ask(this.agent, this.port, method, path, headers, body);
  }

  metrics(path: string, method = 'GET'): Promise<Answer> {
    return ask(this.agent, this.metricsPort, method, path, {});
  }

  /** The sum of a metric's values, of those that have these labels. */
  async sum(metric: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    const { body } = await this.metrics('/stats/prometheus');
    return body
      .split('\n')
      .filter((line) => line.startsWith(`${metric}{`) && wanted.every((label) => line.includes(label)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  /** Calls a method of gRPC: its status and message. */
  async call(
    path: string,
    metadata: Readonly<Record<string, string>>,
  ): Promise<readonly [status: string, message: string]> {
    const session = http2.connect(`http://127.0.0.1:${this.port}`);
    try {
      const stream = session.request({
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc',
        te: 'trailers',
        ...metadata,
      });
      const found: http2.IncomingHttpHeaders = {};
      stream.on('response', (headers) => {
        Object.assign(found, headers);
      });
      stream.on('trailers', (trailers: http2.IncomingHttpHeaders) => {
        Object.assign(found, trailers);
      });
      stream.resume();
      stream.end(Buffer.alloc(5));
      await new Promise((resolve, reject) => {
        stream.once('close', resolve);
        stream.once('error', reject);
      });
      return [String(found['grpc-status']), decodeURIComponent(String(found['grpc-message'] ?? ''))];
    } finally {
      session.close();
    }
  }
}

/** As the pod gives them, but for the file. */
function argumentsOf(objects: readonly KubernetesObject[], file: string): string[] {
  const { template } = find(objects, 'Deployment', 'shop-inference-gateway').spec as DeploymentSpec;
  const args = template.spec?.containers[0]?.args ?? [];
  return args.map((argument) => (argument === '/etc/envoy/envoy.yaml' ? file : argument));
}

function resolver(port: number) {
  return {
    name: 'envoy.network.dns_resolver.cares',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig',
      resolvers: [{ socket_address: { protocol: 'UDP', address: '127.0.0.1', port_value: port } }],
      dns_resolver_options: { no_default_search_domain: true },
    },
  };
}

/** Writes the files of a gateway to a folder, and says where envoy.yaml is. */
export function writeConfiguration(
  objects: readonly KubernetesObject[],
  folder: string,
  change: (bootstrap: Bootstrap) => object = (bootstrap) => bootstrap,
  name = 'shop-inference-gateway',
): string {
  const { data = {} } = find(objects, 'ConfigMap', name);
  const yaml = (data['envoy.yaml'] ?? '').replaceAll('/etc/envoy/', `${folder}/`);
  writeFileSync(join(folder, 'gateway.lua'), data['gateway.lua'] ?? '');
  const file = join(folder, 'envoy.json');
  // As Envoy does, what is tagged !ignore is left out; what refers to it has it.
  const { parts: _, ...bootstrap } = parse(yaml, { logLevel: 'error' }) as Bootstrap & { readonly parts: unknown };
  writeFileSync(file, JSON.stringify(change(bootstrap)));
  writeFileSync(join(folder, 'envoy.yaml'), yaml);
  return file;
}

function ask(
  agent: Agent,
  port: number,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: string | Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ agent, port, host: '127.0.0.1', method, path, headers }, (incoming) => {
      bodyOf(incoming).then((whole) => {
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: whole.toString('latin1') });
      }, reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Until it does not throw, for up to half a minute. */
export async function eventually(check: () => Promise<void>): Promise<void> {
  const until = Date.now() + 30_000;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Results of many tasks, some of which are under way at a time. */
export async function inParallel<T>(count: number, atATime: number, task: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      results[index] = await task(index);
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  return results;
}
