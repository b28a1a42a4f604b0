/** The only way two tiers meet. */
import type { EnvVar, Volume, VolumeMount } from 'kubernetes-types/core/v1';
import type { NetworkPolicyPort } from 'kubernetes-types/networking/v1';
import { conditionOf } from '../objects/conditions';
import type { Expr, Input } from '../values/expression';
import { and } from '../values/logic';
import type { Items, When } from '../values/parts';
import { when } from '../values/tree';
import { podsOf } from '../workload/network-policy';
import { secretFiles } from '../workload/secrets';
import type { Workload } from '../workload/workload';

/** A port on which pods of a server listen. */
export interface Endpoint {
  readonly workload: Workload;
  /** The port of the pods, not of the Service before them. */
  readonly port: Input<number>;
  /** What it is for, such as `postgres`: the label of the edge in the picture. */
  readonly name: string;
  /** @default TCP */
  readonly protocol?: 'TCP' | 'UDP';
}

/** Keys of a Secret that a client reads as files of `/run/secrets/<name>`, such as the authority behind a certificate. */
export interface ClientFiles {
  /** Of the folder and of the volume. */
  readonly name: string;
  readonly secret: Input<string>;
  readonly keys: readonly string[];
  /** Whether the server is there in a way that needs them. @default true */
  readonly enabled?: Input<boolean>;
}

/** What a client may connect to. */
export interface Server {
  readonly endpoints: readonly Endpoint[];
  /** Settings by which a client finds the server, secrets by reference only. */
  readonly clientSettings: Items<EnvVar>;
  /** @default - none */
  readonly clientFiles?: readonly ClientFiles[];
}

/** One edge of the topology. */
export interface Connection {
  readonly client: Workload;
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
  const isThere = conditionOf(first.workload);
  client.addSettings(
    server.clientSettings.length === 0 ? [] : [when<readonly EnvVar[]>(isThere, server.clientSettings)],
  );
  for (const files of server.clientFiles ?? []) addFiles(client, files, isThere);
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
