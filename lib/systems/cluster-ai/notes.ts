import { conditionOf } from '../../objects/conditions';
import type { Elk } from '../../tiers/observability/elk';
import type { Frontend } from '../../tiers/web/frontend';
import type { Input } from '../../values/expression';
import { not } from '../../values/logic';
import type { Text } from '../../values/parts';
import { release } from '../../values/reference';
import { text } from '../../values/text';
import { when } from '../../values/tree';

interface Optional {
  readonly enabled: Input<boolean>;
  /** The Secret that it needs. */
  readonly secret: Input<string>;
}

interface Notes {
  readonly frontend: Frontend;
  readonly host: Input<string>;
  readonly ingressEnabled: Input<boolean>;
  readonly generatesSecrets: Input<boolean>;
  /** Names of the Secrets that must exist. */
  readonly secrets: readonly Input<string>[];
  /** The Secret that backups need. */
  readonly backup: Optional;
  readonly grafana: Optional & { readonly name: Input<string> };
  readonly logs: Elk;
  /** The Secret that channels of alerts need, where one is on. */
  readonly alerts: Optional;
}

export function clusterAiNotes({
  frontend,
  host,
  ingressEnabled,
  generatesSecrets,
  secrets,
  backup,
  grafana,
  logs: { elasticsearch, logstash, kibana },
  alerts,
}: Notes): Text {
  const { name, namespace } = release;
  const hasLogs = conditionOf(elasticsearch);
  const optional: readonly Optional[] = [
    backup,
    grafana,
    { enabled: hasLogs, secret: elasticsearch.secret },
    { enabled: conditionOf(kibana), secret: kibana.secret },
  ];
  return text`
    Cluster AI is installed as "${name}" in the namespace "${namespace}".
    ${when(
      ingressEnabled,
      text`
        It answers at https://${host} once DNS leads there and the Secret of ingress.tlsSecretName, ${name}-ingress-tls
        where none is named, holds its certificate.
      `,
    )}

    ${when(
      not(generatesSecrets),
      text`

        Pods wait until these Secrets exist; the chart's README has the command that makes them:
        ${secrets.map(
          (secret) => text`
            ${secret}
          `,
        )}
        ${optional.map(({ enabled, secret }) =>
          when(
            enabled,
            text`
              ${secret}
            `,
          ),
        )}
      `,
    )}

    ${when(
      hasLogs,
      text`
        Logs wait for certificates, in the Secrets ${elasticsearch.tlsSecret} and ${logstash.tlsSecret}.
      `,
    )}

    ${when(
      alerts.enabled,
      text`
        Alertmanager waits for the Secret ${alerts.secret}, with the keys of the channels that are on: smtp-password,
        slack-url, pagerduty-routing-key, watchdog-url.
      `,
    )}

    The product, from this machine:
      kubectl --namespace ${namespace} port-forward service/${frontend.objectName} 8080:80
      then open http://localhost:8080

    ${when(
      grafana.enabled,
      text`
        Dashboards, as the user admin with the password in the Secret ${grafana.secret}:
          kubectl --namespace ${namespace} port-forward service/${grafana.name} 3000:80
          then open http://localhost:3000

      `,
    )}
    ${when(
      conditionOf(kibana),
      text`
        Logs, as the user elastic with elastic-password of the Secret ${elasticsearch.secret}:
          kubectl --namespace ${namespace} port-forward service/${kibana.objectName} 5601
          then open http://localhost:5601

      `,
    )}
    Ask whether all parts answer:
      helm test ${name} --namespace ${namespace}

    Pod Security: every pod passes "restricted". Have it enforced:
      kubectl label namespace ${namespace} pod-security.kubernetes.io/enforce=restricted

    Uninstalling keeps the volumes and the Secrets; delete them by hand to start anew.
  `;
}
