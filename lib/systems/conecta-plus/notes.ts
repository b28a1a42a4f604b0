import type { Certificates } from '../../tiers/operations/certificates';
import type { LoadBalancer } from '../../tiers/web/load-balancer';
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
  certificatesToMake,
  fromThisMachine,
  installedAs,
  secretsToMake,
  secretsToSupply,
} from '../notes';

interface Notes {
  readonly loadBalancer: LoadBalancer;
  readonly host: Input<string>;
  readonly certificates: Certificates;
  readonly generatesSecrets: Input<boolean>;
  readonly secrets: readonly NeededSecret[];
  readonly supplied: readonly Required<NeededSecret>[];
  readonly alerts: NeededSecret;
  readonly grafana: {
    readonly enabled: Input<boolean>;
    readonly secret: Input<string>;
    readonly name: Input<string>;
    readonly port: Input<number>;
  };
  /** Whether there are users for whom one database may be too small. */
  readonly isLarge: Input<boolean>;
}

export function conectaPlusNotes(notes: Notes): Text {
  const { loadBalancer, host, certificates, generatesSecrets, secrets, supplied, alerts, grafana, isLarge } = notes;
  const { name, namespace } = release;
  return text`
    ${installedAs('Conecta Plus')}
    It answers at https://${host} once DNS leads to the Service ${loadBalancer.objectName}.
    ${secretsToMake(secrets, generatesSecrets)}
    ${secretsToSupply(supplied)}
    ${certificatesToMake(certificates)}

    ${alertChannels(alerts)}
    ${when(
      isLarge,
      text`

        Redis is a cluster, and one database takes all writes: docs/systems/conecta-plus.md says what spreading its data
        over several asks of you.
      `,
    )}

    The API's documentation, from this machine, with a certificate that is not for localhost:
      kubectl --namespace ${namespace} port-forward service/${loadBalancer.objectName} 8443:443
      then open https://localhost:8443/api/v1/docs
    ${when(
      grafana.enabled,
      text`

        ${fromThisMachine({
          what: str`Dashboards, as the user admin with the password in the Secret ${grafana.secret}`,
          service: grafana.name,
          ports: str`3001:${grafana.port}`,
          localPort: 3001,
        })}
      `,
    )}

    PostgreSQL's replica takes the primary's place by:
      helm upgrade ${name} charts/conecta-plus --namespace ${namespace} --reuse-values --set postgres.promoted=true

    ${afterwards()}
  `;
}
