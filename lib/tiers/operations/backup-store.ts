/** The store: the one volume of the backups, served to Jobs in the namespace; beside it, the receiver of WAL. */
import type { EnvVar, Volume, VolumeMount } from 'kubernetes-types/core/v1';
import { type Endpoint, allow } from '../../network/connections';
import type { Items, Text } from '../../values/parts';
import { checksum, text } from '../../values/text';
import { str } from '../../values/texts';
import { addConfigMap } from '../../workload/config-map';
import type { Probes, Resources } from '../../workload/container';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { addService } from '../../workload/service';
import { StatefulSetWorkload, type Storage } from '../../workload/stateful-set';
import type { Tier } from '../tier';
import {
  type Destinations,
  type Places,
  SCRIPTS,
  SECRETS,
  connectDestinations,
  destinationEnv,
  destinationMounts,
  destinationVolumes,
  toolsContainer,
} from './backup-job';

export const STORE_PORT = 8080;
const METRICS_PORT = 9100;
/** Nothing in the images asks for a user of its own. */
const USER = 10_001;
export const DATA = '/data';
const REPOSITORY = `${DATA}/repository`;

export interface BackupStoreProps extends PodSettings {
  readonly storage: Storage;
  readonly resources: Resources;
  readonly exporterImage: Image;
  /** What writes to the store from its own pod. */
  readonly receiver: Receiver;
  /** What scripts source, by name. */
  readonly library: Readonly<Record<string, Text>>;
}

/** A container that runs receive.sh. */
export interface Receiver {
  readonly image: Image;
  readonly resources: Resources;
  readonly probes: Probes;
  readonly scripts: Readonly<Record<string, Text>>;
  readonly env: Items<EnvVar>;
  readonly volumes: Items<Volume>;
  readonly mounts: Items<VolumeMount>;
  readonly servers: readonly Endpoint[];
}

/**
 * Serves a folder of the volume, as it is there: what was changed by hand is seen too. The password comes from a file, as
 * arguments are for all to read.
 */
const serve = text`
  #!/bin/sh
  set -eu
  umask 077
  mkdir -p ${REPOSITORY}/metrics
  RCLONE_USER=backup RCLONE_PASS=$(cat ${SECRETS}/store-password)
  export RCLONE_USER RCLONE_PASS
  exec rclone serve webdav ${REPOSITORY} --addr=:${STORE_PORT} --dir-cache-time=1s --config=/dev/null
`;

/** One pod with the one volume of the backups, which it serves: no two pods ever need it. */
export class BackupStore extends StatefulSetWorkload {
  /** Everything that a pod of a backup needs to reach what is stored. */
  readonly destinations: Destinations;

  constructor(tier: Tier, places: Places, props: BackupStoreProps) {
    const { receiver } = props;
    super(tier, 'store', {
      ...props,
      name: tier.node.id,
      component: 'store',
      user: USER,
      replicas: 1,
      scrape: { port: METRICS_PORT, path: '/metrics' },
      terminationGracePeriodSeconds: 60,
      initContainers: [toolsContainer(places)],
      containers: [
        {
          name: 'store',
          image: places.image,
          command: ['sh', `${SCRIPTS}/serve.sh`],
          ports: [{ name: 'webdav', containerPort: STORE_PORT }],
          resources: props.resources,
          probes: {
            startup: { tcpSocket: { port: 'webdav' }, periodSeconds: 1, failureThreshold: 60 },
            liveness: { tcpSocket: { port: 'webdav' }, periodSeconds: 20, timeoutSeconds: 5 },
            readiness: { exec: { command: ['test', '-w', `${REPOSITORY}/metrics`] }, periodSeconds: 10 },
          },
          mounts: [
            { name: 'data', mountPath: DATA },
            { name: 'scripts', mountPath: SCRIPTS, readOnly: true },
            { name: 'backup-secrets', mountPath: SECRETS, readOnly: true },
          ],
          writable: { '/tmp': '64Mi' },
        },
        {
          name: 'receiver',
          image: receiver.image,
          command: ['sh', `${SCRIPTS}/receive.sh`],
          env: [...destinationEnv({ ...places, storeUrl: `http://127.0.0.1:${STORE_PORT}` }), ...receiver.env],
          resources: receiver.resources,
          probes: receiver.probes,
          mounts: [{ name: 'data', mountPath: DATA }, ...destinationMounts, ...receiver.mounts],
          writable: { '/tmp': '64Mi' },
        },
        {
          name: 'exporter',
          image: props.exporterImage,
          args: [
            '--collector.disable-defaults',
            '--collector.textfile',
            `--collector.textfile.directory=${REPOSITORY}/metrics`,
            `--web.listen-address=:${METRICS_PORT}`,
          ],
          ports: [{ name: 'metrics', containerPort: METRICS_PORT }],
          resources: {
            requests: { cpu: '10m', memory: '16Mi', ephemeralStorage: '16Mi' },
            limits: { cpu: '100m', memory: '64Mi', ephemeralStorage: '32Mi' },
          },
          probes: {
            startup: { tcpSocket: { port: 'metrics' }, periodSeconds: 1, failureThreshold: 60 },
            liveness: { tcpSocket: { port: 'metrics' }, periodSeconds: 30, timeoutSeconds: 5 },
            readiness: { httpGet: { path: '/metrics', port: 'metrics' }, periodSeconds: 30, timeoutSeconds: 5 },
          },
          mounts: [{ name: 'data', mountPath: DATA, readOnly: true }],
        },
      ],
      volumes: [...destinationVolumes(places, str`${tier.objectName}-store`), ...receiver.volumes],
      checksums: {
        'serve.sh': checksum(serve),
        ...Object.fromEntries(
          Object.entries({ ...props.library, ...receiver.scripts }).map(([name, script]) => [name, checksum(script)]),
        ),
      },
      storage: { data: props.storage },
    });
    addConfigMap(this, 'library', props.library, 'library');
    addConfigMap(this, 'scripts', { 'serve.sh': serve, ...receiver.scripts }, 'store');
    const ports = [{ name: 'webdav', port: STORE_PORT, targetPort: 'webdav' }];
    addService(this, 'service', { ports });
    addService(this, 'headless', { suffix: 'headless', ports, headless: true });
    this.destinations = { ...places, store: { workload: this, port: STORE_PORT, name: 'webdav' } };
    connectDestinations(this, this.destinations);
    for (const server of receiver.servers) allow(this, server);
  }
}
