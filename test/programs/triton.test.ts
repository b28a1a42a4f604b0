/** What Triton is given, read by its own schema and laid out by its own script: the server itself does not run here. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acceleratorDefaults } from '../../lib/tiers/ml/accelerator';
import { ModelStorage } from '../../lib/tiers/ml/model-storage';
import { Triton } from '../../lib/tiers/ml/triton';
import { DATA_TYPES, type TritonModel } from '../../lib/tiers/ml/triton-configuration';
import { type KubernetesObject, find, synth } from '../tiers/web/plain-app';
import { runPods } from './pods';

const ranking: TritonModel = {
  versions: [{ version: 1 }, { version: 2 }],
  size: '1Mi',
  backend: 'onnxruntime',
  device: 'cpu',
  instances: 2,
  threads: 1,
  maxBatchSize: 8,
  preferredBatchSizes: [4, 8],
  maxQueueDelayMicroseconds: 500,
  maxQueueSize: 100,
  inputs: [{ name: 'x', dataType: 'FP32', dims: [3, -1] }],
  outputs: [{ name: 'y', dataType: 'INT64', dims: [1] }],
  warmUpBatchSizes: [8],
  warmUpLength: 16,
};
const bare = { inputs: [], outputs: [], preferredBatchSizes: [], warmUpBatchSizes: [] };
const models: Readonly<Record<string, TritonModel>> = {
  ranking,
  engine: { ...ranking, ...bare, backend: 'tensorrt', device: 'gpu', versions: [{ version: 7 }] },
  single: { ...ranking, ...bare, maxBatchSize: 0, warmUpBatchSizes: [] },
  typed: { ...ranking, inputs: DATA_TYPES.map((dataType) => ({ name: dataType, dataType, dims: [1] })) },
};

const objectsOf = (served: Readonly<Record<string, TritonModel>>): readonly KubernetesObject[] =>
  synth((chart) => {
    const accelerator = { ...acceleratorDefaults, kind: 'gpu' } as const;
    const storage = new ModelStorage(chart, 'model-storage');
    new Triton(chart, 'onnx', { models: served, storage, accelerator });
  });

/** What the schema makes of files. @throws where one has a field, or a value, that the schema does not know */
function read(files: Readonly<Record<string, string>>): unknown {
  const packages = execFileSync(join(__dirname, '../../scripts/pypi/install'), ['triton'], { encoding: 'utf8' }).trim();
  const answer = execFileSync('python3', [join(__dirname, 'triton.py')], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: packages },
    input: JSON.stringify(files),
    stdio: 'pipe',
  });
  return JSON.parse(answer);
}

const files = find(objectsOf(models), 'ConfigMap', 'shop-onnx').data ?? {};
const configurations = Object.fromEntries(Object.entries(files).filter(([name]) => name.endsWith('.pbtxt')));

describe('The schema of Triton 26.09', () => {
  it('reads the configurations as they are meant', () => {
    expect(read(configurations)).toMatchObject({
      'ranking.pbtxt': {
        name: 'ranking',
        backend: 'onnxruntime',
        maxBatchSize: 8,
        versionPolicy: { specific: { versions: ['1', '2'] } },
        instanceGroup: [{ kind: 'KIND_CPU', count: 2 }],
        dynamicBatching: {
          preferredBatchSize: [4, 8],
          maxQueueDelayMicroseconds: '500',
          defaultQueuePolicy: { maxQueueSize: 100 },
        },
        input: [{ name: 'x', dataType: 'TYPE_FP32', dims: ['3', '-1'] }],
        output: [{ name: 'y', dataType: 'TYPE_INT64', dims: ['1'] }],
        modelWarmup: [
          {
            name: 'batch of 8',
            batchSize: 8,
            inputs: { x: { dataType: 'TYPE_FP32', dims: ['3', '16'], zeroData: true } },
          },
        ],
        parameters: { intra_op_thread_count: { stringValue: '1' } },
      },
      'engine.pbtxt': { backend: 'tensorrt', instanceGroup: [{ kind: 'KIND_GPU', count: 2 }] },
      'single.pbtxt': { name: 'single', backend: 'onnxruntime' },
      'typed.pbtxt': { input: DATA_TYPES.map((dataType) => ({ name: dataType, dataType: `TYPE_${dataType}` })) },
    });
  });

  it('knows no field that is misspelt', () => {
    expect(() => read({ 'x.pbtxt': 'max_batch: 8' })).toThrow('no field named "max_batch"');
  });
});

describe('The script before Triton', () => {
  const folder = mkdtempSync(join(tmpdir(), 'triton-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('lays out a repository of the versions that are listed, and hands its arguments on', async () => {
    const stand = join(folder, 'tritonserver');
    writeFileSync(stand, '#!/bin/sh\necho "$@" > /tmp/arguments\nexec sleep infinity\n', { mode: 0o755 });
    const repository = '/run/triton/repository';
    await runPods({
      objects: objectsOf(models),
      owners: ['StatefulSet/shop-onnx'],
      secrets: { 'shop-model-storage': { 'access-key-id': 'a', 'secret-access-key': 'b' } },
      mounts: { '/usr/local/bin/tritonserver': stand },
      checks: [
        'mkdir -p /models/ranking/1 /models/ranking/2 /models/ranking/3 && echo onnx > /models/ranking/2/model.onnx',
        `[ "$(ls ${repository} | xargs)" = 'engine ranking single typed' ]`,
        `[ "$(ls ${repository}/ranking | xargs)" = '1 2 config.pbtxt' ]`,
        `grep -q 'name: "ranking"' ${repository}/ranking/config.pbtxt`,
        `[ "$(cat ${repository}/ranking/2/model.onnx)" = onnx ]`,
        `grep -q -- '--model-repository=${repository} --model-control-mode=none' /tmp/arguments`,
      ],
    });
  });
});
