/** Backups: made, read back, shipped and restored on trial, each no longer ago than it should be. */
import { conditionOf } from '../../../objects/conditions';
import type { Input } from '../../../values/expression';
import { add, multiply } from '../../../values/numbers';
import { str } from '../../../values/texts';
import type { Backup } from '../../operations/backup';
import type { AlertingRule, RuleFacts, RuleGroup } from '../rule';
import { tierSelector } from './selector';
import { type Thresholds, thresholdDefaults } from './thresholds';

/** @param hasRedis whether there is a Redis to be backed up */
export function backupRules(
  facts: RuleFacts,
  backup: Backup,
  thresholds: Thresholds,
  hasRedis: Input<boolean>,
): RuleGroup {
  const { backupHours, archiveSeconds, drillDays } = { ...thresholdDefaults, ...thresholds };
  const tier = backup.node.id;
  const all = tierSelector(facts, tier);
  const verified = 'backup_last_verified_timestamp_seconds';
  const drills = 'backup_last_success_timestamp_seconds';
  const baseHours = add(backup.baseBackupHours, 2);
  return {
    name: 'backup',
    labels: { tier },
    enabled: conditionOf(backup),
    rules: [
      {
        alert: 'BackupTooOld',
        expr: str`time() - ${verified}${all('backup!~"postgres-base|drill-.*"')} > ${multiply(backupHours, 3600)}`,
        for: '5m',
        severity: 'critical',
        summary: 'The newest verified backup of {{ $labels.backup }} is {{ $value | humanizeDuration }} old',
        description: str`More than ${backupHours} hours, where one is made each day: what was written since would be lost.`,
      },
      {
        alert: 'BaseBackupTooOld',
        expr: str`time() - ${verified}${all('backup="postgres-base"')} > ${multiply(baseHours, 3600)}`,
        for: '5m',
        severity: 'warning',
        summary: 'The newest base backup is {{ $value | humanizeDuration }} old',
        description: str`More than ${baseHours} hours: a recovery to a point in time has that much WAL to read.`,
      },
      ...(['postgres', 'redis'] as const).map((kind): AlertingRule => ({
        alert: 'BackupMissing',
        expr: str`absent(${verified}${all(`backup="${kind}"`)})`,
        for: str`${backupHours}h`,
        severity: 'critical',
        enabled: kind === 'redis' ? hasRedis : true,
        summary: 'There has never been a verified backup of {{ $labels.backup }}',
        description: str`For ${backupHours} hours, within which the schedule should have made one.`,
      })),
      {
        alert: 'BackupFailed',
        expr: str`backup_last_failure_timestamp_seconds${all('backup!="postgres-wal"')} > (backup_last_success_timestamp_seconds${all()} or backup_last_failure_timestamp_seconds${all()} * 0)`,
        severity: 'warning',
        summary: 'The last {{ $labels.backup }} failed',
        description: 'It is tried again by its schedule. The Job says why.',
      },
      {
        alert: 'ArchiveBehind',
        expr: str`time() - backup_wal_archived_timestamp_seconds${all()} > ${archiveSeconds}`,
        for: '2m',
        severity: 'critical',
        summary: 'WAL of the last {{ $value | humanizeDuration }} is in no archive',
        description: str`For two minutes more than ${archiveSeconds} s, the work that may be lost with the cluster.`,
      },
      {
        alert: 'ArchiveMissing',
        expr: str`absent(backup_wal_archived_timestamp_seconds${all()})`,
        for: '30m',
        severity: 'critical',
        summary: 'No WAL has ever been archived',
        description: 'For half an hour: there is no way back to a point in time.',
      },
      {
        alert: 'DrillTooOld',
        expr: str`time() - ${drills}${all('backup=~"drill-.*"')} > ${multiply(drillDays, 86_400)}`,
        for: '1h',
        severity: 'warning',
        summary: '{{ $labels.backup }} last succeeded {{ $value | humanizeDuration }} ago',
        description: str`More than ${drillDays} days: nobody knows whether the backups can be restored.`,
      },
    ],
  };
}
