/** Secrets, always by reference. */
import type { EnvVar, SecretVolumeSource } from 'kubernetes-types/core/v1';
import { choose } from '../values/choice';
import { type Input, isExpr } from '../values/expression';
import { isSet, valueOf } from '../values/logic';
import type { Tree } from '../values/parts';
import { named } from '../values/texts';
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

/** A Secret given by its name, or null for the one whose name a tier expects. */
export type ExistingSecret = SecretInput | Input<string | null>;

/** The name of the one that was given, or of the one expected. */
export function givenOrExpected(given: ExistingSecret, expected: Input<string>): Input<string> {
  const name = given === null || isExpr(given) || typeof given === 'string' ? given : secretName(given);
  return choose(isSet(name), valueOf(name), expected);
}

/** The same for one that several objects refer to: it has a name in the chart. */
export function existingSecret(
  { id, what, expected }: { readonly id: string; readonly what: string; readonly expected: Input<string> },
  given: ExistingSecret,
): Input<string> {
  return named(`${id}.secretName`, `The Secret ${what}.`, givenOrExpected(given, expected));
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
