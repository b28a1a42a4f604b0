/**
 * Runs pods of manifests without a cluster: each container in a root of its own, which lies over the folder that
 * PROGRAMS_ROOT names (the machine's own without it) and has the programs, and below PROGRAMS_OVERLAY, which has those
 * that are built; with the pod's volumes, its environment and user, and a network of which only the pod's own address is
 * there, or those of all pods where each has one of its own. Needs root.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Container, EnvVar, PodTemplateSpec, Volume } from 'kubernetes-types/core/v1';
import { type KubernetesObject, find } from '../systems/cluster-ai/pods';

export interface Given {
  readonly objects: readonly KubernetesObject[];
  /** Owners of the pods, such as `StatefulSet/cluster-ai-redis`. */
  readonly owners: readonly string[];
  /** Secrets, by name and key. */
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Names that lead to the pods. */
  readonly hosts?: readonly string[];
  /** Addresses of the pods, where each is to have one of its own; the checks reach all. @default - all have one */
  readonly addresses?: readonly string[];
  /** Addresses to which names lead. @default {} */
  readonly names?: Readonly<Record<string, readonly string[]>>;
  /** Files for the checks, by their names in /tmp. @default {} */
  readonly files?: Readonly<Record<string, string>>;
  /** Folders and files of this machine, by where all containers have them. @default {} */
  readonly mounts?: Readonly<Record<string, string>>;
  /** Shell commands that must succeed, each within a minute, in the first container of the last pod. */
  readonly checks: readonly string[];
  /** A container of the last pod whose output is wanted. @default - none */
  readonly outputOf?: string;
}

/** What runs in images that start by themselves. */
const ENTRYPOINTS: Readonly<Record<string, string>> = {
  'jaegertracing/jaeger': 'jaeger',
  'nginx/nginx-prometheus-exporter': 'prometheus-nginx-exporter',
  'oliver006/redis_exporter': 'prometheus-redis-exporter',
  'otel/opentelemetry-collector-contrib': 'otelcol',
  'prom/prometheus': 'prometheus',
  'prometheuscommunity/pgbouncer-exporter': 'prometheus-pgbouncer-exporter',
  'prometheuscommunity/postgres-exporter': 'prometheus-postgres-exporter',
};
/** Of a program that nobody has for these tests: its container is left out. */
const ABSENT = ['prometheus-operator/prometheus-config-reloader'];
/** What a pod knows of itself, beside its name. */
const FIELDS: Readonly<Record<string, string>> = { 'spec.nodeName': 'node', 'status.podIP': '127.0.0.1' };
const PATH = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin:/usr/lib/postgresql/17/bin';
const PATIENCE_SECONDS = 60;

/**
 * @returns what the container has said whose output is wanted
 * @throws with what all containers said, where a check fails
 */
export async function runPods(given: Given): Promise<string> {
  const { PROGRAMS_OVERLAY: overlay, PROGRAMS_ROOT: debian = '/' } = process.env;
  const root = overlay === undefined ? debian : `${overlay}:${debian}`;
  const script = [
    'set -eu',
    'mount --make-rprivate /',
    'ip link set lo up',
    'work=$(mktemp -d)',
    'mount -t tmpfs tmpfs "$work"',
    ...(given.addresses === undefined ? [] : BRIDGE),
    ...given.owners.flatMap((owner, index) => podScript(given, owner, index, root)),
    ...Object.entries(given.files ?? {}).map(([name, content]) => `${written(content)} > "$last"/tmp/${name}`),
    ...given.checks.map((check) => `check ${quoted(check)}`),
    ...(given.outputOf === undefined ? [] : [`cat "$work"/pod${given.owners.length - 1}-${given.outputOf}.log`]),
  ];
  // A file: rules alone are longer than an argument may be.
  const folder = mkdtempSync(join(tmpdir(), 'pods-'));
  const file = join(folder, 'run.sh');
  writeFileSync(file, [CHECK, ...script].join('\n'));
  return new Promise((resolve, reject) => {
    const finish = (failure: Error | null, stdout: string, stderr: string) => {
      rmSync(folder, { recursive: true });
      if (failure === null) resolve(stdout);
      else reject(new Error(`${given.owners.join(' and ')}\n${stdout}${stderr}`.slice(-6000)));
    };
    const isolated = ['--mount', '--net', '--pid', '--fork', '--kill-child', 'sh', file];
    execFile('unshare', isolated, { maxBuffer: 2 ** 26 }, finish);
  });
}

const CHECK = `
check() {
  tries=0
  : > "$work/answer"
  chown "$user" "$work/answer"
  until chroot --userspec="$user:$user" "$last" sh -euc "$1" > "$work/answer" 2>&1; do
    tries=$((tries + 1))
    if [ "$tries" -ge ${PATIENCE_SECONDS} ]; then
      tail -n 40 "$work"/*.log
      echo "in vain: $1"
      cat "$work/answer"
      exit 1
    fi
    sleep 1
  done
}`;

/** A network of all pods, to which the checks belong. */
const BRIDGE = [
  'mount -t proc proc /proc',
  'ip link add pods type bridge',
  'ip address add 10.77.0.1/24 dev pods',
  'ip link set pods up',
];

/** The network of one pod, which ends with the others; `$enter` runs a command in it. */
function networkScript(address: string | undefined, index: number): readonly string[] {
  if (address === undefined) return ['enter='];
  return [
    // Not in the background of this shell's network, so that it is there when the link is made.
    `unshare --net sh -c 'touch "$0" && exec sleep infinity' "$work"/network${index} &`,
    'network=$!',
    `until [ -e "$work"/network${index} ]; do sleep 0.1; done`,
    `ip link add pod${index} type veth peer name eth0 netns "$network"`,
    `ip link set pod${index} master pods up`,
    'enter="nsenter --net=/proc/$network/ns/net"',
    '$enter ip link set lo up',
    `$enter ip address add ${address}/24 dev eth0`,
    '$enter ip link set eth0 up',
  ];
}

function podScript(given: Given, owner: string, index: number, root: string): readonly string[] {
  const pod = `pod${index}`;
  const { spec } = templateOf(find(given.objects, owner));
  if (!spec) throw new Error(`${owner} has no pod`);
  const user = spec.securityContext?.runAsUser ?? 0;
  const claims = claimsOf(find(given.objects, owner));
  const volumes: readonly Volume[] = [...(spec.volumes ?? []), ...claims.map((name) => ({ name, emptyDir: {} }))];
  const containers = spec.containers.filter(({ image = '' }) => !ABSENT.some((name) => image.includes(name)));
  const name = `${owner.replace(/^.*\//, '')}-0`;
  return [
    ...networkScript(given.addresses?.[index], index),
    ...volumes.flatMap((volume) => volumeScript(given, volume, `"$work"/${pod}/volumes/${volume.name}`)),
    `user=${user}`,
    `chown -R ${user}:${user} "$work"/${pod}/volumes`,
    ...containers.toReversed().flatMap((container) => [
      // A program may open its output anew, as its user.
      `: > "$work"/${pod}-${container.name}.log && chown ${user} "$work"/${pod}-${container.name}.log`,
      ...rootScript(container, `"$work"/${pod}/${container.name}`, root, pod, given),
      // One that ends is started again, as the kubelet does.
      `(root=$last; while :; do $enter chroot --userspec=${user}:${user} "$root" env -i PATH=${PATH} ${environment(given, container.env ?? [], name)} ${commandOf(container)} || :; sleep 1; done) >> "$work"/${pod}-${container.name}.log 2>&1 &`,
    ]),
  ];
}

function volumeScript(given: Given, volume: Volume, folder: string): readonly string[] {
  return [
    `mkdir -p ${folder}`,
    ...filesOf(given, volume).map(([file, content]) => `${written(content)} > ${folder}/${file}`),
  ];
}

/** What the volume has; of a projected one, what it has of ConfigMaps. */
function filesOf({ objects, secrets = {} }: Given, volume: Volume): readonly (readonly [string, string])[] {
  const { configMap, secret, projected } = volume;
  if (secret) {
    const keys = secrets[secret.secretName ?? ''];
    if (!keys) throw new Error(`no files for the volume ${volume.name}`);
    return Object.entries(keys);
  }
  const sources = configMap ? [configMap] : (projected?.sources ?? []).flatMap((source) => source.configMap ?? []);
  return sources.flatMap(({ name = '' }) => {
    const found = find(objects, `ConfigMap/${name}`) as { readonly data?: Readonly<Record<string, string>> };
    return Object.entries(found.data ?? {});
  });
}

/** In the place of what the root has there, or beside it. */
function mountScript([path, source]: readonly [string, string]): string {
  const target = `"$last"${path}`;
  const made = `mkdir -p "$(dirname ${target})" && { [ -d ${source} ] && mkdir -p ${target} || touch ${target}; }`;
  return `${made} && mount --bind ${source} ${target}`;
}

/** The root of a container: `$last`. */
function rootScript(
  { volumeMounts = [] }: Container,
  folder: string,
  root: string,
  pod: string,
  given: Given,
): readonly string[] {
  return [
    `mkdir -p ${folder}/upper ${folder}/work ${folder}/root`,
    `mount -t overlay overlay -o lowerdir=${quoted(root)},upperdir=${folder}/upper,workdir=${folder}/work ${folder}/root`,
    `last=$(echo ${folder}/root)`,
    'mount -t proc proc "$last"/proc',
    'mount --rbind /dev "$last"/dev',
    `${written(hostsOf(given))} > "$last"/etc/hosts`,
    ...Object.entries(given.mounts ?? {}).map(mountScript),
    // By way of the root, where links in the path lead within it.
    ...volumeMounts.map(
      ({ name, mountPath }) =>
        `mount --bind "$work"/${pod}/volumes/${name} "$last$(chroot "$last" sh -c 'mkdir -p "$0" && readlink -f "$0"' ${mountPath})"`,
    ),
  ];
}

function commandOf({ image = '', command, args = [] }: Container): string {
  const own = Object.entries(ENTRYPOINTS).find(([repository]) => image.includes(repository))?.[1];
  const whole = [...(command ?? [own ?? '']), ...args];
  if (whole[0] === '') throw new Error(`what runs in ${image}?`);
  return whole.map(quoted).join(' ');
}

function environment({ secrets = {} }: Given, env: readonly EnvVar[], pod: string): string {
  return env
    .map(({ name, value, valueFrom }) => {
      const { secretKeyRef, fieldRef } = valueFrom ?? {};
      const found = secretKeyRef
        ? secrets[secretKeyRef.name ?? '']?.[secretKeyRef.key]
        : fieldRef
          ? (FIELDS[fieldRef.fieldPath] ?? pod)
          : value;
      if (found === undefined) throw new Error(`${pod}: no value for ${name}`);
      return quoted(`${name}=${found}`);
    })
    .join(' ');
}

function templateOf({ spec }: KubernetesObject): PodTemplateSpec {
  return (spec as { readonly template?: PodTemplateSpec }).template ?? {};
}

function claimsOf({ spec }: KubernetesObject): readonly string[] {
  const { volumeClaimTemplates = [] } = spec as {
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
  };
  return volumeClaimTemplates.map(({ metadata }) => metadata.name);
}

function hostsOf({ hosts = [], names = {} }: Given): string {
  const lines = Object.entries(names).flatMap(([name, addresses]) => addresses.map((address) => `${address} ${name}`));
  return [['127.0.0.1 localhost', ...hosts].join(' '), ...lines, ''].join('\n');
}

/** A command that writes a text, whatever it has. */
function written(content: string): string {
  return `echo ${Buffer.from(content).toString('base64')} | base64 -d`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
