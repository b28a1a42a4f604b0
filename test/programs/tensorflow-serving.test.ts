/** The files of TensorFlow Serving, read by its own schema: the server itself does not run here. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Given, NAME, objectsOf } from '../tiers/ml/servers';
import { find } from '../tiers/web/plain-app';

const packages = execFileSync(join(__dirname, '../../scripts/pypi/install'), ['tensorflow'], {
  encoding: 'utf8',
}).trim();

/** What the schemas make of the files, by name. */
function read(files: Readonly<Record<string, string>>): unknown {
  const folder = mkdtempSync(join(tmpdir(), 'tensorflow-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return JSON.parse(
      execFileSync('python3', [join(__dirname, 'tensorflow-serving.py'), folder], {
        encoding: 'utf8',
        env: { ...process.env, PYTHONPATH: packages },
        stdio: 'pipe',
      }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const filesOf = (props: Given = {}) => find(objectsOf(props), 'ConfigMap', NAME).data ?? {};

const models: Given['models'] = {
  ranker: {
    versions: [{ version: 3, label: 'stable' }, { version: 7, label: 'canary' }, { version: 8 }],
    size: '1Mi',
    maxBatchSize: 64,
  },
  half_plus_two: { versions: [{ version: 1 }, { version: 2 }], size: '1Mi', maxBatchSize: 64, policy: 'latest' },
};

describe('TensorFlow Serving', () => {
  it('reads its models, batches and monitoring as they are meant', () => {
    const batching = {
      enabled: true,
      maxBatchSize: 16,
      batchTimeoutMicros: 0,
      maxEnqueuedBatches: 9,
      numBatchThreads: 3,
    };
    expect(read(filesOf({ models, batching }))).toEqual({
      'models.config': {
        model_config_list: {
          config: [
            {
              name: 'half_plus_two',
              base_path: '/models/half_plus_two',
              model_platform: 'tensorflow',
              model_version_policy: { latest: { num_versions: 1 } },
            },
            {
              name: 'ranker',
              base_path: '/models/ranker',
              model_platform: 'tensorflow',
              model_version_policy: { specific: { versions: ['3', '7', '8'] } },
              version_labels: { stable: '3', canary: '7' },
            },
          ],
        },
      },
      'batching.config': {
        max_batch_size: '16',
        batch_timeout_micros: '0',
        max_enqueued_batches: '9',
        num_batch_threads: '3',
        thread_pool_name: 'batches',
      },
      'monitoring.config': { prometheus_config: { enable: true, path: '/monitoring/prometheus/metrics' } },
    });
  });

  it.each(['models.config', 'batching.config', 'monitoring.config'])('knows what it does not know in %s', (name) => {
    const files = filesOf();
    expect(() => read({ ...files, [name]: `${files[name] ?? ''}unknown: 1\n` })).toThrow(/no field named "unknown"/);
  });
});
