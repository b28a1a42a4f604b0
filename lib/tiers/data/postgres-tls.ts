/** Encrypted connections to a Postgres, as its server and its clients have them. */
import type { Volume, VolumeMount } from 'kubernetes-types/core/v1';
import type { Input } from '../../values/expression';
import { choose } from '../../values/choice';
import type { Items, Text, When } from '../../values/parts';
import { text } from '../../values/text';
import { when } from '../../values/tree';
import { secretFiles } from '../../workload/secrets';

/** Whether clients reach PostgreSQL by TLS. */
export interface PostgresTls {
  /** Whether connections from other pods are encrypted, all of them. */
  readonly enabled: Input<boolean>;
  /**
   * Secret with the keys `tls.crt`, `tls.key` and `ca.crt`, as cert-manager makes them; null for the tier's name and
   * `-tls`, such as `shop-postgres-tls`.
   */
  readonly existingSecret: Input<string | null>;
}

/** The same, with the Secret's name. */
export interface ServerTls {
  readonly enabled: Input<boolean>;
  readonly secret: Input<string>;
}

/** Where a server has certificate, key and authority. */
export const TLS_FILES = '/run/secrets/tls';

export function tlsConf({ enabled }: ServerTls): When<Text> | undefined {
  return when(
    enabled,
    text`
      # A renewed certificate takes a reload.
      ssl = on
      ssl_min_protocol_version = 'TLSv1.2'
      ssl_cert_file = '${TLS_FILES}/tls.crt'
      ssl_key_file = '${TLS_FILES}/tls.key'
    `,
  );
}

/** The end of a connection string by which a server connects to another. */
export function verifyingServer({ enabled }: ServerTls): Input<string> {
  return choose(enabled, ` sslmode=verify-full sslrootcert=${TLS_FILES}/ca.crt`, '');
}

export function tlsVolumes({ enabled, secret }: ServerTls): Items<Volume> {
  // The key is root's and readable by PostgreSQL's group, as it demands of a key that is not its own.
  return [when<Volume>(enabled, { name: 'tls', secret: secretFiles(secret, ['tls.crt', 'tls.key', 'ca.crt']) })];
}

export function tlsMounts({ enabled }: ServerTls): Items<VolumeMount> {
  return [when<VolumeMount>(enabled, { name: 'tls', mountPath: TLS_FILES, readOnly: true })];
}
