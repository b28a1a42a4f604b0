import { readFileSync } from 'node:fs';
import type { StatefulSetSpec } from 'kubernetes-types/apps/v1';
import type { JobSpec } from 'kubernetes-types/batch/v1';
import type { DeploymentSpec } from 'kubernetes-types/apps/v1';
import type { ServiceSpec } from 'kubernetes-types/core/v1';
import type { NetworkPolicySpec } from 'kubernetes-types/networking/v1';
import { App, Chart } from 'cdk8s';
import { ObjectStore, type ObjectStoreProps, objectStoreDefaults } from '../../../lib/tiers/data/object-store';
import { RedisCache } from '../../../lib/tiers/data/redis-cache';
import { Prometheus } from '../../../lib/tiers/observability/prometheus';
import { literalOf } from '../../../lib/values/expression';
import { type Outcome, run } from '../observability/scripts';
import { type KubernetesObject, find, image, synth } from '../web/plain-app';
import { podSettings, resources } from '../web/pod-settings';
import { shellErrors } from './shell';

/** The store, and a client. */
function shop(props: ObjectStoreProps = {}): readonly KubernetesObject[] {
  return synth((chart) => {
    new RedisCache(chart, 'client').connectTo(new ObjectStore(chart, 'object-store', props));
  });
}

const own = (props: ObjectStoreProps = {}): readonly KubernetesObject[] =>
  shop(props).filter(({ metadata }) => metadata.name.startsWith('shop-object-store'));

const servers = (props: ObjectStoreProps = {}): StatefulSetSpec =>
  find(shop(props), 'StatefulSet', 'shop-object-store').spec as StatefulSetSpec;
const server = (props: ObjectStoreProps = {}) => servers(props).template.spec?.containers[0];
const variable = (name: string, props: ObjectStoreProps = {}) =>
  server(props)?.env?.find((each) => each.name === name)?.value;
const setup = (props: ObjectStoreProps = {}) => find(shop(props), 'ConfigMap', 'shop-object-store-setup').data ?? {};
const job = (props: ObjectStoreProps = {}): KubernetesObject => {
  const found = shop(props).find(
    ({ kind, metadata }) => kind === 'Job' && metadata.name.startsWith('shop-object-store'),
  );
  if (found === undefined) throw new Error('no Job');
  return found;
};
const client = (props: ObjectStoreProps = {}) =>
  (find(shop(props), 'StatefulSet', 'shop-client').spec as DeploymentSpec).template.spec;
const policy = (name: string, props: ObjectStoreProps = {}): NetworkPolicySpec =>
  find(shop(props), 'NetworkPolicy', name).spec as NetworkPolicySpec;

function problems(props: ObjectStoreProps): string {
  const chart = new Chart(new App(), 'shop');
  return new ObjectStore(chart, 'object-store', props).node.validate().join('\n');
}

const tls = { enabled: true, existingSecret: null };
const external = {
  enabled: true,
  endpoint: 'https://s3.example.com',
  addresses: ['203.0.113.0/24', '198.51.100.7/32'],
  port: 8443,
};

/** Every prop, each other than its default. */
const full: { readonly [K in keyof Required<ObjectStoreProps>]: NonNullable<ObjectStoreProps[K]> } = {
  ...podSettings,
  enabled: true,
  servers: 4,
  existingSecret: 'vault-objects',
  keysRevision: 7,
  buckets: {
    files: { publicRead: false, versioning: true, quota: '50Gi', expireDays: 90, noncurrentDays: 30 },
    media: { publicRead: true, versioning: false },
  },
  mainBucket: 'media',
  region: 'eu-central-1',
  corsAllowOrigin: 'https://shop.example.com',
  tls: { enabled: true, existingSecret: 'vault-objects-tls' },
  external,
  terminationGracePeriodSeconds: 120,
  storage: { size: '100Gi', storageClassName: 'fast' },
  resources: resources(null),
  jobResources: resources('100m'),
  image: image('minio'),
};

describe('ObjectStore', () => {
  it('is one server with a folder of its own, or servers that know each other by their names', () => {
    expect(servers()).toMatchObject({ replicas: 1, podManagementPolicy: 'Parallel' });
    expect(variable('VOLUMES')).toBe('/data');
    expect(variable('VOLUMES', { servers: 4 })).toBe(
      'http://shop-object-store-{0...3}.shop-object-store-headless:9000/data',
    );
    expect(variable('VOLUMES', { servers: 16, tls })).toBe(
      'https://shop-object-store-{0...15}.shop-object-store-headless:9000/data',
    );
  });

  it('gives servers their names before they are ready, and clients one name', () => {
    const headless = find(shop(), 'Service', 'shop-object-store-headless').spec as ServiceSpec;
    expect(headless).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true });
    const service = find(shop(), 'Service', 'shop-object-store').spec as ServiceSpec;
    expect(service.ports?.map(({ name, port }) => [name, port])).toEqual([
      ['s3', 9000],
      ['console', 9001],
    ]);
  });

  it('reads the root user from files', () => {
    expect(variable('MINIO_ROOT_USER_FILE')).toBe('/run/secrets/object-store/root-user');
    expect(variable('MINIO_ROOT_PASSWORD_FILE')).toBe('/run/secrets/object-store/root-password');
    expect(JSON.stringify(server()?.env)).not.toContain('secretKeyRef');
  });

  it.each([
    ['', 'password', 'root-user'],
    ['operator', '  ', 'root-password'],
    ['minioadmin', 'password', 'root-user'],
    ['operator', 'minioadmin\n', 'root-password'],
  ])('does not start as %j with %j', (user, password, wrong) => {
    const { status, errors, calls } = started(user, password);
    expect(status).toBe(1);
    expect(errors).toContain(`the key ${wrong} of the Secret is empty, or MinIO's own default; set another`);
    expect(calls.minio).toEqual([]);
  });

  it('starts with the certificates of a folder, and its console apart', () => {
    const { status, calls } = started('operator', 'password');
    expect(status).toBe(0);
    const said = calls.minio?.[0]?.args.join(' ') ?? '';
    expect(said).toMatch(
      /^server --json --address :9000 --console-address :9001 --certs-dir \S+\/run\/secrets\/object-store-tls \/data$/,
    );
  });

  it('has three probes that differ, by the scheme that it speaks', () => {
    expect(server()?.startupProbe).toMatchObject({ httpGet: { path: '/minio/health/live', scheme: 'HTTP' } });
    expect(server()?.livenessProbe).toMatchObject({ httpGet: { path: '/minio/health/live', scheme: 'HTTP' } });
    expect(server()?.readinessProbe).toMatchObject({ httpGet: { path: '/minio/health/cluster', scheme: 'HTTP' } });
    expect(server({ tls })?.readinessProbe?.httpGet?.scheme).toBe('HTTPS');
  });

  it('serves for ten seconds after it has left its Service', () => {
    expect(server()?.lifecycle?.preStop).toEqual({ sleep: { seconds: 10 } });
    expect(servers().template.spec?.terminationGracePeriodSeconds).toBe(60);
  });

  it('lets clients and its Job in on the S3 API, its own servers where there are several, and nobody on the console', () => {
    const allowed = (props: ObjectStoreProps) =>
      policy('shop-object-store', props).ingress?.map(({ from, ports }) => [
        from?.[0]?.podSelector?.matchLabels?.['app.kubernetes.io/component'],
        ports?.map(({ port }) => port),
      ]);
    expect(allowed({})).toEqual([
      ['setup', [9000]],
      ['cache', [9000]],
    ]);
    expect(allowed({ servers: 4 })).toEqual([
      ['server', [9000]],
      ['setup', [9000]],
      ['cache', [9000]],
    ]);
  });

  it('has a disruption budget where it can lose a server', () => {
    const names = (props: ObjectStoreProps) => own(props).map(({ kind }) => kind);
    expect(names({})).not.toContain('PodDisruptionBudget');
    expect(names({ servers: 4 })).toContain('PodDisruptionBudget');
  });

  describe('its clients', () => {
    it('are told where it is, and of their keys by reference', () => {
      const env = client()?.containers[0]?.env ?? [];
      expect(env.slice(-5)).toEqual([
        { name: 'S3_ENDPOINT_URL', value: 'http://shop-object-store:9000' },
        { name: 'S3_REGION', value: 'us-east-1' },
        { name: 'S3_BUCKET', value: 'files' },
        {
          name: 'AWS_ACCESS_KEY_ID',
          valueFrom: { secretKeyRef: { name: 'shop-object-store', key: 'access-key-id' } },
        },
        {
          name: 'AWS_SECRET_ACCESS_KEY',
          valueFrom: { secretKeyRef: { name: 'shop-object-store', key: 'secret-access-key' } },
        },
      ]);
      expect(JSON.stringify(client()?.volumes)).not.toContain('object-store-ca');
    });

    it('verify it by the authority of its certificate', () => {
      const [container] = client({ tls })?.containers ?? [];
      expect(container?.env).toContainEqual({ name: 'S3_ENDPOINT_URL', value: 'https://shop-object-store:9000' });
      expect(container?.env).toContainEqual({
        name: 'AWS_CA_BUNDLE',
        value: '/run/secrets/object-store-ca/ca.crt',
      });
      expect(container?.volumeMounts).toContainEqual({
        name: 'object-store-ca',
        mountPath: '/run/secrets/object-store-ca',
        readOnly: true,
      });
      expect(client({ tls })?.volumes).toContainEqual({
        name: 'object-store-ca',
        secret: {
          secretName: 'shop-object-store-tls',
          defaultMode: 0o440,
          items: [{ key: 'ca.crt', path: 'ca.crt' }],
        },
      });
    });
  });

  describe('outside the cluster', () => {
    it('is nothing but settings, and the way there', () => {
      expect(own({ external })).toEqual([]);
      const env = client({ external, tls })?.containers[0]?.env;
      expect(env).toContainEqual({ name: 'S3_ENDPOINT_URL', value: 'https://s3.example.com' });
      expect(JSON.stringify(env)).toContain('"AWS_SECRET_ACCESS_KEY"');
      expect(JSON.stringify(client({ external, tls }))).not.toContain('object-store-ca');
      expect(policy('shop-client', { external }).egress).toContainEqual({
        to: [{ ipBlock: { cidr: '203.0.113.0/24' } }, { ipBlock: { cidr: '198.51.100.7/32' } }],
        ports: [{ port: 8443, protocol: 'TCP' }],
      });
    });

    it('is asked of no client of the one in the cluster', () => {
      expect(JSON.stringify(policy('shop-client').egress)).not.toContain('ipBlock');
    });

    it('has neither servers nor buckets to be checked', () => {
      expect(problems({ external, servers: 2, mainBucket: 'elsewhere' })).toBe('');
    });
  });

  describe('refuses', () => {
    it.each([1, 4, 16])('nothing of %d servers', (count) => {
      expect(problems({ servers: count })).toBe('');
    });

    it.each([0, 2, 3, 17])('%d servers', (count) => {
      expect(problems({ servers: count })).toBe(
        `servers ${count} neither is one server nor spreads objects so that one may be lost; set it to 1, or to 4 to 16.`,
      );
    });

    it('a main bucket that nobody makes', () => {
      expect(problems({ mainBucket: 'files' })).toBe('');
      expect(problems({ mainBucket: 'media' })).toBe(
        'mainBucket media is none of buckets; add it there, or name one of them.',
      );
    });
  });

  describe('its metrics', () => {
    const yml = (props: ObjectStoreProps) =>
      find(
        synth((chart) => {
          new ObjectStore(chart, 'object-store', props);
          new Prometheus(chart, 'prometheus');
        }),
        'ConfigMap',
        'shop-prometheus',
      ).data?.['prometheus.yml'] ?? '';

    it('are asked for as it speaks', () => {
      const path = 'regex: object-store, target_label: __metrics_path__, replacement: /minio/metrics/v3 }';
      expect(yml({})).toContain(path);
      expect(yml({})).not.toMatch(/https|tls_config/);
      expect(yml({ tls })).toContain(path);
      expect(yml({ tls })).toContain('regex: object-store, target_label: __scheme__, replacement: https }');
      expect(yml({ tls })).toContain('- job_name: pods\n    tls_config: { insecure_skip_verify: true }\n');
    });

    it('are where annotations say', () => {
      expect(servers({ tls }).template.metadata?.annotations).toMatchObject({
        'prometheus.io/port': '9000',
        'prometheus.io/path': '/minio/metrics/v3',
        'prometheus.io/scheme': 'https',
      });
    });
  });

  it('names what its certificate is for', () => {
    const store = new ObjectStore(new Chart(new App(), 'shop'), 'object-store');
    expect(store.certificateHosts.map(literalOf)).toEqual(['shop-object-store', '*.shop-object-store-headless']);
    const { host, tls: speaksTls, ...origin } = store.origin('media');
    expect([literalOf(host), literalOf(speaksTls)]).toEqual(['shop-object-store', false]);
    expect(origin).toMatchObject({ port: 9000, bucket: 'media', clientFiles: store.clientFiles });
  });

  describe('its Job', () => {
    it('is another one where buckets, the script or the revision of the keys change', () => {
      const { name } = job().metadata;
      expect(name).toMatch(/^shop-object-store-setup-[0-9a-f]{8}$/);
      expect(job({ keysRevision: 2 }).metadata.name).not.toBe(name);
      expect(job({ buckets: { files: { publicRead: true, versioning: false } } }).metadata.name).not.toBe(name);
      expect(job({ storage: { size: '20Gi' } }).metadata.name).toBe(name);
    });

    it('knows the second pair of keys where there is one', () => {
      const { template } = job().spec as JobSpec;
      const keys = template.spec?.volumes?.find((volume) => volume.name === 'keys')?.projected?.sources;
      expect(keys?.map(({ secret }) => [secret?.optional, secret?.items?.map(({ key }) => key)])).toEqual([
        [undefined, ['root-user', 'root-password', 'access-key-id', 'secret-access-key']],
        [true, ['other-access-key-id', 'other-secret-access-key']],
      ]);
    });

    it('has the buckets as a list', () => {
      expect(setup({ buckets: full.buckets }).buckets).toBe(
        '# name publicRead versioning quota expireDays noncurrentDays\n' +
          'files false true 50Gi 90 30\nmedia true false - - -\n',
      );
    });

    it('makes buckets as they are described', () => {
      const { status, calls } = setUp({ buckets: full.buckets });
      expect(status).toBe(0);
      const said = mc({ calls });
      expect(said).toEqual(
        expect.arrayContaining([
          'mb --ignore-existing store/files',
          'version enable store/files',
          'anonymous set private store/files',
          'quota set store/files --size 50Gi',
          'ilm rule import store/files',
          'mb --ignore-existing store/media',
          'quota clear store/media',
        ]),
      );
      expect(said).not.toContain('version suspend store/media');
      expect(said.find((each) => each.startsWith('anonymous set-json'))).toMatch(/ store\/media$/);
      expect(said).toContain('ilm rule rm --all --force store/media');
    });

    it('lets anyone read public objects, and list none', () => {
      const { read } = setUp({ buckets: full.buckets });
      expect(JSON.parse(read('/run/object-store/public.json') ?? '')).toEqual({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: ['*'] },
            Action: ['s3:GetObject'],
            Resource: ['arn:aws:s3:::media/*'],
          },
        ],
      });
    });

    it('lets the application into its buckets, and make no keys of its own', () => {
      const { read } = setUp({ buckets: full.buckets });
      expect(JSON.parse(read('/run/object-store/policy.json') ?? '')).toEqual({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
            Resource: ['arn:aws:s3:::files', 'arn:aws:s3:::media'],
          },
          {
            Effect: 'Allow',
            Action: [
              's3:GetObject',
              's3:PutObject',
              's3:DeleteObject',
              's3:AbortMultipartUpload',
              's3:ListMultipartUploadParts',
            ],
            Resource: ['arn:aws:s3:::files/*', 'arn:aws:s3:::media/*'],
          },
          {
            Effect: 'Deny',
            Action: ['s3:DeleteObjectVersion'],
            Resource: ['arn:aws:s3:::files/*', 'arn:aws:s3:::media/*'],
          },
          { Effect: 'Deny', Action: ['admin:CreateServiceAccount', 'admin:UpdateServiceAccount'] },
        ],
      });
    });

    it('takes away keys of the application that the Secret has no longer, and no others', () => {
      const said = mc(setUp({}, { 'other-access-key-id': 'next', 'other-secret-access-key': 'secret-2' }));
      expect(said.filter((each) => /^admin user (add|rm)|attach/.test(each))).toEqual([
        'admin user add store',
        'admin policy attach store application --user next',
        'admin user add store',
        'admin policy attach store application --user present',
        'admin user rm store former',
      ]);
      expect(mc(setUp({}))).toContain('admin user rm store next');
    });

    it('gives no argument a secret', () => {
      const { calls } = setUp({}, { 'other-access-key-id': 'next', 'other-secret-access-key': 'secret-2' });
      expect(mc({ calls }).join('\n')).not.toMatch(/password|secret-[12]/);
    });

    it.each([
      [{ 'access-key-id': 'two words' }, 'access-key-id has other characters than A-Z a-z 0-9 . _ ~ + / @ -'],
      [{ 'access-key-id': '' }, 'access-key-id has other characters'],
      [
        { 'other-access-key-id': 'present', 'other-secret-access-key': 'secret-2' },
        'access-key-id and other-access-key-id are one: a new secret needs a new ID',
      ],
    ])('refuses %j', (keys, message) => {
      const { status, errors } = setUp({}, keys);
      expect(status).toBe(1);
      expect(errors).toContain(message);
    });
  });

  it('has scripts of the shell', () => {
    expect(shellErrors(setup()['setup.sh'] ?? '')).toBe('');
    expect(shellErrors(find(shop(), 'ConfigMap', 'shop-object-store').data?.['start.sh'] ?? '')).toBe('');
  });

  it('is left out where it is not enabled', () => {
    expect(own({ enabled: false })).toEqual([]);
    expect(JSON.stringify(client({ enabled: false }))).not.toContain('S3_');
    expect(JSON.stringify(client({ enabled: false, external }))).not.toContain('S3_');
  });

  it.each(Object.keys(full) as (keyof typeof full)[])('%s changes the output', (prop) => {
    const other = prop === 'enabled' ? false : full[prop];
    const needed = prop === 'mainBucket' ? { buckets: full.buckets } : {};
    expect(shop({ ...needed, [prop]: other })).not.toEqual(shop(needed));
  });

  it('documents its defaults as they are', () => {
    const source = readFileSync('lib/tiers/data/object-store.ts', 'utf8');
    const documented = [...source.matchAll(/@default ([^\s,-][^\s,]*)[^*]*\*\/\s+readonly (\w+)\?: Input/g)];
    const scalars = Object.entries(objectStoreDefaults).flatMap(([prop, value]) =>
      value === null || typeof value === 'object' ? [] : [[prop, String(value)]],
    );
    expect(documented.map(([, value, prop]) => [prop, value]).sort()).toEqual(scalars.sort());
  });

  it('minimal', () => {
    expect(own()).toMatchSnapshot();
  });

  it('full', () => {
    const { external: _, ...inCluster } = full;
    expect(own(inCluster)).toMatchSnapshot();
  });

  it('outside', () => {
    expect(shop({ ...full, external })).toMatchSnapshot();
  });
});

function started(user: string, password: string): Outcome {
  return run({
    script: find(shop(), 'ConfigMap', 'shop-object-store').data?.['start.sh'] ?? '',
    files: { '/run/secrets/object-store/root-user': user, '/run/secrets/object-store/root-password': password },
    programs: { minio: 'exit 0' },
    env: { VOLUMES: '/data' },
  });
}

const USERS = [
  '{"status":"success","accessKey":"present","policyName":"application","userStatus":"enabled"}',
  '{"status":"success","accessKey":"former","policyName":"application","userStatus":"enabled"}',
  '{"status":"success","accessKey":"next","policyName":"application","userStatus":"enabled"}',
  '{"status":"success","accessKey":"auditor","policyName":"readonly","userStatus":"enabled"}',
  '{"status":"success","accessKey":"nobody","userStatus":"enabled"}',
];

/** The Job's script, with an mc that says what it was given. */
function setUp(props: ObjectStoreProps, keys: Readonly<Record<string, string>> = {}): Outcome {
  const files = setup(props);
  const secret = {
    'root-user': 'operator',
    'root-password': 'password',
    'access-key-id': 'present',
    'secret-access-key': 'secret-1',
    ...keys,
  };
  return run({
    script: files['setup.sh'] ?? '',
    files: {
      '/etc/object-store/buckets': files.buckets ?? '',
      ...Object.fromEntries(Object.entries(secret).map(([key, value]) => [`/run/secrets/object-store/${key}`, value])),
    },
    programs: {
      mc: `case "$*" in "--json admin user ls store") printf '%s\\n' ${USERS.map((line) => `'${line}'`).join(' ')} ;; "version info"*) echo "is un-versioned" ;; esac`,
    },
    folders: ['/run/object-store'],
    env: { URL: 'http://shop-object-store:9000' },
  });
}

function mc({ calls }: Pick<Outcome, 'calls'>): readonly string[] {
  return (calls.mc ?? []).map(({ args }) => args.join(' '));
}
