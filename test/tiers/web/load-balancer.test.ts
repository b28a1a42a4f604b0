import type { Chart } from 'cdk8s';
import type { StatefulSetSpec } from 'kubernetes-types/apps/v1';
import { Api } from '../../../lib/tiers/web/api';
import { LoadBalancer, type LoadBalancerProps, loadBalancerDefaults } from '../../../lib/tiers/web/load-balancer';
import type { ObjectsRoute } from '../../../lib/tiers/web/load-balancer-objects';
import { literalOf } from '../../../lib/values/expression';
import { shellErrors } from '../data/shell';
import { find, image, synth } from './plain-app';
import { podSettings, resources } from './pod-settings';

type Props = Omit<LoadBalancerProps, 'backend'>;

const NAME = 'shop-load-balancer';

const balanced =
  (props: Props = {}) =>
  (chart: Chart): void => {
    const backend = new Api(chart, 'api', { image: image('api'), port: 8100 });
    new LoadBalancer(chart, 'load-balancer', { backend, ...props });
  };
const file = (name: string, props: Props = {}): string =>
  find(synth(balanced(props)), 'ConfigMap', NAME).data?.[name] ?? '';
const conf = (props: Props = {}): string => file('nginx.conf', props);
const podOf = (props: Props = {}) =>
  (find(synth(balanced(props)), 'StatefulSet', NAME).spec as StatefulSetSpec).template.spec;

/** A bucket that is always there. */
const objects: ObjectsRoute = {
  path: '/media/',
  server: { host: 'shop-object-store', port: 9000, endpoints: [], clientFiles: [], bucket: 'files', tls: false },
  maxAgeSeconds: 300,
  sharedMaxAgeSeconds: 3600,
  rateLimit: { requests: 40, windowSeconds: 60, inFlight: 10 },
};

/** Each other than its default. */
const full: Omit<Required<LoadBalancerProps>, 'backend'> = {
  ...podSettings,
  enabled: false,
  image: image('nginx'),
  exporterImage: image('exporter'),
  objects,
  replicas: 3,
  tls: { existingSecret: 'shop-certificate' },
  hosts: ['shop.example.com'],
  clientAddresses: ['192.0.2.0/24'],
  service: { type: 'LoadBalancer', annotations: { 'example.com/pool': 'public' } },
  resources: { ...resources('2500m'), limits: { cpu: '2500m', memory: '512Mi', ephemeralStorage: '1Gi' } },
  clientMaxBodySize: '1Mi',
  temporarySize: '512Mi',
  clientConnections: 2000,
  trustedProxies: ['198.51.100.0/24'],
  securityHeaders: { ...loadBalancerDefaults.securityHeaders, frameOptions: 'SAMEORIGIN' },
  documentationPaths: ['/api/v1/docs'],
  rateLimit: {
    all: { requests: 10, windowSeconds: 30 },
    authentication: { requests: 2, windowSeconds: 90, paths: ['/login'] },
    stepSeconds: 2,
    inFlight: 8,
  },
  maxFails: 1,
  failTimeoutSeconds: 5,
  proxyTimeoutSeconds: 30,
};

describe('LoadBalancer', () => {
  test('leads to each instance that is ready, the least busy first', () => {
    expect(conf()).toContain(
      ['    least_conn;', '    server @shop-api-instances@:8100 resolve max_fails=3 fail_timeout=10s;'].join('\n'),
    );
    const { spec } = find(synth(balanced()), 'Service', 'shop-api-instances');
    expect(spec).toMatchObject({ clusterIP: 'None', ports: [{ port: 8100 }] });
    expect(spec).not.toHaveProperty('publishNotReadyAddresses');
  });

  test('counts at the pod that owns the client, by steps of which windows are made', () => {
    const script = file('limits.js', { replicas: 3 });
    expect(script).toContain('const PODS = 3;');
    expect(script).toContain('all: { requests: 150, steps: 12 },');
    expect(script).toContain('authentication: { requests: 5, steps: 60 },');
    expect(script).toContain("'.@shop-load-balancer-headless@:8082/take?client='");
  });

  test.each([
    [60, 5, 12],
    [61, 5, 13],
    [5, 5, 1],
    [3, 5, 1],
  ])('has windows of %s s touch, by steps of %s s, %s steps and the one that began', (windowSeconds, step, steps) => {
    const all = { requests: 7, windowSeconds };
    const rateLimit = { ...loadBalancerDefaults.rateLimit, all, stepSeconds: step };
    expect(file('limits.js', { rateLimit })).toContain(`all: { requests: 7, steps: ${steps} },`);
    // What a window may touch is kept until then.
    expect(conf({ rateLimit })).toContain(`zone=all:16m type=number timeout=${(steps + 2) * step}s evict;`);
  });

  test('holds a client to a number of objects of its own, beside its other requests', () => {
    const script = file('limits.js', { objects });
    expect(script).toContain('objects: { requests: 40, steps: 12 },');
    expect(script).toContain("if (uri.startsWith('/media/')) return ['objects'];");
    const limited = conf({ objects });
    expect(limited).toContain('zone=objects:16m type=number timeout=70s evict;');
    expect(limited).toMatch(/location \^~ \/media\/ \{[^]*?auth_request \/-\/limit;[^}]*limit_conn in_flight 10;/);
    expect(file('limits.js')).not.toContain('objects');
    expect(conf()).not.toContain('zone=objects');
  });

  test('keeps its status for itself: on the loopback interface, and in no Service', () => {
    expect(conf()).toMatch(/listen 127\.0\.0\.1:8080;[^}]*location = \/nginx_status/);
    const services = synth(balanced()).filter(({ kind }) => kind === 'Service');
    expect(JSON.stringify(services)).not.toContain('8080');
  });

  test('hides the paths at which its backend says that it is scraped, and what is below them', () => {
    expect(conf()).toContain('location ~ ^/metrics(?![A-Za-z0-9._~-]) {\n      return 404;\n    }');
    const objects = synth((chart) => {
      const backend = new Api(chart, 'api', { image: image('api'), port: 8100 });
      backend.workload.addMetrics('api-more', { port: 8100, path: '/more.metrics' });
      backend.workload.addMetrics('api-again', { port: 8101, path: '/metrics' });
      new LoadBalancer(chart, 'load-balancer', { backend });
    });
    const locations = find(objects, 'ConfigMap', NAME).data?.['nginx.conf']?.match(/location ~ .*/g);
    expect(locations).toEqual([
      'location ~ ^/metrics(?![A-Za-z0-9._~-]) {',
      String.raw`location ~ ^/more\.metrics(?![A-Za-z0-9._~-]) {`,
    ]);
  });

  test('lets clients reach its public ports, and only its own pods the counts', () => {
    expect(find(synth(balanced()), 'NetworkPolicy', NAME)).toMatchObject({
      spec: {
        ingress: [
          {
            from: [{ ipBlock: { cidr: '0.0.0.0/0' } }, { ipBlock: { cidr: '::/0' } }],
            ports: [{ port: 8443 }, { port: 8081 }],
          },
          {
            from: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'load-balancer' } } }],
            ports: [{ port: 8082 }],
          },
        ],
      },
    });
  });

  test('keeps the addresses of clients that come by a load balancer of the cloud', () => {
    const service = (type: 'ClusterIP' | 'LoadBalancer') =>
      find(synth(balanced({ service: { type, annotations: {} } })), 'Service', NAME);
    expect(service('LoadBalancer')).toMatchObject({ spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local' } });
    expect(service('ClusterIP').spec).not.toHaveProperty('externalTrafficPolicy');
  });

  test('is ready only where its certificate can be used', () => {
    expect(podOf()?.containers[0]).toMatchObject({
      livenessProbe: { httpGet: { path: '/healthz', port: 'http' } },
      readinessProbe: { httpGet: { path: '/-/ready', port: 'https', scheme: 'HTTPS' } },
    });
    expect(podOf()?.volumes).toContainEqual({
      name: 'certificate',
      secret: {
        secretName: 'shop-load-balancer-tls',
        defaultMode: 0o440,
        items: ['tls.crt', 'tls.key'].map((key) => ({ key, path: key })),
      },
    });
  });

  test('says which names its certificate needs', () => {
    synth((chart) => {
      const backend = new Api(chart, 'api', { image: image('api') });
      const { certificateHosts, tlsSecret } = new LoadBalancer(chart, 'load-balancer', {
        backend,
        hosts: ['shop.example.com'],
      });
      expect(certificateHosts.map(literalOf)).toEqual(['shop.example.com', NAME]);
      expect(literalOf(tlsSecret)).toBe('shop-load-balancer-tls');
    });
  });

  test('verifies the store of its objects by the authority that it is given', () => {
    const server = {
      ...objects.server,
      tls: true,
      clientFiles: [{ name: 'object-store-ca', secret: 'shop-object-store-tls', keys: ['ca.crt'] }],
    };
    const secured = conf({ objects: { ...objects, server } });
    expect(secured).toContain('proxy_pass https://objects;');
    expect(secured).toContain('proxy_ssl_trusted_certificate /run/secrets/object-store-ca/ca.crt;');
    expect(conf({ objects })).not.toContain('proxy_ssl');
  });

  test('starts by a script that a shell can read', () => {
    expect(shellErrors(file('start.sh'))).toBe('');
  });

  test('refuses more connections than its memory has room for', () => {
    expect(() => synth(balanced({ clientConnections: 5151 }))).not.toThrow();
    expect(() => synth(balanced({ clientConnections: 5152 }))).toThrow(
      'clientConnections 5152 need 257Mi, 32Ki each beside 96Mi, more than resources.limits.memory 256Mi; raise it, or lower clientConnections.',
    );
    expect(() => synth(balanced({ clientConnections: 4639, objects }))).not.toThrow();
    expect(() => synth(balanced({ clientConnections: 4640, objects }))).toThrow(
      'clientConnections 4640 need 257Mi, 32Ki each beside 112Mi, more than',
    );
  });

  test('refuses bodies that would fill its volume', () => {
    expect(() => synth(balanced({ clientMaxBodySize: '13Mi' }))).toThrow(
      'rateLimit.inFlight 20 × clientMaxBodySize 13Mi is more than temporarySize 256Mi; raise temporarySize or lower one of the others.',
    );
  });

  test.each<Props>([
    { trustedProxies: ['10.0.0.0/8;'] },
    { clientAddresses: ['everyone'] },
    { documentationPaths: ['docs'] },
    {
      rateLimit: {
        ...loadBalancerDefaults.rateLimit,
        authentication: { requests: 1, windowSeconds: 1, paths: ["/'"] },
      },
    },
    { objects: { ...objects, path: '/media' } },
    { securityHeaders: { ...loadBalancerDefaults.securityHeaders, frameOptions: '"' } },
  ])('refuses %j', (props) => {
    expect(() => synth(balanced(props))).toThrow('does not match');
  });

  test('gives the default that it states', () => {
    expect(synth(balanced(loadBalancerDefaults))).toEqual(synth(balanced()));
  });

  test.each(Object.keys(full).filter((prop) => prop !== 'hosts'))('changes with %s', (prop) => {
    expect(synth(balanced({ [prop]: full[prop as keyof Props] }))).not.toEqual(synth(balanced()));
  });

  test('minimal', () => {
    expect(synth(balanced())).toMatchSnapshot();
  });

  test('full', () => {
    expect(synth(balanced({ ...full, enabled: true }))).toMatchSnapshot();
  });
});
