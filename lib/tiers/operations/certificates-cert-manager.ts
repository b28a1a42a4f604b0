/** Certificates that cert-manager issues and renews, and a private authority where none is named. */
import { Construct } from 'constructs';
import {
  type CertificateSpecIssuerRef,
  CertificateSpecPrivateKeyAlgorithm,
  CertificateSpecPrivateKeyEncoding,
  CertificateSpecPrivateKeyRotationPolicy,
  CertificateSpecUsages,
} from '../../../imports/certificate-cert-manager.io';
import type { IssuerSpec } from '../../../imports/issuer-cert-manager.io';
import type { Certificate, Issuer } from '../../objects/cert-manager';
import { onlyWhen } from '../../objects/conditions';
import { KubeObject } from '../../objects/kube-object';
import { type Expr, type Input } from '../../values/expression';
import { and, isSet, not, or, valueOf } from '../../values/logic';
import { multiply } from '../../values/numbers';
import { type Tree } from '../../values/parts';
import { str, truncate } from '../../values/texts';
import { when } from '../../values/tree';
import { secretName } from '../../workload/secrets';
import type { Certificates, ServerCertificate } from './certificates';

/** cert-manager's issuers: one for public names, one for names within the cluster. */
export interface Issuers {
  /** For clients inside the cluster, whose authority is in `ca.crt`; a `name` of null has the release make its own. */
  readonly internal: { readonly name: Input<string | null> } & IssuerKind;
  /** For browsers. */
  readonly public: { readonly name: Input<string> } & IssuerKind;
}

interface IssuerKind {
  /** `Issuer` of the namespace, `ClusterIssuer`, or what an issuer that is none of cert-manager's own calls it. */
  readonly kind: Input<string>;
  readonly group: Input<string>;
}

interface CertManagerProps {
  readonly enabled: Expr<boolean>;
  readonly certificates: Readonly<Record<string, ServerCertificate>>;
  readonly validityDays: Input<number>;
  readonly renewBeforeDays: Input<number>;
  readonly certManager: Issuers;
}

const API = { apiVersion: 'cert-manager.io/v1' } as const;
const GROUP = 'cert-manager.io';
/** RFC 5280's. */
const LONGEST_COMMON_NAME = 64;
const privateKey = {
  algorithm: CertificateSpecPrivateKeyAlgorithm.ECDSA,
  encoding: CertificateSpecPrivateKeyEncoding.PKCS8,
  rotationPolicy: CertificateSpecPrivateKeyRotationPolicy.ALWAYS,
  size: 256,
} as const;
/** Ten years, and the last of them to renew it in: certificates are signed by the same key before and after. */
const AUTHORITY = {
  duration: '87600h',
  renewBefore: '8760h',
  privateKey: { ...privateKey, rotationPolicy: CertificateSpecPrivateKeyRotationPolicy.NEVER },
} as const;

export function addCertManager(tier: Certificates, props: CertManagerProps): void {
  const { certificates, certManager, enabled, renewBeforeDays, validityDays } = props;
  const all = Object.entries(certificates);
  const internal = all.filter(([, certificate]) => certificate.public !== true);
  const needed = or(...internal.map(([, certificate]) => certificate.enabled ?? true));
  addAuthority(tier, and(enabled, needed, not(isSet(certManager.internal.name))));
  const hours = {
    duration: str`${multiply(validityDays, 24)}h`,
    renewBefore: str`${multiply(renewBeforeDays, 24)}h`,
  };
  for (const [name, { secret, hosts, enabled: isNeeded = true, ...certificate }] of all) {
    const scope = new Construct(tier, name);
    onlyWhen(scope, and(enabled, isNeeded));
    addCertificate(tier, scope, secretName(secret), {
      secretName: secretName(secret),
      dnsNames: hosts,
      usages: [CertificateSpecUsages.SERVER_AUTH, CertificateSpecUsages.DIGITAL_SIGNATURE],
      privateKey,
      ...(certificate.public === true
        ? { issuerRef: certManager.public }
        : { ...hours, issuerRef: issuerOf(tier, certManager.internal) }),
    });
  }
}

function issuerOf(tier: Certificates, { name, kind, group }: Issuers['internal']): Tree<CertificateSpecIssuerRef> {
  const given = { name: valueOf(name), kind, group };
  return when<CertificateSpecIssuerRef>(isSet(name), given, {
    name: tier.objectName,
    kind: 'Issuer',
    group: GROUP,
  });
}

/** A certificate that signs itself, and an issuer that signs with it. */
function addAuthority(tier: Certificates, enabled: Expr<boolean>): void {
  const itself = new Construct(tier, 'self-signed');
  const authority = new Construct(tier, 'authority');
  for (const scope of [itself, authority]) onlyWhen(scope, enabled);
  const name = tier.authority;
  const selfSigned = str`${tier.objectName}-self-signed`;
  addIssuer(tier, itself, selfSigned, { selfSigned: {} });
  addCertificate(tier, authority, name, {
    secretName: name,
    isCA: true,
    commonName: truncate(name, LONGEST_COMMON_NAME),
    ...AUTHORITY,
    issuerRef: { name: selfSigned, kind: 'Issuer', group: GROUP },
  });
  addIssuer(tier, authority, tier.objectName, { ca: { secretName: name } });
}

function addCertificate(
  tier: Certificates,
  scope: Construct,
  name: Input<string>,
  spec: Tree<Certificate['spec']>,
): void {
  new KubeObject<Certificate>(scope, 'certificate', {
    ...API,
    kind: 'Certificate',
    metadata: { name, labels: labelsOf(tier) },
    spec,
  });
}

function addIssuer(tier: Certificates, scope: Construct, name: Input<string>, spec: Tree<IssuerSpec>): void {
  new KubeObject<Issuer>(scope, 'issuer', {
    ...API,
    kind: 'Issuer',
    metadata: { name, labels: labelsOf(tier) },
    spec,
  });
}

function labelsOf({ node, platform }: Certificates) {
  return platform.labels({ name: node.id, component: 'certificate' });
}
