/** Whether what the package exports is given to it or got from it: the one may take more than it did, the other less. */
import ts from 'typescript';
import type { Api, Exported, Signature } from './api';

export interface Roles {
  readonly given: boolean;
  readonly got: boolean;
}

type Role = keyof Roles;
const opposite = { given: 'got', got: 'given' } as const;

/** Of each interface and type. One that no function or class names may be either, and so is both. */
export function rolesOf(api: Api): (name: string) => Roles {
  const found = new Set<string>();
  const declared = new Map<string, readonly Exported[]>();
  for (const [key, exported] of Object.entries(api))
    declared.set(plainName(key), [...(declared.get(plainName(key)) ?? []), exported]);

  const addName = (name: string, role: Role): void => {
    if (found.has(`${role} ${name}`)) return;
    found.add(`${role} ${name}`);
    for (const exported of declared.get(name) ?? []) if (isShape(exported)) addShape(exported, role);
  };
  const addShape = ({ type, members = {} }: Exported, role: Role): void => {
    if (type !== undefined) addNode(typeOf(type), role);
    for (const member of Object.values(members)) {
      if (member.type !== undefined) addNode(typeOf(member.type), role);
      member.signatures?.forEach((signature) => addSignature(signature, role));
    }
  };
  /** What is called, in the role of its results. */
  const addSignature = ({ parameters, returns }: Signature, role: Role): void => {
    for (const { type } of parameters) addNode(typeOf(type), opposite[role]);
    if (returns !== undefined) addNode(typeOf(returns), role);
  };
  const addNode = (node: ts.Node, role: Role): void => {
    if (ts.isTypeReferenceNode(node)) addName(node.typeName.getText(), role);
    node.forEachChild((child) => addNode(child, ts.isParameter(child) ? opposite[role] : role));
  };

  const all = Object.entries(api);
  for (const [, exported] of all) {
    if (isShape(exported)) continue;
    addShape(exported, 'got');
    exported.signatures?.forEach((signature) => addSignature(signature, 'got'));
    // Who extends a class gives it what is abstract.
    for (const { type, abstract } of Object.values(exported.members ?? {}))
      if (abstract === true && type !== undefined) addNode(typeOf(type), 'given');
  }
  const isFound = (name: string): boolean => found.has(`given ${name}`) || found.has(`got ${name}`);
  const unsure = all.filter(([key, exported]) => isShape(exported) && !isFound(plainName(key)));
  for (const [key] of unsure) for (const role of ['given', 'got'] as const) addName(plainName(key), role);

  return (key) => ({ given: found.has(`given ${plainName(key)}`), got: found.has(`got ${plainName(key)}`) });
}

/** As declarations spell it: `Exporter` of `(Exporter of shop.ts)` and of `plus.Exporter`. */
function plainName(key: string): string {
  return key.replace(/^\((\S+) of .*\)$/, '$1').replace(/^.*\./, '');
}

const isShape = ({ kind }: Exported): boolean => kind === 'interface' || kind === 'type';

/** The syntax of a type. */
export function typeOf(text: string): ts.TypeNode {
  const source = ts.createSourceFile('type.ts', `type T = ${text};`, ts.ScriptTarget.Latest, true);
  const [statement] = source.statements;
  if (statement === undefined || !ts.isTypeAliasDeclaration(statement)) throw new Error(`not a type: ${text}`);
  return statement.type;
}
