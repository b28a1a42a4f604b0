/** The only way two tiers meet. */
import type { EnvVar, Volume, VolumeMount } from 'kubernetes-types/core/v1';
import type { NetworkPolicyPeer, NetworkPolicyPort } from 'kubernetes-types/networking/v1';
import { conditionOf } from '../objects/conditions';
import type { Expr, Input } from '../values/expression';
import { and } from '../values/logic';
import type { Items, When } from '../values/parts';
import { type ListInput, each, when } from '../values/tree';
import { podsOf } from '../workload/network-policy';
import { secretFiles } from '../workload/secrets';
import type { Workload } from '../workload/workload';

/** A port on which pods of a server listen. */
export interface Endpoint {
  /** The pods that listen. */
  readonly workload: Workload;
  /** The port of the pods, not of the Service before them. */
  readonly port: Input<number>;
  /** What it is for, such as `postgres`: the label of the edge in the picture. */
  readonly name: string;
  /** Protocol of the port. @default TCP */
  readonly protocol?: 'TCP' | 'UDP';
}

/** Keys of a Secret that a client reads as files of `/run/secrets/<name>`, such as the authority behind a certificate. */
export interface ClientFiles {
  /** Of the folder and of the volume. */
  readonly name: string;
  /** Name of the Secret. */
  readonly secret: Input<string>;
  /** Keys of it, each a file of that name. */
  readonly keys: readonly string[];
  /** Whether the server is there in a way that needs them. @default true */
  readonly enabled?: Input<boolean>;
}

/** A server that may be outside the cluster: the way there. */
export interface Outside {
  /** What it is, such as `object storage`: a box of the picture. */
  readonly name: string;
  /** Whether it is outside. */
  readonly enabled: Input<boolean>;
  /** Networks in which it is, as pods reach it. */
  readonly addresses: ListInput<string>;
  /** Its port, as pods reach it. */
  readonly port: Input<number>;
}

/** What a client may connect to. */
export interface Server {
  /** Ports of pods that a client must reach. */
  readonly endpoints: readonly Endpoint[];
  /** Settings by which a client finds the server, secrets by reference only. */
  readonly clientSettings: Items<EnvVar>;
  /** Files of Secrets that a client gets. @default - none */
  readonly clientFiles?: readonly ClientFiles[];
  /** Whether there is one to connect to. @default - where the workload of the first endpoint is there */
  readonly isThere?: Expr<boolean>;
  /** The server where it is outside the cluster, for the client's NetworkPolicy. @default - it is in the cluster */
  readonly outside?: Outside;
}

/** One edge of the topology. */
export interface Connection {
  /** Who connects. */
  readonly client: Workload;
  /** To what. */
  readonly endpoint: Endpoint;
  /** It is there if both of its ends are. */
  readonly condition: Expr<boolean>;
}

const connections = new WeakMap<Workload, Connection[]>();

/** The connections that start at a workload. */
export function connectionsOf(client: Workload): readonly Connection[] {
  return connections.get(client) ?? [];
}

/** Lets a client reach a server: a rule on both sides, and the client's settings and files. */
export function connect(client: Workload, server: Server): void {
  for (const endpoint of server.endpoints) allow(client, endpoint);
  const [first] = server.endpoints;
  if (first === undefined) return;
  const isThere = server.isThere ?? conditionOf(first.workload);
  client.addSettings(
    server.clientSettings.length === 0 ? [] : [when<readonly EnvVar[]>(isThere, server.clientSettings)],
  );
  for (const files of server.clientFiles ?? []) addFiles(client, files, isThere);
  if (server.outside) allowOutside(client, server.outside, and(isThere, server.outside.enabled));
}

/** Lets a client reach what is outside, where `enabled` says so. */
export function allowOutside(
  client: Workload,
  { name, addresses, port }: Omit<Outside, 'enabled'>,
  enabled: Input<boolean>,
): void {
  client.policy.allowTo(
    {
      to: each<string, NetworkPolicyPeer>(addresses, (cidr) => ({ ipBlock: { cidr } })),
      ports: [{ port, protocol: 'TCP' }],
    },
    { enabled, neighbour: name },
  );
}

function addFiles(client: Workload, files: ClientFiles, isThere: Input<boolean>): void {
  const { volume, mount } = filesIn({ ...files, enabled: and(isThere, files.enabled ?? true) });
  client.addFiles({ volumes: [volume], mounts: [mount] });
}

/** A volume of the files, and where a client has it. */
export function filesIn({ name, secret, keys, enabled = true }: ClientFiles): {
  readonly volume: When<Volume> | undefined;
  readonly mount: When<VolumeMount> | undefined;
} {
  return {
    volume: when<Volume>(enabled, { name, secret: secretFiles(secret, keys) }),
    mount: when<VolumeMount>(enabled, { name, mountPath: `/run/secrets/${name}`, readOnly: true }),
  };
}

/** Lets a client reach one endpoint, where `enabled` says so. */
export function allow(client: Workload, endpoint: Endpoint, enabled: Input<boolean> = true): void {
  const ports: Items<NetworkPolicyPort> = [{ port: endpoint.port, protocol: endpoint.protocol ?? 'TCP' }];
  client.policy.allowTo(
    { to: [podsOf(endpoint.workload)], ports },
    { enabled: and(enabled, conditionOf(endpoint.workload)) },
  );
  endpoint.workload.policy.allowFrom({ from: [podsOf(client)], ports }, { enabled: and(enabled, conditionOf(client)) });
  const own = connections.get(client) ?? [];
  connections.set(client, own);
  own.push({ client, endpoint, condition: and(enabled, conditionOf(client), conditionOf(endpoint.workload)) });
}
