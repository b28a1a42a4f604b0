/** Secrets, always by reference. */
import type { EnvVar, SecretVolumeSource } from 'kubernetes-types/core/v1';
import { type Input, isExpr } from '../values/expression';
import type { Tree } from '../values/parts';
import { fromString } from '../values/token';

/** What cdk8s-plus makes or refers to, such as an `ISecret` or an `IServiceAccount`, of any of its versions. */
export interface NamedResource {
  readonly name: string;
}

/** An existing Secret: its name, or an `ISecret` of cdk8s-plus. */
export type SecretInput = Input<string> | NamedResource;

export function secretName(secret: SecretInput): Input<string> {
  return typeof secret === 'string' || isExpr(secret) ? secret : fromString(secret.name, 'the name of a Secret');
}

/** An environment variable from a key of a Secret. */
export function envFromSecret(name: string, secret: SecretInput, key: string): Tree<EnvVar> {
  return { name, valueFrom: { secretKeyRef: { name: secretName(secret), key } } };
}

/** The keys of a Secret as files that only their owner and group may read. */
export function secretFiles(secret: SecretInput, keys: readonly string[]): Tree<SecretVolumeSource> {
  return {
    secretName: secretName(secret),
    defaultMode: 0o440,
    items: keys.map((key) => ({ key, path: key })),
  };
}
