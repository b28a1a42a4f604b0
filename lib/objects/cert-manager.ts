/** Objects of https://cert-manager.io */
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import type { CertificateSpec } from '../../imports/certificate-cert-manager.io';
import type { IssuerSpec } from '../../imports/issuer-cert-manager.io';

export interface Certificate {
  readonly apiVersion: 'cert-manager.io/v1';
  readonly kind: 'Certificate';
  readonly metadata: ObjectMeta;
  /** The generated type has `isCa`, which is written `isCA`. */
  readonly spec: Omit<CertificateSpec, 'isCa'> & { readonly isCA?: boolean };
}

/** Of one namespace. */
export interface Issuer {
  readonly apiVersion: 'cert-manager.io/v1';
  readonly kind: 'Issuer';
  readonly metadata: ObjectMeta;
  readonly spec: IssuerSpec;
}
