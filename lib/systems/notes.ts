/** What Helm prints after an installation: the pieces that systems have in common. */
import type { Certificates } from '../tiers/operations/certificates';
import type { Input, Scalar } from '../values/expression';
import { not, or } from '../values/logic';
import type { Text } from '../values/parts';
import { release } from '../values/reference';
import { text } from '../values/text';
import { when } from '../values/tree';

/** A Secret that something needs. */
export interface NeededSecret {
  readonly secret: Input<string>;
  /** Whether that is there. @default true */
  readonly enabled?: Input<boolean>;
}

interface Page {
  /** What it shows, and to whom. */
  readonly what: Input<string>;
  readonly service: Input<string>;
  /** As kubectl takes them: `8080:80`. */
  readonly ports: Input<Scalar>;
  /** Where it is then. */
  readonly localPort: number;
}

const { name, namespace } = release;

export const installedAs = (product: string): Text => text`
  ${product} is installed as "${name}" in the namespace "${namespace}".
`;

/** What pods wait for, where nothing generates it. A block of its own, with an empty line before it. */
export const secretsToMake = (secrets: readonly NeededSecret[], generated: Input<boolean>) =>
  when(
    not(generated),
    text`

      Pods wait until these Secrets exist; the chart's README has the command that makes them:
      ${listed(secrets)}
    `,
  );

/** What pods wait for and nothing generates, as others give it. */
export const secretsToSupply = (secrets: readonly Required<NeededSecret>[]) =>
  when(
    or(...secrets.map(({ enabled }) => enabled)),
    text`

      Pods wait for what others give, too, in these Secrets; the chart's README says what they hold:
      ${listed(secrets)}
    `,
  );

/** The same of certificates, and how one's own browser gets to know a private authority. */
export const certificatesToMake = ({ authority, isGenerated, mustExist, secrets }: Certificates): Text => text`
  ${when(
    mustExist,
    text`

      Servers wait for certificates in these Secrets, with the keys tls.crt, tls.key and ca.crt; cert-manager or a Job
      makes them where certificates.source says so:
      ${listed(secrets)}
    `,
  )}
  ${when(
    isGenerated,
    text`

      Certificates are signed by an authority that only this release knows. For curl and browsers:
        kubectl --namespace ${namespace} get secret ${authority} --output=jsonpath='{.data.tls\.crt}' | base64 --decode > ca.crt
    `,
  )}
`;

export const alertChannels = ({ enabled = true, secret }: NeededSecret) =>
  when(
    enabled,
    text`
      Alertmanager waits for the Secret ${secret}, with the keys of the channels that are on: smtp-password,
      slack-url, pagerduty-routing-key, watchdog-url.
    `,
  );

/** How to see a page of the release from one's own machine. */
export const fromThisMachine = ({ what, service, ports, localPort }: Page): Text => text`
  ${what}:
    kubectl --namespace ${namespace} port-forward service/${service} ${ports}
    then open http://localhost:${localPort}
`;

/** How to ask whether it works, and what uninstalling leaves. */
export const afterwards = (): Text => text`
  Ask whether all parts answer:
    helm test ${name} --namespace ${namespace}

  Pod Security: every pod passes "restricted". Have it enforced:
    kubectl label namespace ${namespace} pod-security.kubernetes.io/enforce=restricted

  Uninstalling keeps the volumes and the Secrets; delete them by hand to start anew.
`;

function listed(secrets: readonly NeededSecret[]) {
  return secrets.map(({ secret, enabled = true }) =>
    when(
      enabled,
      text`
        ${secret}
      `,
    ),
  );
}
