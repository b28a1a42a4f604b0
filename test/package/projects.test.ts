/** Projects that have installed the package: they compile and run with what is promised, and both outputs are equal. */
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { HELMS, template } from '../support/helm';
import { comparable, readManifests } from '../support/manifests';
import { lowest } from './manifest';
import { exec, execNpm, folder, install, installed, manifest, read } from './npm';

/** The oldest that zod promises, and the newest. */
const TYPESCRIPTS = ['5.5.4', '7.0.2'];
const NODES = [lowest(manifest.engines.node ?? ''), '22', '24', '26'];

const PROJECTS = { 'cdk8s-app': 'main.js', 'shop-system': 'build/main.js', javascript: 'main.js' } as const;
type Project = keyof typeof PROJECTS;
const projects = Object.entries(PROJECTS) as readonly (readonly [Project, string])[];

/** What a project has written. */
function written(project: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    ['dist', 'charts'].flatMap((output) =>
      readdirSync(folder(project), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.startsWith(`${output}/`) && /\.\w+$/.test(file))
        .sort()
        .map((file) => [file, read(folder(project, file))] as const),
    ),
  );
}

/** What a run writes, with nothing left of an earlier one. */
function writtenBy(project: string, run: () => void): ReturnType<typeof written> {
  for (const output of ['dist', 'charts']) rmSync(folder(project, output), { recursive: true, force: true });
  run();
  return written(project);
}

/** The project once more, beside it. */
function copy(project: Project, name: string): string {
  cpSync(folder(project), folder(name), {
    recursive: true,
    filter: (file) => !/\/(node_modules|dist|charts)$/.test(file.slice(folder(project).length)),
  });
  return folder(name);
}

beforeAll(() => {
  for (const [project, main] of projects) {
    if (project !== 'javascript') execNpm(folder(project), 'run', 'compile');
    exec(folder(project), 'node', main);
  }
  mkdirSync(folder('tools'));
  const { platform, arch } = process;
  execNpm(
    folder('tools'),
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    ...TYPESCRIPTS.map((version) => `typescript-${version}@npm:typescript@${version}`),
    ...NODES.map((version) => `node-${version}@npm:node-${platform}-${arch}@${version}`),
  );
});

const tsc = (version: string, project: Project, ...options: readonly string[]): string =>
  exec(
    folder(project),
    'node',
    folder('tools', 'node_modules', `typescript-${version}`, 'bin', 'tsc'),
    '--noEmit',
    ...options,
  );

const STRICTEST = ['--strict', '--exactOptionalPropertyTypes'];
/** Where all declarations are checked: zod's ask for `esModuleInterop`, and those of cdk8s-plus-28 break the strictest. */
const ways = {
  'all declarations checked': { app: ['--strict', '--esModuleInterop', '--skipLibCheck', 'false'], checks: 'false' },
  skipLibCheck: { app: [...STRICTEST, '--skipLibCheck', 'true'], checks: 'true' },
};
const compilers = TYPESCRIPTS.flatMap((version) =>
  Object.entries(ways).map(([name, { app, checks }]) => ({
    version,
    name,
    app,
    system: [...STRICTEST, '--skipLibCheck', checks],
  })),
);

describe.each(compilers)('TypeScript $version, $name', ({ version, app, system }) => {
  test('CommonJS, as `cdk8s init` sets it up', () => {
    tsc(version, 'cdk8s-app', ...app);
  });
  test('CommonJS, as Node resolves it', () => {
    tsc(version, 'cdk8s-app', ...app, '--module', 'node16');
  });
  test('ES modules, as Node resolves them', () => {
    tsc(version, 'shop-system', ...system, '--module', 'nodenext');
  });
  test('ES modules, as bundlers resolve them', () => {
    tsc(version, 'shop-system', ...system, '--module', 'esnext', '--moduleResolution', 'bundler');
  });
});

test('what is wrong is seen', () => {
  const wrong = folder('cdk8s-app', 'wrong.ts');
  writeFileSync(wrong, "import { RedisCluster } from 'cdk8s-tiers';\nnew RedisCluster(1, 'redis', {});\n");
  try {
    const [oldest = ''] = TYPESCRIPTS;
    expect(() => tsc(oldest, 'cdk8s-app', '--esModuleInterop')).toThrow(/wrong\.ts\(2,18\): error TS2345/);
  } finally {
    rmSync(wrong);
  }
});

test.each(NODES)('Node %s writes the same', (version) => {
  const node = folder('tools', 'node_modules', `node-${version}`, 'bin', 'node');
  expect(exec(folder(), node, '--version')).toMatch(new RegExp(`^v${version.replaceAll('.', '\\.')}\\b`));
  for (const [project, main] of projects) {
    const before = written(project);
    expect(Object.keys(before)).not.toEqual([]);
    expect(writtenBy(project, () => exec(folder(project), node, main))).toEqual(before);
  }
});

test('with the oldest versions of what the app brings, the same is written', () => {
  const oldest = Object.entries(manifest.peerDependencies).map(([name, range]) => `${name}@${lowest(range)}`);
  for (const [project, main] of projects) {
    const name = `${project}-oldest`;
    install(copy(project, name), ...oldest);
    for (const [peer, range] of Object.entries(manifest.peerDependencies)) {
      expect(read(folder(name, 'node_modules', peer, 'package.json'))).toContain(`"version": "${lowest(range)}"`);
    }
    if (project !== 'javascript') execNpm(folder(name), 'run', 'compile');
    exec(folder(name), 'node', main);
    expect(written(name)).toEqual(written(project));
  }
});

test('JavaScript writes the same by import and by require', () => {
  const imported = written('javascript');
  expect(Object.keys(imported)).not.toEqual([]);
  expect(writtenBy('javascript', () => execNpm(folder('javascript'), 'run', 'synth:require'))).toEqual(imported);
});

test('a plain app has the tier beside its own objects', () => {
  const { 'dist/data.k8s.yaml': data = '', 'dist/web.k8s.yaml': web = '' } = written('cdk8s-app');
  expect(data).toContain('name: data-redis\n');
  expect(data).toContain('app: shop-web\n');
  expect(web).toContain('value: data-redis\n');
});

describe('a system of one’s own', () => {
  const environments = readdirSync(join(__dirname, 'projects', 'shop-system', 'environments'));
  const release = { name: 'shop', namespace: 'shop' };

  test.each(environments.flatMap((file) => HELMS.map((helm) => [file, helm] as const)))(
    'renders by its chart what its manifests are: %s, %s',
    async (file, helm) => {
      const chart = folder('shop-system', 'charts', 'shop');
      const answer = await template(helm, chart, [folder('shop-system', 'environments', file)], release);
      if ('error' in answer) throw new Error(answer.error);
      const overlay = folder('shop-system', 'dist', 'shop', file.replace(/\.yaml$/, ''));
      const plain = comparable(readManifests(exec(folder(), 'kustomize', 'build', overlay), 'kustomize build'), 'shop');
      expect(Object.keys(plain).length).toBeGreaterThan(8);
      expect(comparable(readManifests(answer.output, 'helm template'), 'shop')).toEqual(plain);
    },
  );

  /** What is said of a values file: when the manifests are written, and by each Helm. */
  const refusalsOf = async (name: string, values: string): Promise<readonly [ours: string, ...helms: string[]]> => {
    const project = copy('shop-system', `refused-${name}`);
    symlinkSync(folder('shop-system', 'node_modules'), join(project, 'node_modules'));
    const file = join(project, 'environments', 'production.yaml');
    writeFileSync(file, values);
    const { status, stderr } = spawnSync('node', ['build/main.js'], { cwd: project, encoding: 'utf8' });
    expect({ status, output: readdirSync(project).includes('dist') }).toEqual({ status: 1, output: false });
    const chart = folder('shop-system', 'charts', 'shop');
    const answers = await Promise.all(HELMS.map((helm) => template(helm, chart, [file], release)));
    return [stderr, ...answers.map((answer) => ('error' in answer ? answer.error : 'rendered'))];
  };

  test('refuses by both readings what a check across values does', async () => {
    const said =
      'shop/backend: 2 currencies need the rates that the cache keeps; set redis.enabled, or name one currency.';
    const refusals = await refusalsOf('check', 'shop: { currencies: [BRL, EUR] }\nredis: { enabled: false }\n');
    expect(refusals).toEqual(refusals.map(() => expect.stringContaining(said) as string));
  });

  test('refuses by both readings a misspelt value; what is allowed, the manifests alone say', async () => {
    const [ours, ...helms] = await refusalsOf('misspelt', 'shop: { hots: shop.test }\n');
    expect(ours).toContain('shop.hots: given the key "hots", allowed: only host, currencies, banner');
    expect(helms).toEqual(
      HELMS.map(() => expect.stringContaining("at '/shop': additional properties 'hots' not allowed") as string),
    );
  });

  test('has the descriptions of its schema, which its own zod holds', () => {
    const schema = JSON.parse(readFileSync(folder('shop-system', 'charts', 'shop', 'values.schema.json'), 'utf8')) as {
      readonly properties: { readonly shop: { readonly description: string } };
    };
    expect(schema.properties.shop.description).toBe('The shop itself.');
  });
});

describe('a second copy', () => {
  const app = (library: string, cdk8s: string): string => `
    const { App, Chart } = require('${cdk8s}');
    const { RedisCluster } = require('cdk8s-tiers');
    const { Api } = require('${library}');
    const shop = new Chart(new App(), 'shop', { namespace: 'shop' });
    const cache = new RedisCluster(shop, 'redis-cluster', { masters: 3, replicasPerMaster: 1 });
    const image = { registry: 'ghcr.io', repository: 'shop/backend', tag: '1.4.0', digest: null };
    new Api(shop, 'backend', { image }).connectTo(cache);
    console.log(require('cdk8s').Yaml.stringify(...shop.toJson()));
  `;
  const run = (script: string): string => exec(folder('javascript'), 'node', '--input-type=commonjs', '--eval', script);

  beforeAll(() => {
    cpSync(folder('javascript', 'node_modules'), folder('second', 'node_modules'), { recursive: true });
  });

  test('of this package is refused', () => {
    expect(() =>
      run(app(folder('second', 'node_modules', manifest.name, 'build', 'lib', 'index.js'), 'cdk8s')),
    ).toThrow(
      `two copies of cdk8s-tiers meet in one app, ${installed('build', 'lib')} and ${folder('second', 'node_modules', manifest.name, 'build', 'lib')}; install one`,
    );
  });

  test('of cdk8s and constructs changes nothing: they know their kin by symbols', () => {
    const once = run(app(manifest.name, 'cdk8s'));
    expect(once).toContain('shop-redis-cluster');
    expect(run(app(manifest.name, folder('second', 'node_modules', 'cdk8s', 'lib', 'index.js')))).toBe(once);
  });
});
