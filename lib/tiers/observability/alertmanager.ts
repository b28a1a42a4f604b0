import type { Construct } from 'constructs';
import type { ContainerPort, EnvVar, SecretProjection, Volume, VolumeMount } from 'kubernetes-types/core/v1';
import type { NetworkPolicyPeer } from 'kubernetes-types/networking/v1';
import { images } from '../../images';
import { type Endpoint, type Server, allow } from '../../network/connections';
import { conditionOf } from '../../objects/conditions';
import { choose } from '../../values/choice';
import type { Input } from '../../values/expression';
import { atLeast, or } from '../../values/logic';
import type { Items, Tree } from '../../values/parts';
import { str } from '../../values/texts';
import { type ListInput, each, when } from '../../values/tree';
import { addConfigMap } from '../../workload/config-map';
import type { Resources } from '../../workload/container';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { type ExistingSecret, existingSecret } from '../../workload/secrets';
import { addService } from '../../workload/service';
import { StatefulSetWorkload, type Storage } from '../../workload/stateful-set';
import { Tier, type TierProps } from '../tier';
import {
  type Channels,
  type Email,
  type PagerDuty,
  SECRETS,
  type Slack,
  type Watchdog,
  type Webhook,
  alertmanagerYaml,
} from './alertmanager-configuration';
import { type ConfigReloader, configReloader, configReloaderDefaults } from './config-reloader';
import type { AlertReceiver } from './prometheus';

/** Props of `Alertmanager`. */
export interface AlertmanagerProps extends TierProps, PodSettings {
  /** Pods, which agree among themselves on who notifies: one, or three. @default 1 */
  readonly replicas?: Input<number>;
  /** Hours for which silences, and what has been notified of, are remembered. @default 120, Alertmanager's own */
  readonly retentionHours?: Input<number>;
  /** Hours after which an alert that still fires is told again. @default 4, Alertmanager's own */
  readonly repeatHours?: Input<number>;
  /**
   * Secret with what the channels in use need: `smtp-password`, `slack-url`, `pagerduty-routing-key`, `watchdog-url`.
   * @default - a Secret of the tier's own name, such as `shop-alertmanager`, which must exist where a channel needs it
   */
  readonly existingSecret?: ExistingSecret;
  /** Alerts by mail. @default - see alertmanagerDefaults: off */
  readonly email?: Email;
  /** Alerts to Slack. @default - see alertmanagerDefaults: off */
  readonly slack?: Slack;
  /** Critical alerts alone: it wakes people. @default - see alertmanagerDefaults: off */
  readonly pagerDuty?: PagerDuty;
  /** Any other program that takes alerts by HTTP. @default - see alertmanagerDefaults: off */
  readonly webhook?: Webhook;
  /** Who raises the alarm when nothing comes any more. @default - see alertmanagerDefaults: off */
  readonly watchdog?: Watchdog;
  /** Networks in which all of these are, as pods reach them. @default ['0.0.0.0/0'] */
  readonly addresses?: ListInput<string>;
  /** Volume of each pod, for silences and what has been notified of. @default 1Gi of the cluster's default class */
  readonly storage?: Storage;
  /** CPU, memory and disk of its container. @default - see alertmanagerDefaults */
  readonly resources?: Resources;
  /** The official image. @default - see lib/images.ts */
  readonly image?: Image;
  /** What has a changed configuration read. @default - see configReloaderDefaults */
  readonly reloader?: ConfigReloader;
}

/** Defaults of `AlertmanagerProps`. */
export const alertmanagerDefaults = {
  replicas: 1,
  retentionHours: 120,
  repeatHours: 4,
  existingSecret: null,
  email: {
    enabled: false,
    leastSeverity: 'warning',
    to: 'oncall@example.com',
    from: 'alertmanager@example.com',
    host: 'smtp.example.com',
    port: 587,
    username: null,
  },
  slack: { enabled: false, leastSeverity: 'info', channel: '#alerts' },
  pagerDuty: { enabled: false },
  webhook: { enabled: false, leastSeverity: 'info', url: 'http://alerts.example.com', port: 80 },
  watchdog: { enabled: false, everyMinutes: 5 },
  addresses: ['0.0.0.0/0'],
  storage: { size: '1Gi', storageClassName: null },
  resources: {
    requests: { cpu: '20m', memory: '64Mi', ephemeralStorage: '32Mi' },
    limits: { cpu: '200m', memory: '128Mi', ephemeralStorage: '64Mi' },
  },
  image: images.alertmanager,
  reloader: configReloaderDefaults,
} as const;

export const ALERTMANAGER_PORT = 9093;
const CLUSTER_PORT = 9094;
/** Whom alerts reach, in pictures. */
const PEOPLE = 'mail, Slack, PagerDuty';
const HTTPS_PORT = 443;
/** Nothing in the image asks for a user of its own: the volume belongs to whoever runs. */
const USER = 10_001;
const CONFIGURATION = '/etc/alertmanager';
const DATA = '/alertmanager';

/**
 * Alertmanager: groups alerts, keeps back what follows from another, and tells people by the channels that are on, by
 * severity. Without any it shows alerts on its own page alone.
 *
 * ```ts
 * prometheus.sendAlertsTo(new Alertmanager(chart, 'alertmanager', { replicas: 3 }).receiver);
 * ```
 */
export class Alertmanager extends Tier implements Server {
  /** The workload of its pods. */
  readonly workload: StatefulSetWorkload;
  /** Pods, which tell each other what they have told. */
  readonly replicas: Input<number>;
  /** Name of the Secret that the channels in use need. */
  readonly secret: Input<string>;
  /** Whether a channel in use needs the Secret. */
  readonly needsSecret: Input<boolean>;
  /** Where it takes and shows alerts. */
  readonly url: Input<string>;
  readonly endpoints: readonly Endpoint[];
  readonly clientSettings: Items<EnvVar> = [];
  protected readonly client: StatefulSetWorkload;

  constructor(scope: Construct, id: string, props: AlertmanagerProps = {}) {
    super(scope, id, props);
    const settings = { ...alertmanagerDefaults, ...props };
    this.replicas = settings.replicas;
    this.url = str`http://${this.objectName}:${ALERTMANAGER_PORT}`;
    this.secret = existingSecret(
      { id, what: 'that the channels of alerts need', expected: this.objectName },
      settings.existingSecret,
    );
    const keys = secretKeys(settings);
    this.needsSecret = or(...Object.values(keys));
    const clustered = atLeast(settings.replicas, 2);
    const file = `${CONFIGURATION}/alertmanager.yml`;
    const configuration = { name: 'configuration', mountPath: CONFIGURATION, readOnly: true };

    this.workload = new StatefulSetWorkload(this, 'workload', {
      ...settings,
      name: id,
      component: 'server',
      user: USER,
      podManagementPolicy: 'Parallel',
      scrape: { port: ALERTMANAGER_PORT, path: '/metrics' },
      containers: [
        {
          name: 'alertmanager',
          image: settings.image,
          args: [
            `--config.file=${file}`,
            `--storage.path=${DATA}`,
            str`--data.retention=${settings.retentionHours}h`,
            ...this.clusterArgs(clustered),
          ],
          env: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
          ports: [
            { name: 'http', containerPort: ALERTMANAGER_PORT },
            when<readonly ContainerPort[]>(clustered, [
              { name: 'cluster', containerPort: CLUSTER_PORT },
              { name: 'cluster-udp', containerPort: CLUSTER_PORT, protocol: 'UDP' },
            ]),
          ],
          resources: settings.resources,
          probes: {
            startup: { httpGet: { path: '/-/ready', port: 'http' }, periodSeconds: 1, failureThreshold: 60 },
            liveness: { httpGet: { path: '/-/healthy', port: 'http' }, periodSeconds: 20, timeoutSeconds: 5 },
            readiness: { httpGet: { path: '/-/ready', port: 'http' }, periodSeconds: 5, timeoutSeconds: 3 },
          },
          mounts: [
            configuration,
            { name: 'data', mountPath: DATA },
            when<readonly VolumeMount[]>(this.needsSecret, [{ name: 'secrets', mountPath: SECRETS, readOnly: true }]),
          ],
        },
        configReloader(settings.reloader, { file, mounts: [configuration], port: ALERTMANAGER_PORT }),
      ],
      // Without checksums: what changes is read by the running program.
      volumes: [
        { name: 'configuration', configMap: { name: this.objectName } },
        when<readonly Volume[]>(this.needsSecret, [secretVolume(this.secret, keys)]),
      ],
      storage: { data: settings.storage },
    });
    addConfigMap(this.workload, 'configuration', { 'alertmanager.yml': alertmanagerYaml(settings) });
    const ports = [{ name: 'http', port: ALERTMANAGER_PORT, targetPort: 'http' }];
    addService(this.workload, 'service', { ports });
    addService(this.workload, 'headless', { suffix: 'headless', ports, headless: true });
    this.client = this.workload;
    this.endpoints = [{ workload: this.workload, port: ALERTMANAGER_PORT, name: 'alerts' }];
    this.allowPeers(clustered);
    this.allowChannels(settings);
  }

  /** What Prometheus sends alerts to: every pod by itself. */
  get receiver(): AlertReceiver {
    const host = str`${this.objectName}-headless`;
    return {
      endpoint: { workload: this.workload, port: ALERTMANAGER_PORT, name: 'alerts' },
      headlessHost: this.platform.namespace === undefined ? host : str`${host}.${this.platform.namespace}`,
      enabled: conditionOf(this.workload),
    };
  }

  /** Peers are found by the name of all pods, and looked for again every 15 seconds. */
  private clusterArgs(clustered: Input<boolean>): readonly Tree<string>[] {
    return [
      choose(clustered, `--cluster.listen-address=0.0.0.0:${CLUSTER_PORT}`, '--cluster.listen-address='),
      when<string>(clustered, `--cluster.advertise-address=$(POD_IP):${CLUSTER_PORT}`),
      when<string>(clustered, str`--cluster.peer=${this.objectName}-headless:${CLUSTER_PORT}`),
    ].filter((arg) => arg !== undefined);
  }

  private allowPeers(clustered: Input<boolean>): void {
    for (const protocol of ['TCP', 'UDP'] as const) {
      allow(this.workload, { workload: this.workload, port: CLUSTER_PORT, name: 'gossip', protocol }, clustered);
    }
  }

  private allowChannels({ email, slack, pagerDuty, webhook, watchdog, addresses }: Settings): void {
    const to = each<string, NetworkPolicyPeer>(addresses, (cidr) => ({ ipBlock: { cidr } }));
    const out = (port: Input<number>, enabled: Input<boolean>): void => {
      this.workload.policy.allowTo({ to, ports: [{ port, protocol: 'TCP' }] }, { enabled, neighbour: PEOPLE });
    };
    out(HTTPS_PORT, or(slack.enabled, pagerDuty.enabled, watchdog.enabled));
    out(email.port, email.enabled);
    out(webhook.port, webhook.enabled);
  }
}

type Settings = Required<Omit<AlertmanagerProps, 'enabled' | keyof PodSettings>> & PodSettings;

/** Keys of the Secret, and whether a channel in use needs them. */
function secretKeys({ email, slack, pagerDuty, watchdog }: Channels): Readonly<Record<string, Input<boolean>>> {
  return {
    'smtp-password': email.enabled,
    'slack-url': slack.enabled,
    'pagerduty-routing-key': pagerDuty.enabled,
    'watchdog-url': watchdog.enabled,
  };
}

function secretVolume(name: Input<string>, keys: Readonly<Record<string, Input<boolean>>>): Tree<Volume> {
  return {
    name: 'secrets',
    projected: {
      defaultMode: 0o440,
      sources: [
        {
          secret: {
            name,
            items: Object.entries(keys).map(([key, needed]) =>
              when<NonNullable<SecretProjection['items']>>(needed, [{ key, path: key }]),
            ),
          },
        },
      ],
    },
  };
}
