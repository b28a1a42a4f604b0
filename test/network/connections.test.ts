import { Construct } from 'constructs';
import { z } from 'zod';
import { type Server, allow, connect, connectionsOf } from '../../lib/network/connections';
import { DefaultDeny } from '../../lib/network/default-deny';
import { onlyWhen } from '../../lib/objects/conditions';
import { allowApiServer, allowFromNamespace } from '../../lib/workload/network-policy';
import { Platform, defaultNetworkFacts } from '../../lib/workload/platform';
import { envFromSecret } from '../../lib/workload/secrets';
import type { Workload } from '../../lib/workload/workload';
import { type KubernetesObject, deployment, find, synth } from '../workload/plain-app';
import { systemOf } from '../workload/system';

const selector = (name: string) => ({
  podSelector: {
    matchLabels: {
      'app.kubernetes.io/name': name,
      'app.kubernetes.io/instance': 'shop',
      'app.kubernetes.io/component': 'server',
    },
  },
});

const dns = {
  to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
  ports: [
    { port: 53, protocol: 'UDP' },
    { port: 53, protocol: 'TCP' },
  ],
};

function serverOn(workload: Workload): Server {
  return {
    endpoints: [{ workload, port: 5432, name: 'sql' }],
    clientSettings: [{ name: 'PGHOST', value: 'shop-db' }, envFromSecret('PGPASSWORD', 'shop-db', 'password')],
  };
}

const policy = (objects: readonly KubernetesObject[], name: string) =>
  find(objects, 'NetworkPolicy', `shop-${name}`).spec;

function envOf(objects: readonly KubernetesObject[], name: string): unknown {
  const { template } = find(objects, 'Deployment', `shop-${name}`).spec as {
    readonly template: { readonly spec: { readonly containers: readonly { readonly env?: unknown }[] } };
  };
  return template.spec.containers[0]?.env;
}

describe('a connection', () => {
  const objects = synth((chart) => {
    const server = deployment(chart, { name: 'db' });
    const client = deployment(chart, { name: 'api' });
    connect(client, serverOn(server));
  });

  it('lets the client out to the server, and to DNS', () => {
    expect(policy(objects, 'api')).toEqual({
      ...selector('api'),
      policyTypes: ['Ingress', 'Egress'],
      egress: [dns, { to: [selector('db')], ports: [{ port: 5432, protocol: 'TCP' }] }],
    });
  });

  it('lets the client in at the server', () => {
    expect(policy(objects, 'db')).toEqual({
      ...selector('db'),
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [selector('api')], ports: [{ port: 5432, protocol: 'TCP' }] }],
      egress: [dns],
    });
  });

  it('gives the client its settings, secrets by reference', () => {
    expect(envOf(objects, 'api')).toEqual([
      { name: 'PGHOST', value: 'shop-db' },
      { name: 'PGPASSWORD', valueFrom: { secretKeyRef: { name: 'shop-db', key: 'password' } } },
    ]);
    expect(envOf(objects, 'db')).toBeUndefined();
  });

  it('gives the client the files of the server, of which one container reads', () => {
    const given = synth((chart) => {
      const server = deployment(chart, { name: 'db' });
      const files = { name: 'db-ca', secret: 'shop-db-tls', keys: ['ca.crt'] };
      connect(deployment(chart, { name: 'api' }), { ...serverOn(server), clientFiles: [files] });
    });
    expect(find(given, 'Deployment', 'shop-api').spec).toMatchObject({
      template: {
        spec: {
          containers: [{ volumeMounts: [{ name: 'db-ca', mountPath: '/run/secrets/db-ca', readOnly: true }] }],
          volumes: [
            {
              name: 'db-ca',
              secret: { secretName: 'shop-db-tls', defaultMode: 0o440, items: [{ key: 'ca.crt', path: 'ca.crt' }] },
            },
          ],
        },
      },
    });
  });

  it('may lead from a workload to itself', () => {
    const self = synth((chart) => {
      const peers = deployment(chart, { name: 'peers' });
      allow(peers, { workload: peers, port: 7946, name: 'gossip', protocol: 'UDP' });
    });
    expect(policy(self, 'peers')).toMatchObject({
      ingress: [{ from: [selector('peers')], ports: [{ port: 7946, protocol: 'UDP' }] }],
      egress: [dns, { to: [selector('peers')], ports: [{ port: 7946, protocol: 'UDP' }] }],
    });
  });

  it('is an edge that a picture can draw', () => {
    synth((chart) => {
      const [client, server] = [deployment(chart, { name: 'api' }), deployment(chart, { name: 'db' })];
      connect(client, serverOn(server));
      expect(connectionsOf(client).map(({ endpoint }) => [endpoint.workload.node.id, endpoint.name])).toEqual([
        ['db', 'sql'],
      ]);
      expect(connectionsOf(server)).toEqual([]);
    });
  });
});

describe('a connection between conditional tiers', () => {
  const schema = z.strictObject({
    client: z.boolean().default(true).describe('The client.'),
    server: z.boolean().default(true).describe('The server.'),
  });
  const conditions: string[] = [];
  const read = systemOf(schema, (scope, values) => {
    const part = (name: 'client' | 'server') => {
      const own = new Construct(scope, name);
      onlyWhen(own, values[name]);
      return deployment(own, { name });
    };
    const [client, server] = [part('client'), part('server')];
    connect(client, serverOn(server));
    conditions.push(...connectionsOf(client).map(({ condition }) => condition.describe()));
  });

  it('is there if both ends are', () => {
    expect(policy(read(), 'client')).toMatchObject({ egress: [dns, { to: [selector('server')] }] });
    expect(policy(read(), 'server')).toMatchObject({ ingress: [{ from: [selector('client')] }] });
    expect(envOf(read(), 'client')).toHaveLength(2);
  });

  it('leaves nothing behind at a client without its server', () => {
    const objects = read({ server: false });
    expect(policy(objects, 'client')).toMatchObject({ egress: [dns] });
    expect(envOf(objects, 'client')).toBeUndefined();
    expect(JSON.stringify(objects)).not.toMatch(/server"[,}].*5432/);
  });

  it('leaves nothing behind at a server without its client', () => {
    expect(policy(read({ client: false }), 'server')).toEqual({
      ...selector('server'),
      policyTypes: ['Ingress', 'Egress'],
      egress: [dns],
    });
  });

  it('depends on both ends as an edge', () => {
    expect(conditions).toEqual(['and(values.client, values.server)']);
  });
});

describe('facts of the network', () => {
  const withFacts = (
    facts: Partial<typeof defaultNetworkFacts> | Record<string, unknown>,
    build: (workload: Workload) => void,
  ) =>
    policy(
      synth((chart) => {
        Platform.provide(
          chart,
          new Platform({ instance: 'shop', partOf: 'shop', network: { ...defaultNetworkFacts, ...facts } }),
        );
        build(deployment(chart));
      }),
      'api',
    );

  it('say where DNS is', () => {
    const facts = { dnsNamespace: 'openshift-dns', dnsPorts: [5353], dnsAddresses: ['169.254.20.10/32'] };
    expect(withFacts(facts, () => undefined)).toMatchObject({
      egress: [
        {
          to: [
            { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'openshift-dns' } } },
            { ipBlock: { cidr: '169.254.20.10/32' } },
          ],
          ports: [
            { port: 5353, protocol: 'UDP' },
            { port: 5353, protocol: 'TCP' },
          ],
        },
      ],
    });
  });

  it('say where the API server is, for those who ask it', () => {
    const facts = { apiServerAddresses: ['10.0.0.1/32'], apiServerPorts: [6443] };
    expect(withFacts(facts, allowApiServer)).toMatchObject({
      egress: [dns, { to: [{ ipBlock: { cidr: '10.0.0.1/32' } }], ports: [{ port: 6443, protocol: 'TCP' }] }],
    });
  });

  it('let another namespace in where one is named, and nobody else', () => {
    const open = (namespace: string | null) => (workload: Workload) => {
      allowFromNamespace(workload, namespace, [{ port: 8080, protocol: 'TCP' }]);
    };
    expect(withFacts({}, open('traefik'))).toMatchObject({
      ingress: [
        {
          from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'traefik' } } }],
          ports: [{ port: 8080, protocol: 'TCP' }],
        },
      ],
    });
    expect(withFacts({}, open(null))).not.toHaveProperty('ingress');
  });
});

describe('DefaultDeny', () => {
  it('closes every pod of the instance, both ways', () => {
    const objects = synth((chart) => {
      Platform.provide(chart, new Platform({ instance: 'shop', partOf: 'shop' }));
      new DefaultDeny(chart, 'network');
    });
    expect(policy(objects, 'default-deny')).toEqual({
      podSelector: { matchLabels: { 'app.kubernetes.io/instance': 'shop' } },
      policyTypes: ['Ingress', 'Egress'],
    });
  });
});
