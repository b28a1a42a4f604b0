import { App, Chart, Testing } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import type { Job } from 'kubernetes-types/batch/v1';
import type { ConfigMap } from 'kubernetes-types/core/v1';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1';
import type { Role, RoleBinding } from 'kubernetes-types/rbac/v1';
import { SecretGenerator, type SecretGeneratorProps } from '../../../lib/tiers/operations/secret-generator';
import { shellErrors } from '../data/shell';

interface Kinds {
  readonly ConfigMap: ConfigMap;
  readonly Job: Job;
  readonly NetworkPolicy: NetworkPolicy;
  readonly Role: Role;
  readonly RoleBinding: RoleBinding;
}

const secrets = [
  { secret: 'shop-redis', keys: ['password'] },
  { secret: 'shop-postgres', keys: ['postgres-password', 'password'] },
];

function synth(props: Partial<SecretGeneratorProps> = {}): readonly { readonly kind: string }[] {
  const chart = new Chart(new App(), 'shop');
  new SecretGenerator(chart, 'secret-generator', { secrets, ...props });
  return Testing.synth(chart) as readonly { readonly kind: string }[];
}

/** The object of a kind, of which there is one. */
function the<K extends keyof Kinds>(kind: K, props: Partial<SecretGeneratorProps> = {}): Kinds[K] {
  const [found] = synth(props).filter((object) => object.kind === kind);
  if (!found) throw new Error(`no ${kind}`);
  return found as unknown as Kinds[K];
}

function script(props: Partial<SecretGeneratorProps> = {}): string {
  return the('ConfigMap', props).data?.['generate.sh'] ?? '';
}

/** Every prop, each other than its default. */
const full: { readonly [K in keyof Required<SecretGeneratorProps>]: NonNullable<SecretGeneratorProps[K]> } = {
  enabled: true,
  secrets: [{ secret: 'shop-tokens', keys: ['signing-key'] }],
  resources: {
    requests: { cpu: '50m', memory: '32Mi', ephemeralStorage: '8Mi' },
    limits: { cpu: '100m', memory: '48Mi', ephemeralStorage: '16Mi' },
  },
  image: { registry: 'registry.example.com', repository: 'curl', tag: '1', digest: null },
  serviceAccount: 'shop-identity',
  podLabels: { team: 'platform' },
  podAnnotations: { note: 'secrets' },
  nodeSelector: { disk: 'ssd' },
  tolerations: [{ key: 'dedicated', operator: 'Exists' }],
  priorityClassName: 'batch',
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

describe('SecretGenerator', () => {
  test('ensures each Secret with its keys', () => {
    expect(script()).toMatch('\nensure shop-redis password\nensure shop-postgres postgres-password password\n');
  });

  test('is a script of the shell', () => {
    expect(shellErrors(script())).toBe('');
  });

  test('may create Secrets and read those it is for, and nothing else', () => {
    expect(the('Role').rules).toEqual([
      { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['shop-redis', 'shop-postgres'], verbs: ['get'] },
    ]);
    expect(the('RoleBinding').subjects).toEqual([{ kind: 'ServiceAccount', name: 'shop-secret-generator' }]);
  });

  test('leaves out what nothing needs, and reads no Secret at all where that is everything', () => {
    const [redis, postgres] = secrets;
    const some = { secrets: [{ ...redis, enabled: false }, postgres] } as SecretGeneratorProps;
    expect(script(some)).not.toMatch('shop-redis');
    expect(the('Role', some).rules?.[1]?.resourceNames).toEqual(['shop-postgres']);
    const none = { secrets: secrets.map((secret) => ({ ...secret, enabled: false })) };
    expect(the('Role', none).rules).toEqual([{ apiGroups: [''], resources: ['secrets'], verbs: ['create'] }]);
  });

  test('takes Secrets of cdk8s-plus', () => {
    const imported = Secret.fromSecretName(new Chart(new App(), 'other'), 'secret', 'theirs');
    expect(script({ secrets: [{ secret: imported, keys: ['token'] }] })).toMatch('\nensure theirs token\n');
  });

  test('has a token for the API server, and reaches only it', () => {
    expect(the('Job').spec?.template.spec?.automountServiceAccountToken).toBe(true);
    const { egress, ingress } = the('NetworkPolicy').spec ?? {};
    expect(egress?.[1]).toEqual({
      to: [{ ipBlock: { cidr: '0.0.0.0/0' } }],
      ports: [
        { port: 443, protocol: 'TCP' },
        { port: 6443, protocol: 'TCP' },
      ],
    });
    expect(ingress).toBeUndefined();
  });

  test('is a new Job when other Secrets are wanted', () => {
    expect(the('Job').metadata?.name).toMatch(/^shop-secret-generator-[0-9a-f]{8}$/);
    expect(the('Job', { secrets: full.secrets }).metadata?.name).not.toBe(the('Job').metadata?.name);
  });

  test('is left out where it is not enabled', () => {
    expect(synth({ enabled: false })).toEqual([]);
  });

  test.each(Object.keys(full) as (keyof typeof full)[])('%s changes the output', (prop) => {
    expect(synth({ [prop]: prop === 'enabled' ? false : full[prop] })).not.toEqual(synth());
  });

  test('minimal', () => {
    expect(synth()).toMatchSnapshot();
  });

  test('full', () => {
    expect(synth(full)).toMatchSnapshot();
  });
});
