/** Commands in the documents are ones that a shell understands, and what they name is there. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { systemsIn } from '../../lib/systems/systems';
import { leavesOf, pathText } from '../../lib/values/schema';
import { type Manifest, TierObjects } from '../../scripts/reference/objects';
import { tierPages } from '../../scripts/reference/tiers';
import { type Block, blocksOf, documents, filesBelow, generated, read, root } from './documents';
import { ANYTHING, type Command, commandsOf } from './shell';

const blocks = [...documents, ...generated]
  .flatMap(blocksOf)
  .filter(({ language }) => ['sh', 'console'].includes(language));
const commands = commandsOf(blocks).flatMap((ofBlock, i) => ofBlock.map((command) => ({ command, block: blocks[i] })));
const systems = systemsIn(new App());
const instances = [...systems.map(({ systemName }) => systemName), 'shop', 'trial', '<release>'];

/** What there is in all systems, and in tiers made of defaults. */
const written = filesBelow('dist', '.yaml').map(read).join('\n');
const templates = ['.yaml', '.tpl']
  .flatMap((suffix) => filesBelow('charts', suffix))
  .map(read)
  .join('\n');
const made = tierPages.flatMap(({ make }) => (make === undefined ? [] : new TierObjects(make).manifests));
const names = new Set([
  ...[...written.matchAll(/^ {2}name: (.*)$/gm)].map(([, name = '']) => shortOf(name)),
  ...[...templates.matchAll(/(?:\{\{ \.Release\.Name \}\}|%s)-([a-z0-9-]*[a-z0-9])/g)].map(([, name = '']) => name),
  ...made.map(({ metadata }) => shortOf(metadata.name)),
]);
const labels = new Set([...written.matchAll(/^ +(app\.kubernetes\.io\/[\w-]+: .*)$/gm)].map(([, label = '']) => label));
const containers = new Map(
  made.flatMap((manifest) => containersOf(manifest).map((own) => [shortOf(manifest.metadata.name), own])),
);

test('a shell runs all of them', () => {
  expect(blocks.length).toBeGreaterThan(200);
  expect(commands.length).toBeGreaterThan(600);
  const empty = commandsOf(blocks.slice(0, 5)).map((ofBlock) => ofBlock.length);
  expect(empty.every((count) => count > 0)).toBe(true);
});

test('scripts of npm are there', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: object };
  const run = argumentsOf('npm').flatMap(({ args: [verb, ...rest], at }) =>
    verb === 'run' ? [{ at, script: wordsOf(rest)[0] ?? '' }] : [],
  );
  expect(run.length).toBeGreaterThan(3);
  expect(run.filter(({ script }) => !(script in scripts))).toEqual([]);
});

test('objects are there', () => {
  const named = argumentsOf('kubectl').flatMap(({ args, at }) =>
    wordsOf(beforeDashes(args)).flatMap((word) => {
      const name = word.replace(/^\w+\//, '');
      return instances.some((instance) => name.startsWith(`${instance}-`)) ? [{ at, name: shortOf(name) }] : [];
    }),
  );
  expect(named.length).toBeGreaterThan(200);
  expect(named.filter(({ name }) => !isReaders(name) && !names.has(name))).toEqual([]);
});

test('a command about what is in a namespace says in which', () => {
  const asked = argumentsOf('kubectl').filter(({ args }) => isNamespaced(beforeDashes(args)));
  expect(asked.length).toBeGreaterThan(200);
  expect(asked.filter(({ args }) => !hasNamespace(beforeDashes(args)))).toEqual([]);
});

/** What is not about the whole cluster, nor about manifests, which say it themselves. */
function isNamespaced(args: Command): boolean {
  const [verb = '', kind = ''] = wordsOf(args);
  const manifests = ['-k', '-f', '--filename'].some((option) => optionOf(args, option) !== undefined);
  if (verb === 'kustomize' || args.includes('--raw') || args.includes('--local')) return false;
  if (['apply', 'diff', 'delete', 'replace', 'wait'].includes(verb) && manifests) return false;
  return !/^(?:api-resources|config|cordon|drain|taint|uncordon|version)$/.test(verb) && !CLUSTER_WIDE.test(kind);
}

const CLUSTER_WIDE =
  /^(?:apiservices?|clusterrole\w*|crds?|customresourcedefinitions?|nodes?|namespaces?|ns|pv|persistentvolumes?|storageclass\w*)(?:\/|$)/;

function hasNamespace(args: Command): boolean {
  return (
    args.includes('-A') ||
    args.includes('--all-namespaces') ||
    ['--namespace', '-n'].some((option) => optionOf(args, option))
  );
}

test('containers are in their pods', () => {
  const asked = argumentsOf('kubectl').flatMap(({ args, at }) => {
    const container = optionOf(args, '--container');
    if (container === undefined) return [];
    const pods = wordsOf(beforeDashes(args)).map((word) => shortOf(word.replace(/^\w+\//, '')));
    const known = pods.map((name) => containers.get(name)).find((own) => own !== undefined);
    return [{ at, container, pods, own: known ?? [...containers.values()].flat() }];
  });
  expect(asked.length).toBeGreaterThan(80);
  expect(asked.filter(({ container, own }) => !isReaders(container) && !own.includes(container))).toEqual([]);
});

test('scripts that a container is given are ones that its shell understands', () => {
  const scripts = argumentsOf('kubectl').flatMap(({ args, at }) => {
    const [shell, option, script] = args.slice(beforeDashes(args).length + 1);
    return shell === 'sh' && option === '-c' ? [{ at, script: script ?? '' }] : [];
  });
  expect(scripts.length).toBeGreaterThan(0);
  for (const { at, script } of scripts) {
    expect({ at, said: spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' }).stderr }).toEqual({ at, said: '' });
  }
});

test('selectors select something', () => {
  const selected = argumentsOf('kubectl').flatMap(({ args, at }) =>
    ['--selector', '-l'].flatMap((option) => labelsIn(optionOf(args, option) ?? '').map((label) => ({ at, label }))),
  );
  const known = new Set([...labels, ...instances.map((instance) => `app.kubernetes.io/instance: ${instance}`)]);
  expect(selected.length).toBeGreaterThan(50);
  expect(selected.filter(({ label }) => !known.has(label))).toEqual([]);
});

/** Each label that a selector names: `a=b,c in (d, e)`. Who manages is said by the page. */
function labelsIn(selector: string): readonly string[] {
  return [...selector.matchAll(/(app\.kubernetes\.io\/(?!managed-by)[\w-]+)(?:=([\w-]+)| in \(([^)]*)\))/g)].flatMap(
    ([, key = '', value, values = value ?? '']) =>
      values
        .split(/, ?/)
        .filter((each) => !isReaders(each))
        .map((each) => `${key}: ${each}`),
  );
}

test('ports are those of the Service', () => {
  const services = new Map(
    made.filter(({ kind }) => kind === 'Service').map((service) => [shortOf(service.metadata.name), service]),
  );
  const forwarded = argumentsOf('kubectl').flatMap(({ args, at }) => {
    const [verb, service = '', ports = ''] = wordsOf(args);
    if (verb !== 'port-forward' || !service.startsWith('service/')) return [];
    const [port] = ports.split(':').slice(-1);
    return [
      {
        at,
        port: Number(port),
        of: (services.get(shortOf(service.slice('service/'.length)))?.spec?.ports ?? []).map((each) => each.port),
      },
    ];
  });
  expect(forwarded.length).toBeGreaterThan(10);
  expect(forwarded.filter(({ port, of }) => of.length > 0 && !of.includes(port))).toEqual([]);
});

test('charts, their values files and the values that are set are there', () => {
  const asked = argumentsOf('helm').flatMap(({ args, at }) => {
    const chart = wordsOf(args).find((word) => word.startsWith('charts/'));
    if (chart === undefined) return [];
    const system = systems.find(({ systemName }) => chart === `charts/${systemName}`);
    const leaves = new Set(system === undefined ? [] : leavesOf(system.schema).map(({ path }) => pathText(path)));
    const set = args.flatMap((arg, i) =>
      /^--set(-string)?$/.test(arg) ? [(args[i + 1] ?? '').split('=')[0] ?? ''] : [],
    );
    const files = [chart, optionOf(args, '--values') ?? chart];
    return [
      {
        at,
        unknown: [...set.filter((path) => !leaves.has(path)), ...files.filter((file) => !existsSync(join(root, file)))],
      },
    ];
  });
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.filter(({ unknown }) => unknown.length > 0)).toEqual([]);
});

/** The arguments of a program, where another hands them on too. */
function argumentsOf(program: string): readonly { readonly at: string; readonly args: Command }[] {
  return commands.flatMap(({ command, block }) => {
    const place = command[0] === 'xargs' ? command.indexOf(program) : command[0] === program ? 0 : -1;
    return place < 0 ? [] : [{ at: whereIs(block), args: command.slice(place + 1) }];
  });
}

/** In capitals, what the reader puts in. */
function isReaders(word: string): boolean {
  return /^[A-Z_]+$/.test(word);
}

function whereIs(block: Block | undefined): string {
  return block === undefined ? '' : `${block.file}:${block.line}`;
}

/** What is no option. A word after an option of these takes is its value. */
function wordsOf(args: Command): Command {
  return args.filter((arg, i) => !arg.startsWith('-') && !takesValue(args[i - 1] ?? '') && arg !== ANYTHING);
}

function takesValue(option: string): boolean {
  return /^(?:-[nlok]|--(?:container|field-selector|filename|for|from|namespace|output|patch|patch-file|selector|set|set-string|since|sort-by|tail|timeout|type|values))$/.test(
    option,
  );
}

function optionOf(args: Command, option: string): string | undefined {
  const joined = args.find((arg) => arg.startsWith(`${option}=`));
  const place = args.indexOf(option);
  return joined?.slice(option.length + 1) ?? (place < 0 ? undefined : args[place + 1]);
}

/** What kubectl itself reads: behind `--` is the command in the container. */
function beforeDashes(args: Command): Command {
  const dashes = args.indexOf('--');
  return dashes < 0 ? args : args.slice(0, dashes);
}

/** A name without the instance, the ordinal of a pod, and the hash of a Job. */
function shortOf(name: string): string {
  const instance = instances.find((each) => name.startsWith(`${each}-`));
  return (instance === undefined ? name : name.slice(instance.length + 1)).replace(/-(?:\d+|[0-9a-f]{8})$/, '');
}

function containersOf({ spec }: Manifest): readonly (readonly string[])[] {
  const pod = spec?.template?.spec ?? spec?.jobTemplate?.spec.template.spec;
  return pod === undefined ? [] : [[...(pod.initContainers ?? []), ...pod.containers].map(({ name }) => name)];
}
