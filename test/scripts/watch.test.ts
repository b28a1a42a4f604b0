import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';

/** Milliseconds for a change to be written, which takes a tenth of a second to one: for machines that do much else. */
const PATIENCE = 30_000;
jest.setTimeout(4 * PATIENCE);

const root = resolve(__dirname, '..', '..');
const project = mkdtempSync(join(realpathSync(tmpdir()), 'watch-'));
const register = ['-r', './scripts/register'];
const environment = 'lib/systems/node-agents/environments/production.yaml';
const tier = 'lib/tiers/observability/node-exporter.ts';
const manifest = 'dist/node-agents/production/prometheus.yaml';

let watching: ChildProcess;
let said = '';

const contentOf = (path: string): string => readFileSync(join(project, path), 'utf8');

function edit(path: string, from: string, to: string): void {
  const before = contentOf(path);
  expect(before).toContain(from);
  writeFileSync(join(project, path), before.replace(from, to));
}

/** What it says from now on, up to a line. */
async function saysNext(end: RegExp, doing: () => void): Promise<string> {
  said = '';
  doing();
  const deadline = Date.now() + PATIENCE;
  while (!end.test(said)) {
    if (Date.now() > deadline) throw new Error(`it has not said ${String(end)}, but: ${said}`);
    await new Promise((later) => setTimeout(later, 20));
  }
  return said;
}

/** All that is written, by path, with the inodes, which tell whether a file has been written anew. */
function written(): ReadonlyMap<string, number> {
  const files = ['dist', 'charts'].flatMap((folder) =>
    readdirSync(join(project, folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()),
  );
  const paths = files.map(({ parentPath, name }) => join(parentPath, name));
  return new Map(paths.map((path) => [relative(project, path), lstatSync(path).ino]));
}

function writtenSince(before: ReadonlyMap<string, number>): readonly string[] {
  return [...written()].filter(([path, inode]) => before.get(path) !== inode).map(([path]) => path);
}

/** A synthesis in a process of its own writes only what differs from what is there. */
function expectFresh(): void {
  const before = written();
  execFileSync(process.execPath, [...register, 'main.ts'], { cwd: project, stdio: 'ignore' });
  expect(writtenSince(before)).toEqual([]);
}

beforeAll(async () => {
  for (const path of ['main.ts', 'lib', 'imports', 'scripts', '.swcrc'])
    cpSync(join(root, path), join(project, path), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
  // The smallest system is enough.
  edit('lib/systems/systems.ts', '[ClusterAi, ConectaPlus, NodeAgents].map', '[NodeAgents].map');
  watching = spawn(process.execPath, [...register, 'scripts/watch.ts'], { cwd: project });
  for (const stream of [watching.stdout, watching.stderr])
    stream?.on('data', (data: Buffer) => (said += data.toString()));
  await saysNext(/^Watching/m, () => undefined);
});
afterAll(() => {
  watching.kill('SIGKILL');
  rmSync(project, { recursive: true });
});

describe('npm run watch', () => {
  it('writes all at first, as npm run synth does', () => {
    const { length } = root;
    for (const folder of ['dist/node-agents', 'charts/node-agents']) {
      const files = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
      for (const { parentPath, name } of files.filter((entry) => entry.isFile())) {
        const path = join(parentPath, name).slice(length + 1);
        expect([path, contentOf(path)]).toEqual([path, readFileSync(join(root, path), 'utf8')]);
      }
    }
  });

  it('writes what a change of an environment changes, says so, and leaves the rest alone', async () => {
    const before = written();
    const report = await saysNext(/written in .*\n.*\n.*\n/, () => {
      edit(environment, 'size: 20Gi', 'size: 25Gi');
    });
    expect(report).toContain(environment);
    expect(contentOf(manifest)).toContain('25Gi');
    expect(writtenSince(before)).toEqual([manifest, 'charts/node-agents/ci/production-values.yaml']);
    expect(report).toContain(manifest);
    expectFresh();
  });

  it('writes what a change of a tier changes, and of a module that all use', async () => {
    const before = written();
    await saysNext(/written in/, () => {
      edit(tier, '--collector.disable-defaults', '--collector.enable-defaults');
    });
    expect(writtenSince(before)).toContain('dist/node-agents/production/node-exporter.yaml');
    expectFresh();
    await saysNext(/written in/, () => {
      edit('lib/output/yaml.ts', '`${pad}  `;', '`${pad}    `;');
    });
    expectFresh();
  });

  it('says what is wrong, writes nothing, and goes on', async () => {
    const before = written();
    const refused = await saysNext(/nothing is written/, () => {
      edit(environment, 'size: 25Gi', 'size: big');
    });
    expect(refused).toContain('given "big", allowed: ');
    const broken = await saysNext(/nothing is written/, () => {
      edit(tier, 'export class', 'export klass');
    });
    expect(broken).toContain('node-exporter.ts');
    expect(writtenSince(before)).toEqual([]);
    await saysNext(/nothing is written/, () => {
      edit(tier, 'export klass', 'export class');
    });
    await saysNext(/written in/, () => {
      edit(environment, 'size: big', 'size: 30Gi');
    });
    expect(contentOf(manifest)).toContain('30Gi');
    expectFresh();
  });

  it('ends on Ctrl-C', async () => {
    const ended = new Promise((resolveWith) => watching.once('exit', (code, signal) => resolveWith({ code, signal })));
    watching.kill('SIGINT');
    expect(await ended).toEqual({ code: 0, signal: null });
  });
});
