/** Props and values of a tier as tables. */
import { z } from 'zod';
import { code, prose, valueRow } from '../../lib/output/helm/values-readme';
import { sentence } from '../../lib/output/helm/values-words';
import { type ValueLeaf, leavesOf, pathText } from '../../lib/values/schema';
import { podValues } from '../../lib/workload/values';
import type { Prop, PublicApi } from './public-api';

/** Props that are said once, by the interface that has them. */
const SHARED = new Map([
  ['TierProps', '`enabled`, as [every tier](README.md#props-of-every-tier)'],
  ['PodSettings', 'the [settings of its pods](README.md#settings-of-pods)'],
  ['ModelServerProps', 'the [props of every model server](model-server.md#props)'],
]);

/** What props are where nothing is said of them, as the package exports it. */
export interface Defaults {
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Props of an interface, those aside that it shares with others. */
export function propsTable(api: PublicApi, props: string, defaults?: Defaults): string {
  const all = api.propsOf(props);
  const own = all.filter(({ declaredBy }) => declaredBy === props || !SHARED.has(declaredBy));
  const left = new Set(all.filter((prop) => !own.includes(prop)).map(({ declaredBy }) => declaredBy));
  const more = [...SHARED].filter(([name]) => left.has(name)).map(([, link]) => link);
  return [
    rowsOf(own, (prop) => defaultOf(api, prop, defaults)),
    ...(more.length === 0 ? [] : [`It takes ${inWords(more)} too.`]),
  ].join('\n\n');
}

function inWords(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}

function rowsOf(props: readonly Prop[], defaultOfProp: (prop: Prop) => string): string {
  return [
    '| Prop | Type | Default | |',
    '| --- | --- | --- | --- |',
    ...props.map(
      (prop) =>
        `| ${code(prop.name)} | ${code(prop.type)} | ${defaultOfProp(prop)} | ${prose(sentence(prop.description))} |`,
    ),
  ].join('\n');
}

function defaultOf(api: PublicApi, prop: Prop, defaults: Defaults | undefined): string {
  if (!prop.isOptional) return '*required*';
  const value = defaults?.values[prop.name];
  if (isImage(value)) return code(reference(value));
  if (isObject(value) && 'requests' in value) return 'see [Sizes](#sizes)';
  const said = prop.default ?? inShort(value, defaults?.name ?? '');
  if (/^\S+$/.test(said)) return code(said);
  return prose(said.replace(/^- /, '')).replace(/\w+Defaults\b/g, (name) => {
    const module = api.moduleOf(name);
    return module === undefined ? name : `[${name}](../api/${module}.md#${name.toLowerCase()})`;
  });
}

/** More than this would make a column of a table wide. */
const SHORT = 40;

function inShort(value: unknown, name: string): string {
  const text = value === undefined ? '' : JSON.stringify(value);
  return text.length > SHORT ? `- see ${name}` : text;
}

/** Values that are said once, by their names: those of pods, and those of model servers. */
export interface SharedValues {
  readonly names: readonly string[];
  readonly link: string;
}

export const OF_PODS: SharedValues = {
  names: Object.keys(podValues),
  link: '[values of its pods](README.md#values-of-pods)',
};

/** A table of values, those aside that it shares with others. An image is one row, and so are resources. */
export function tierValuesTable(values: z.core.$ZodLooseShape, others: readonly SharedValues[]): string {
  const leaves = leavesOf(z.strictObject(values));
  const shared = others.filter(({ names }) => leaves.some(({ path: [name = ''] }) => names.includes(name)));
  const own = leaves.filter(({ path: [name = ''] }) => !shared.some(({ names }) => names.includes(name)));
  return [
    ['| Key | | Default |', '| --- | --- | --- |', ...own.flatMap((leaf) => rowOf(leaf, own))].join('\n'),
    ...(shared.length === 0 ? [] : [`It has the ${inWords(shared.map(({ link }) => link))} too.`]),
  ].join('\n\n');
}

/** The leaf's row, or in place of the first of an image's or of resources one for all of them. */
function rowOf(leaf: ValueLeaf, all: readonly ValueLeaf[]): readonly string[] {
  const image = siblingsOf(leaf, all, 1);
  if (['registry', 'repository', 'tag', 'digest'].every((part) => image.has(part))) {
    const part = (name: string): unknown => image.get(name)?.default;
    const parts = { registry: part('registry'), repository: part('repository'), tag: part('tag') };
    if (leaf.path.at(-1) !== 'registry' || !isImage(parts)) return [];
    const description = 'Its `registry`, `repository`, `tag` and `digest`, which wins over the tag';
    return [
      valueRow({ ...leaf, path: leaf.path.slice(0, -1), description, allowed: 'a text' }, code(reference(parts))),
    ];
  }
  if (siblingsOf(leaf, all, 2).has('requests.cpu')) {
    if (leaf.path.slice(-2).join('.') !== 'requests.cpu') return [];
    const description = 'CPU, memory and disk (`cpu`, `memory`, `ephemeralStorage`) of `requests` and `limits`';
    return [valueRow({ ...leaf, path: leaf.path.slice(0, -2), description, allowed: 'a text' }, 'see [Sizes](#sizes)')];
  }
  return [valueRow(leaf)];
}

/** Leaves that stand as deep as one, below what is so many steps above it, by the rest of their path. */
function siblingsOf(leaf: ValueLeaf, all: readonly ValueLeaf[], steps: number): ReadonlyMap<string, ValueLeaf> {
  const above = pathText(leaf.path.slice(0, -steps));
  const found = all.filter(({ path }) => path.length === leaf.path.length && pathText(path.slice(0, -steps)) === above);
  return new Map(found.map((each) => [each.path.slice(-steps).join('.'), each]));
}

interface ImageParts {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
}

function isImage(value: unknown): value is ImageParts {
  const parts = new Map(isObject(value) ? Object.entries(value) : []);
  return ['registry', 'repository', 'tag'].every((part) => typeof parts.get(part) === 'string');
}

function reference({ registry, repository, tag }: ImageParts): string {
  return `${registry}/${repository}:${tag}`;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
