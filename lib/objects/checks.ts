/**
 * Checks across fields. Each is one expression that must hold and the message where it does not; the plain reading
 * and the chart report all failures at once, in the same words.
 */
import type { IConstruct } from 'constructs';
import { type Expr, type Input, LITERALS, type Scope, literalOf, toExpr } from '../values/expression';
import { compareBytes } from '../values/hashes';
import { and, equals, not } from '../values/logic';
import { scopesOf } from '../values/loops';
import { Each } from '../values/parts';
import { MapReference, Variable } from '../values/reference';
import { str } from '../values/texts';
import type { Element, MapInput } from '../values/tree';
import { conditionOf } from './conditions';

export interface Check {
  /** True where the manifests cannot keep what they promise. */
  readonly fails: Expr<boolean>;
  /** What was given, the limit, the remedy. */
  readonly message: Expr<string>;
  /** The same behind the path of the construct. */
  readonly fullMessage: Expr<string>;
  /** Asked for in each turn of loops over maps of values, the outermost first. */
  readonly loops: readonly Each[];
  /** Where a text must be empty: the text, and the condition under which it is asked for. */
  readonly unwanted?: { readonly text: Expr<string>; readonly where: Expr<boolean> };
}

const checks = new WeakMap<IConstruct, (() => Check)[]>();

/**
 * Demands that a condition hold wherever the construct is part of the output.
 * The message says what was given, the limit and the remedy; the construct's path is put before it.
 */
export function demand(construct: IConstruct, condition: Input<boolean>, message: Input<string>): void {
  addCheck(construct, () => checkOf(construct, condition, message));
}

/** What must hold, and the message where it does not. */
export interface Demand {
  readonly holds: Input<boolean>;
  readonly message: Input<string>;
}

/** Demands what can be said only at output, when all is there to be counted. */
export function demandLate(construct: IConstruct, build: () => Demand): void {
  addCheck(construct, () => {
    const { holds, message } = build();
    return checkOf(construct, holds, message);
  });
}

/** Demands that a text, which lists what is wrong, be empty. It is asked for at output, when all is there to be listed. */
export function demandEmpty(
  construct: IConstruct,
  list: () => Input<string>,
  message: (listed: Input<string>) => Input<string>,
): void {
  addCheck(construct, () => {
    const text = toExpr(list());
    const where = conditionOf(construct);
    return { ...checkOf(construct, equals(text, ''), message(text)), unwanted: { text, where } };
  });
}

/** What an entry must keep to, or the entries of a map that it has: `within`. */
type Demands = Demand | Within;

/** A demand, and the loops in whose turns it is asked for. */
interface Turn {
  readonly loops: readonly Each[];
  readonly demand: Demand;
}

class Within {
  constructor(readonly turns: readonly Turn[]) {}
}

/** Demands something of each entry of a map, as `demand` does of all of them together. */
export function demandEach<E>(
  construct: IConstruct,
  map: MapReference<E>,
  ofEntry: (key: Input<string>, item: E) => Demands,
): void;
export function demandEach<T>(
  construct: IConstruct,
  map: MapInput<T>,
  ofEntry: (key: Input<string>, item: Element<T>) => Demands,
): void;
export function demandEach<E>(
  construct: IConstruct,
  map: Readonly<Record<string, E>> | MapReference<E>,
  ofEntry: (key: Input<string>, item: E) => Demands,
): void {
  for (const { demand: one, loops } of turnsFor(map, ofEntry)) {
    addCheck(construct, () => ({ ...checkOf(construct, one.holds, one.message), loops }));
  }
}

/** What is demanded of each entry of a map that an entry has. */
export function within<E>(map: MapReference<E>, ofEntry: (key: Input<string>, item: E) => Demands): Within;
export function within<T>(map: MapInput<T>, ofEntry: (key: Input<string>, item: Element<T>) => Demands): Within;
export function within<E>(
  map: Readonly<Record<string, E>> | MapReference<E>,
  ofEntry: (key: Input<string>, item: E) => Demands,
): Within {
  return new Within(turnsFor(map, ofEntry));
}

function turnsFor<E>(
  map: Readonly<Record<string, E>> | MapReference<E>,
  ofEntry: (key: Input<string>, item: E) => Demands,
): readonly Turn[] {
  const turns = (demands: Demands, around: readonly Each[]): readonly Turn[] =>
    demands instanceof Within
      ? demands.turns.map(({ demand: one, loops }) => ({ demand: one, loops: [...around, ...loops] }))
      : [{ demand: demands, loops: around }];
  if (!(map instanceof MapReference)) {
    const entries = Object.entries(map).sort(([a], [b]) => compareBytes(a, b));
    return entries.flatMap(([key, item]) => turns(ofEntry(key, item), []));
  }
  const [item, element] = map.item();
  const key = new Variable<string>('string', 'key');
  return turns(ofEntry(key, element), [new Each(map, item, key, undefined)]);
}

function checkOf(construct: IConstruct, condition: Input<boolean>, message: Input<string>): Check {
  return {
    fails: and(conditionOf(construct), not(condition)),
    message: toExpr(message),
    fullMessage: str`${construct.node.path}: ${message}`,
    loops: [],
  };
}

function addCheck(construct: IConstruct, check: () => Check): void {
  const own = checks.get(construct);
  if (own !== undefined) {
    own.push(check);
    return;
  }
  checks.set(construct, [check]);
  // A plain app reports them at `app.synth()`, behind the path.
  construct.node.addValidation({ validate: () => literalFailures(checksOf(construct)) });
}

/** The checks of a construct itself. */
export function checksOf(construct: IConstruct): readonly Check[] {
  return (checks.get(construct) ?? []).map((build) => build());
}

/** The messages of the checks that fail. */
export function failures(all: readonly Check[], scope: Scope): string[] {
  return all.flatMap((check) =>
    turnsOf(check, scope)
      .filter((turn) => check.fails.evaluate(turn))
      .map((turn) => check.fullMessage.evaluate(turn)),
  );
}

/** The scopes in which a check is asked for. */
export function turnsOf({ loops }: Check, scope: Scope): readonly Scope[] {
  return loops.reduce<readonly Scope[]>((scopes, loop) => scopes.flatMap((each) => scopesOf(loop, each)), [scope]);
}

/** A check that values decide is left to the outputs of the system. */
function literalFailures(all: readonly Check[]): string[] {
  return all.filter(({ fails }) => literalOf(fails) === true).map((check) => check.message.evaluate(LITERALS));
}
