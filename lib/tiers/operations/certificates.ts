import type { Construct } from 'constructs';
import { images } from '../../images';
import { demand } from '../../objects/checks';
import { type Expr, type Input } from '../../values/expression';
import { and, equals, lessThan, or } from '../../values/logic';
import { str } from '../../values/texts';
import type { Resources } from '../../workload/container';
import type { Image } from '../../workload/platform';
import type { PodSettings } from '../../workload/pod';
import { type SecretInput, secretName } from '../../workload/secrets';
import { Tier, type TierProps } from '../tier';
import { type Issuers, addCertManager } from './certificates-cert-manager';
import { CertificateMaker } from './certificates-maker';

/** Who makes certificates: nobody here, cert-manager, or a Job with a private authority. */
export type CertificateSource = 'existing' | 'certManager' | 'generate';

export const certificateSources = [
  'existing',
  'certManager',
  'generate',
] as const satisfies readonly CertificateSource[];

/** A certificate that is wanted: for whom, and in which Secret. */
export interface ServerCertificate {
  /** Where the server looks for it: `tls.crt`, `tls.key`, and `ca.crt`, by which clients know the server. */
  readonly secret: SecretInput;
  /** DNS names by which clients ask for the server; one at the least. */
  readonly hosts: readonly Input<string>[];
  /** Whether browsers are among the clients, which have authorities of their own and need no `ca.crt`. @default false */
  readonly public?: boolean;
  /** Whether anything needs it. @default true */
  readonly enabled?: Input<boolean>;
}

/** Props of `Certificates`. */
export interface CertificatesProps extends TierProps, PodSettings {
  /** By what they are for, such as `postgres`. Each Secret once. */
  readonly certificates: Readonly<Record<string, ServerCertificate>>;
  /** Who makes certificates: nobody here, cert-manager, or a Job. @default existing */
  readonly source?: Input<CertificateSource>;
  /** Days for which a certificate is good; those of `public` issuers are good for as long as those say. @default 90 */
  readonly validityDays?: Input<number>;
  /** Days before its end at which it is renewed. @default 30 */
  readonly renewBeforeDays?: Input<number>;
  /** Who signs for cert-manager. @default - see certificatesDefaults: an authority of the release's own, and `letsencrypt` */
  readonly certManager?: Issuers;
  /** When certificates that are generated are looked at. @default 40 3 * * * */
  readonly schedule?: Input<string>;
  /** Of what generates them. @default - see certificatesDefaults */
  readonly resources?: Resources;
  /** openssl and curl, with a shell. @default - see lib/images.ts */
  readonly image?: Image;
}

/** Defaults of `CertificatesProps`. */
export const certificatesDefaults = {
  source: 'existing',
  validityDays: 90,
  renewBeforeDays: 30,
  certManager: {
    internal: { name: null, kind: 'Issuer', group: 'cert-manager.io' },
    public: { name: 'letsencrypt', kind: 'ClusterIssuer', group: 'cert-manager.io' },
  },
  schedule: '40 3 * * *',
  resources: {
    requests: { cpu: '10m', memory: '32Mi', ephemeralStorage: '16Mi' },
    limits: { cpu: '200m', memory: '64Mi', ephemeralStorage: '32Mi' },
  },
  image: images.nginx,
} as const;

/**
 * Certificates for servers inside the cluster, and for the one that browsers ask.
 *
 * ```ts
 * new Certificates(chart, 'certificates', {
 *   source: 'certManager',
 *   certificates: { postgres: { secret: 'shop-postgres-tls', hosts: ['shop-postgres-primary', 'shop-postgres-read'] } },
 * });
 * ```
 *
 * What a Job has made is renewed by a CronJob; what others have made is never changed. See docs/tiers/certificates.md.
 */
export class Certificates extends Tier {
  /** Makes and renews them, where the source is `generate`. */
  readonly maker: CertificateMaker;
  /** Whether the Secrets have to exist. */
  readonly mustExist: Expr<boolean>;
  /** Whether they are made by the maker, of the authority in a Secret of this name. */
  readonly isGenerated: Expr<boolean>;
  /** Name of the Secret with the authority. */
  readonly authority: Input<string>;
  /** Where servers look for their certificates. */
  readonly secrets: readonly { readonly secret: Input<string>; readonly enabled: Input<boolean> }[];
  protected readonly client: CertificateMaker;

  constructor(scope: Construct, id: string, props: CertificatesProps) {
    super(scope, id, props);
    const settings = { ...certificatesDefaults, ...props };
    const { certificates, renewBeforeDays, source, validityDays } = settings;
    demand(
      this,
      lessThan(renewBeforeDays, validityDays),
      str`renewBeforeDays ${renewBeforeDays} is not less than validityDays ${validityDays}, so that a certificate would be renewed as soon as it is made; lower it.`,
    );
    for (const [name, { hosts }] of Object.entries(certificates)) {
      if (hosts.length === 0) throw new TypeError(`${this.node.path}: certificates.${name} has no hosts; name one.`);
    }
    const from = (given: CertificateSource): Expr<boolean> => equals<CertificateSource>(source, given);
    this.secrets = Object.values(certificates).map(({ secret, enabled = true }) => ({
      secret: secretName(secret),
      enabled,
    }));
    this.authority = str`${this.objectName}-ca`;
    this.mustExist = from('existing');
    addCertManager(this, { ...settings, enabled: from('certManager') });
    this.isGenerated = and(from('generate'), or(...this.secrets.map(({ enabled }) => enabled)));
    this.maker = new CertificateMaker(this, { ...settings, enabled: this.isGenerated });
    this.client = this.maker;
  }
}
