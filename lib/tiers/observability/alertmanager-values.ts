import { z } from 'zod';
import { cidr, emailAddress, hostname, objectName, port, webUrl } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import { imageValues, podValues, resourcesValues, storageValues } from '../../workload/values';
import { alertmanagerDefaults } from './alertmanager';

const leastSeverity = (value: 'critical' | 'warning' | 'info') =>
  z.enum(['critical', 'warning', 'info']).default(value).describe('From this severity on.');

/** What an operator may set of an Alertmanager. */
export const alertmanagerValues = (defaults: Widen<typeof alertmanagerDefaults>) => ({
  image: imageValues(defaults.image),
  reloader: z
    .strictObject({
      image: imageValues(defaults.reloader.image),
      resources: resourcesValues(defaults.reloader.resources),
    })
    .describe('What has a changed configuration read, without a restart.'),
  replicas: z
    .int()
    .min(1)
    .max(9)
    .default(defaults.replicas)
    .describe('Pods, which agree among themselves on who notifies: one, or three.'),
  retentionHours: z
    .int()
    .min(1)
    .max(8760)
    .default(defaults.retentionHours)
    .describe('Hours for which silences, and what has been notified of, are remembered.'),
  repeatHours: z
    .int()
    .min(1)
    .max(168)
    .default(defaults.repeatHours)
    .describe('Hours after which an alert that still fires is told again; info is once a day.'),
  existingSecret: objectName()
    .nullable()
    .default(defaults.existingSecret)
    .describe(
      'Secret with what the channels in use need: smtp-password, slack-url, pagerduty-routing-key, watchdog-url; null for <release>-alertmanager.',
    ),
  email: z
    .strictObject({
      enabled: z.boolean().default(defaults.email.enabled).describe('Tell by e-mail.'),
      leastSeverity: leastSeverity(alertmanagerDefaults.email.leastSeverity),
      to: emailAddress().default(defaults.email.to).describe('To whom.'),
      from: emailAddress().default(defaults.email.from).describe('From whom.'),
      host: hostname().default(defaults.email.host).describe('The mail server, which must offer STARTTLS.'),
      port: port().default(defaults.email.port).describe('Its port.'),
      username: emailAddress()
        .nullable()
        .default(defaults.email.username)
        .describe('Who logs in, with smtp-password of the Secret; null for who sends.'),
    })
    .describe('E-mail.'),
  slack: z
    .strictObject({
      enabled: z.boolean().default(defaults.slack.enabled).describe('Tell by slack-url of the Secret.'),
      leastSeverity: leastSeverity(alertmanagerDefaults.slack.leastSeverity),
      channel: z
        .string()
        .regex(/^[#@][a-z0-9_-]{1,79}$/)
        .meta({ form: 'a channel, such as #alerts' })
        .default(defaults.slack.channel)
        .describe('Where.'),
    })
    .describe('Slack, by an incoming webhook.'),
  pagerDuty: z
    .strictObject({
      enabled: z
        .boolean()
        .default(defaults.pagerDuty.enabled)
        .describe('Wake people for what is critical, by pagerduty-routing-key of the Secret.'),
    })
    .describe('PagerDuty, by its Events API v2.'),
  webhook: z
    .strictObject({
      enabled: z.boolean().default(defaults.webhook.enabled).describe('Tell by HTTP.'),
      leastSeverity: leastSeverity(alertmanagerDefaults.webhook.leastSeverity),
      url: webUrl().default(defaults.webhook.url).describe("What takes Alertmanager's JSON."),
      port: port().default(defaults.webhook.port).describe('The port of its URL, as pods reach it.'),
    })
    .describe('Any other program.'),
  watchdog: z
    .strictObject({
      enabled: z
        .boolean()
        .default(defaults.watchdog.enabled)
        .describe('Send signs of life to watchdog-url of the Secret.'),
      everyMinutes: z.int().min(1).max(60).default(defaults.watchdog.everyMinutes).describe('Minutes between two.'),
    })
    .describe('A service outside that raises the alarm when nothing comes any more.'),
  addresses: z
    .array(cidr())
    .min(1)
    .default([...defaults.addresses])
    .describe('Networks in which all of these are, as pods reach them.'),
  storage: storageValues(defaults.storage),
  resources: resourcesValues(defaults.resources),
  ...podValues,
});
