import type { Input } from '../../../values/expression';
import { type GrafanaDashboard, dashboard } from './dashboard';
import { RELEASE, stat, timeSeries } from './panels';

/** Backups: how old the newest is, and whether it can be restored. */
export function backupsDashboard({ enabled = true }: { readonly enabled?: Input<boolean> } = {}): GrafanaDashboard {
  return dashboard({
    id: 'backups',
    title: 'Backups',
    description: 'How old the newest backups are, and whether they were seen to be whole.',
    since: '7d',
    enabled,
    rows: [
      {
        height: 5,
        panels: [
          stat({
            title: 'Since the last success',
            description: 'Of each backup that is taken.',
            unit: 's',
            limits: { warning: 93_600, critical: 172_800 },
            targets: [
              {
                expr: `time() - max by (backup) (backup_last_success_timestamp_seconds{${RELEASE}})`,
                legend: '{{backup}}',
              },
            ],
          }),
          stat({
            title: 'Since it was verified',
            description: 'Since a backup was read again and found whole.',
            unit: 's',
            limits: { warning: 93_600, critical: 172_800 },
            targets: [
              {
                expr: `time() - max by (backup) (backup_last_verified_timestamp_seconds{${RELEASE}})`,
                legend: '{{backup}}',
              },
            ],
          }),
          stat({
            title: 'What a disaster would cost',
            description: 'Age of the WAL that is in every place: what is written since would be lost.',
            unit: 's',
            limits: { warning: 120, critical: 300 },
            targets: [{ expr: `time() - max(backup_wal_archived_timestamp_seconds{${RELEASE}})` }],
          }),
        ],
      },
      {
        panels: [
          timeSeries({
            title: 'Size',
            description: 'Of the newest. One that is suddenly small has lost something.',
            unit: 'bytes',
            targets: [{ expr: `max by (backup) (backup_last_size_bytes{${RELEASE}})`, legend: '{{backup}}' }],
          }),
          timeSeries({
            title: 'Duration',
            description: 'Of the newest, drills and restores among them.',
            unit: 's',
            targets: [{ expr: `max by (backup) (backup_last_duration_seconds{${RELEASE}})`, legend: '{{backup}}' }],
          }),
          timeSeries({
            title: 'Failures',
            description: 'Days since each backup failed last.',
            unit: 'short',
            targets: [
              {
                expr: `(time() - max by (backup) (backup_last_failure_timestamp_seconds{${RELEASE}})) / 86400`,
                legend: '{{backup}}',
              },
            ],
          }),
        ],
      },
    ],
  });
}
