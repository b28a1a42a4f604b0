import { conditionOf } from '../../objects/conditions';
import type { Elk } from '../../tiers/observability/elk';
import type { Frontend } from '../../tiers/web/frontend';
import type { Input } from '../../values/expression';
import type { Text } from '../../values/parts';
import { release } from '../../values/reference';
import { text } from '../../values/text';
import { str } from '../../values/texts';
import { when } from '../../values/tree';
import {
  type NeededSecret,
  afterwards,
  alertChannels,
  fromThisMachine,
  installedAs,
  secretsToMake,
  secretsToSupply,
} from '../notes';

interface Notes {
  readonly frontend: Frontend;
  readonly host: Input<string>;
  readonly ingressEnabled: Input<boolean>;
  readonly generatesSecrets: Input<boolean>;
  /** Names of the Secrets that must exist. */
  readonly secrets: readonly Input<string>[];
  /** The Secret that backups need. */
  readonly backup: NeededSecret;
  /** The Secrets that model servers need. */
  readonly models: readonly NeededSecret[];
  /** Secrets with what others give. */
  readonly supplied: readonly Required<NeededSecret>[];
  readonly grafana: Required<NeededSecret> & { readonly name: Input<string> };
  readonly logs: Elk;
  /** The Secret that channels of alerts need, where one is on. */
  readonly alerts: NeededSecret;
}

export function clusterAiNotes({
  frontend,
  host,
  ingressEnabled,
  generatesSecrets,
  secrets,
  backup,
  models,
  supplied,
  grafana,
  logs: { elasticsearch, logstash, kibana },
  alerts,
}: Notes): Text {
  const { name } = release;
  const hasLogs = conditionOf(elasticsearch);
  return text`
    ${installedAs('Cluster AI')}
    ${when(
      ingressEnabled,
      text`
        It answers at https://${host} once DNS leads there and the Secret of ingress.tlsSecretName, ${name}-ingress-tls
        where none is named, holds its certificate.
      `,
    )}

    ${secretsToMake(
      [
        ...secrets.map((secret) => ({ secret })),
        backup,
        grafana,
        { enabled: hasLogs, secret: elasticsearch.secret },
        { enabled: conditionOf(kibana), secret: kibana.secret },
        ...models,
      ],
      generatesSecrets,
    )}
    ${secretsToSupply(supplied)}

    ${when(
      hasLogs,
      text`
        Logs wait for certificates, in the Secrets ${elasticsearch.tlsSecret} and ${logstash.tlsSecret}.
      `,
    )}

    ${alertChannels(alerts)}

    ${fromThisMachine({
      what: 'The product, from this machine',
      service: frontend.objectName,
      ports: '8080:80',
      localPort: 8080,
    })}

    ${when(
      grafana.enabled,
      fromThisMachine({
        what: str`Dashboards, as the user admin with the password in the Secret ${grafana.secret}`,
        service: grafana.name,
        ports: '3000:80',
        localPort: 3000,
      }),
    )}
    ${when(
      conditionOf(kibana),
      fromThisMachine({
        what: str`Logs, as the user elastic with elastic-password of the Secret ${elasticsearch.secret}`,
        service: kibana.objectName,
        ports: '5601',
        localPort: 5601,
      }),
    )}
    ${afterwards()}
  `;
}
