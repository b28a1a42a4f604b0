import type { Construct } from 'constructs';
import { Construct as Scope } from 'constructs';
import type { ConfigMap, EnvVar, Volume, VolumeMount, VolumeProjection } from 'kubernetes-types/core/v1';
import { images } from '../../images';
import type { Endpoint, Server } from '../../network/connections';
import { onlyWhen } from '../../objects/conditions';
import { KubeObject } from '../../objects/kube-object';
import { type Input, literalOf } from '../../values/expression';
import type { Items } from '../../values/parts';
import { checksum } from '../../values/text';
import { str } from '../../values/texts';
import { when } from '../../values/tree';
import { addConfigMap } from '../../workload/config-map';
import type { Resources } from '../../workload/container';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { type ExistingSecret, existingSecret, secretFiles } from '../../workload/secrets';
import { addService } from '../../workload/service';
import { StatefulSetWorkload, type Storage } from '../../workload/stateful-set';
import { Tier, type TierProps } from '../tier';
import type { GrafanaDashboard } from './dashboards/dashboard';
import { loginFiles } from './elasticsearch-users';
import {
  DASHBOARDS_FOLDER,
  type DataSource,
  SECRETS_FOLDER,
  dashboardProvider,
  dataSourcesYaml,
  grafanaIni,
  loginFolder,
} from './grafana-configuration';

/** Props of `Grafana`. */
export interface GrafanaProps extends TierProps, PodSettings {
  /** What dashboards ask. The first is the default. */
  readonly dataSources: readonly DataSource[];
  /** Each id once. The first is the home page. */
  readonly dashboards: readonly GrafanaDashboard[];
  /**
   * Secret with the keys `admin-password`, of the user `admin`, and `secret-key`, by which Grafana encrypts what it keeps.
   * @default - the instance's name and `-grafana`, such as `shop-grafana`, which must exist
   */
  readonly existingSecret?: ExistingSecret;
  /** Volume with users, preferences and dashboards made by hand. @default 1Gi of the cluster's default class */
  readonly storage?: Storage;
  /** Port on which it listens. @default 3000, Grafana's own */
  readonly port?: Input<number>;
  /** Port of its Service. @default 80 */
  readonly servicePort?: Input<number>;
  /** CPU, memory and disk of its container. @default - see grafanaDefaults */
  readonly resources?: Resources;
  /** The image that it runs. @default - see lib/images.ts */
  readonly image?: Image;
}

/** Defaults of `GrafanaProps`. */
export const grafanaDefaults = {
  existingSecret: null,
  storage: { size: '1Gi', storageClassName: null },
  port: 3000,
  servicePort: 80,
  resources: {
    requests: { cpu: '100m', memory: '256Mi', ephemeralStorage: '32Mi' },
    limits: { cpu: '1', memory: '512Mi', ephemeralStorage: '256Mi' },
  },
  image: images.grafana,
} as const;

/** Any will do: files are for all to read, and all that is written is on volumes. */
const USER = 10_001;
const CONFIGURATION = 'grafana.ini';

/**
 * Grafana with its data sources and dashboards in place. It keeps its state in SQLite on a volume of its own: so it needs
 * none of the databases that it is there to watch.
 *
 * ```ts
 * const grafana = new Grafana(chart, 'grafana', {
 *   dataSources: [{ name: 'Prometheus', uid: 'prometheus', type: 'prometheus', url: 'http://prometheus:9090' }],
 *   dashboards: [redisDashboard()],
 * });
 * ```
 */
export class Grafana extends Tier implements Server {
  /** The workload of its pods. */
  readonly workload: StatefulSetWorkload;
  /** The port of the Service. */
  readonly servicePort: Input<number>;
  /** Name of the Secret with the password and the key. */
  readonly secret: Input<string>;
  readonly endpoints: readonly Endpoint[];
  readonly clientSettings: Items<EnvVar>;
  protected readonly client: StatefulSetWorkload;

  constructor(scope: Construct, id: string, props: GrafanaProps) {
    super(scope, id, props);
    const settings = { ...grafanaDefaults, ...props };
    const { dashboards, dataSources, port } = settings;
    this.servicePort = settings.servicePort;
    this.secret = existingSecret(
      {
        id,
        what: 'with the password of the user admin and the key for what is kept',
        expected: str`${this.platform.instance}-grafana`,
      },
      settings.existingSecret,
    );
    const [home] = dashboards;
    const ini = grafanaIni({ home, port });
    const sources = dataSourcesYaml(dataSources);
    const logins = dataSources.flatMap((source) => (source.login ? [{ ...source, login: source.login }] : []));
    const provider = dashboardProvider(this.platform.instance);

    this.workload = new StatefulSetWorkload(this, 'workload', {
      ...settings,
      name: id,
      component: 'dashboards',
      user: USER,
      replicas: 1,
      storage: { data: settings.storage },
      // Dashboards are not among them: Grafana reads those again by itself.
      checksums: {
        'grafana.ini': checksum(ini),
        'datasources.yaml': checksum(sources),
        'dashboards.yaml': checksum(provider),
      },
      scrape: { port, path: '/metrics' },
      containers: [
        {
          name: 'grafana',
          image: settings.image,
          command: ['grafana', 'server'],
          args: ['--homepath=/usr/share/grafana', `--config=/etc/grafana/${CONFIGURATION}`, '--packaging=docker'],
          ports: [{ name: 'http', containerPort: port }],
          resources: settings.resources,
          probes: {
            // The first start makes the database; on a busy node that takes minutes.
            startup: { httpGet: { path: '/healthz', port: 'http' }, periodSeconds: 5, failureThreshold: 60 },
            liveness: { httpGet: { path: '/healthz', port: 'http' }, periodSeconds: 20, timeoutSeconds: 5 },
            readiness: { httpGet: { path: '/api/health', port: 'http' }, periodSeconds: 10, timeoutSeconds: 5 },
          },
          mounts: [
            { name: 'data', mountPath: '/var/lib/grafana' },
            { name: 'configuration', mountPath: '/etc/grafana', readOnly: true },
            { name: 'dashboards', mountPath: DASHBOARDS_FOLDER, readOnly: true },
            { name: 'secrets', mountPath: SECRETS_FOLDER, readOnly: true },
            ...logins.map((source) =>
              when<VolumeMount>(source.enabled ?? true, {
                name: volumeOf(source),
                mountPath: loginFolder(source),
                readOnly: true,
              }),
            ),
          ],
          writable: { '/tmp': '64Mi' },
        },
      ],
      volumes: [
        {
          name: 'configuration',
          configMap: {
            name: this.objectName,
            items: [
              { key: CONFIGURATION, path: CONFIGURATION },
              { key: 'datasources.yaml', path: 'provisioning/datasources/datasources.yaml' },
              { key: 'dashboards.yaml', path: 'provisioning/dashboards/dashboards.yaml' },
            ],
          },
        },
        {
          name: 'dashboards',
          projected: {
            sources: dashboards.map((dashboard) =>
              when<VolumeProjection>(dashboard.enabled ?? true, {
                configMap: { name: this.configMapOf(dashboard) },
              }),
            ),
          },
        },
        { name: 'secrets', secret: secretFiles(this.secret, ['admin-password', 'secret-key']) },
        ...logins.map((source) => when<Volume>(source.enabled ?? true, loginFiles(volumeOf(source), source.login))),
      ],
    });
    addConfigMap(this.workload, 'configuration', {
      [CONFIGURATION]: ini,
      'datasources.yaml': sources,
      'dashboards.yaml': provider,
    });
    for (const dashboard of dashboards) this.addDashboard(dashboard);
    addService(this.workload, 'service', { ports: [{ name: 'http', port: this.servicePort, targetPort: 'http' }] });
    addService(this.workload, 'headless', {
      suffix: 'headless',
      ports: [{ name: 'http', port, targetPort: 'http' }],
      headless: true,
    });

    this.client = this.workload;
    this.endpoints = [{ workload: this.workload, port, name: 'http' }];
    const host = literalOf(this.servicePort) === 80 ? this.objectName : str`${this.objectName}:${this.servicePort}`;
    this.clientSettings = [{ name: 'GRAFANA_URL', value: str`http://${host}` }];
  }

  /** One ConfigMap for each, so that none comes near what kubectl and etcd take. */
  private addDashboard(dashboard: GrafanaDashboard): void {
    const scope = new Scope(this, dashboard.id);
    if (dashboard.enabled !== undefined) onlyWhen(scope, dashboard.enabled);
    new KubeObject<ConfigMap>(scope, 'config-map', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: this.workload.metadata(`dashboard-${dashboard.id}`),
      data: { [`${dashboard.id}.json`]: dashboard.json(this.platform) },
    });
  }

  private configMapOf({ id }: GrafanaDashboard): Input<string> {
    return str`${this.objectName}-dashboard-${id}`;
  }
}

function volumeOf({ uid }: DataSource): string {
  return `login-${uid}`;
}
