import type { Chart } from 'cdk8s';
import { Worker, type WorkerProps, workerDefaults } from '../../../lib/tiers/web/worker';
import { apiDefaults } from '../../../lib/tiers/web/api';
import { find, image, synth } from './plain-app';
import { autoscaling, podSettings, resources } from './pod-settings';

const minimal = {
  image: image('backend'),
  command: ['celery', '--app=main', 'worker'],
  livenessCommand: ['test', '-e', '/tmp/alive'],
  readinessCommand: ['celery', '--app=main', 'inspect', 'ping'],
};

const worker =
  (props: Partial<WorkerProps> = {}) =>
  (chart: Chart): void => {
    new Worker(chart, 'worker', { ...minimal, ...props });
  };

/** Each other than its default. */
const full: Required<WorkerProps> = {
  ...podSettings,
  enabled: false,
  image: image('shop'),
  command: ['arq', 'main.Settings'],
  args: ['--verbose'],
  livenessCommand: ['true'],
  readinessCommand: ['arq', '--check', 'main.Settings'],
  metricsPort: 9000,
  drainSeconds: 300,
  processes: 4,
  databasePoolSize: 12,
  caches: { ...apiDefaults.caches, query: { enabled: false, ttlSeconds: 5 } },
  replicas: 5,
  autoscaling,
  resources: resources('2500m'),
};

describe('Worker', () => {
  test('has no Service and lets nobody in', () => {
    const objects = synth(worker());
    expect(objects.map(({ kind }) => kind)).not.toContain('Service');
    expect(find(objects, 'NetworkPolicy', 'shop-worker').spec).not.toHaveProperty('ingress');
  });

  test('gets the time that its longest task takes', () => {
    expect(find(synth(worker({ drainSeconds: 300 })), 'Deployment', 'shop-worker')).toMatchObject({
      spec: { template: { spec: { terminationGracePeriodSeconds: 300 } } },
    });
  });

  test('asks for liveness and readiness by different commands', () => {
    expect(find(synth(worker()), 'Deployment', 'shop-worker')).toMatchObject({
      spec: {
        template: {
          spec: {
            containers: [
              {
                livenessProbe: { exec: { command: minimal.livenessCommand } },
                readinessProbe: { exec: { command: minimal.readinessCommand } },
              },
            ],
          },
        },
      },
    });
  });

  test('gives the default that it states', () => {
    expect(synth(worker(workerDefaults))).toEqual(synth(worker()));
  });

  test.each(Object.keys(full))('changes with %s', (prop) => {
    expect(synth(worker({ [prop]: full[prop as keyof WorkerProps] }))).not.toEqual(synth(worker()));
  });

  test('minimal', () => {
    expect(synth(worker())).toMatchSnapshot();
  });

  test('full', () => {
    expect(synth(worker({ ...full, enabled: true }))).toMatchSnapshot();
  });
});
