/** Whether a value has an effect: two valid files that differ in it alone, and outputs that differ. */
import type { IConstruct } from 'constructs';
import { z } from 'zod';
import { collectChecks, collectObjects } from '../../lib/output/collect';
import { failures } from '../../lib/objects/checks';
import type { Release } from '../../lib/output/manifests';
import { IN_CHART } from '../../lib/values/chart-facts';
import type { Json, JsonObject, Scope } from '../../lib/values/expression';
import { isList } from '../../lib/values/json';
import { once } from '../../lib/values/once';
import { type ValueLeaf, checkValues, leavesOf } from '../../lib/values/schema';
import { type Shape, shapeOf } from '../../lib/values/shape';
import { evaluate } from '../../lib/values/tree';

/** Values for leaves of every form; a leaf takes those that its own schema accepts. */
const SAMPLES: readonly Json[] = [
  ...['250m', '2', '512Mi', '1Gi', '20Gi', '64Mi', '10Mi', 'shop', 'shop-1', 'shop.example.com', 'library/redis'],
  ...[
    '10.0.0.0/8',
    '169.254.20.10/32',
    `sha256:${'0'.repeat(64)}`,
    '0'.repeat(64),
    '1'.repeat(64),
    '/etc/extra',
    '/srv/extra',
    'LOG_LEVEL',
    'one line',
    '/',
    '0 2 * * *',
    '30 5 * * 1',
    'Etc/UTC',
    'Europe/Berlin',
    'https://s3.example.com',
    'http://s3.example.com:9000',
    'clerk@example.com',
    'owner@example.com',
    '#shop',
    '@owner',
  ],
  ...[0, 1, 2, 3, 4, 6, 10, 15, 30, 50, 75, 90, 100, 300, 1000, 5000, 20_000, 0.5, 0.9, true, false],
];
const KEYS = ['team', 'LOG_LEVEL', 'example.com/team'];

export interface Base {
  readonly name: string;
  readonly values: JsonObject;
}

/** A file made of another by setting one leaf; what does not read that is in it as in the other. */
interface Variant extends Base {
  readonly of: Base;
  /** The leaf, or the list or map that it is in. */
  readonly set: string;
}

/** An object or a check of a system: what comes of it, as a text. */
type Unit = (scope: Scope) => string;

const REFUSED = 'refused';

export class Effects {
  private readonly leaves: readonly ValueLeaf[];
  private readonly objects: readonly Unit[];
  private readonly checks: readonly Unit[];
  private readonly validity: readonly ((values: JsonObject) => boolean)[];
  private readonly reads = new WeakMap<Base, Map<Unit, ReadonlySet<string>>>();
  private readonly refusals = new WeakMap<Base, ReadonlySet<Unit>>();
  private readonly sections = new Map<string, readonly Unit[]>();
  private readonly made = new Map<string, Base>();
  private readonly open = new WeakMap<Base, JsonObject>();

  constructor(
    system: IConstruct,
    private readonly schema: z.ZodObject,
    private readonly release: Release,
    private readonly environments: readonly Base[],
  ) {
    this.leaves = leavesOf(schema);
    this.validity = Object.keys(schema.shape).map((section) => validityOf(schema, section));
    // What only the chart has, such as the pod of `helm test`, is read as if it were in the manifests too.
    this.objects = collectObjects(system).map(
      ({ condition, tree }) =>
        (scope: Scope) =>
          condition === IN_CHART || condition.evaluate(scope) ? JSON.stringify(evaluate(tree, scope)) : 'absent',
    );
    this.checks = collectChecks(system).map(
      (check) => (scope: Scope) => (failures([check], scope).length > 0 ? REFUSED : 'accepted'),
    );
  }

  /** The name of a base on which each leaf shows, by the leaf's path; undefined where there is none. */
  proofs(): ReadonlyMap<string, string | undefined> {
    return new Map(this.leaves.map((leaf) => [leaf.path.join('.'), this.proofOf(leaf)]));
  }

  private proofOf(leaf: ValueLeaf): string | undefined {
    const refused: Base[] = [];
    for (const base of this.basesFor(leaf, refused)) {
      if (this.shows(leaf, base)) return base.name;
      if (this.unitsReading(leaf.path, base).length > 0) refused.push(base);
    }
    return undefined;
  }

  /**
   * The environments; then each with a switch of the leaf's section turned, the nearest first, or with an entry in a
   * list or map beside the leaf; then with one more where the leaf is read but a check refuses all; then with any other
   * switch; then with two of the section's, and with one more again.
   */
  private *basesFor({ path }: ValueLeaf, refused: readonly Base[]): Generator<Base> {
    yield* this.environments;
    const switches = this.leaves.filter(isSwitch).sort((a, b) => shared(b.path, path) - shared(a.path, path));
    const near = switches.filter((other) => shared(other.path, path) > 0);
    yield* this.turned(near, this.environments);
    const lists = this.leaves.filter((other) => isCollection(other) && shared(other.path, path) > 1);
    yield* this.turned(lists, this.environments);
    yield* this.turned(near, [...refused]);
    yield* this.turned(switches, this.environments);
    yield* this.turned(near, this.turned(near, this.environments));
    yield* this.turned(near, [...refused]);
  }

  private *turned(switches: readonly ValueLeaf[], bases: Iterable<Base>): Generator<Base> {
    for (const base of bases) {
      for (const leaf of switches) {
        // One that nothing reads there changes nothing.
        if (this.unitsReading(leaf.path, base).length === 0) continue;
        const [section = ''] = leaf.path;
        for (const variant of this.variants(leaf, base, settingsOf(leaf.shape))) {
          if (JSON.stringify(variant.values[section]) === JSON.stringify(base.values[section])) continue;
          const turned = this.made.get(variant.name) ?? variant;
          this.made.set(variant.name, turned);
          yield turned;
        }
      }
    }
  }

  /** Whether two valid files on a base that differ in the leaf alone give different outputs, or one of them none. */
  private shows(leaf: ValueLeaf, base: Base): boolean {
    const units = this.unitsReading(leaf.path, base);
    if (units.length === 0) return false;
    const files = [...(hasPlace(base.values, leaf.path) ? [base] : []), ...this.variants(leaf, base)];
    const first = files.find((file) => this.refusalsOf(file).size === 0);
    if (first === undefined) return false;
    const known = new Map<Unit, string>();
    const ofFirst = (unit: Unit): string => {
      const output = known.get(unit) ?? this.read(unit, first.values);
      known.set(unit, output);
      return output;
    };
    return files.some(
      (file) =>
        file !== first &&
        units.some((unit) => ofFirst(unit) !== this.read(unit, file.values)) &&
        [first, file].every(({ values }) => this.isValid(values)),
    );
  }

  /** The parts of the system that read a leaf, or the list or map that it is in. All others are the same without it. */
  private unitsReading(path: readonly string[], base: Base): readonly Unit[] {
    const [section = ''] = path;
    const own = wholeOf(path);
    return this.unitsOf(section).filter((unit) => this.readsOf(unit, base).has(own));
  }

  /** The parts that read something of a section in an environment, be it only whether they are there. */
  private unitsOf(section: string): readonly Unit[] {
    const units =
      this.sections.get(section) ??
      [...this.objects, ...this.checks].filter((unit) =>
        this.environments.some((environment) => this.readsOf(unit, environment).has(section)),
      );
    this.sections.set(section, units);
    return units;
  }

  private readsOf(unit: Unit, base: Base): ReadonlySet<string> {
    const ofBase = this.reads.get(base) ?? new Map<Unit, ReadonlySet<string>>();
    this.reads.set(base, ofBase);
    const reads =
      ofBase.get(unit) ?? this.readsUnchanged(unit, base) ?? pathsRead(unit, this.openValues(base), this.release);
    ofBase.set(unit, reads);
    return reads;
  }

  private readsUnchanged(unit: Unit, base: Base): ReadonlySet<string> | undefined {
    if (!isVariant(base)) return undefined;
    const reads = this.readsOf(unit, base.of);
    return reads.has(base.set) ? undefined : reads;
  }

  /** A copy whose properties a proxy may stand before, which those of a frozen one do not allow. */
  private openValues(base: Base): JsonObject {
    const values = this.open.get(base) ?? structuredClone(base.values);
    this.open.set(base, values);
    return values;
  }

  /** The base with each value that the leaf accepts. */
  private variants(leaf: ValueLeaf, base: Base, candidates = candidatesOf(leaf.shape)): readonly Variant[] {
    return candidates.map((candidate) => ({
      name: `${base.name}, ${leaf.path.join('.')}: ${JSON.stringify(candidate)}`,
      values: setIn(base.values, leaf.path, candidate, this.schema),
      of: base,
      set: wholeOf(leaf.path),
    }));
  }

  /** The checks that refuse a file. Those that do not read what makes it another are as they were. */
  private refusalsOf(file: Base): ReadonlySet<Unit> {
    const known = this.refusals.get(file);
    if (known !== undefined) return known;
    const refuses = (check: Unit): boolean => this.read(check, file.values) === REFUSED;
    const asBefore = isVariant(file) ? this.refusalsOf(file.of) : undefined;
    const refusals = this.checks.filter((check) =>
      isVariant(file) && !this.readsOf(check, file.of).has(file.set) ? asBefore?.has(check) : refuses(check),
    );
    const found = new Set(refusals);
    this.refusals.set(file, found);
    return found;
  }

  private isValid(values: JsonObject): boolean {
    return this.validity.every((isValid) => isValid(values));
  }

  private read(unit: Unit, values: JsonObject): string {
    return unit({ values, release: this.release, variables: new Map() });
  }
}

/** Whether a schema takes a section of a file, which most files have in common with others. */
function validityOf(whole: z.ZodObject, section: string): (values: JsonObject) => boolean {
  const field: unknown = whole.shape[section];
  if (!(field instanceof z.ZodType)) throw new Error(`no section ${section}`);
  const schema = z.strictObject({ [section]: field });
  const known = new Map<Json | undefined, boolean>();
  return ({ [section]: given }) => {
    const valid = known.get(given) ?? checkValues(schema, given === undefined ? {} : { [section]: given }).length === 0;
    known.set(given, valid);
    return valid;
  };
}

function isVariant(base: Base): base is Variant {
  return 'of' in base;
}

/** The path of a leaf, or of the list or map that it is in. */
function wholeOf(path: readonly string[]): string {
  const end = path.findIndex((step) => step === '[]' || step === '*');
  return path.slice(0, end < 0 ? undefined : end).join('.');
}

/** The paths that a part of the system reads. */
function pathsRead(unit: Unit, values: JsonObject, release: Release): ReadonlySet<string> {
  const reads = new Set<string>();
  unit({ values: recording(values, '', reads), release, variables: new Map() });
  return reads;
}

function recording<T extends object>(target: T, path: string, reads: Set<string>): T {
  return new Proxy(target, {
    get(from, key) {
      const value: unknown = Reflect.get(from, key);
      if (typeof key !== 'string') return value;
      const own = path === '' ? key : `${path}.${key}`;
      reads.add(own);
      return typeof value === 'object' && value !== null ? recording(value, own, reads) : value;
    },
  });
}

/** Whether a file has what a path leads to: it may be in an element of a list or map that is empty. */
function hasPlace(values: Json | undefined, [step, ...rest]: readonly string[]): boolean {
  if (step === undefined) return true;
  if (typeof values !== 'object' || values === null) return false;
  const inside = step === '[]' || step === '*' ? Object.values(values)[0] : new Map(Object.entries(values)).get(step);
  return inside !== undefined && hasPlace(inside, rest);
}

/** A list or map, which may decide what else is there by having an entry. */
function isCollection({ shape, inElement }: ValueLeaf): boolean {
  return !inElement && (shape.type === 'list' || shape.type === 'map');
}

/** A leaf that may decide what else is there. */
function isSwitch({ shape, inElement }: ValueLeaf): boolean {
  if (inElement || shape.type !== 'leaf') return false;
  return shape.leaf.nullable || shape.schema instanceof z.ZodBoolean || shape.schema instanceof z.ZodEnum;
}

/** How many steps two paths have in common. */
function shared(a: readonly string[], b: readonly string[]): number {
  const end = a.findIndex((step, i) => step !== b[i]);
  return end < 0 ? a.length : end;
}

/** The positions of a switch: what it may decide by. */
function settingsOf(shape: Shape): readonly Json[] {
  const isNullable = shape.type === 'leaf' && shape.leaf.nullable && !(shape.schema instanceof z.ZodEnum);
  return isNullable ? [sampleOf(shape), null] : candidatesOf(shape);
}

/** Values that a shape accepts, different ones. */
const candidatesOf = once(findCandidates);

function findCandidates(shape: Shape): readonly Json[] {
  if (shape.type === 'list')
    return [
      [],
      ...candidatesOf(shape.element)
        .slice(0, 2)
        .map((item) => [item]),
    ].filter((list) => accepts(shape, list));
  if (shape.type === 'map')
    return [
      {},
      ...candidatesOf(shape.element)
        .slice(0, 2)
        .map((item) => ({ [keyFor(shape.schema)]: item })),
    ];
  if (shape.type === 'object') {
    const sample = Object.fromEntries(Object.entries(shape.fields).map(([key, field]) => [key, sampleOf(field)]));
    const others = Object.entries(shape.fields).flatMap(([key, field]) => {
      const other = otherThan(sample[key], field);
      return other === undefined ? [] : [{ ...sample, [key]: other }];
    });
    return [sample, ...others.slice(0, 1)];
  }
  if (shape.leaf.free) return [{ a: 1 }, { b: 'two' }];
  const { schema, leaf } = shape;
  const bounds = schema instanceof z.ZodNumber ? [schema.minValue, schema.maxValue] : [];
  const options = schema instanceof z.ZodEnum ? schema.options.map(String) : [];
  const fitting = [...options, ...SAMPLES, ...bounds].filter(
    (value): value is Json => value !== null && accepts(shape, value),
  );
  return leaf.nullable ? [...new Set(fitting), null] : [...new Set(fitting)];
}

function accepts({ schema }: Shape, value: Json): boolean {
  return schema.safeParse(value).success;
}

function sampleOf(shape: Shape): Json {
  const [sample] = candidatesOf(shape).filter((candidate) => !isEmpty(candidate));
  if (sample === undefined) throw new Error(`no sample fits ${shape.description ?? shape.type}: add one to SAMPLES`);
  return sample;
}

function otherThan(sample: Json | undefined, shape: Shape): Json | undefined {
  return candidatesOf(shape).find((candidate) => !isEmpty(candidate) && candidate !== sample);
}

function isEmpty(value: Json): boolean {
  return typeof value === 'object' && (value === null || Object.keys(value).length === 0);
}

function keyFor(schema: z.ZodType): string {
  const key = KEYS.find(
    (each) => schema.safeParse({ [each]: undefined }).error?.issues.every(({ code }) => code !== 'invalid_key') ?? true,
  );
  if (key === undefined) throw new Error('no key fits: add one to KEYS');
  return key;
}

/** A copy with a value set; in lists and maps on the way in their first element, which empty ones get. */
function setIn(values: JsonObject, path: readonly string[], given: Json, schema: z.ZodObject): JsonObject {
  return place(shapeOf(schema), values, path, given) as JsonObject;
}

function place(shape: Shape, at: Json | undefined, [step, ...rest]: readonly string[], given: Json): Json {
  if (step === undefined) return given;
  if (shape.type === 'list') {
    const [first = sampleOf(shape.element), ...others] = isList(at) ? at : [];
    return [place(shape.element, first, rest, given), ...others];
  }
  if (shape.type === 'map') {
    const known = (at ?? {}) as JsonObject;
    const [key = keyFor(shape.schema)] = Object.keys(known);
    return { ...known, [key]: place(shape.element, known[key] ?? sampleOf(shape.element), rest, given) };
  }
  if (shape.type !== 'object') throw new Error(`${step} is below a leaf`);
  const field = shape.fields[step];
  if (field === undefined) throw new Error(`no field ${step}`);
  const own = (at ?? {}) as JsonObject;
  return { ...own, [step]: place(field, own[step], rest, given) };
}
