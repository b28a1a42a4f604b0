/** How long a release's name may be: what is added to it for the objects' names has to fit too. */
import type { IConstruct } from 'constructs';
import type { Check } from '../objects/checks';
import { conditionOf } from '../objects/conditions';
import { KubeObject } from '../objects/kube-object';
import type { Expr } from '../values/expression';
import { and, equals, not } from '../values/logic';
import { isMap } from '../values/parts';
import { release } from '../values/reference';
import { Interpolation, str, truncate } from '../values/texts';

/**
 * Characters in the name of an object of a kind. Labels have 63: a Job's pods carry its name, a StatefulSet's pods its
 * name with a hash, `-` and ten characters, and a Job of a CronJob its name with a time of as many.
 */
const LONGEST: Readonly<Record<string, number>> = { CronJob: 52, Job: 63, Service: 63, StatefulSet: 52 };

interface Bound {
  readonly characters: number;
  readonly condition: Expr<boolean>;
  readonly object: string;
}

/** A check for the name that leaves the least to the release's, and one for each condition under which it is less. */
export function checksOfNames(system: IConstruct): readonly Check[] {
  const bounds = system.node
    .findAll()
    .filter((construct) => construct instanceof KubeObject)
    .flatMap(boundOf)
    .sort((a, b) => a.characters - b.characters);
  const seen = new Set<string>();
  return bounds.flatMap((bound) => {
    const condition = bound.condition.describe();
    if (seen.has(condition) || seen.has('true')) return [];
    seen.add(condition);
    return [checkOf(system, bound)];
  });
}

/** Of a name that is the release's with a text behind it. */
function boundOf(object: KubeObject): readonly Bound[] {
  const longest = LONGEST[object.kind];
  if (longest === undefined) return [];
  const { metadata } = object.written;
  const name = isMap(metadata) ? metadata.name : undefined;
  if (!(name instanceof Interpolation)) return [];
  const [first, suffix, ...others] = name.parts;
  if (first !== release.name || typeof suffix !== 'string' || others.length > 0) return [];
  return [{ characters: longest - suffix.length, condition: conditionOf(object), object: `${object.kind} …${suffix}` }];
}

function checkOf(system: IConstruct, { characters, condition, object }: Bound): Check {
  const fits = equals(truncate(release.name, characters), release.name);
  const message = str`the name of the release, ${release.name}, has more than ${characters} characters, which leaves too few for ${object}; install it under a shorter one.`;
  return { fails: and(condition, not(fits)), message, fullMessage: str`${system.node.path}: ${message}`, loops: [] };
}
