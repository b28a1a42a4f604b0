/**
 * Checks across fields. Each is one expression that must hold and the message where it does not; the plain reading
 * and the chart report all failures at once, in the same words.
 */
import type { IConstruct } from 'constructs';
import { type Expr, type Input, LITERALS, type Scope, literalOf, toExpr } from '../values/expression';
import { and, equals, not } from '../values/logic';
import { str } from '../values/texts';
import { conditionOf } from './conditions';

export interface Check {
  /** True where the manifests cannot keep what they promise. */
  readonly fails: Expr<boolean>;
  /** What was given, the limit, the remedy. */
  readonly message: Expr<string>;
  /** The same behind the path of the construct. */
  readonly fullMessage: Expr<string>;
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

function checkOf(construct: IConstruct, condition: Input<boolean>, message: Input<string>): Check {
  return {
    fails: and(conditionOf(construct), not(condition)),
    message: toExpr(message),
    fullMessage: str`${construct.node.path}: ${message}`,
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
  return all.filter((check) => check.fails.evaluate(scope)).map((check) => check.fullMessage.evaluate(scope));
}

/** A check that values decide is left to the outputs of the system. */
function literalFailures(all: readonly Check[]): string[] {
  return all.filter((check) => literalOf(check.fails) === true).map((check) => check.message.evaluate(LITERALS));
}
