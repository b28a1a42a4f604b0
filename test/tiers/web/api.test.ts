import type { Chart } from 'cdk8s';
import { Api, type ApiProps, apiDefaults } from '../../../lib/tiers/web/api';
import { find, image, synth } from './plain-app';
import { autoscaling, podSettings, resources } from './pod-settings';

const minimal = { image: image('backend') };

const api =
  (props: Partial<ApiProps> = {}) =>
  (chart: Chart): void => {
    new Api(chart, 'backend', { ...minimal, ...props });
  };
const container = (props: Partial<ApiProps> = {}): unknown => {
  const { spec } = find(synth(api(props)), 'Deployment', 'shop-backend');
  return (spec as { template: { spec: { containers: unknown[] } } }).template.spec.containers[0];
};

/** Each other than its default. */
const full: Required<ApiProps> = {
  ...podSettings,
  enabled: false,
  image: image('shop'),
  application: 'shop.main:app',
  command: ['gunicorn'],
  args: ['shop.main:app', '--worker-class=uvicorn_worker.UvicornWorker'],
  port: 8100,
  livenessPath: '/api/v1/health/live',
  readinessPath: '/api/v1/health',
  connectionsPerProcess: 1000,
  processes: 4,
  databasePoolSize: 12,
  caches: { ...apiDefaults.caches, query: { enabled: false, ttlSeconds: 5 } },
  replicas: 5,
  autoscaling,
  resources: resources('2500m'),
};

describe('Api', () => {
  test('runs uvicorn, which keeps connections for longer than nginx reuses them and ends them before the grace period', () => {
    expect(container()).toMatchObject({
      command: ['uvicorn'],
      args: [
        'main:app',
        '--host=0.0.0.0',
        '--port=8000',
        '--proxy-headers',
        '--forwarded-allow-ips=*',
        '--no-access-log',
        '--no-server-header',
        '--timeout-keep-alive=75',
        '--timeout-graceful-shutdown=30',
      ],
      lifecycle: { preStop: { sleep: { seconds: 15 } } },
    });
    expect(find(synth(api()), 'Deployment', 'shop-backend')).toMatchObject({
      spec: { template: { spec: { terminationGracePeriodSeconds: 50 } } },
    });
  });

  test('leaves the arguments of another server to its author', () => {
    expect(container({ command: ['hypercorn'] })).not.toHaveProperty('args');
  });

  test.each([
    ['500m', null, '1'],
    ['2500m', null, '3'],
    [null, null, '1'],
    ['2500m', 8, '8'],
  ])('starts processes for a CPU limit of %s, or as told: %s', (limit, processes, count) => {
    expect(container({ resources: resources(limit), processes })).toMatchObject({
      env: expect.arrayContaining([{ name: 'WEB_CONCURRENCY', value: count }]) as unknown,
    });
  });

  test('asks for liveness and readiness at different places', () => {
    expect(container()).toMatchObject({
      startupProbe: { httpGet: { path: '/health' } },
      livenessProbe: { httpGet: { path: '/health' } },
      readinessProbe: { httpGet: { path: '/ready' } },
    });
  });

  test('serves another port at other paths', () => {
    const objects = synth((chart) => {
      const backend = new Api(chart, 'backend', {
        ...minimal,
        port: 8100,
        livenessPath: '/api/v1/health/live',
        readinessPath: '/api/v1/health',
      });
      new Api(chart, 'caller', minimal).connectTo(backend);
    });
    expect(find(objects, 'Deployment', 'shop-backend')).toMatchObject({
      spec: {
        template: {
          metadata: { annotations: { 'prometheus.io/port': '8100' } },
          spec: {
            containers: [
              {
                args: expect.arrayContaining(['--port=8100']) as unknown,
                ports: [{ containerPort: 8100 }],
                livenessProbe: { httpGet: { path: '/api/v1/health/live' } },
                readinessProbe: { httpGet: { path: '/api/v1/health' } },
              },
            ],
          },
        },
      },
    });
    expect(find(objects, 'Service', 'shop-backend')).toMatchObject({ spec: { ports: [{ port: 8100 }] } });
    expect(find(objects, 'NetworkPolicy', 'shop-caller')).toMatchObject({
      spec: {
        egress: expect.arrayContaining([
          expect.objectContaining({ ports: [{ port: 8100, protocol: 'TCP' }] }),
        ]) as unknown,
      },
    });
  });

  test('limits the connections of a process where it is told to', () => {
    expect(container({ connectionsPerProcess: 1000 })).toMatchObject({
      args: expect.arrayContaining(['--limit-concurrency=1000']) as unknown,
    });
  });

  test('gives each cache a key prefix of its own', () => {
    expect(container()).toMatchObject({
      env: expect.arrayContaining([
        { name: 'RESPONSE_CACHE_PREFIX', value: 'shop:response:' },
        { name: 'SESSION_CACHE_PREFIX', value: 'shop:session:' },
        { name: 'QUERY_CACHE_PREFIX', value: 'shop:query:' },
      ]) as unknown,
    });
  });

  test('tells a client where it is', () => {
    const objects = synth((chart) => {
      const backend = new Api(chart, 'backend', minimal);
      new Api(chart, 'caller', minimal).connectTo(backend);
    });
    expect(find(objects, 'Deployment', 'shop-caller')).toMatchObject({
      spec: {
        template: {
          spec: {
            containers: [
              {
                env: expect.arrayContaining([{ name: 'API_URL', value: 'http://shop-backend:8000' }]) as unknown,
              },
            ],
          },
        },
      },
    });
  });

  test('leaves its replicas to the autoscaler', () => {
    const objects = synth(api({ autoscaling }));
    expect(find(objects, 'Deployment', 'shop-backend').spec).not.toHaveProperty('replicas');
    expect(find(objects, 'HorizontalPodAutoscaler', 'shop-backend')).toMatchObject({
      spec: { minReplicas: 2, maxReplicas: 10 },
    });
  });

  test('gives the default that it states', () => {
    expect(synth(api(apiDefaults))).toEqual(synth(api()));
    expect(synth(api({ application: 'main:app' }))).toEqual(synth(api()));
  });

  test.each(Object.keys(full))('changes with %s', (prop) => {
    expect(synth(api({ [prop]: full[prop as keyof ApiProps] }))).not.toEqual(synth(api()));
  });

  test('minimal', () => {
    expect(synth(api())).toMatchSnapshot();
  });

  test('full', () => {
    expect(synth(api({ ...full, enabled: true }))).toMatchSnapshot();
  });
});
