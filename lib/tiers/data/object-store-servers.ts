/** The pods of MinIO. */
import type { Construct } from 'constructs';
import type { Volume, VolumeMount } from 'kubernetes-types/core/v1';
import { choose } from '../../values/choice';
import type { Input } from '../../values/expression';
import { equals } from '../../values/logic';
import { subtract } from '../../values/numbers';
import type { Text } from '../../values/parts';
import { checksum, text } from '../../values/text';
import { str } from '../../values/texts';
import { when } from '../../values/tree';
import { addConfigMap } from '../../workload/config-map';
import type { Resources } from '../../workload/container';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { secretFiles } from '../../workload/secrets';
import { addService } from '../../workload/service';
import { StatefulSetWorkload, type Storage } from '../../workload/stateful-set';

export const S3_PORT = 9000;
const CONSOLE_PORT = 9001;
/** Nothing in the image asks for a user of its own: the volume belongs to whoever runs. */
export const OBJECT_STORE_USER = 10_001;
export const KEYS = '/run/secrets/object-store';
const CERTIFICATES = '/run/secrets/object-store-tls';
const SCRIPTS = '/etc/object-store';
/** Between a pod's removal from its Service and the signal to stop. */
const PRE_STOP_SECONDS = 10;

/** DNS keeps an address for 30 s. */
const ACQUAINTED_SECONDS = 40;

/** What all parts of a store have in common. */
export interface ObjectStoreServers {
  readonly scope: Construct;
  /** The tier's. */
  readonly id: string;
  readonly objectName: Input<string>;
  /** Name of the Secret with the keys. */
  readonly secret: Input<string>;
}

interface ServersProps extends PodSettings {
  readonly servers: Input<number>;
  readonly region: Input<string>;
  readonly corsAllowOrigin: Input<string>;
  readonly tls: { readonly enabled: Input<boolean> };
  readonly tlsSecret: Input<string>;
  readonly terminationGracePeriodSeconds: Input<number>;
  readonly storage: Storage;
  readonly resources: Resources;
  readonly image: Image;
}

export function addServers(store: ObjectStoreServers, props: ServersProps): StatefulSetWorkload {
  const { tls, servers, image, resources } = props;
  const scheme = choose(tls.enabled, 'HTTPS', 'HTTP');
  const domain = str`${store.objectName}-headless`;
  const spread = str`${choose(tls.enabled, 'https', 'http')}://${store.objectName}-{0...${subtract(servers, 1)}}.${domain}:${S3_PORT}/data`;
  const workload = new StatefulSetWorkload(store.scope, 'servers', {
    ...props,
    name: store.id,
    component: 'server',
    user: OBJECT_STORE_USER,
    replicas: servers,
    // They begin to serve when enough of them are there.
    podManagementPolicy: 'Parallel',
    storage: { data: props.storage },
    scrape: { port: S3_PORT, path: '/minio/metrics/v3', https: tls.enabled },
    containers: [
      {
        name: 'minio',
        image,
        command: ['sh', `${SCRIPTS}/start.sh`],
        env: [
          { name: 'VOLUMES', value: choose(equals(servers, 1), '/data', spread) },
          { name: 'MINIO_ROOT_USER_FILE', value: `${KEYS}/root-user` },
          { name: 'MINIO_ROOT_PASSWORD_FILE', value: `${KEYS}/root-password` },
          { name: 'MINIO_SITE_REGION', value: props.region },
          { name: 'MINIO_API_CORS_ALLOW_ORIGIN', value: props.corsAllowOrigin },
          // Who may ask for metrics is said by the NetworkPolicy.
          { name: 'MINIO_PROMETHEUS_AUTH_TYPE', value: 'public' },
          { name: 'MINIO_UPDATE', value: 'off' },
          // For which it keeps the address of a server that has been replaced.
          { name: 'MINIO_DNS_CACHE_TTL', value: '3s' },
        ],
        ports: [
          { name: 's3', containerPort: S3_PORT },
          { name: 'console', containerPort: CONSOLE_PORT },
        ],
        resources,
        probes: {
          startup: {
            httpGet: { path: '/minio/health/live', port: 's3', scheme },
            // The others find it at its new address when DNS has forgotten the old one. Until then it reaches some of
            // them alone, and says of objects that are there that they are not.
            initialDelaySeconds: choose(equals(servers, 1), 0, ACQUAINTED_SECONDS),
            periodSeconds: 2,
            timeoutSeconds: 5,
            failureThreshold: 150,
          },
          liveness: {
            httpGet: { path: '/minio/health/live', port: 's3', scheme },
            periodSeconds: 20,
            timeoutSeconds: 10,
            failureThreshold: 3,
          },
          // Whether it reaches enough drives to write.
          readiness: {
            httpGet: { path: '/minio/health/cluster', port: 's3', scheme },
            periodSeconds: 5,
            timeoutSeconds: 5,
            failureThreshold: 3,
          },
        },
        lifecycle: { preStop: { sleep: { seconds: PRE_STOP_SECONDS } } },
        mounts: [
          { name: 'data', mountPath: '/data' },
          { name: 'scripts', mountPath: SCRIPTS, readOnly: true },
          { name: 'keys', mountPath: KEYS, readOnly: true },
          when<VolumeMount>(tls.enabled, { name: 'certificates', mountPath: CERTIFICATES, readOnly: true }),
        ],
      },
    ],
    volumes: [
      { name: 'scripts', configMap: { name: store.objectName } },
      { name: 'keys', secret: secretFiles(store.secret, ['root-user', 'root-password']) },
      when<Volume>(tls.enabled, {
        name: 'certificates',
        secret: {
          secretName: props.tlsSecret,
          defaultMode: 0o440,
          items: [
            { key: 'tls.crt', path: 'public.crt' },
            { key: 'tls.key', path: 'private.key' },
            { key: 'ca.crt', path: 'CAs/ca.crt' },
          ],
        },
      }),
    ],
    checksums: { 'start.sh': checksum(startServer) },
  });
  addConfigMap(workload, 'scripts', { 'start.sh': startServer });
  const ports = [
    { name: 's3', port: S3_PORT, targetPort: 's3' },
    { name: 'console', port: CONSOLE_PORT, targetPort: 'console' },
  ];
  addService(workload, 'service', { ports });
  addService(workload, 'headless', { suffix: 'headless', ports, headless: true });
  return workload;
}

/** In POSIX sh, by the shell's own means. */
const startServer: Text = text`
  #!/bin/sh
  # Starts MinIO. Where a file is empty it would take the user and the password that all of the world knows.
  set -eu
  for key in root-user root-password; do
    value=
    read -r value < "${KEYS}/$key" || : # without a line break at its end
    case $value in
      '' | minioadmin) echo "the key $key of the Secret is empty, or MinIO's own default; set another" >&2; exit 1 ;;
    esac
  done
  # By a folder, whether there are certificates in it or not: else it looks for them in a home that nobody has.
  exec minio server --json --address :${S3_PORT} --console-address :${CONSOLE_PORT} --certs-dir ${CERTIFICATES} $VOLUMES
`;
