/** Which changes of the exported names break code that compiled with the last release. */
import ts from 'typescript';
import type { Api, Entries, Exported, Member, Parameter, Signature } from './api';
import { brokenValues, dataFacts } from './values';

/** A sentence for each. */
export function brokenApi(before: Api, after: Api): readonly string[] {
  return Object.entries(before).flatMap(([name, was]) => {
    const is = after[name];
    // What is not exported matters to those that name it, and they say so.
    if (is === undefined) return name.startsWith('(') ? [] : [`${name} is no longer exported`];
    if (is.kind !== was.kind) return [`${name}: its kind was ${was.kind} and is ${is.kind}`];
    return [...changedExport(was, is).map((what) => `${name}${what}`), ...changedMembers(name, was, is)];
  });
}

/** The same of what tiers are imported by alone. */
export function brokenEntries(before: Entries, after: Entries): readonly string[] {
  return Object.entries(before).flatMap(([entry, names]) => {
    const now = after[entry];
    if (now === undefined) return [`${entry} can no longer be imported`];
    return names.filter((name) => !now.includes(name)).map((name) => `${entry} no longer exports ${name}`);
  });
}

function changedExport(was: Exported, is: Exported): readonly string[] {
  if (was.data !== undefined)
    return is.data === undefined
      ? [' is no longer plain data']
      : brokenValues(dataFacts(was.data), dataFacts(is.data)).map((what) => `.${what}`);
  if (was.signatures !== undefined) return changedSignatures(was.signatures, is.signatures ?? []);
  return was.type === undefined || takes(is.type ?? '', was.type)
    ? []
    : [`: its type was ${was.type} and is ${is.type ?? ''}`];
}

function changedMembers(name: string, was: Exported, is: Exported): readonly string[] {
  const now = is.members ?? {};
  const isGiven = was.kind === 'interface';
  const old = Object.entries(was.members ?? {}).flatMap(([key, member]) => {
    const current = now[key];
    if (current === undefined) return [`${name}.${key} is no more`];
    return changedMember(member, current, isGiven).map((what) => `${name}.${key}${what}`);
  });
  const demanded = Object.entries(now)
    .filter(([key, member]) => !(key in (was.members ?? {})) && (isGiven ? !member.optional : member.abstract === true))
    .map(([key]) => `${name}.${key} is new and must be given`);
  return [...old, ...demanded];
}

/** What is given may be of more types than before; what is got, of fewer. */
function changedMember(was: Member, is: Member, isGiven: boolean): readonly string[] {
  if (was.signatures !== undefined) return changedSignatures(was.signatures, is.signatures ?? []);
  const [before, after] = [was.type ?? '', is.type ?? 'a method'];
  const fits = isGiven ? takes(after, before) : takes(before, after);
  return [
    ...(fits ? [] : [`: its type was ${before} and is ${after}`]),
    ...(isGiven && was.optional && !is.optional ? [' could be left out and must be given'] : []),
    ...(!isGiven && !was.optional && is.optional ? [' was always there and may be missing'] : []),
    ...(!was.abstract && is.abstract ? [' had a default and must be given'] : []),
  ];
}

function changedSignatures(before: readonly Signature[], after: readonly Signature[]): readonly string[] {
  const fits = before.every((was) => after.some((is) => accepts(is, was)));
  return fits ? [] : [` was ${before.map(print).join(' and ')} and is ${after.map(print).join(' and ')}`];
}

/** Whether every call of the one is a call of the other, and gives what it gave. */
function accepts(is: Signature, was: Signature): boolean {
  const isTaken = ({ type, optional }: Parameter, place: number): boolean => {
    const now = is.parameters[place];
    return now !== undefined && takes(now.type, type) && (!optional || now.optional === true);
  };
  const more = is.parameters.slice(was.parameters.length);
  const returns = was.returns === undefined || is.returns === undefined || takes(was.returns, is.returns);
  return was.parameters.every(isTaken) && more.every(({ optional }) => optional === true) && returns;
}

function print({ parameters, returns }: Signature): string {
  const list = parameters.map(({ type, optional }) => (optional ? `${type} (optional)` : type)).join(', ');
  return `(${list})${returns === undefined ? '' : `: ${returns}`}`;
}

// ---- Types ---------------------------------------------------------------------------------------------------------

/** Whether a type surely takes all of another: by what is written, so a name is itself alone. */
function takes(wider: string, narrower: string): boolean {
  return wider === narrower || takesAll(typeOf(wider), typeOf(narrower));
}

function takesAll(wider: ts.TypeNode, narrower: ts.TypeNode): boolean {
  if (ts.isParenthesizedTypeNode(wider)) return takesAll(wider.type, narrower);
  if (ts.isParenthesizedTypeNode(narrower)) return takesAll(wider, narrower.type);
  if (ts.isUnionTypeNode(narrower)) return narrower.types.every((part) => takesAll(wider, part));
  if (ts.isUnionTypeNode(wider)) return wider.types.some((part) => takesAll(part, narrower));
  if (ts.isArrayTypeNode(wider) && ts.isArrayTypeNode(narrower))
    return takesAll(wider.elementType, narrower.elementType);
  if (ts.isTypeOperatorNode(wider) && ts.isTypeOperatorNode(narrower) && wider.operator === narrower.operator)
    return takesAll(wider.type, narrower.type);
  // Those of this project and of TypeScript that are found here, such as Input and Readonly, all widen with their arguments.
  if (ts.isTypeReferenceNode(wider) && ts.isTypeReferenceNode(narrower)) {
    const [some, others] = [wider.typeArguments ?? [], narrower.typeArguments ?? []];
    const isSame = wider.typeName.getText() === narrower.typeName.getText() && some.length === others.length;
    return isSame && some.every((part, i) => takesAll(part, others[i] ?? part));
  }
  return wider.getText() === narrower.getText();
}

function typeOf(text: string): ts.TypeNode {
  const source = ts.createSourceFile('type.ts', `type T = ${text};`, ts.ScriptTarget.Latest, true);
  const [statement] = source.statements;
  if (statement === undefined || !ts.isTypeAliasDeclaration(statement)) throw new Error(`not a type: ${text}`);
  return statement.type;
}
