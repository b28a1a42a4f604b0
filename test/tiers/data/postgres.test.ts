import { readFileSync } from 'node:fs';
import { App, Chart } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import type { StatefulSet, StatefulSetSpec } from 'kubernetes-types/apps/v1';
import type { PodTemplateSpec, ServiceSpec } from 'kubernetes-types/core/v1';
import { parseAllDocuments } from 'yaml';
import { LITERALS } from '../../../lib/values/expression';
import { Postgres, type PostgresProps, postgresDefaults } from '../../../lib/tiers/data/postgres';
import { committed } from '../../readers/committed';
import { Objects } from './objects';
import { shellErrors } from './shell';

function chartWith(props: Partial<PostgresProps> = {}): Chart {
  const chart = new Chart(new App(), 'shop');
  new Postgres(chart, 'postgres', { database: 'shop', ...props });
  return chart;
}

function synth(props: Partial<PostgresProps> = {}): Objects {
  return new Objects(chartWith(props));
}

function statefulSet(objects: Objects, role: 'primary' | 'replica'): StatefulSetSpec | undefined {
  return objects.get('StatefulSet', `shop-postgres-${role}`).spec;
}

function pod(objects: Objects, role: 'primary' | 'replica'): PodTemplateSpec | undefined {
  return statefulSet(objects, role)?.template;
}

function service(objects: Objects, name: string): ServiceSpec | undefined {
  return objects.get('Service', name).spec;
}

function file(name: string, props: Partial<PostgresProps> = {}): string | undefined {
  return synth(props).get('ConfigMap', 'shop-postgres').data?.[name];
}

function conf(props: Partial<PostgresProps> = {}): string | undefined {
  return file('postgresql.conf', props);
}

function problems(props: Partial<PostgresProps>): string {
  const { node } = chartWith(props).node.findChild('postgres');
  return node.validate().join('\n');
}

const resources = (memory: string) => ({
  requests: { cpu: '100m', memory: '128Mi', ephemeralStorage: '64Mi' },
  limits: { cpu: null, memory, ephemeralStorage: '128Mi' },
});

/** Every prop, each other than its default. */
const full: { readonly [K in keyof Required<PostgresProps>]: NonNullable<PostgresProps[K]> } = {
  enabled: true,
  database: 'orders',
  username: 'clerk',
  replicas: 2,
  existingSecret: 'vault-postgres',
  maxConnections: 400,
  maxWalSenders: 12,
  maxReplicationLagSeconds: 5,
  logMinDurationStatement: -1,
  terminationGracePeriodSeconds: 300,
  synchronousReplicas: 1,
  promoted: true,
  tls: { enabled: true, existingSecret: 'vault-postgres-tls' },
  storage: { size: '50Gi', storageClassName: 'fast' },
  resources: resources('8Gi'),
  image: { registry: 'registry.example.com', repository: 'postgres', tag: '17.11', digest: null },
  exporter: {
    image: { registry: 'registry.example.com', repository: 'exporter', tag: '1', digest: null },
    resources: {
      requests: { cpu: '20m', memory: '16Mi', ephemeralStorage: '8Mi' },
      limits: { cpu: null, memory: '32Mi', ephemeralStorage: '16Mi' },
    },
  },
  serviceAccount: 'shop-identity',
  podLabels: { team: 'data' },
  podAnnotations: { note: 'primary store' },
  nodeSelector: { disk: 'ssd' },
  tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'data', effect: 'NoSchedule' }],
  priorityClassName: 'data',
  extraEnv: { TZ: 'UTC' },
  extraVolumes: [{ name: 'ca', configMap: 'ca-bundle', mountPath: '/etc/ssl/extra' }],
  sidecars: [
    {
      name: 'agent',
      image: { registry: 'registry.example.com', repository: 'agent', tag: '1', digest: null },
      resources: {
        requests: { cpu: '10m', memory: '16Mi', ephemeralStorage: '8Mi' },
        limits: { cpu: null, memory: '32Mi', ephemeralStorage: '16Mi' },
      },
    },
  ],
};

describe('Postgres', () => {
  test('has one primary and no replicas unless asked', () => {
    const objects = synth();
    expect(statefulSet(objects, 'primary')?.replicas).toBe(1);
    expect(objects.names.filter((name) => name.includes('replica'))).toEqual([]);
  });

  test('makes its replicas a StatefulSet of their own, all at once, with a disruption budget', () => {
    const objects = synth({ replicas: 2 });
    expect(statefulSet(objects, 'replica')).toMatchObject({ replicas: 2, podManagementPolicy: 'Parallel' });
    expect(objects.names).toContain('PodDisruptionBudget/shop-postgres-replica');
    expect(objects.names).not.toContain('PodDisruptionBudget/shop-postgres-primary');
  });

  test('sends reads to the replicas, and to the primary where there are none', () => {
    const component = (replicas: number) =>
      service(synth({ replicas }), 'shop-postgres-read')?.selector?.['app.kubernetes.io/component'];
    expect([component(0), component(1)]).toEqual(['primary', 'replica']);
  });

  describe('a node that is lost', () => {
    const labels = (part: PodTemplateSpec | undefined) => Object.entries(part?.metadata?.labels ?? {});
    /** Labels of the pods that one prefers not to share a node with, and of those that it spreads over zones with. */
    const avoided = (part: PodTemplateSpec | undefined) => {
      const { affinity, topologySpreadConstraints } = part?.spec ?? {};
      const nodes = affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
      return [
        ...nodes.map(({ podAffinityTerm: term }) => [term.topologyKey, term.labelSelector?.matchLabels]),
        ...(topologySpreadConstraints ?? []).map((zones) => [zones.topologyKey, zones.labelSelector?.matchLabels]),
      ];
    };

    test.each([{}, { promoted: false }])(
      'takes no primary with its replica, where there is another node: with %j',
      (props) => {
        const servers = { 'app.kubernetes.io/name': 'postgres', 'app.kubernetes.io/instance': 'shop' };
        const objects = synth({ replicas: 1, ...props });
        for (const role of ['primary', 'replica'] as const) {
          expect(avoided(pod(objects, role))).toEqual([
            ['kubernetes.io/hostname', servers],
            ['topology.kubernetes.io/zone', servers],
          ]);
          expect(labels(pod(objects, role))).toEqual(expect.arrayContaining(Object.entries(servers)));
        }
      },
    );

    test('has them start on one, where it is the only one', () => {
      const { affinity, topologySpreadConstraints } = pod(synth({ replicas: 1 }), 'replica')?.spec ?? {};
      expect(Object.keys(affinity?.podAntiAffinity ?? {})).toEqual(['preferredDuringSchedulingIgnoredDuringExecution']);
      expect(topologySpreadConstraints?.map(({ whenUnsatisfiable }) => whenUnsatisfiable)).toEqual(['ScheduleAnyway']);
    });

    test('is avoided in every environment that has replicas', () => {
      const written = [...committed].filter(([path]) => /^dist\/.*\/postgres\.yaml$/.test(path));
      const systems = written.map(([path, file]) => {
        const sets = parseAllDocuments(file)
          .map((document) => document.toJS() as StatefulSet)
          .filter(({ kind }) => kind === 'StatefulSet');
        const templates = sets.map(({ spec }) => spec?.template);
        for (const one of templates) {
          expect(avoided(one)).toHaveLength(2);
          for (const [, selected] of avoided(one)) {
            for (const other of templates) {
              expect(labels(other)).toEqual(expect.arrayContaining(Object.entries(selected ?? {})));
            }
          }
        }
        return [path, sets.length];
      });
      expect(systems.filter(([, servers]) => servers === 2)).toContainEqual([
        'dist/conecta-plus/production/postgres.yaml',
        2,
      ]);
    });
  });

  test.each([
    ['start-replica.sh', {}, /^primary="host=\$PRIMARY_HOST .*"$/m],
    ['run-server.sh', { promoted: false }, /^ *echo "host=\$1 port=.*"$/m],
  ])('gives up the address of a pod that is gone after ten seconds, in %s', (name, props, connection) => {
    expect(connection.exec(file(name, { replicas: 1, ...props }) ?? '')?.[0]).toMatch(' tcp_user_timeout=10000');
  });

  test('restarts no server by another number of replicas', () => {
    const template = (replicas: number) => pod(synth({ replicas }), 'primary');
    expect([template(1), template(2)]).toEqual([template(0), template(0)]);
    expect(pod(synth({ replicas: 2 }), 'replica')).toEqual(pod(synth({ replicas: 1 }), 'replica'));
  });

  test('has a Service for the primary', () => {
    expect(service(synth(), 'shop-postgres-primary')?.selector).toEqual({
      'app.kubernetes.io/name': 'postgres',
      'app.kubernetes.io/instance': 'shop',
      'app.kubernetes.io/component': 'primary',
    });
  });

  test.each(['primary', 'replica'] as const)('gives the pods of the %s names, ready or not', (role) => {
    const objects = synth({ replicas: 1 });
    const name = `shop-postgres-${role}-headless`;
    expect(service(objects, name)).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true });
    expect(statefulSet(objects, role)?.serviceName).toBe(name);
  });

  test('deals the memory limit out', () => {
    expect(conf({ resources: resources('2Gi') })).toMatch(
      'shared_buffers = 512MB\neffective_cache_size = 1536MB\nwork_mem = 4096kB\nmaintenance_work_mem = 128MB\n',
    );
    expect(conf({ resources: resources('16Gi'), maxConnections: 100 })).toMatch(
      'shared_buffers = 4096MB\neffective_cache_size = 12288MB\nwork_mem = 41943kB\nmaintenance_work_mem = 1024MB\n',
    );
  });

  test('shares an eighth of the memory limit between parallel workers', () => {
    const { spec } = pod(synth({ resources: resources('2Gi') }), 'primary') ?? {};
    expect(spec?.volumes).toContainEqual({ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '256Mi' } });
  });

  test('bounds the WAL that it keeps by the size of the volume', () => {
    const storage = (size: string) => file('volume.conf', { storage: { size } });
    expect(storage('1Gi')).toMatch('max_wal_size = 128MB\nmax_slot_wal_keep_size = 256MB\n');
    expect(storage('1Ti')).toMatch('max_wal_size = 4096MB\nmax_slot_wal_keep_size = 262144MB\n');
    expect(conf()).toMatch(/^include 'volume.conf'$/m);
  });

  test('keeps its pods as they are when the volume grows', () => {
    const pods = (size: string) => {
      const objects = synth({ replicas: 1, storage: { size } });
      return [pod(objects, 'primary'), pod(objects, 'replica')];
    };
    expect(pods('20Gi')).toEqual(pods('10Gi'));
  });

  test.each(['start-primary.sh', 'initialise.sh', 'start-replica.sh', 'replica-ready.sh', 'replica-live.sh'])(
    '%s is a script of the shell',
    (name) => {
      expect(shellErrors(file(name) ?? '')).toBe('');
    },
  );

  test.each(['start-primary.sh', 'start-replica.sh'])('%s stays process 1, and ends the server fast', (name) => {
    const script = file(name) ?? '';
    expect(script).toMatch(/^postgres "\$@" &$/m);
    expect(script).toMatch(/^trap 'kill -INT "\$server"' INT TERM$/m);
    expect(script).not.toMatch(/^ *exec postgres/m);
  });

  test.each(['start-primary.sh', 'start-replica.sh'])('%s has the volume to itself before it touches data', (name) => {
    const script = file(name) ?? '';
    const [lock, data] = [script.indexOf('flock --nonblock 9'), script.indexOf('"$PGDATA/PG_VERSION"')];
    expect(lock).toBeGreaterThan(0);
    expect(data).toBeGreaterThan(lock);
  });

  test('runs primary and replicas with one configuration, whose change restarts both', () => {
    const sums = (props: Partial<PostgresProps>) => {
      const objects = synth({ replicas: 1, ...props });
      const sum = (role: 'primary' | 'replica') =>
        pod(objects, role)?.metadata?.annotations?.['checksum/postgresql.conf'];
      return [sum('primary'), sum('replica')];
    };
    const [primary, replica] = sums({});
    expect(primary).toBe(replica);
    expect(sums({ maxConnections: 300 })).not.toEqual([primary, replica]);
    expect(sums({ replicas: 3 })).toEqual([primary, replica]);
  });

  test('gives replicas the replication password alone', () => {
    const objects = synth({ replicas: 1 });
    const keys = (role: 'primary' | 'replica') =>
      pod(objects, role)
        ?.spec?.volumes?.find(({ name }) => name === 'secrets')
        ?.secret?.items?.map(({ key }) => key);
    expect(keys('primary')).toEqual(['postgres-password', 'replication-password', 'password', 'pooler-password']);
    expect(keys('replica')).toEqual(['replication-password']);
  });

  test('takes a Secret of cdk8s-plus', () => {
    const chart = new Chart(new App(), 'shop');
    const secret = Secret.fromSecretName(chart, 'secret', 'vault-postgres');
    new Postgres(chart, 'postgres', { database: 'shop', existingSecret: secret });
    expect(JSON.stringify(new Objects(chart))).toContain('"secretName":"vault-postgres"');
  });

  test.each(['primary', 'replica'] as const)('asks three different things of the %s', (role) => {
    const container = pod(synth({ replicas: 1 }), role)?.spec?.containers[0];
    const probes = [container?.startupProbe, container?.livenessProbe, container?.readinessProbe];
    expect(new Set(probes.map((probe) => probe?.exec?.command?.join(' '))).size).toBe(3);
  });

  test('lets replicas alone reach the primary, and the primary nothing but DNS', () => {
    const { spec } = synth({ replicas: 1 }).get('NetworkPolicy', 'shop-postgres-primary');
    const callers = spec?.ingress?.flatMap(
      ({ from }) => from?.map(({ podSelector }) => podSelector?.matchLabels) ?? [],
    );
    expect(callers).toEqual([
      {
        'app.kubernetes.io/name': 'postgres',
        'app.kubernetes.io/instance': 'shop',
        'app.kubernetes.io/component': 'replica',
      },
    ]);
    expect(spec?.egress?.flatMap(({ ports }) => ports?.map(({ port }) => port))).toEqual([53, 53]);
  });

  test('tells clients where it is, the password by reference', () => {
    const chart = new Chart(new App(), 'shop');
    const postgres = new Postgres(chart, 'postgres', { database: 'orders', username: 'clerk', replicas: 1 });
    new Postgres(chart, 'mirror', { database: 'mirror' }).connectTo(postgres, postgres.replicas);
    const { spec } = new Objects(chart).get('StatefulSet', 'shop-mirror-primary');
    expect(spec?.template.spec?.containers[0]?.env?.slice(-3)).toEqual([
      { name: 'DATABASE_URL', value: 'postgresql://clerk@shop-postgres-primary:5432/orders' },
      { name: 'PGPASSWORD', valueFrom: { secretKeyRef: { name: 'shop-postgres', key: 'password' } } },
      { name: 'DATABASE_READ_URL', value: 'postgresql://clerk@shop-postgres-read:5432/orders' },
    ]);
  });

  test('gives clients no address for reads where there are no replicas', () => {
    const chart = new Chart(new App(), 'shop');
    const postgres = new Postgres(chart, 'postgres', { database: 'orders' });
    new Postgres(chart, 'mirror', { database: 'mirror' }).connectTo(postgres, postgres.replicas);
    expect(JSON.stringify(new Objects(chart))).not.toContain('DATABASE_READ_URL');
  });

  test('keeps two WAL senders beyond the replicas', () => {
    expect(problems({ replicas: 8 })).toBe('');
    expect(problems({ replicas: 9 })).toBe(
      'replicas 9 need 11 WAL senders, 2 of them for backups, but maxWalSenders allows 10; raise it to 11 or more.',
    );
  });

  test.each(['Shop', '1shop', 'my-shop', 'shop;drop', '', 'a'.repeat(64)])('refuses the name "%s"', (name) => {
    const message = `is not a plain name; write a lower-case letter or underscore, then up to 62 of them and digits.`;
    expect(() => synth({ database: name })).toThrow(new RangeError(`shop/postgres: database "${name}" ${message}`));
    expect(() => synth({ username: name })).toThrow(new RangeError(`shop/postgres: username "${name}" ${message}`));
  });

  test.each(['s', '_', 'a'.repeat(63), 'shop_2'])('takes the name "%s"', (name) => {
    expect(() => synth({ database: name, username: name })).not.toThrow();
  });

  describe('with a replica that can be promoted', () => {
    const promotable = (promoted: boolean, props: Partial<PostgresProps> = {}) =>
      synth({ replicas: 2, promoted, ...props });
    const selectors = (promoted: boolean) =>
      ['shop-postgres-primary', 'shop-postgres-read'].map((name) => {
        const { selector } = service(promotable(promoted), name) ?? {};
        return [selector?.['app.kubernetes.io/component'], selector?.['statefulset.kubernetes.io/pod-name']];
      });

    test('names the primary in a file, and leads writes and reads by it', () => {
      expect([file('primary', { promoted: false }), selectors(false)]).toEqual([
        'shop-postgres-primary-0\n',
        [
          ['primary', undefined],
          ['replica', undefined],
        ],
      ]);
      expect([file('primary', { promoted: true, replicas: 1 }), selectors(true)]).toEqual([
        'shop-postgres-replica-0\n',
        [
          ['replica', 'shop-postgres-replica-0'],
          ['primary', undefined],
        ],
      ]);
    });

    test('restarts nothing by a promotion, nor by what is synchronous', () => {
      const sets = (promoted: boolean, synchronousReplicas: number) =>
        (['primary', 'replica'] as const).map((role) =>
          statefulSet(promotable(promoted, { synchronousReplicas }), role),
        );
      expect(sets(true, 0)).toEqual(sets(false, 0));
      expect(sets(false, 1)).toEqual(sets(false, 0));
    });

    test('runs all servers alike', () => {
      const [primary, replica] = (['primary', 'replica'] as const).map(
        (role) => pod(promotable(false), role)?.spec?.containers[0],
      );
      expect(primary).toEqual(replica);
      expect(primary?.env?.find(({ name }) => name === 'MEMBERS')?.value).toBe(
        'shop-postgres-primary-0.shop-postgres-primary-headless shop-postgres-replica-0.shop-postgres-replica-headless',
      );
    });

    test.each(['run-server.sh', 'ready.sh', 'initialise.sh'])('%s is a script of the shell', (name) => {
      expect(shellErrors(file(name, { promoted: false, tls: { enabled: true, existingSecret: null } }) ?? '')).toBe('');
    });

    test('has none of the scripts of servers whose part never changes', () => {
      const { data } = promotable(false).get('ConfigMap', 'shop-postgres');
      expect(Object.keys(data ?? {}).filter((name) => /^start|^replica/.test(name))).toEqual([]);
    });

    test('lets every server reach every other, and clients all of them', () => {
      const chart = new Chart(new App(), 'shop');
      const postgres = new Postgres(chart, 'postgres', { database: 'shop', replicas: 1, promoted: false });
      new Postgres(chart, 'mirror', { database: 'mirror' }).connectTo(postgres);
      const callers = (role: string) => {
        const { spec } = new Objects(chart).get('NetworkPolicy', `shop-postgres-${role}`);
        return spec?.ingress
          ?.flatMap(({ from }) => from?.map(({ podSelector }) => podSelector?.matchLabels) ?? [])
          .map((labels) => `${labels?.['app.kubernetes.io/name']} ${labels?.['app.kubernetes.io/component']}`)
          .sort();
      };
      expect(callers('primary')).toEqual(['mirror primary', 'postgres replica']);
      expect(callers('replica')).toEqual(['mirror primary', 'postgres primary', 'postgres replica']);
    });

    test('demands a replica to promote', () => {
      expect(problems({ promoted: true, replicas: 1 })).toBe('');
      expect(problems({ promoted: false, replicas: 0 })).toBe('');
      expect(problems({ promoted: true, replicas: 0 })).toBe(
        'promoted true makes replica 0 the primary, but replicas is 0; raise it to 1 or more.',
      );
    });

    test('takes as synchronous the one that is promoted, or all', () => {
      const names = (count: number, replicas: number) =>
        file('synchronous.conf', { promoted: false, replicas, synchronousReplicas: count });
      expect(names(1, 2)).toBe(
        `synchronous_standby_names = 'ANY 1 ("shop-postgres-primary-0", "shop-postgres-replica-0")'\n`,
      );
      expect(names(2, 2)).toBe(
        `synchronous_standby_names = 'ANY 2 ("shop-postgres-primary-0", "shop-postgres-replica-0", "shop-postgres-replica-1")'\n`,
      );
      expect(problems({ promoted: false, replicas: 3, synchronousReplicas: 3 })).toBe('');
      expect(problems({ promoted: false, replicas: 3, synchronousReplicas: 2 })).toBe(
        'synchronousReplicas 2 of 3 may acknowledge what replica 0 has not, and that is the one to be promoted; set it to 1 or 3.',
      );
    });
  });

  test('is synchronous with as many replicas as it is told, and never with a backup', () => {
    expect(conf()).not.toMatch('synchronous');
    expect(conf({ replicas: 2, synchronousReplicas: 1 })).toMatch(/^include 'synchronous.conf'$/m);
    expect(file('synchronous.conf', { replicas: 2, synchronousReplicas: 1 })).toBe(
      `synchronous_standby_names = 'ANY 1 ("shop-postgres-replica-0", "shop-postgres-replica-1")'\n`,
    );
  });

  test('refuses more synchronous replicas than there are', () => {
    expect(problems({ replicas: 1, synchronousReplicas: 1 })).toBe('');
    expect(problems({ replicas: 1, synchronousReplicas: 2 })).toBe(
      'synchronousReplicas 2 is more than replicas 1: every write would wait for ever; lower it to 1 or less.',
    );
  });

  describe('with encrypted connections', () => {
    const tls = { enabled: true, existingSecret: null };

    test('takes no other from outside the pod', () => {
      expect(conf({ tls })).toMatch(
        "ssl = on\nssl_min_protocol_version = 'TLSv1.2'\nssl_cert_file = '/run/secrets/tls/tls.crt'\nssl_key_file = '/run/secrets/tls/tls.key'\n",
      );
      const rules = file('pg_hba.conf', { tls })?.split('\n') ?? [];
      expect(rules.filter((rule) => /^host +(?!.*(127\.0\.0\.1|reject))/.test(rule))).toEqual([]);
      expect(rules).toContain('hostnossl all        all         all           reject');
    });

    test('has the key as files that only group and root may read', () => {
      const { volumes } = pod(synth({ tls }), 'primary')?.spec ?? {};
      expect(volumes?.find(({ name }) => name === 'tls')?.secret).toMatchObject({
        secretName: 'shop-postgres-tls',
        defaultMode: 0o440,
      });
    });

    test.each(['start-replica.sh', 'replica-live.sh', 'run-server.sh'])('%s verifies whom it asks', (name) => {
      const props = { tls, ...(name === 'run-server.sh' ? { promoted: false } : {}) };
      expect(file(name, props)).toMatch(' sslmode=verify-full sslrootcert=/run/secrets/tls/ca.crt"');
    });

    test.each(['start-primary.sh', 'start-replica.sh'])('%s reloads a renewed certificate', (name) => {
      expect(file(name, { tls })).toMatch('now=$(readlink /etc/postgresql/..data /run/secrets/tls/..data || :)');
      expect(file(name)).not.toMatch('readlink');
      expect(shellErrors(file(name, { tls }) ?? '')).toBe('');
    });

    test('lets clients verify it, by a file that they get', () => {
      const chart = new Chart(new App(), 'shop');
      const postgres = new Postgres(chart, 'postgres', { database: 'orders', tls });
      new Postgres(chart, 'mirror', { database: 'mirror' }).connectTo(postgres);
      const mirror = new Objects(chart).get('StatefulSet', 'shop-mirror-primary').spec?.template.spec;
      expect(mirror?.containers[0]?.env?.slice(-2)).toEqual([
        { name: 'PGSSLMODE', value: 'verify-full' },
        { name: 'PGSSLROOTCERT', value: '/run/secrets/postgres-ca/ca.crt' },
      ]);
      expect(mirror?.volumes).toContainEqual({
        name: 'postgres-ca',
        secret: { secretName: 'shop-postgres-tls', defaultMode: 0o440, items: [{ key: 'ca.crt', path: 'ca.crt' }] },
      });
    });

    test('says by which names it is reached', () => {
      const hosts = (props: Partial<PostgresProps>) => {
        const chart = chartWith({ tls, ...props });
        return (chart.node.findChild('postgres') as Postgres).certificateHosts.map((host) =>
          typeof host === 'string' ? host : host.evaluate(LITERALS),
        );
      };
      expect(hosts({})).toEqual(['shop-postgres-primary', 'shop-postgres-read']);
      expect(hosts({ promoted: false }).slice(2)).toEqual([
        'shop-postgres-primary-0.shop-postgres-primary-headless',
        'shop-postgres-replica-0.shop-postgres-replica-headless',
      ]);
    });
  });

  test('is left out where it is not enabled', () => {
    expect(synth({ enabled: false, replicas: 2 }).names).toEqual([]);
  });

  test.each(Object.keys(full) as (keyof PostgresProps)[])('%s changes the output', (prop) => {
    const other = prop === 'enabled' ? false : full[prop];
    expect(synth({ replicas: 1, [prop]: other })).not.toEqual(synth({ replicas: 1 }));
  });

  test('documents its defaults as they are', () => {
    const source = readFileSync('lib/tiers/data/postgres.ts', 'utf8');
    const documented = [...source.matchAll(/@default (\d+)(?!\w)[^*]*\*\/\s+readonly (\w+)\?/g)];
    expect(documented.map(([, value, prop]) => [prop, Number(value)])).toEqual(
      Object.entries(postgresDefaults).filter(([, value]) => typeof value === 'number'),
    );
  });

  test('minimal', () => {
    expect(synth().toJSON()).toMatchSnapshot();
  });

  test('full', () => {
    expect(synth(full).toJSON()).toMatchSnapshot();
  });

  test.each(['primary', 'replica'] as const)(
    'has an exporter beside the %s, which sees statistics alone and has no password',
    (part) => {
      const objects = synth({ replicas: 1 });
      const { template } = statefulSet(objects, part) ?? {};
      expect(template?.metadata?.annotations).toMatchObject({ 'prometheus.io/port': '9187' });
      expect(template?.spec?.containers[1]).toMatchObject({
        name: 'exporter',
        env: [
          { name: 'DATA_SOURCE_NAME', value: 'postgresql://postgres_exporter@127.0.0.1:5432/postgres?sslmode=disable' },
        ],
      });
      // The metrics on record are those of an exporter that was started so.
      const recorded = readFileSync('test/metrics/programs/postgres-exporter.flags', 'utf8').trim().split(' ');
      expect(template?.spec?.containers[1]?.args).toEqual(recorded);
      expect(template?.spec?.containers[1]?.volumeMounts).toBeUndefined();
      const { data } = objects.get('ConfigMap', 'shop-postgres');
      expect(data?.['initialise.sql']).toMatch(
        'ALTER ROLE postgres_exporter LOGIN NOREPLICATION NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 3;\nGRANT pg_monitor, pg_use_reserved_connections TO postgres_exporter;\n',
      );
      expect(data?.['pg_hba.conf']).toMatch(
        /postgres +postgres_exporter +127\.0\.0\.1\/32 +trust\nhost +all +postgres_exporter +all +reject\nhost +all +all/,
      );
    },
  );
});
