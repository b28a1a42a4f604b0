/** One app holds objects of one copy of this library: no copy knows the conditions, checks and connections of another. */
import { join } from 'node:path';
import type { IConstruct } from 'constructs';

/** The copy that is running, by where it is. */
class Copy {
  readonly folder = join(__dirname, '..');
}

const own = new Copy();
/** Shared by all copies, whatever their versions: it stays as it is. */
const COPY = Symbol.for('cdk8s-tiers.copy');

/** @throws where another copy has objects in the same app: they would meet without a word, and a rule lose its peers. */
export function demandOneCopy(construct: IConstruct): void {
  const { root } = construct.node;
  const first: unknown = Reflect.get(root, COPY);
  if (first === undefined) Object.defineProperty(root, COPY, { value: own });
  else if (first !== own) {
    throw new Error(
      `${construct.node.path}: two copies of cdk8s-tiers meet in one app, ${folderOf(first)} and ${own.folder}; install one, for the app and for what it uses: \`npm ls cdk8s-tiers\` shows who brings which.`,
    );
  }
}

function folderOf(copy: unknown): string {
  return typeof copy === 'object' && copy !== null && 'folder' in copy ? String(copy.folder) : 'another';
}
