/** Secrets with what others give: those that systems have in common. */
import type { SuppliedSecret } from '../output/helm/source';

export type SuppliedSecrets = Readonly<Record<string, SuppliedSecret>>;

/** Of a system's backups. */
export const ofBackups = (system: string): SuppliedSecrets => ({
  [`${system}-backup-offsite`]: {
    keys: ['access-key-id', 'secret-access-key'],
    neededWith: ['backup.offsite.enabled'],
    holds: 'the key to the object storage outside',
  },
  [`${system}-backup-encryption`]: {
    keys: ['password'],
    neededWith: ['backup.encryption.enabled'],
    holds: 'the password that encrypts backups; keep it outside the cluster, too',
  },
});

/** Of a system's channels for alerts. */
export const ofAlerts = (system: string): SuppliedSecrets => ({
  [`${system}-alertmanager`]: {
    keys: ['smtp-password', 'slack-url', 'pagerduty-routing-key', 'watchdog-url'],
    neededWith: ['email', 'slack', 'pagerDuty', 'watchdog'].map((channel) => `alertmanager.${channel}.enabled`),
    holds:
      'for the channels that are on, in this order: the password at the mail server, Slack’s webhook, PagerDuty’s routing key, where signs of life go',
  },
});
