import type { Chart } from 'cdk8s';
import { Api } from '../../../lib/tiers/web/api';
import { Frontend, type FrontendProps, frontendDefaults } from '../../../lib/tiers/web/frontend';
import { find, image, nginxConfOf, synth } from './plain-app';
import { autoscaling, podSettings, resources } from './pod-settings';

const minimal = { image: image('frontend') };

const frontend =
  (props: Partial<FrontendProps> = {}) =>
  (chart: Chart): void => {
    new Frontend(chart, 'frontend', { ...minimal, ...props });
  };
const conf = (props: Partial<FrontendProps> = {}): string => nginxConfOf(synth(frontend(props)));

const proxying =
  (props: Partial<FrontendProps> = {}, enabled = true) =>
  (chart: Chart): void => {
    const backend = new Api(chart, 'backend', { image: image('backend'), enabled });
    new Frontend(chart, 'frontend', { ...minimal, proxy: { '/api/': backend }, ...props });
  };

/** Every prop but `proxy`, each other than its default. */
const full: Omit<Required<FrontendProps>, 'proxy'> = {
  ...podSettings,
  enabled: false,
  image: image('shop'),
  exporterImage: image('exporter'),
  replicas: 3,
  autoscaling,
  resources: resources('2500m'),
  brotli: true,
  clientMaxBodySize: '1Mi',
  temporarySize: '512Mi',
  trustedProxies: ['192.0.2.0/24'],
  httpsRedirect: false,
  immutablePaths: ['/hashed/'],
  securityHeaders: { ...frontendDefaults.securityHeaders, contentSecurityPolicy: "default-src 'none'" },
  rateLimit: {
    site: { requestsPerSecond: 5, burst: 10 },
    api: { requestsPerSecond: 2, burst: 4, inFlight: 8 },
  },
  proxyTimeoutSeconds: 300,
  cdn: { enabled: true, sharedMaxAgeSeconds: 120 },
};

describe('Frontend', () => {
  test('starts nginx with a configuration of its own, as a user of its own and with a read-only root', () => {
    const deployment = find(synth(frontend()), 'Deployment', 'shop-frontend');
    expect(deployment).toMatchObject({
      spec: {
        template: {
          spec: {
            securityContext: { runAsNonRoot: true, runAsUser: 10_001 },
            containers: [
              {
                name: 'nginx',
                command: ['nginx'],
                args: ['-e', 'stderr', '-c', '/etc/frontend/nginx.conf'],
                securityContext: { readOnlyRootFilesystem: true },
                volumeMounts: [
                  { name: 'config', mountPath: '/etc/frontend', readOnly: true },
                  { name: 'nginx-tmp', mountPath: '/tmp' },
                ],
              },
              { name: 'exporter' },
            ],
          },
        },
      },
    });
  });

  test('goes on serving for 15 s after it left its Service, and has time to finish', () => {
    expect(find(synth(frontend()), 'Deployment', 'shop-frontend')).toMatchObject({
      spec: {
        template: {
          spec: {
            terminationGracePeriodSeconds: 50,
            containers: [{ lifecycle: { preStop: { sleep: { seconds: 15 } } } }, {}],
          },
        },
      },
    });
    expect(conf()).toContain('worker_shutdown_timeout 30s;');
  });

  test.each([
    ['250m', 1],
    ['1', 1],
    ['1001m', 2],
    ['4', 4],
    [null, 1],
  ])('starts one worker for each core of a CPU limit of %s', (limit, workers) => {
    expect(conf({ resources: resources(limit) })).toContain(`worker_processes ${workers};`);
  });

  test('keeps the status page on the loopback interface', () => {
    expect(conf()).toContain('listen 127.0.0.1:8081;');
  });

  test('restarts its pods when nginx.conf changes', () => {
    const sum = (props: Partial<FrontendProps>): unknown =>
      find(synth(frontend(props)), 'Deployment', 'shop-frontend').spec;
    expect(sum({ httpsRedirect: false })).not.toEqual(sum({}));
  });

  test('never sets a header in a location, where it would drop those of the server', () => {
    const locations = conf({ cdn: full.cdn })
      .split(/^ *location /m)
      .slice(1);
    expect(locations.filter((location) => location.includes('add_header'))).toEqual([]);
  });

  test('leaves a hashed file immutable, a document fresh, and an error uncached', () => {
    const map = /map "\$kind \$status" \$cache_control \{[^}]*\}/.exec(conf())?.[0];
    expect(map).toMatchInlineSnapshot(`
     "map "$kind $status" $cache_control {
         "~^proxied " "";
         "~ (30[1278]|[45])" no-store;
         "~^probe " no-store;
         "~^asset " "public, max-age=31536000, immutable";
         "~^image " "public, max-age=86400";
         default "no-cache";
       }"
    `);
  });

  test('loads Brotli by absolute path, and only where asked for', () => {
    expect(conf()).not.toContain('brotli');
    expect(conf({ brotli: true })).toContain(
      'load_module /usr/lib/nginx/modules/ngx_http_brotli_filter_module.so;\n' +
        'load_module /usr/lib/nginx/modules/ngx_http_brotli_static_module.so;\n',
    );
  });

  test('names the tag of the image to a content delivery network in headers, ETag and path', () => {
    const cdn = { enabled: true, sharedMaxAgeSeconds: 60 };
    const lines = conf({ cdn, image: { ...image('frontend'), tag: '1.2.3' } })
      .split('\n')
      .filter((line) => line.includes('1.2.3'))
      .map((line) => line.trim());
    expect(lines).toEqual([
      'default site,site-1.2.3;',
      'default "site site-1.2.3";',
      `"~^document (200|304)$" 'W/"1.2.3"';`,
      `'W/"1.2.3"' 1;`,
      'location ^~ /v/1.2.3/ {',
    ]);
    expect(conf()).not.toContain('Cache-Tag');
  });

  test('believes the address of a client from trusted proxies alone', () => {
    const text = conf({ trustedProxies: ['192.0.2.0/24'] });
    expect(text.match(/set_real_ip_from .*/g)).toEqual(['set_real_ip_from 192.0.2.0/24;']);
    expect(conf({ trustedProxies: [] })).not.toContain('set_real_ip_from');
  });

  test('hands a path to another tier and may reach it', () => {
    const objects = synth(proxying());
    expect(nginxConfOf(objects)).toContain('server shop-backend:8000;');
    expect(nginxConfOf(objects)).toContain('location ^~ /api/ {');
    // Another's path to the application, such as /metrics/../api/a, is not handed on as it came.
    expect(nginxConfOf(objects)).toMatch(
      /location \^~ \/api\/ \{[^}]*if \(\$has_dot_segments\) \{\s*rewrite \^ \$uri break;\s*\}\s*proxy_pass/,
    );
    expect(find(objects, 'NetworkPolicy', 'shop-frontend')).toMatchObject({
      spec: { egress: [{}, { to: [{ podSelector: {} }], ports: [{ port: 8000, protocol: 'TCP' }] }] },
    });
    expect(find(objects, 'NetworkPolicy', 'shop-backend')).toMatchObject({
      spec: { ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 8000, protocol: 'TCP' }] }] },
    });
  });

  test('knows nothing of a tier that is not there', () => {
    const objects = synth(proxying({}, false));
    expect(nginxConfOf(objects)).not.toContain('upstream backend');
    expect(nginxConfOf(objects)).not.toContain('location ^~ /api/');
    expect(find(objects, 'NetworkPolicy', 'shop-frontend')).toMatchObject({ spec: { egress: [{}] } });
  });

  test('gives the default that it states', () => {
    expect(synth(frontend(frontendDefaults))).toEqual(synth(frontend()));
  });

  test.each(Object.keys(full))('changes with %s', (prop) => {
    const changed = { [prop]: full[prop as keyof typeof full] };
    expect(synth(proxying(changed))).not.toEqual(synth(proxying()));
  });

  test.each<[Partial<FrontendProps>, string]>([
    [
      { securityHeaders: { ...frontendDefaults.securityHeaders, referrerPolicy: 'no-referrer"; evil' } },
      'securityHeaders.referrerPolicy "no-referrer"; evil" does not match ^[^"$\\\\\\x00-\\x1f]*$.',
    ],
    [
      { trustedProxies: ['10.0.0.0/8; evil'] },
      'trustedProxies "10.0.0.0/8; evil" does not match ^[0-9a-f:.]+(\\/[0-9]{1,3})?$.',
    ],
    [{ immutablePaths: ['/assets'] }, 'immutablePaths "/assets" does not match ^\\/([A-Za-z0-9._-]+\\/)+$.'],
    [{ image: { ...image('frontend'), tag: '1/2' } }, 'image.tag "1/2" does not match ^[A-Za-z0-9._-]+$.'],
    [
      { clientMaxBodySize: '20Mi' },
      'rateLimit.api.inFlight 20 × clientMaxBodySize 20Mi is more than temporarySize 256Mi; raise temporarySize or lower one of the others.',
    ],
  ])('refuses %j', (props, message) => {
    expect(() => synth(frontend(props))).toThrow(
      new Error(`Validation failed with the following errors:\n  [shop/frontend] ${message}`),
    );
  });

  test('takes bodies that just fit its volume', () => {
    expect(() => synth(frontend({ clientMaxBodySize: '16Mi', temporarySize: '320Mi' }))).not.toThrow();
  });

  test('minimal', () => {
    expect(synth(frontend())).toMatchSnapshot();
  });

  test('full', () => {
    expect(synth(proxying({ ...full, enabled: true }))).toMatchSnapshot();
  });
});
