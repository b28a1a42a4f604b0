/** The exporter: what nodes, shards and snapshots do, as metrics. */
import { allow } from '../../network/connections';
import { str } from '../../values/texts';
import type { Resources } from '../../workload/container';
import { DeploymentWorkload } from '../../workload/deployment';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { envFromSecret, secretFiles } from '../../workload/secrets';
import type { Elasticsearch } from './elasticsearch';

export interface ElasticsearchExporter {
  readonly image: Image;
  readonly resources: Resources;
}

const PORT = 9114;
const USER = 10_001;
const AUTHORITY = '/run/secrets/elasticsearch-tls';

/** One for all nodes: it asks any of them for all. */
export function addExporter(
  tier: Elasticsearch,
  id: string,
  props: ElasticsearchExporter & PodSettings,
): DeploymentWorkload {
  const { url, username, passwordSecret, passwordKey, caSecret, caKey } = tier.clientFor('exporter');
  const workload = new DeploymentWorkload(tier, 'exporter', {
    ...props,
    extraEnv: {},
    extraVolumes: [],
    sidecars: [],
    name: id,
    component: 'exporter',
    objectName: `${id}-exporter`,
    user: USER,
    replicas: 1,
    scrape: { port: PORT, path: '/metrics' },
    containers: [
      {
        name: 'exporter',
        image: props.image,
        args: [
          str`--es.uri=${url}`,
          `--es.ca=${AUTHORITY}/${caKey}`,
          '--es.all',
          '--collector.slm',
          `--web.listen-address=:${PORT}`,
        ],
        // It reads no files with passwords.
        env: [{ name: 'ES_USERNAME', value: username }, envFromSecret('ES_PASSWORD', passwordSecret, passwordKey)],
        ports: [{ name: 'metrics', containerPort: PORT }],
        resources: props.resources,
        probes: {
          startup: { tcpSocket: { port: 'metrics' }, periodSeconds: 1, failureThreshold: 60 },
          liveness: { httpGet: { path: '/healthz', port: 'metrics' }, periodSeconds: 30, timeoutSeconds: 5 },
          readiness: { tcpSocket: { port: 'metrics' }, periodSeconds: 10 },
        },
        mounts: [{ name: 'authority', mountPath: AUTHORITY, readOnly: true }],
      },
    ],
    volumes: [{ name: 'authority', secret: secretFiles(caSecret, [caKey]) }],
  });
  for (const endpoint of tier.endpoints) allow(workload, endpoint);
  return workload;
}
