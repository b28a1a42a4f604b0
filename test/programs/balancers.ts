/**
 * Runs the nginx of a LoadBalancer's pods as they start it: each with addresses of its own on the loopback interface, a
 * root that lies over the folder that PROGRAMS_ROOT names, and the host name of its pod. Names lead where a DNS server
 * of the test's own says. Needs root.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { connect } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StatefulSetSpec } from 'kubernetes-types/apps/v1';
import { Api } from '../../lib/tiers/web/api';
import { LoadBalancer, type LoadBalancerProps } from '../../lib/tiers/web/load-balancer';
import { type KubernetesObject, find, image, synth } from '../tiers/web/plain-app';
import { type Answer, Names, eventually } from './envoy';

const DNS = '127.77.0.1';
const DOMAIN = 'shop.svc.cluster.local';
const NAME = 'shop-load-balancer';
const API_PORT = 8100;
export const STORE = 'shop-object-store';
export const STORE_PORT = 9000;

/** What an instance answers with, beside its address. */
export type Behaviour = (
  path: string,
) => Promise<{ readonly status?: number; readonly headers?: Readonly<Record<string, string>> } | 'break off'>;

/** An instance of the Api. */
export class Instance {
  behaviour: Behaviour = () => Promise.resolve({});
  readonly asked: { readonly path: string; readonly headers: Readonly<Record<string, unknown>> }[] = [];
  private server = this.create();

  constructor(
    readonly address: string,
    private readonly port = API_PORT,
  ) {}

  private create() {
    return createServer((incoming, outgoing) => {
      incoming.resume();
      incoming.on('end', () => {
        const path = incoming.url ?? '';
        this.asked.push({ path, headers: incoming.headers });
        void this.behaviour(path).then((answer) => {
          if (answer === 'break off') incoming.socket.destroy();
          else
            outgoing
              .writeHead(answer.status ?? 200, {
                'x-instance': this.address,
                'x-frame-options': 'ALLOWALL',
                ...answer.headers,
              })
              .end(`${incoming.method ?? ''} ${path}`);
        });
      });
    });
  }

  start(): Promise<void> {
    this.server = this.create();
    this.server.keepAliveTimeout = 75_000;
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.port, this.address, resolve);
    });
  }

  /** As a pod that is gone at once. */
  stop(): Promise<unknown> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}

export interface Ask extends Pick<RequestOptions, 'ciphers' | 'headers' | 'method' | 'maxVersion' | 'minVersion'> {
  /** The client's own. */
  readonly from?: string;
}

export class Balancers {
  readonly names = new Names();
  readonly instances: readonly Instance[];
  /** Of objects. */
  readonly store: Instance;
  private readonly folder = mkdtempSync(join(tmpdir(), 'balancers-'));
  private readonly objects: readonly KubernetesObject[];
  private readonly running = new Map<number, ChildProcess>();
  private readonly replicas: number;

  /** @param net the second number of all its addresses, so that two may run side by side */
  constructor(
    private readonly net: number,
    {
      replicas = 2,
      ...props
    }: Omit<Partial<LoadBalancerProps>, 'backend' | 'replicas'> & { readonly replicas?: number } = {},
  ) {
    this.replicas = replicas;
    this.instances = [1, 2, 3].map((host) => new Instance(`127.${net}.1.${host}`));
    this.store = new Instance(`127.${net}.3.1`, STORE_PORT);
    this.objects = synth((chart) => {
      const backend = new Api(chart, 'api', { image: image('api'), port: API_PORT });
      new LoadBalancer(chart, 'load-balancer', { backend, replicas, ...props });
    });
  }

  async start(): Promise<void> {
    await this.names.listen(53, DNS.replace('77', String(this.net)));
    await Promise.all([...this.instances, this.store].map((instance) => instance.start()));
    this.names.addresses.set(`${STORE}.${DOMAIN}`, [this.store.address]);
    this.lead(this.instances);
    this.certify('one.example.com');
    for (let pod = 0; pod < this.replicas; pod++) await this.startPod(pod);
  }

  /** The instances that are ready. */
  lead(instances: readonly Instance[]): void {
    this.names.addresses.set(
      `shop-api-instances.${DOMAIN}`,
      instances.map(({ address }) => address),
    );
  }

  /** As the kubelet writes a certificate that was renewed. */
  certify(name: string): void {
    const folder = join(this.folder, 'tls');
    mkdirSync(folder, { recursive: true });
    const [key, certificate] = ['key', 'crt'].map((end) => join(folder, `tls.${end}`));
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'].concat([
        '-subj',
        `/CN=${name}`,
        '-keyout',
        key ?? '',
        '-out',
        certificate ?? '',
      ]),
      { stdio: 'ignore' },
    );
    execFileSync('chmod', ['644', key ?? '']);
  }

  async startPod(pod: number): Promise<void> {
    const { PROGRAMS_OVERLAY: overlay, PROGRAMS_ROOT: debian = '/' } = process.env;
    const address = this.addressOf(pod);
    const work = join(this.folder, String(pod));
    const config = join(work, 'config');
    mkdirSync(config, { recursive: true });
    const { data = {} } = find(this.objects, 'ConfigMap', NAME);
    for (const [name, content] of Object.entries(data)) writeFileSync(join(config, name), this.on(address, content));
    writeFileSync(join(work, 'resolv.conf'), `search ${DOMAIN}\nnameserver ${DNS.replace('77', String(this.net))}\n`);
    const { template } = find(this.objects, 'StatefulSet', NAME).spec as StatefulSetSpec;
    const command = template.spec?.containers[0]?.command ?? [];
    const lower = overlay === undefined ? debian : `${overlay}:${debian}`;
    const script = `
      set -eu
      mount --make-rprivate /
      hostname ${NAME}-${pod}
      cd ${work}
      mkdir -p over
      mount -t tmpfs tmpfs over
      mkdir over/upper over/work over/root
      mount -t overlay overlay -o lowerdir=${lower},upperdir=over/upper,workdir=over/work over/root
      mount --rbind /dev over/root/dev
      mount -t proc proc over/root/proc
      mkdir -p over/root/etc/load-balancer over/root/run/secrets/load-balancer-tls
      mount --bind config over/root/etc/load-balancer
      mount --bind ../tls over/root/run/secrets/load-balancer-tls
      cp resolv.conf over/root/etc/resolv.conf
      chmod 1777 over/root/tmp
      export PATH=/usr/local/lib/nginx/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
      exec chroot --userspec=10001:10001 over/root ${command.join(' ')}`;
    const nginx = spawn('unshare', ['--mount', '--uts', 'sh', '-c', script], {
      stdio: ['ignore', 'ignore', 'ignore'],
      detached: true,
    });
    this.running.set(pod, nginx);
    this.names.addresses.set(`${NAME}-${pod}.${NAME}-headless.${DOMAIN}`, [address]);
    await eventually(async () => {
      expect((await this.ask(pod, '/-/ready')).status).toBe(200);
    });
  }

  /** As a pod whose node is gone; its name is gone too unless it is kept. */
  async stopPod(pod: number, signal: NodeJS.Signals = 'SIGQUIT', keepsName = false): Promise<void> {
    const nginx = this.running.get(pod);
    this.running.delete(pod);
    if (nginx?.exitCode !== null) return;
    if (!keepsName) this.names.addresses.delete(`${NAME}-${pod}.${NAME}-headless.${DOMAIN}`);
    const ended = new Promise((resolve) => nginx.once('exit', resolve));
    // Its workers too.
    process.kill(-(nginx.pid ?? 0), signal);
    await ended;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.running.keys()].map((pod) => this.stopPod(pod, 'SIGTERM')));
    await Promise.all([...this.instances, this.store].map((instance) => instance.stop()));
    this.names.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  addressOf(pod: number): string {
    return `127.${this.net}.2.${pod + 1}`;
  }

  /** Ports are the pod's own. */
  private on(address: string, content: string): string {
    return content
      .replaceAll(/^ *listen \[::\].*$/gm, '')
      .replaceAll(/listen (127\.0\.0\.1:)?(\d+)/g, (_, __, port: string) => `listen ${address}:${port}`);
  }

  /** A request of a client, on a connection of its own. */
  ask(pod: number, path: string, { from = `127.${this.net}.9.1`, ...options }: Ask = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host: this.addressOf(pod),
          port: 8443,
          path,
          localAddress: from,
          rejectUnauthorized: false,
          agent: false,
          timeout: 10_000,
          ...options,
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('end', () => {
            const body = Buffer.concat(chunks).toString();
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer to ${path}`)));
      outgoing.end();
    });
  }

  /** Whose certificate a pod serves. */
  subject(pod: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: this.addressOf(pod), port: 8443, rejectUnauthorized: false }, () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
      socket.on('error', reject);
    });
  }

  /** What one port of a pod answers in plain HTTP. */
  plain(pod: number, port: number, path: string): Promise<Response> {
    return fetch(`http://${this.addressOf(pod)}:${port}${path}`, { redirect: 'manual' });
  }
}
