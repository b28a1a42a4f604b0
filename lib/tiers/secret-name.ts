import { choose } from '../values/choice';
import { type Input, isExpr } from '../values/expression';
import { isSet, valueOf } from '../values/logic';
import { named, str } from '../values/texts';
import { type SecretInput, secretName } from '../workload/secrets';
import type { Tier } from './tier';

export interface OwnSecret {
  /** What the named template is for, in a sentence. */
  readonly comment: string;
  /** The end of the name that it has where none is given: `<instance>-<suffix>`. */
  readonly suffix: string;
  /** The end of the named template's name, where a tier has several. @default secretName */
  readonly id?: string;
}

/** The name of a Secret that a tier needs: what is given, or one of the instance's own. */
export function secretNameOf(
  tier: Tier,
  given: SecretInput | Input<string | null>,
  { comment, suffix, id = 'secretName' }: OwnSecret,
): Input<string> {
  const name = given === null || isExpr(given) || typeof given === 'string' ? given : secretName(given);
  const own = str`${tier.platform.instance}-${suffix}`;
  return named(`${tier.node.id}.${id}`, comment, choose(isSet(name), valueOf(name), own));
}
