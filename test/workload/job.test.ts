import { z } from 'zod';
import { JobWorkload } from '../../lib/workload/job';
import { addConfigMap } from '../../lib/workload/config-map';
import { checksum, text } from '../../lib/values/text';
import { container, find, podProps, refusal, synth } from './plain-app';
import { systemOf } from './system';

const values = z.strictObject({
  password: z.string().default('shop-redis').describe('Name of a Secret.'),
  greeting: z.string().default('hello').describe('A line of the script.'),
  labels: z.record(z.string(), z.string()).default({}).describe('Labels.'),
  tag: z.string().default('1.0').describe('Tag of the image.'),
  unused: z.string().default('').describe('Enters no pod of the Job.'),
});

const read = systemOf(values, (scope, { password, greeting, labels, tag, unused }) => {
  const script = text`
    #!/bin/sh
    echo ${greeting}
  `;
  const job = new JobWorkload(scope, 'job', {
    ...podProps({
      name: 'job',
      podLabels: labels,
      checksums: { 'init.sh': checksum(script) },
      containers: [
        container({
          image: { registry: 'docker.io', repository: 'library/redis', tag, digest: null },
          env: [
            { name: 'MASTERS', value: 'of the ConfigMap' },
            { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: password, key: 'password' } } },
          ],
        }),
      ],
    }),
    activeDeadlineSeconds: 600,
  });
  addConfigMap(job, 'config', { 'init.sh': script, other: text`# ${unused}` });
});

const nameWith = (given: Parameters<typeof read>[0] = {}) =>
  read(given).find(({ kind }) => kind === 'Job')?.metadata.name;

describe('a Job', () => {
  it('is named after all that enters its pods', () => {
    expect(nameWith()).toMatch(/^shop-job-[0-9a-f]{8}$/);
    expect(nameWith()).toBe(nameWith({}));
  });

  it.each([[{ password: 'vault' }], [{ greeting: 'hi' }], [{ labels: { team: 'data' } }], [{ tag: '1.1' }]])(
    'is another one with %j',
    (given) => {
      expect(nameWith(given)).not.toBe(nameWith());
    },
  );

  it.each([[{ unused: 'x' }]])('is the same one with %j, which enters none', (given) => {
    expect(nameWith(given)).toBe(nameWith());
  });

  it('ends, keeps trying a while, and stays a day to be read', () => {
    const objects = synth(
      (chart) => new JobWorkload(chart, 'job', { ...podProps({ name: 'job' }), activeDeadlineSeconds: 600 }),
    );
    const name = objects.find(({ kind }) => kind === 'Job')?.metadata.name ?? '';
    expect(find(objects, 'Job', name)).toMatchObject({
      spec: {
        activeDeadlineSeconds: 600,
        backoffLimit: 6,
        ttlSecondsAfterFinished: 86_400,
        template: { spec: { restartPolicy: 'OnFailure' } },
      },
    });
  });

  it('is another one when its fixed parts change', () => {
    const nameOf = (args: readonly string[]) =>
      synth(
        (chart) =>
          new JobWorkload(chart, 'job', {
            ...podProps({ name: 'job', containers: [container({ args })] }),
            activeDeadlineSeconds: 60,
          }),
      ).find(({ kind }) => kind === 'Job')?.metadata.name;
    expect(nameOf(['a'])).not.toBe(nameOf(['b']));
    expect(nameOf(['a'])).toBe(nameOf(['a']));
  });

  it('refuses colliding labels like any workload', () => {
    const props = {
      ...podProps({ name: 'job', podLabels: { 'app.kubernetes.io/component': 'x' } }),
      activeDeadlineSeconds: 60,
    };
    expect(refusal((chart) => new JobWorkload(chart, 'job', props))).toContain(
      '[shop/job] podLabels sets app.kubernetes.io/component, which this project sets; remove it.',
    );
  });
});
