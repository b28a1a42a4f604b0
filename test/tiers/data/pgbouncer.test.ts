import { readFileSync } from 'node:fs';
import { App, Chart } from 'cdk8s';
import type { PodSpec } from 'kubernetes-types/core/v1';
import { PgBouncer, type PgBouncerProps, pgBouncerDefaults } from '../../../lib/tiers/data/pgbouncer';
import { Postgres, type PostgresProps } from '../../../lib/tiers/data/postgres';
import { Objects } from './objects';

type Given = Partial<PgBouncerProps>;

function chartWith(props: Given = {}, server: Partial<PostgresProps> = {}): Chart {
  const chart = new Chart(new App(), 'shop');
  const postgres = new Postgres(chart, 'postgres', { database: 'orders', replicas: 1, ...server });
  new PgBouncer(chart, 'pgbouncer', { server: postgres, ...props });
  return chart;
}

function synth(props: Given = {}, server: Partial<PostgresProps> = {}): Objects {
  return new Objects(chartWith(props, server));
}

function ini(props: Given = {}, server: Partial<PostgresProps> = {}): string | undefined {
  return synth(props, server).get('ConfigMap', 'shop-pgbouncer').data?.['pgbouncer.ini'];
}

function pod(props: Given = {}): PodSpec | undefined {
  return synth(props).get('Deployment', 'shop-pgbouncer').spec?.template.spec;
}

function problems(props: Given, server: Partial<PostgresProps> = {}): string {
  return chartWith(props, server).node.findChild('pgbouncer').node.validate().join('\n');
}

const resources = {
  requests: { cpu: '50m', memory: '32Mi', ephemeralStorage: '8Mi' },
  limits: { cpu: null, memory: '48Mi', ephemeralStorage: '16Mi' },
};
const image = { registry: 'registry.example.com', repository: 'pgbouncer', tag: '1', digest: null };
const autoscaling = {
  enabled: true,
  minReplicas: 2,
  maxReplicas: 4,
  targetCpuUtilization: 70,
  targetMemoryUtilization: null,
  scaleUpStabilizationSeconds: 0,
  scaleDownStabilizationSeconds: 300,
};

/** Every prop but the server, each other than its default. */
const full: Omit<{ readonly [K in keyof Required<PgBouncerProps>]: NonNullable<PgBouncerProps[K]> }, 'server'> = {
  enabled: true,
  replicas: 3,
  autoscaling,
  defaultPoolSize: 20,
  reservePoolSize: 2,
  maxClientConn: 500,
  maxPreparedStatements: 0,
  queryWaitTimeoutSeconds: 10,
  clientLifetimeSeconds: 300,
  resources,
  image,
  exporter: { image, resources },
  serviceAccount: 'shop-identity',
  podLabels: { team: 'data' },
  podAnnotations: { note: 'pool' },
  nodeSelector: { disk: 'ssd' },
  tolerations: [{ key: 'dedicated', operator: 'Exists' }],
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

describe('PgBouncer', () => {
  test('has a pool for the primary, and one for the replicas whose connections do not live long', () => {
    expect(ini()).toMatch('orders = host=shop-postgres-primary port=5432\n');
    expect(ini()).toMatch('orders_read = host=shop-postgres-read port=5432 dbname=orders server_lifetime=60\n');
  });

  test('has one pool, for reads too, where there are no replicas', () => {
    expect(ini({}, { replicas: 0 })).not.toMatch('_read');
    const chart = new Chart(new App(), 'shop');
    const pool = new PgBouncer(chart, 'pgbouncer', { server: new Postgres(chart, 'postgres', { database: 'orders' }) });
    new Postgres(chart, 'mirror', { database: 'mirror' }).connectTo(pool, pool.replicas);
    const { spec } = new Objects(chart).get('StatefulSet', 'shop-mirror-primary');
    const url = 'postgresql://orders@shop-pgbouncer:6432/orders';
    expect(spec?.template.spec?.containers[0]?.env).toContainEqual({ name: 'DATABASE_URL', value: url });
    expect(spec?.template.spec?.containers[0]?.env).toContainEqual({ name: 'DATABASE_READ_URL', value: url });
  });

  test('lends server connections for one transaction, with prepared statements', () => {
    expect(ini()).toMatch('pool_mode = transaction\nmax_prepared_statements = 200\ndefault_pool_size = 50\n');
  });

  test('looks verifiers up by a role whose pool is small', () => {
    expect(ini()).toMatch('auth_query = SELECT rolname, rolpassword FROM pgbouncer.user_lookup($1)\n');
    expect(ini()).toMatch('[users]\npgbouncer = pool_size=2 reserve_pool_size=0\n');
  });

  test("mounts its own password alone, of the server's Secret", () => {
    const { volumes } = pod() ?? {};
    expect(volumes?.find(({ name }) => name === 'secrets')?.secret).toEqual({
      secretName: 'shop-postgres',
      defaultMode: 0o440,
      items: [{ key: 'pooler-password', path: 'pooler-password' }],
    });
  });

  test('waits for its clients for longer than they keep a connection', () => {
    expect(pod()?.terminationGracePeriodSeconds).toBe(140);
    expect(pod({ clientLifetimeSeconds: 600 })?.terminationGracePeriodSeconds).toBe(620);
    expect(pod()?.containers[0]?.lifecycle).toEqual({ preStop: { sleep: { seconds: 5 } } });
  });

  test('is rolled without ever being fewer', () => {
    const { spec } = synth().get('Deployment', 'shop-pgbouncer');
    expect(spec?.strategy?.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 });
  });

  test('reaches primary and replicas, and they let it in', () => {
    const objects = synth();
    const { egress } = objects.get('NetworkPolicy', 'shop-pgbouncer').spec ?? {};
    const reached = egress?.flatMap(({ to }) => to?.map(({ podSelector }) => podSelector?.matchLabels ?? {}) ?? []);
    expect(reached?.map((labels) => labels['app.kubernetes.io/component'])).toEqual([undefined, 'primary', 'replica']);
    for (const role of ['primary', 'replica']) {
      const { ingress } = objects.get('NetworkPolicy', `shop-postgres-${role}`).spec ?? {};
      expect(JSON.stringify(ingress)).toContain('"app.kubernetes.io/name":"pgbouncer"');
    }
  });

  test('tells clients of both pools, of the password by reference, and for how long to keep a connection', () => {
    const chart = new Chart(new App(), 'shop');
    const server = new Postgres(chart, 'postgres', { database: 'orders', username: 'clerk', replicas: 1 });
    const pool = new PgBouncer(chart, 'pgbouncer', { server });
    new Postgres(chart, 'mirror', { database: 'mirror' }).connectTo(pool, pool.replicas);
    const { spec } = new Objects(chart).get('StatefulSet', 'shop-mirror-primary');
    expect(spec?.template.spec?.containers[0]?.env?.slice(-4)).toEqual([
      { name: 'DATABASE_URL', value: 'postgresql://clerk@shop-pgbouncer:6432/orders' },
      { name: 'PGPASSWORD', valueFrom: { secretKeyRef: { name: 'shop-postgres', key: 'password' } } },
      { name: 'DATABASE_POOL_RECYCLE', value: '120' },
      { name: 'DATABASE_READ_URL', value: 'postgresql://clerk@shop-pgbouncer:6432/orders_read' },
    ]);
  });

  test('exports its metrics, and reads its password from a file', () => {
    const { spec, metadata } = synth().get('Deployment', 'shop-pgbouncer').spec?.template ?? {};
    expect(metadata?.annotations).toMatchObject({ 'prometheus.io/port': '9127', 'prometheus.io/path': '/metrics' });
    expect(spec?.containers[1]?.env).toEqual([{ name: 'PGPASSFILE', value: '/run/pgbouncer/pgpass' }]);
  });

  test('verifies a server whose connections are encrypted', () => {
    const objects = synth({}, { tls: { enabled: true, existingSecret: null } });
    expect(objects.get('ConfigMap', 'shop-pgbouncer').data?.['pgbouncer.ini']).toMatch(
      'server_tls_sslmode = verify-full\nserver_tls_ca_file = /run/secrets/postgres-ca/ca.crt\n',
    );
    const { containers, volumes } = objects.get('Deployment', 'shop-pgbouncer').spec?.template.spec ?? {};
    expect(containers?.[0]?.volumeMounts).toContainEqual({
      name: 'postgres-ca',
      mountPath: '/run/secrets/postgres-ca',
      readOnly: true,
    });
    expect(volumes?.find(({ name }) => name === 'postgres-ca')?.secret?.secretName).toBe('shop-postgres-tls');
    expect(JSON.stringify(synth())).not.toMatch(/server_tls|postgres-ca/);
  });

  describe('server connections', () => {
    // 3 pods with the surge, each with a pool of 50 + 5 and 2 for auth_query, and 8 reserved: 179.
    test('fit where they are as many as the server allows', () => {
      expect(problems({}, { maxConnections: 179 })).toBe('');
    });

    test('are refused where they are one more', () => {
      expect(problems({}, { maxConnections: 178 })).toBe(
        '(defaultPoolSize 50 + reservePoolSize 5 + 2 for auth_query) × 3 pods, the surge included, ' +
          '= 171 connections to each server, and 8 are reserved, but its maxConnections is 178; ' +
          'lower defaultPoolSize to 49 or less, or raise maxConnections to 179.',
      );
    });

    test('are those of as many pods as the autoscaler may make', () => {
      expect(problems({ autoscaling }, { maxConnections: 293 })).toBe('');
      expect(problems({ autoscaling }, { maxConnections: 292 })).toContain('× 5 pods');
    });

    test('fit with the pool size that the message names', () => {
      expect(problems({ defaultPoolSize: 49 }, { maxConnections: 178 })).toBe('');
    });

    test('stop the synthesis where they do not fit', () => {
      const chart = chartWith({}, { maxConnections: 178 });
      expect(() => App.of(chart).synthYaml()).toThrow('lower defaultPoolSize to 49 or less');
    });
  });

  test('goes with its server', () => {
    expect(synth({}, { enabled: false }).names).toEqual([]);
  });

  test('is left out where it is not enabled, and the server knows nothing of it', () => {
    const objects = synth({ enabled: false });
    expect(JSON.stringify(objects.names)).not.toContain('pgbouncer');
    expect(JSON.stringify(objects.get('NetworkPolicy', 'shop-postgres-primary'))).not.toContain('"pgbouncer"');
  });

  test.each(Object.keys(full) as (keyof typeof full)[])('%s changes the output', (prop) => {
    const other = prop === 'enabled' ? false : full[prop];
    const server = { maxConnections: 500 };
    expect(synth({ [prop]: other }, server).toJSON()).not.toEqual(synth({}, server).toJSON());
  });

  test('documents its defaults as they are', () => {
    const source = readFileSync('lib/tiers/data/pgbouncer.ts', 'utf8');
    const documented = [...source.matchAll(/@default (\d+)(?!\w)[^*]*\*\/\s+readonly (\w+)\?/g)];
    expect(documented.map(([, value, prop]) => [prop, Number(value)])).toEqual(
      Object.entries(pgBouncerDefaults).filter(([, value]) => typeof value === 'number'),
    );
  });

  test('minimal', () => {
    expect(synth().of('shop-pgbouncer')).toMatchSnapshot();
  });

  test('full', () => {
    const objects = synth(full, { maxConnections: 500, existingSecret: 'vault-postgres' });
    expect(objects.of('shop-pgbouncer')).toMatchSnapshot();
  });
});
