/**
 * TorchServe's real frontend takes what is generated for it, with archives that need no torch. Its own Python imports torch
 * for the type of tensors alone: an empty one takes its place. It needs Java 17 on the machine.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelStorage } from '../../lib/tiers/ml/model-storage';
import { TorchServe } from '../../lib/tiers/ml/torchserve';
import type { TorchModel } from '../../lib/tiers/ml/torchserve-configuration';
import { programs } from '../metrics/inventory';
import { FRONTEND_KEYS, LAUNCHER_KEYS } from '../tiers/ml/torchserve-properties';
import { type KubernetesObject, synth } from '../tiers/web/plain-app';
import { runPods } from './pods';

const model: TorchModel = {
  versions: [{ version: 1 }],
  size: '1Mi',
  archive: 'file',
  minWorkers: 1,
  maxWorkers: 1,
  batchSize: 4,
  maxBatchSize: 16,
  maxBatchDelayMilliseconds: 5,
  responseTimeoutSeconds: 30,
};
const digits: TorchModel = { ...model, versions: [{ version: 1 }, { version: 2 }], minWorkers: 2, maxWorkers: 3 };
const words: TorchModel = {
  ...model,
  versions: [{ version: 7 }],
  archive: 'folder',
  batchSize: 8,
  maxBatchDelayMilliseconds: 7,
};

const objectsOf = (models: Readonly<Record<string, TorchModel>>): readonly KubernetesObject[] =>
  synth((chart) => new TorchServe(chart, 'torchserve', { models, storage: new ModelStorage(chart, 'model-storage') }));

/** Archives as torch-model-archiver makes them, whose handler says which version it is and how many requests it got. */
const publish = `
import json, os, sys, zipfile

HANDLER = """
import json

def handle(data, context):
    if data is None:
        return None
    if any("fail" in item for item in data):
        raise RuntimeError("as asked")
    version = context.manifest["model"]["modelVersion"]
    return [json.dumps({"version": version, "batch": len(data)}) for _ in data]
"""

def files(name, version, handler=HANDLER):
    model = {"modelName": name, "handler": "handler.py:handle", "modelVersion": version}
    return {"MAR-INF/MANIFEST.json": json.dumps({"runtime": "python", "model": model}), "handler.py": handler}

def file(name, version, says=None, handler=HANDLER):
    folder = f"/models/{name}/{version}"
    os.makedirs(folder, exist_ok=True)
    with zipfile.ZipFile(f"{folder}/{name}.part", "w") as archive:
        for path, content in files(name, says or version, handler).items():
            archive.writestr(path, content)
    os.rename(f"{folder}/{name}.part", f"{folder}/{name}.mar")

def folder(name, version):
    for path, content in files(name, version).items():
        target = f"/models/{name}/{version}/part/{path}"
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w") as opened:
            opened.write(content)
    os.rename(f"/models/{name}/{version}/part", f"/models/{name}/{version}/{name}")
`;

/** What the management API says of a version, as far as it is generated. */
const describe_ = `
import json, sys, urllib.request

model, version, expected = sys.argv[1:]
with urllib.request.urlopen(f"http://127.0.0.1:8081/models/{model}/{version}") as answer:
    [found] = json.load(answer)
    found["workers"] = sum(worker["status"] == "READY" for worker in found["workers"])
expected = json.loads(expected)
seen = {key: found[key] for key in expected}
sys.exit(0 if seen == expected else f"{seen}")
`;

const described = (
  name: string,
  version: number,
  { minWorkers, maxWorkers, batchSize, ...given }: TorchModel,
): string => {
  const expected = {
    modelVersion: `${version}`,
    minWorkers,
    maxWorkers,
    batchSize,
    maxBatchDelay: given.maxBatchDelayMilliseconds,
    responseTimeout: given.responseTimeoutSeconds,
    startupTimeout: 120,
    workers: minWorkers,
  };
  return `python3 /tmp/describe.py ${name} ${version} '${JSON.stringify(expected)}'`;
};

const answers = (path: string, text: string): string =>
  `curl --fail --silent --show-error http://127.0.0.1:8080${path} --data 1 | grep -qF '${text}'`;
const status = (path: string, body: string): string =>
  `[ "$(curl --silent --output /dev/null --write-out '%{http_code}' http://127.0.0.1:8080${path} --data ${body})"`;
const archives = (...made: readonly string[]): string =>
  `cd /tmp && python3 -c "from publish import *; ${made.join('; ')}"`;
const isReady = 'python3 /etc/model-server/ready.py';

describe('TorchServe 0.12.0', () => {
  const folder = mkdtempSync(join(tmpdir(), 'torchserve-'));
  const environment = { ...process.env };
  let site = '';

  beforeAll(() => {
    const { stderr, error } = spawnSync('java', ['-version'], { encoding: 'utf8' });
    if (error || !/version "(1[7-9]|[2-9]\d)/.test(stderr)) {
      throw new Error(`TorchServe needs Java 17 or newer: ${error?.message ?? stderr}`);
    }
    site = execFileSync(join(__dirname, '../../scripts/pypi/install'), ['torchserve'], { encoding: 'utf8' }).trim();
    mkdirSync(join(folder, 'stub/torch'), { recursive: true });
    writeFileSync(join(folder, 'stub/torch/__init__.py'), 'class Tensor:\n    pass\n');
    const launcher = '#!/bin/sh\nPYTHONPATH=/opt/torchserve:/opt/stub exec python3 -m ts.model_server "$@"\n';
    writeFileSync(join(folder, 'torchserve'), launcher, { mode: 0o755 });
    execFileSync('chmod', ['-R', 'a+rX', folder]);
    // Over the machine, which has Java and Python.
    process.env.PROGRAMS_ROOT = '/';
    delete process.env.PROGRAMS_OVERLAY;
  });
  afterAll(() => {
    process.env = environment;
    rmSync(folder, { recursive: true });
  });

  const run = (models: Readonly<Record<string, TorchModel>>, checks: readonly string[]): Promise<string> =>
    runPods({
      objects: objectsOf(models),
      owners: ['StatefulSet/shop-torchserve'],
      secrets: { 'shop-model-storage': { 'access-key-id': 'a', 'secret-access-key': 'b' } },
      mounts: {
        '/opt/torchserve': site,
        '/opt/stub': join(folder, 'stub'),
        '/usr/local/bin/torchserve': join(folder, 'torchserve'),
      },
      files: { 'publish.py': publish, 'describe.py': describe_ },
      checks,
      outputOf: 'server',
    });

  it('has workers and batches as they are generated, by the version that archives say they have', async () => {
    const metrics = programs.find(({ program }) => program.startsWith('torchserve '))?.metrics ?? {};
    expect(metrics).not.toEqual({});
    const scraped = 'curl --fail --silent http://127.0.0.1:8082/metrics';
    const said = await run({ digits, words }, [
      archives("file('digits', '1')", "file('digits', '2')", "folder('words', '7')"),
      isReady,
      'curl --fail --silent http://127.0.0.1:8080/ping | grep -q Healthy',
      described('digits', 1, digits),
      described('digits', 2, digits),
      described('words', 7, words),
      // The last of the list is the default.
      answers('/predictions/digits', '{"version": "2", "batch": 1}'),
      answers('/predictions/digits/1', '{"version": "1", "batch": 1}'),
      answers('/predictions/words', '{"version": "7", "batch": 1}'),
      // Errors, so that they are counted.
      `${status('/predictions/digits', 'fail=1')} = 503 ] && ${status('/predictions/absent', '1')} = 404 ]`,
      // Still, once all were seen.
      `[ -e /run/torchserve/loaded ] && ${isReady}`,
      ...Object.entries(metrics).map(([name, [type, ...labels]]) =>
        [
          `${scraped} | grep -q '^# TYPE ${name} ${type}$'`,
          ...labels.map((label) => `${scraped} | grep '^${name}{' | grep -q '${label}="'`),
        ].join(' && '),
      ),
      // Of a folder nothing is unpacked, and its file is no other.
      '[ "$(find /run/torchserve/tmp/models -name handler.py | wc -l)" = 2 ]',
      // Whoever is not within the pod does not reach the management, nor may it add models.
      'curl --fail --silent http://127.0.0.2:8080/ping && ! curl --silent http://127.0.0.2:8081/models',
      '[ "$(curl --silent --output /dev/null --write-out "%{http_code}" --request POST "http://127.0.0.1:8081/models?url=digits-1.mar")" = 405 ]',
    ]);
    expect(said).toContain('Allowed Urls: [none]');
    expect(said).not.toContain('Failed to load model');
    expect(said).not.toContain('Backend received inference');
  });

  it('is not ready while a model does not load, though /ping is content', async () => {
    const broken = 'raise RuntimeError(1)';
    await run({ digits: model, words: { ...words, archive: 'file' } }, [
      archives("file('digits', '1')", `file('words', '7', handler='${broken}')`),
      answers('/predictions/digits', '"version": "1"'),
      'curl --fail --silent http://127.0.0.1:8080/ping | grep -q Healthy',
      `said=$(${isReady} 2>&1) && exit 1; [ "$said" = 'words 7 has no worker yet' ]`,
    ]);
  });

  it('does not start with an archive that is of another version, or not there', async () => {
    const place = 'sed s,/run/torchserve/store,/tmp/store, /etc/model-server/place.py > /tmp/place.py';
    const wrong = [
      '/models/digits/1/digits.mar says it is version 1.0; publish it anew, made with --version 1',
      '/models/words/7/words.mar is no archive of TorchServe: FileNotFoundError',
    ];
    const said = await run({ digits: model, words }, [
      archives("file('digits', '1', says='1.0')"),
      `mkdir /tmp/store; ${place}; python3 /tmp/place.py 2> /tmp/said && exit 1; ${wrong.map((line) => `grep -qF '${line}' /tmp/said`).join(' && ')}`,
    ]);
    expect(said).not.toContain('Model server started');
  });

  it('knows the keys that ours are compared with', () => {
    const readClass = [
      'import sys, zipfile',
      'name = "org/pytorch/serve/util/ConfigManager.class"',
      'sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(name))',
    ].join('\n');
    const jar = join(site, 'ts/frontend/model-server.jar');
    const bytes = execFileSync('python3', ['-c', readClass, jar]).toString('latin1');
    // A text of the constant pool: a tag, its length in two bytes, and itself.
    const isKnown = (key: string) => bytes.includes(`\u0001\0${String.fromCharCode(key.length)}${key}`);
    expect(FRONTEND_KEYS.filter((key) => !isKnown(key))).toEqual([]);
    expect(isKnown('queue_size')).toBe(false);
    const launcher = readFileSync(join(site, 'ts/model_server.py'), 'utf8');
    expect(LAUNCHER_KEYS.filter((key) => !launcher.includes(`props.get("${key}"`))).toEqual([]);
  });
});
