/** The nodes: their pods, volumes and Services. */
import type { VolumeProjection } from 'kubernetes-types/core/v1';
import type { NetworkPolicyPeer } from 'kubernetes-types/networking/v1';
import { allow } from '../../network/connections';
import { demand } from '../../objects/checks';
import type { Input } from '../../values/expression';
import { atLeast, equals, or } from '../../values/logic';
import { bytes, divide, minimum } from '../../values/numbers';
import { checksum } from '../../values/text';
import { named, str } from '../../values/texts';
import { each, when } from '../../values/tree';
import { addConfigMap } from '../../workload/config-map';
import type { ContainerProps, Resources } from '../../workload/container';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { addService } from '../../workload/service';
import { StatefulSetWorkload, type Storage } from '../../workload/stateful-set';
import type { Elasticsearch, Snapshots } from './elasticsearch';
import {
  CERTIFICATES,
  CONFIGURATION,
  HTTP_PORT,
  READINESS_PORT,
  TRANSPORT_PORT,
  elasticsearchYml,
  jvmOptions,
} from './elasticsearch-configuration';
import { FILES, SECRETS, askNode, prepareNode, stopNode } from './elasticsearch-scripts';

export interface NodesProps extends PodSettings {
  readonly replicas: Input<number>;
  readonly allowMmap: Input<boolean>;
  readonly snapshots: Snapshots;
  readonly storage: Storage;
  readonly resources: Resources;
  readonly image: Image;
}

/** The image's own; its files are for its group too, root's, but the data is for nobody else. */
const USER = 1000;
const MEBIBYTE = 2 ** 20;
/** What the security features and two dozen indices need. */
const LEAST_HEAP_MEBIBYTES = 512;
/** Up to here pointers are compressed on every machine. https://www.elastic.co/docs/reference/elasticsearch/jvm-settings */
const MOST_HEAP_MEBIBYTES = 26_624;
/** For the copies of shards, then for what is in memory to be written. */
const GRACE_PERIOD_SECONDS = 300;
const WAIT_SECONDS = 240;
/** A start reads the state of all indices, and waits for the others: half an hour. */
const STARTUP_PERIOD_SECONDS = 5;
const STARTUP_FAILURES = 360;

export function addNodes(tier: Elasticsearch, id: string, settings: NodesProps): StatefulSetWorkload {
  const { replicas, snapshots } = settings;
  demand(
    tier,
    or(equals(replicas, 1), equals(replicas, 3)),
    str`replicas ${replicas} is no number of nodes of which one may be lost; set it to 3, or to 1 for a trial.`,
  );
  const seedHost = str`${tier.objectName}-headless`;
  const yml = elasticsearchYml({ ...settings, name: tier.objectName, seedHost });
  const options = jvmOptions(heapOf(tier, settings));
  const nodes = new StatefulSetWorkload(tier, 'nodes', {
    ...settings,
    name: id,
    component: 'node',
    user: USER,
    // Nobody is ready before a majority is there.
    podManagementPolicy: 'Parallel',
    terminationGracePeriodSeconds: GRACE_PERIOD_SECONDS,
    initContainers: [prepareContainer(settings)],
    containers: [nodeContainer(settings, tier.objectName)],
    volumes: [
      { name: 'files', configMap: { name: tier.objectName } },
      // The keystore, in memory.
      { name: 'configuration', emptyDir: { medium: 'Memory', sizeLimit: '4Mi' } },
      { name: 'certificates', secret: { secretName: tier.tlsSecret, defaultMode: 0o440 } },
      {
        name: 'secrets',
        projected: {
          defaultMode: 0o440,
          sources: [
            { secret: { name: tier.secret, items: secretItems('elastic-password', 'exporter-password') } },
            when<VolumeProjection>(snapshots.enabled, {
              secret: {
                name: tier.snapshotsSecret,
                items: secretItems('access-key-id', 'secret-access-key'),
              },
            }),
          ],
        },
      },
    ],
    storage: { data: settings.storage },
    checksums: {
      'elasticsearch.yml': checksum(yml),
      'heap.options': checksum(options),
      'prepare.sh': checksum(prepareNode),
    },
  });
  addConfigMap(nodes, 'configuration', {
    'elasticsearch.yml': yml,
    'heap.options': options,
    'prepare.sh': prepareNode,
    'stop.sh': stopNode,
    'ask.sh': askNode,
  });
  const http = { name: 'https', port: HTTP_PORT, targetPort: 'https' };
  addService(nodes, 'service', { ports: [http] });
  addService(nodes, 'headless', {
    suffix: 'headless',
    ports: [http, { name: 'transport', port: TRANSPORT_PORT, targetPort: 'transport' }],
    headless: true,
  });
  allow(nodes, { workload: nodes, port: TRANSPORT_PORT, name: 'transport' });
  connectObjectStorage(nodes, snapshots);
  return nodes;
}

function heapOf(tier: Elasticsearch, { resources }: NodesProps): Input<number> {
  const limit = resources.limits.memory;
  const heap = named(
    `${tier.node.id}.heap`,
    'The heap of a node, in MiB.',
    minimum(divide(bytes(limit), 2 * MEBIBYTE), MOST_HEAP_MEBIBYTES),
  );
  demand(
    tier,
    atLeast(heap, LEAST_HEAP_MEBIBYTES),
    str`resources.limits.memory ${limit} leaves ${heap} MiB for the heap, below ${LEAST_HEAP_MEBIBYTES}; raise it to ${2 * LEAST_HEAP_MEBIBYTES}Mi or more.`,
  );
  return heap;
}

function prepareContainer({ image }: NodesProps): ContainerProps {
  return {
    name: 'configuration',
    image,
    command: ['sh', `${FILES}/prepare.sh`],
    env: [{ name: 'ES_PATH_CONF', value: CONFIGURATION }],
    // A Java program of 64 MiB of heap, beside the page cache of the image.
    resources: {
      requests: { cpu: '50m', memory: '128Mi', ephemeralStorage: '16Mi' },
      limits: { cpu: '1', memory: '256Mi', ephemeralStorage: '64Mi' },
    },
    mounts: [
      { name: 'files', mountPath: FILES, readOnly: true },
      { name: 'configuration', mountPath: CONFIGURATION },
      { name: 'secrets', mountPath: SECRETS, readOnly: true },
    ],
    writable: { '/tmp': '32Mi' },
  };
}

function nodeContainer({ image, resources, replicas }: NodesProps, host: Input<string>): ContainerProps {
  return {
    name: 'elasticsearch',
    image,
    env: [
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'ES_PATH_CONF', value: CONFIGURATION },
      { name: 'HOST', value: host },
      { name: 'NODES', value: str`${replicas}` },
      { name: 'WAIT_SECONDS', value: `${WAIT_SECONDS}` },
    ],
    ports: [
      { name: 'https', containerPort: HTTP_PORT },
      { name: 'transport', containerPort: TRANSPORT_PORT },
      { name: 'readiness', containerPort: READINESS_PORT },
    ],
    resources,
    probes: {
      startup: {
        tcpSocket: { port: 'https' },
        periodSeconds: STARTUP_PERIOD_SECONDS,
        failureThreshold: STARTUP_FAILURES,
      },
      liveness: { tcpSocket: { port: 'https' }, periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 6 },
      // Whether there is a master, whatever the state of indices: a yellow cluster answers.
      readiness: { tcpSocket: { port: 'readiness' }, periodSeconds: 5, timeoutSeconds: 3 },
    },
    lifecycle: { preStop: { exec: { command: ['sh', `${FILES}/stop.sh`] } } },
    mounts: [
      { name: 'data', mountPath: '/usr/share/elasticsearch/data' },
      { name: 'configuration', mountPath: CONFIGURATION },
      // Within the configuration: Elasticsearch reads no certificate elsewhere.
      { name: 'certificates', mountPath: CERTIFICATES, readOnly: true },
      { name: 'files', mountPath: FILES, readOnly: true },
      { name: 'secrets', mountPath: SECRETS, readOnly: true },
    ],
    writable: { '/tmp': '128Mi', '/usr/share/elasticsearch/logs': '64Mi' },
  };
}

function secretItems(...keys: readonly string[]) {
  return keys.map((key) => ({ key, path: key }));
}

function connectObjectStorage(nodes: StatefulSetWorkload, { addresses, port, enabled }: Snapshots): void {
  nodes.policy.allowTo(
    {
      to: each<string, NetworkPolicyPeer>(addresses, (cidr) => ({ ipBlock: { cidr } })),
      ports: [{ port, protocol: 'TCP' }],
    },
    { enabled, neighbour: 'object storage' },
  );
}
