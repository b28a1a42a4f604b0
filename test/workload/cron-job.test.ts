import { CronJobWorkload } from '../../lib/workload/cron-job';
import { find, podProps, refusal, synth } from './plain-app';

const props = { ...podProps({ name: 'backup' }), schedule: '0 2 * * *', activeDeadlineSeconds: 600 };

describe('a CronJob', () => {
  it('runs once at a time, ends, leaves out a turn that it cannot begin within an hour, and keeps some to be read', () => {
    const objects = synth((chart) => new CronJobWorkload(chart, 'cron-job', props));
    expect(find(objects, 'CronJob', 'shop-backup')).toMatchObject({
      spec: {
        schedule: '0 2 * * *',
        timeZone: 'Etc/UTC',
        concurrencyPolicy: 'Forbid',
        startingDeadlineSeconds: 3600,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 3,
        jobTemplate: {
          spec: {
            activeDeadlineSeconds: 600,
            backoffLimit: 0,
            ttlSecondsAfterFinished: 604_800,
            template: { spec: { restartPolicy: 'Never' } },
          },
        },
      },
    });
  });

  it.each([
    ['schedule', { schedule: '0 3 * * *' }],
    ['timeZone', { timeZone: 'Europe/Berlin' }],
    ['suspend', { suspend: true }],
    ['activeDeadlineSeconds', { activeDeadlineSeconds: 60 }],
    ['backoffLimit', { backoffLimit: 2 }],
  ])('%s changes the output', (_, given) => {
    const [before, after] = [props, { ...props, ...given }].map((each) =>
      synth((chart) => new CronJobWorkload(chart, 'cron-job', each)),
    );
    expect(after).not.toEqual(before);
  });

  it('has a name that leaves room for those of its Jobs', () => {
    const named = (length: number) =>
      refusal(
        (chart) => new CronJobWorkload(chart, 'cron-job', { ...props, name: 'x'.repeat(length - 'shop-'.length) }),
      );
    expect(() => named(52)).not.toThrow();
    expect(() => named(53)).toThrow(
      `shop/cron-job: the name shop-${'x'.repeat(48)} has 53 characters, a CronJob's has 52 at the most; shorten the instance's.`,
    );
  });
});
