import { z } from 'zod';
import { labelKey, line, objectName, schedule, shortName, timeZone } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import { imageValues, podValues, resourcesValues, storageValues } from '../../workload/values';
import type { backupDefaults } from './backup';
import { objectStorageValues } from './object-storage-values';

/** What an operator may set of a Backup. */
export const backupValues = (defaults: Widen<typeof backupDefaults>) => ({
  image: imageValues(defaults.image),
  exporterImage: imageValues(defaults.exporterImage),
  timeZone: timeZone().default(defaults.timeZone).describe('Time zone of the schedules.'),
  retentionDays: z
    .int()
    .min(1)
    .max(3650)
    .default(defaults.retentionDays)
    .describe('Days for which backups, base backups and WAL are kept; the newest verified one is kept in any case.'),
  existingSecret: objectName()
    .nullable()
    .default(defaults.existingSecret)
    .describe(
      'Secret with the key password, by which the pods of the backups know each other; null for <release>-backup.',
    ),
  storage: storageValues(defaults.storage),
  resources: resourcesValues(defaults.resources).describe('Of the store: rclone, which serves the volume.'),
  jobResources: resourcesValues(defaults.jobResources).describe('Of each Job, and of the receiver of WAL.'),
  scratch: storageValues(defaults.scratch).describe(
    'The volume of a restore or drill, which is there while its pod is: it holds a server with all data.',
  ),
  activeDeadlineSeconds: z
    .int()
    .min(60)
    .max(604_800)
    .default(defaults.activeDeadlineSeconds)
    .describe('Seconds until a Job has failed for good.'),
  offsite: z
    .strictObject({
      enabled: z.boolean().default(defaults.offsite.enabled).describe('Keep a second copy of everything there.'),
      ...objectStorageValues(defaults.offsite, {
        prefix: "the release's name",
        existingSecret: '<release>-backup-offsite',
      }),
    })
    .describe('Object storage outside the cluster, by the S3 API.'),
  encryption: z
    .strictObject({
      enabled: z
        .boolean()
        .default(defaults.encryption.enabled)
        .describe('Encrypt what is stored, in both places. Decide before the first backup.'),
      existingSecret: objectName()
        .nullable()
        .default(defaults.encryption.existingSecret)
        .describe('Secret with the key password, kept outside the cluster too; null for <release>-backup-encryption.'),
    })
    .describe('Encryption of contents, not of names, by a password.'),
  postgresSchedule: schedule().default(defaults.postgresSchedule).describe('When PostgreSQL is dumped.'),
  redisSchedule: schedule().default(defaults.redisSchedule).describe('When Redis is copied.'),
  baseBackup: z
    .strictObject({
      schedule: schedule()
        .default(defaults.baseBackup.schedule)
        .describe('When it is looked whether a base backup is due.'),
      everyHours: z
        .int()
        .min(0)
        .max(8760)
        .default(defaults.baseBackup.everyHours)
        .describe('Hours from which the newest is too old; 0 to take one each time.'),
    })
    .describe('Physical copies of PostgreSQL, from which WAL leads to any later time.'),
  walUploadSeconds: z
    .int()
    .min(5)
    .max(3600)
    .default(defaults.walUploadSeconds)
    .describe('Seconds after which WAL, finished or not, is in every place.'),
  volumeSnapshots: z
    .strictObject({
      claims: z.array(objectName()).default([]).describe('PersistentVolumeClaims of which snapshots are made.'),
      schedule: schedule().default(defaults.volumeSnapshots.schedule).describe('When snapshots are made.'),
      className: objectName()
        .nullable()
        .default(defaults.volumeSnapshots.className)
        .describe("VolumeSnapshotClass; null for the driver's default."),
      timeoutSeconds: z
        .int()
        .min(5)
        .max(86_400)
        .default(defaults.volumeSnapshots.timeoutSeconds)
        .describe('Seconds after which a snapshot that cannot be used yet has failed.'),
      image: imageValues(defaults.volumeSnapshots.image),
    })
    .describe('By the storage driver: the cluster needs the snapshot controller and its CRDs.'),
  volumeArchives: z
    .strictObject({
      claims: z
        .record(
          objectName(),
          z.strictObject({ name: shortName(), user: z.int().min(1), podLabels: z.record(labelKey(), line()) }),
        )
        .default({})
        .describe(
          'By PersistentVolumeClaim: a name for its CronJobs, the user who can read the files, labels of the pods that use it.',
        ),
      schedule: schedule().default(defaults.volumeArchives.schedule).describe('When archives are made.'),
    })
    .describe('Of files, to every destination, from a pod on the node of the volume. No databases.'),
  drillSchedule: schedule().default(defaults.drillSchedule).describe('When the newest backups are restored on trial.'),
  ...podValues,
});
