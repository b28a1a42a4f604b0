import type { Construct } from 'constructs';
import type { NetworkPolicyPeer, NetworkPolicyPort } from 'kubernetes-types/networking/v1';
import { images } from '../../images';
import { conditionOf } from '../../objects/conditions';
import type { Input } from '../../values/expression';
import { isSet, valueOf } from '../../values/logic';
import type { Items } from '../../values/parts';
import { checksum, text } from '../../values/text';
import { str } from '../../values/texts';
import { type ListInput, each } from '../../values/tree';
import { addConfigMap } from '../../workload/config-map';
import type { Resources } from '../../workload/container';
import { DeploymentWorkload } from '../../workload/deployment';
import { allowFromNamespace, allowToNamespace } from '../../workload/network-policy';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { addService } from '../../workload/service';
import { Tier, type TierProps } from '../tier';
import type { Prometheus } from './prometheus';

/** Props of `BlackboxExporter`. */
export interface BlackboxExporterProps extends TierProps, PodSettings {
  /** Which has it ask. */
  readonly prometheus: Prometheus;
  /** What it asks for: URLs of `https://`, by their public names. */
  readonly urls: readonly Input<string>[];
  /** Networks in which they are, as pods reach them. @default ['0.0.0.0/0'] */
  readonly addresses?: ListInput<string>;
  /** Their ports, as pods reach them: those of the ingress controller's pods too. @default [443, 8443] */
  readonly ports?: ListInput<number>;
  /** CPU, memory and disk of its container. @default - see blackboxExporterDefaults */
  readonly resources?: Resources;
  /** The image that it runs. @default - see lib/images.ts */
  readonly image?: Image;
}

/** Defaults of `BlackboxExporterProps`. */
export const blackboxExporterDefaults = {
  addresses: ['0.0.0.0/0'],
  ports: [443, 8443],
  resources: {
    requests: { cpu: '10m', memory: '32Mi', ephemeralStorage: '16Mi' },
    limits: { cpu: '100m', memory: '64Mi', ephemeralStorage: '32Mi' },
  },
  image: images.blackboxExporter,
} as const;

const PORT = 9115;
const USER = 10_001;
const FOLDER = '/etc/blackbox';
const MODULE = 'https_2xx';

/** Below Prometheus's patience, so that it hears of a failure rather than of nothing. */
const configuration = text`
  modules:
    ${MODULE}:
      prober: http
      timeout: 9s
      http:
        fail_if_not_ssl: true
        preferred_ip_protocol: ip4
`;

/**
 * Prometheus's blackbox exporter: asks for the product as its users do, by public name and TLS. By it one knows whether
 * they reach it, and when the certificate ends.
 *
 * ```ts
 * new BlackboxExporter(chart, 'blackbox', { prometheus, urls: ['https://shop.example.com/'] });
 * ```
 */
export class BlackboxExporter extends Tier {
  protected readonly client: DeploymentWorkload;

  constructor(scope: Construct, id: string, props: BlackboxExporterProps) {
    super(scope, id, props);
    const settings = { ...blackboxExporterDefaults, ...props };
    const { namespace, network } = this.platform;
    this.client = new DeploymentWorkload(this, 'workload', {
      ...settings,
      name: id,
      component: 'prober',
      user: USER,
      replicas: 1,
      checksums: { 'blackbox.yml': checksum(configuration) },
      containers: [
        {
          name: 'blackbox-exporter',
          image: settings.image,
          args: [`--config.file=${FOLDER}/blackbox.yml`, `--web.listen-address=:${PORT}`],
          ports: [{ name: 'http', containerPort: PORT }],
          resources: settings.resources,
          probes: {
            startup: { tcpSocket: { port: 'http' }, periodSeconds: 1, failureThreshold: 60 },
            liveness: { httpGet: { path: '/-/healthy', port: 'http' }, periodSeconds: 30, timeoutSeconds: 5 },
            readiness: { tcpSocket: { port: 'http' }, periodSeconds: 10 },
          },
          mounts: [{ name: 'configuration', mountPath: FOLDER, readOnly: true }],
        },
      ],
      volumes: [{ name: 'configuration', configMap: { name: this.objectName } }],
    });
    addConfigMap(this.client, 'configuration', { 'blackbox.yml': configuration });
    addService(this.client, 'service', { ports: [{ name: 'http', port: PORT, targetPort: 'http' }] });
    this.allowUrls(settings);
    allowFromNamespace(this.client, network.scraperNamespace, [{ port: PORT, protocol: 'TCP' }]);
    const host = namespace === undefined ? this.objectName : str`${this.objectName}.${namespace}`;
    props.prometheus.addProbe(
      {
        name: this.objectName,
        prober: str`${host}:${PORT}`,
        labels: { tier: id, component: 'prober', job: id },
        module: MODULE,
        urls: props.urls,
        enabled: conditionOf(this.client),
      },
      { workload: this.client, port: PORT, name: 'probe' },
    );
  }

  /** The way out to where public names lead, and to the ingress controller, where they lead back into the cluster. */
  private allowUrls({ addresses, ports: all }: Required<Pick<BlackboxExporterProps, 'addresses' | 'ports'>>): void {
    const { ingressNamespace } = this.platform.network;
    const ports: Items<NetworkPolicyPort> = each<number, NetworkPolicyPort>(all, (port) => ({ port, protocol: 'TCP' }));
    const to = each<string, NetworkPolicyPeer>(addresses, (cidr) => ({ ipBlock: { cidr } }));
    this.client.policy.allowTo({ to, ports }, { neighbour: 'public name' });
    allowToNamespace(this.client, { namespace: valueOf(ingressNamespace) }, ports, {
      enabled: isSet(ingressNamespace),
    });
  }
}
