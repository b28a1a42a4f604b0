import { App, Chart, Testing } from 'cdk8s';
import type { CronJob, Job } from 'kubernetes-types/batch/v1';
import type { ConfigMap } from 'kubernetes-types/core/v1';
import type { Role } from 'kubernetes-types/rbac/v1';
import type { Certificate, Issuer } from '../../../lib/objects/cert-manager';
import { Certificates, type CertificatesProps, certificateSources } from '../../../lib/tiers/operations/certificates';
import { Prometheus, type PrometheusProps } from '../../../lib/tiers/observability/prometheus';
import { rulesOf } from '../../../lib/tiers/observability/rules/rules';
import { literalOf } from '../../../lib/values/expression';
import { Objects } from '../data/objects';
import { shellErrors } from '../data/shell';
import { podSettings } from '../web/pod-settings';

interface Kinds {
  readonly Certificate: Certificate;
  readonly ConfigMap: ConfigMap;
  readonly CronJob: CronJob;
  readonly Issuer: Issuer;
  readonly Job: Job;
  readonly Role: Role;
}

type Props = Partial<CertificatesProps>;

const certificates = {
  postgres: { secret: 'shop-postgres-tls', hosts: ['shop-postgres-primary', 'shop-postgres-read'] },
  balancer: { secret: 'shop-load-balancer-tls', hosts: ['shop.example.com'], public: true },
};

function certificatesWith(props: Props): Certificates {
  return new Certificates(new Chart(new App(), 'shop'), 'certificates', { certificates, ...props });
}

function synth(props: Props): readonly { readonly kind: string }[] {
  return Testing.synth(Chart.of(certificatesWith(props))) as readonly { readonly kind: string }[];
}

function all<K extends keyof Kinds>(kind: K, props: Props): readonly Kinds[K][] {
  return synth(props).filter((object) => object.kind === kind) as unknown as readonly Kinds[K][];
}

/** The object of a kind, of which there is one. */
function the<K extends keyof Kinds>(kind: K, props: Props): Kinds[K] {
  const [found] = all(kind, props);
  if (!found) throw new Error(`no ${kind}`);
  return found;
}

const generate = { source: 'generate' } as const;
const certManager = { source: 'certManager' } as const;
const script = (props: Props = {}): string => the('ConfigMap', { ...generate, ...props }).data?.['generate.sh'] ?? '';

/** Every prop, each other than its default. */
const full: { readonly [K in keyof Required<CertificatesProps>]: NonNullable<CertificatesProps[K]> } = {
  enabled: true,
  certificates: { cache: { secret: 'shop-cache-tls', hosts: ['shop-cache'] } },
  source: 'generate',
  validityDays: 200,
  renewBeforeDays: 60,
  certManager: {
    internal: { name: 'company', kind: 'ClusterIssuer', group: 'cert-manager.io' },
    public: { name: 'pca', kind: 'AWSPCAClusterIssuer', group: 'awspca.cert-manager.io' },
  },
  schedule: '15 1 * * *',
  resources: {
    requests: { cpu: '50m', memory: '32Mi', ephemeralStorage: '8Mi' },
    limits: { cpu: '100m', memory: '48Mi', ephemeralStorage: '16Mi' },
  },
  image: { registry: 'registry.example.com', repository: 'openssl', tag: '1', digest: null },
  ...podSettings,
};

describe('Certificates', () => {
  test('makes nothing where the Secrets exist, which is the default', () => {
    expect(synth({})).toEqual([]);
  });

  test.each(certificateSources)('from %s says whether they must', (source) => {
    expect(literalOf(certificatesWith({ source }).mustExist)).toBe(source === 'existing');
  });

  test('refuses to renew as soon as it has made', () => {
    const problems = (renewBeforeDays: number): readonly string[] =>
      certificatesWith({ validityDays: 20, renewBeforeDays }).node.validate();
    expect(problems(19)).toEqual([]);
    expect(problems(20)).toEqual([
      'renewBeforeDays 20 is not less than validityDays 20, so that a certificate would be renewed as soon as it is made; lower it.',
    ]);
  });

  test('refuses a certificate for no name', () => {
    expect(() => certificatesWith({ certificates: { cache: { secret: 'shop-cache-tls', hosts: [] } } })).toThrow(
      'shop/certificates: certificates.cache has no hosts; name one.',
    );
  });

  describe('that are generated', () => {
    test('are ensured, each for its names', () => {
      expect(script()).toMatch(
        '\nensure shop-postgres-tls internal shop-postgres-primary shop-postgres-read\nensure shop-load-balancer-tls public shop.example.com\n',
      );
    });

    test('are so by a script of the shell', () => {
      expect(shellErrors(script())).toBe('');
    });

    test('are looked at each day by the same pod', () => {
      const { schedule, jobTemplate } = the('CronJob', generate).spec ?? {};
      expect(schedule).toBe('40 3 * * *');
      expect(jobTemplate?.spec?.template).toEqual(the('Job', generate).spec?.template);
    });

    test('are changed by name alone, and the authority never', () => {
      expect(the('Role', generate).rules).toEqual([
        { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
        {
          apiGroups: [''],
          resources: ['secrets'],
          resourceNames: ['shop-certificates-ca', 'shop-postgres-tls', 'shop-load-balancer-tls'],
          verbs: ['get'],
        },
        {
          apiGroups: [''],
          resources: ['secrets'],
          resourceNames: ['shop-postgres-tls', 'shop-load-balancer-tls'],
          verbs: ['patch'],
        },
      ]);
    });

    test('are those that something needs', () => {
      const { balancer, postgres } = certificates;
      const some = { ...generate, certificates: { balancer: { ...balancer, enabled: false }, postgres } };
      expect(script(some)).not.toMatch('load-balancer');
      expect(the('Role', some).rules?.[2]?.resourceNames).toEqual(['shop-postgres-tls']);
      expect(synth({ ...some, certificates: { balancer: { ...balancer, enabled: false } } })).toEqual([]);
    });

    test('are signed for as many days as are said', () => {
      const days = script({ validityDays: 200, renewBeforeDays: 60 });
      expect(days).toMatch('\ndays=200\n');
      expect(days).toMatch('made_here=$((60 * 86400))');
    });
  });

  describe('of cert-manager', () => {
    test('are for the names of the server, with a key that changes', () => {
      const [, postgres] = all('Certificate', certManager);
      expect(postgres?.metadata.name).toBe('shop-postgres-tls');
      expect(postgres?.spec).toEqual({
        secretName: 'shop-postgres-tls',
        dnsNames: ['shop-postgres-primary', 'shop-postgres-read'],
        usages: ['server auth', 'digital signature'],
        privateKey: { algorithm: 'ECDSA', encoding: 'PKCS8', rotationPolicy: 'Always', size: 256 },
        duration: '2160h',
        renewBefore: '720h',
        issuerRef: { name: 'shop-certificates', kind: 'Issuer', group: 'cert-manager.io' },
      });
    });

    test('come from an authority of the release, whose key stays', () => {
      expect(all('Issuer', certManager).map(({ metadata, spec }) => [metadata.name, spec])).toEqual([
        ['shop-certificates-self-signed', { selfSigned: {} }],
        ['shop-certificates', { ca: { secretName: 'shop-certificates-ca' } }],
      ]);
      expect(the('Certificate', certManager).spec).toMatchObject({
        secretName: 'shop-certificates-ca',
        isCA: true,
        privateKey: { rotationPolicy: 'Never' },
        issuerRef: { name: 'shop-certificates-self-signed' },
      });
    });

    test('come from the issuer that is named, and no authority is made', () => {
      const given = { ...certManager, certManager: full.certManager };
      expect(all('Certificate', given).map(({ spec }) => spec.issuerRef)).toEqual([
        { name: 'company', kind: 'ClusterIssuer', group: 'cert-manager.io' },
        { name: 'pca', kind: 'AWSPCAClusterIssuer', group: 'awspca.cert-manager.io' },
      ]);
      expect(all('Issuer', given)).toEqual([]);
    });

    test('are public for as long as their issuer says, and need no authority', () => {
      const { balancer } = certificates;
      const given = { ...certManager, certificates: { balancer } };
      expect(
        all('Certificate', given).map(({ spec }) => [spec.issuerRef.name, spec.duration, spec.renewBefore]),
      ).toEqual([['letsencrypt', undefined, undefined]]);
      expect(synth(given)).toHaveLength(1);
    });
  });

  describe('are watched', () => {
    const rulesWith = (props: Props, prometheusProps: PrometheusProps): string => {
      const certificatesOf = certificatesWith(props);
      const chart = Chart.of(certificatesOf);
      const prometheus = new Prometheus(chart, 'prometheus', prometheusProps);
      prometheus.addRules(rulesOf({ prometheus, certificates: certificatesOf }));
      return new Objects(chart).get('ConfigMap', 'shop-prometheus-rules').data?.['certificates.yaml'] ?? '';
    };
    const nodes: PrometheusProps = { nodeAgents: { namespace: 'node-agents', release: 'node-agents' } };

    test('by whether the CronJob succeeds', () => {
      const rules = rulesWith(generate, nodes);
      expect(rules).toMatch('CertificatesNotRenewed');
      expect(rules).toMatch('kube_cronjob_status_last_schedule_time{cronjob="shop-certificates"}');
    });

    test('where there is one, and metrics of it', () => {
      expect(rulesWith(certManager, nodes)).toBe('');
      expect(rulesWith(generate, {})).toBe('');
    });
  });

  test.each(Object.keys(full) as (keyof typeof full)[])('%s changes the output', (prop) => {
    const base = prop === 'certManager' ? certManager : prop === 'source' ? {} : generate;
    expect(synth({ ...base, [prop]: prop === 'enabled' ? false : full[prop] })).not.toEqual(synth(base));
  });

  test('minimal', () => {
    expect(synth(generate)).toMatchSnapshot();
  });

  test('full', () => {
    expect(synth(full)).toMatchSnapshot();
  });

  test('by cert-manager', () => {
    expect(synth(certManager)).toMatchSnapshot();
  });
});
