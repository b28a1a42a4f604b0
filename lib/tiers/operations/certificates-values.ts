import { z } from 'zod';
import { hostname, objectName, schedule, word } from '../../values/leaves';
import type { Widen } from '../../values/widen';
import { imageValues, podValues, resourcesValues } from '../../workload/values';
import { type CertificateSource, type certificatesDefaults, certificateSources } from './certificates';

/** Longer ones are refused by some clients. */
const MOST_DAYS = 825;

type Defaults = Widen<Omit<typeof certificatesDefaults, 'source'>> & { readonly source: CertificateSource };

/** What an operator may set of Certificates. */
export const certificatesValues = (defaults: Defaults) => ({
  source: z
    .enum(certificateSources)
    .default(defaults.source)
    .describe(
      'existing: the Secrets have to be there. certManager: cert-manager fills them. generate: a Job does, with a private authority, for trials.',
    ),
  validityDays: z
    .int()
    .min(2)
    .max(MOST_DAYS)
    .default(defaults.validityDays)
    .describe('Days for which a certificate is good; those of the public issuer are good for as long as it says.'),
  renewBeforeDays: z
    .int()
    .min(1)
    .max(MOST_DAYS)
    .default(defaults.renewBeforeDays)
    .describe('Days before its end at which a certificate is renewed.'),
  certManager: z.strictObject({
    internal: z.strictObject({
      name: objectName()
        .nullable()
        .default(defaults.certManager.internal.name)
        .describe('Issuer for names inside the cluster; null for an authority of the release alone.'),
      ...issuerKind(defaults.certManager.internal),
    }),
    public: z.strictObject({
      name: objectName().default(defaults.certManager.public.name).describe('Issuer for public names.'),
      ...issuerKind(defaults.certManager.public),
    }),
  }),
  schedule: schedule()
    .default(defaults.schedule)
    .describe('When certificates that are generated are looked at, and renewed where it is time.'),
  image: imageValues(defaults.image),
  resources: resourcesValues(defaults.resources),
  ...podValues,
});

function issuerKind({ kind, group }: { readonly kind: string; readonly group: string }) {
  return {
    kind: word().default(kind).describe('Its kind: Issuer, ClusterIssuer, or that of an external issuer.'),
    group: hostname().default(group).describe('Group of its API.'),
  };
}
