/** alertmanager.yml: who is told of what, and what is kept back. */
import { choose } from '../../values/choice';
import type { Input } from '../../values/expression';
import { and, equals, isSet, or, valueOf } from '../../values/logic';
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { when } from '../../values/tree';

/** From this severity on. */
export type LeastSeverity = 'critical' | 'warning' | 'info';

/** By SMTP, with the Secret's `smtp-password`. */
export interface Email {
  /** Whether anybody gets mail. */
  readonly enabled: Input<boolean>;
  /** Of what is sent by mail. */
  readonly leastSeverity: Input<LeastSeverity>;
  /** Address of whom it is sent to. */
  readonly to: Input<string>;
  /** Address of the sender. */
  readonly from: Input<string>;
  /** The mail server, which must offer STARTTLS. */
  readonly host: Input<string>;
  /** Port of the mail server. */
  readonly port: Input<number>;
  /** Who logs in with the Secret's `smtp-password`. @default - `from` */
  readonly username: Input<string | null>;
}

/** By an incoming webhook, whose URL is the Secret's `slack-url`. */
export interface Slack {
  /** Whether alerts go there. */
  readonly enabled: Input<boolean>;
  /** Of what goes there. */
  readonly leastSeverity: Input<LeastSeverity>;
  /** Name of the channel, with its `#`. */
  readonly channel: Input<string>;
}

/** By the Events API v2, with the Secret's `pagerduty-routing-key`. */
export interface PagerDuty {
  /** Whether critical alerts go there. */
  readonly enabled: Input<boolean>;
}

/** Alertmanager's own JSON, by POST. */
export interface Webhook {
  /** Whether alerts go there. */
  readonly enabled: Input<boolean>;
  /** Of what goes there. */
  readonly leastSeverity: Input<LeastSeverity>;
  /** Where it takes alerts. */
  readonly url: Input<string>;
  /** The port of its URL, as pods reach it. */
  readonly port: Input<number>;
}

/** A service outside that expects a sign of life at the Secret's `watchdog-url`. */
export interface Watchdog {
  /** Whether there is one. */
  readonly enabled: Input<boolean>;
  /** Minutes between two signs of life. */
  readonly everyMinutes: Input<number>;
}

export interface Channels {
  readonly email: Email;
  readonly slack: Slack;
  readonly pagerDuty: PagerDuty;
  readonly webhook: Webhook;
  readonly watchdog: Watchdog;
}

export interface AlertmanagerYaml extends Channels {
  readonly repeatHours: Input<number>;
}

/** Where the keys of the Secret are. */
export const SECRETS = '/run/secrets/alertmanager';

const SEVERITIES = ['critical', 'warning', 'info'] as const;
/** Info is told once a day. */
const INFO_REPEAT = '24h';

export function alertmanagerYaml(yaml: AlertmanagerYaml): Text {
  const { repeatHours, watchdog } = yaml;
  return text`
    # Written by cdk8s-tiers.
    route:
      # What no route below takes: nobody is told, and the page on port 9093 shows it.
      receiver: nobody
      group_by: [namespace, release, alertname]
      group_wait: 30s
      group_interval: 5m
      repeat_interval: ${repeatHours}h
      routes:
        - matchers: ['alertname="Watchdog"']
          receiver: watchdog
          group_wait: 0s
          group_interval: ${watchdog.everyMinutes}m
          repeat_interval: ${watchdog.everyMinutes}m
        ${SEVERITIES.map(
          (severity) => text`
            - matchers: ['severity="${severity}"']
              receiver: ${severity}
              ${severity === 'info' ? text`repeat_interval: ${INFO_REPEAT}` : undefined}
          `,
        )}
    inhibit_rules:
      # What is down is slow, lags and has errors, too. Alerts of no tier have nothing in common.
      - source_matchers: ['severity="critical"']
        target_matchers: ['severity=~"warning|info"', 'tier!=""']
        equal: [namespace, release, tier]
      - source_matchers: ['severity="warning"']
        target_matchers: ['severity="info"', 'tier!=""']
        equal: [namespace, release, tier]
      # Where nothing of a tier answers, what its targets show no longer says more.
      - source_matchers: ['alertname=~"(Api|Frontend|InferenceGateway|ModelServer|Postgres|PgBouncer|Redis)Down"']
        target_matchers: ['alertname!~"(Api|Frontend|InferenceGateway|ModelServer|Postgres|PgBouncer|Redis)Down"', 'severity="critical"']
        equal: [namespace, release, tier]
    receivers:
      - name: nobody
      ${SEVERITIES.map((severity) => receiver(severity, yaml))}
      - name: watchdog
        ${when(
          watchdog.enabled,
          text`
            webhook_configs:
              - url_file: ${SECRETS}/watchdog-url
                send_resolved: false
          `,
        )}
  `;
}

type Severity = (typeof SEVERITIES)[number];

/** One of the severities is told by the channels whose least severity is it or less. */
function takes(severity: Severity, least: Input<LeastSeverity>): Input<boolean> {
  const [, ...below] = SEVERITIES;
  return severity === 'critical'
    ? true
    : or(...below.slice(below.indexOf(severity)).map((each) => equals(least, each)));
}

function receiver(severity: Severity, { email, slack, pagerDuty, webhook }: Channels): Text {
  const on = (channel: Email | Slack | Webhook, part: Text) =>
    when<Text>(and(channel.enabled, takes(severity, channel.leastSeverity)), part);
  return text`
    - name: ${severity}
      ${severity === 'critical' ? when<Text>(pagerDuty.enabled, pagerDutyConfig) : undefined}
      ${on(email, emailConfig(email))}
      ${on(slack, slackConfig(slack))}
      ${on(webhook, webhookConfig(webhook))}
  `;
}

const pagerDutyConfig = text`
  pagerduty_configs:
    - routing_key_file: ${SECRETS}/pagerduty-routing-key
      severity: critical
      description: '{{ .CommonLabels.alertname }} in {{ .CommonLabels.release }}: {{ (index .Alerts 0).Annotations.summary }}'
      details:
        runbook: '{{ (index .Alerts 0).Annotations.runbook_url }}'
        firing: '{{ range .Alerts.Firing }}{{ .Annotations.summary }}. {{ .Annotations.description }} {{ end }}'
`;

function emailConfig({ to, from, host, port, username }: Email): Text {
  return text`
    email_configs:
      - to: "${to}"
        from: "${from}"
        smarthost: ${host}:${port}
        auth_username: "${choose(isSet(username), valueOf(username), from)}"
        auth_password_file: ${SECRETS}/smtp-password
        require_tls: true
        send_resolved: true
  `;
}

function slackConfig({ channel }: Slack): Text {
  return text`
    slack_configs:
      - api_url_file: ${SECRETS}/slack-url
        channel: "${channel}"
        send_resolved: true
        title: '[{{ .Status }}] {{ .CommonLabels.severity }}: {{ .CommonLabels.alertname }} in {{ .CommonLabels.release }}'
        text: '{{ range .Alerts }}{{ .Annotations.summary }}. {{ .Annotations.description }} <{{ .Annotations.runbook_url }}|What to do>{{ "\n" }}{{ end }}'
  `;
}

function webhookConfig({ url }: Webhook): Text {
  return text`
    webhook_configs:
      - url: "${url}"
        send_resolved: true
  `;
}
