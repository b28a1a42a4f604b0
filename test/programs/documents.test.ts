/** Examples in Python run with the client that they are for, which asks nobody before it has to. */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { blocksOf, documents } from '../docs/documents';

const packages = execFileSync(join(__dirname, '../../scripts/pypi/install'), ['redis'], { encoding: 'utf8' }).trim();
const examples = documents.flatMap(blocksOf).filter(({ language }) => language === 'python');

/** What a client of a RedisSentinel is told. */
const env = {
  ...process.env,
  PYTHONPATH: packages,
  REDIS_SENTINELS: 'shop-redis-sentinel-0:26379,shop-redis-sentinel-1:26379',
  REDIS_SENTINEL_MASTER: 'mymaster',
  REDIS_PASSWORD: 'secret',
};

test('there are some', () => {
  expect(examples.length).toBeGreaterThan(0);
});

test.each(examples.map(({ file, line, code }) => [`${file}:${line}`, code]))('%s runs', (_, code) => {
  const { status, stderr } = spawnSync('python3', ['-c', code], { env, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
