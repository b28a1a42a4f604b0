/** Which changes of the exported names break code that compiled with the last release. */
import ts from 'typescript';
import type { Api, Entries, Exported, Member, Parameter, Signature } from './api';
import { type Roles, rolesOf, typeOf } from './roles';
import { brokenValues, dataFacts } from './values';

/** A sentence for each. */
export function brokenApi(before: Api, after: Api): readonly string[] {
  const rolesIn = rolesOf(before);
  return Object.entries(before).flatMap(([name, was]) => {
    const is = after[name];
    // What is not exported matters to those that name it, and they say so.
    if (is === undefined) return name.startsWith('(') ? [] : [`${name} is no longer exported`];
    if (is.kind !== was.kind) return [`${name}: its kind was ${was.kind} and is ${is.kind}`];
    const roles = was.kind === 'class' ? { given: false, got: true } : rolesIn(name);
    return [...changedExport(was, is, roles).map((what) => `${name}${what}`), ...changedMembers(name, was, is, roles)];
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

function changedExport(was: Exported, is: Exported, roles: Roles): readonly string[] {
  if (was.data !== undefined)
    return is.data === undefined
      ? [' is no longer plain data']
      : brokenValues(dataFacts(was.data), dataFacts(is.data)).map((what) => `.${what}`);
  if (was.signatures !== undefined) return changedSignatures(was.signatures, is.signatures ?? []);
  return was.type === undefined ? [] : changedType(was.type, is.type ?? '', roles);
}

function changedMembers(name: string, was: Exported, is: Exported, roles: Roles): readonly string[] {
  const now = is.members ?? {};
  const old = Object.entries(was.members ?? {}).flatMap(([key, member]) => {
    const current = now[key];
    if (current === undefined) return [`${name}.${key} is no more`];
    return changedMember(member, current, roles).map((what) => `${name}.${key}${what}`);
  });
  const demanded = Object.entries(now)
    .filter(([key, { optional, abstract }]) => {
      const isDemanded = roles.given ? !optional : abstract === true;
      return isDemanded && !(key in (was.members ?? {}));
    })
    .map(([key]) => `${name}.${key} is new and must be given`);
  return [...old, ...demanded];
}

function changedMember(was: Member, is: Member, roles: Roles): readonly string[] {
  return [
    ...(was.signatures === undefined
      ? changedType(was.type ?? '', is.type ?? 'a method', roles)
      : changedMethod(was.signatures, is.signatures ?? [], roles)),
    ...(roles.given && was.optional && !is.optional ? [' could be left out and must be given'] : []),
    ...(roles.got && !was.optional && is.optional ? [' was always there and may be missing'] : []),
    ...(!was.abstract && is.abstract ? [' had a default and must be given'] : []),
  ];
}

/** What is given may be of more types than before; what is got, of fewer. */
function changedType(was: string, is: string, { given, got }: Roles): readonly string[] {
  const fits = (!given || takes(is, was)) && (!got || takes(was, is));
  return fits ? [] : [`: its type was ${was} and is ${is}`];
}

/** A method that is given is called as the package calls it now. */
function changedMethod(was: readonly Signature[], is: readonly Signature[], { given, got }: Roles): readonly string[] {
  const fits = (!given || acceptAll(was, is)) && (!got || acceptAll(is, was));
  return fits ? [] : [changed(was, is)];
}

function changedSignatures(was: readonly Signature[], is: readonly Signature[]): readonly string[] {
  return acceptAll(is, was) ? [] : [changed(was, is)];
}

function changed(was: readonly Signature[], is: readonly Signature[]): string {
  return ` was ${was.map(print).join(' and ')} and is ${is.map(print).join(' and ')}`;
}

/** Whether there is one for each of the others that accepts it. */
function acceptAll(some: readonly Signature[], others: readonly Signature[]): boolean {
  return others.every((other) => some.some((one) => accepts(one, other)));
}

/** Whether every call of the one is a call of the other, and gives what it gave. */
function accepts(is: Signature, was: Signature): boolean {
  const isTaken = ({ type, optional, rest }: Parameter, place: number): boolean => {
    const now = is.parameters[place];
    return now !== undefined && now.rest === rest && takes(now.type, type) && (!optional || now.optional === true);
  };
  const more = is.parameters.slice(was.parameters.length);
  const returns = was.returns === undefined || is.returns === undefined || takes(was.returns, is.returns);
  return was.parameters.every(isTaken) && more.every(({ optional, rest }) => optional ?? rest) && returns;
}

function print({ parameters, returns }: Signature): string {
  const list = parameters
    .map(({ type, optional, rest }) => `${rest ? '...' : ''}${type}${optional ? ' (optional)' : ''}`)
    .join(', ');
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
