/** Data of every kind in a Redis Cluster, and a checksum of it that does not depend on who owns which slot. */
import type { Pod } from 'kubernetes-types/core/v1';
import { exec, get, kubectl } from './cluster';

/** What redis-cli prints for commands on its standard input, following redirections. */
export async function redis(release: string, commands: string, pod = `${release}-redis-cluster-0`): Promise<string> {
  const args = ['exec', '--stdin', `--namespace=${release}`, pod, '--container=redis', '--', 'redis-cli', '-c'];
  return kubectl(args, { input: commands });
}

/** Pods that own slots. */
export async function masters(release: string): Promise<readonly string[]> {
  const pods = await get<Pod>('pods', `--namespace=${release}`, '--selector=app.kubernetes.io/name=redis-cluster');
  const names = pods
    .filter(({ metadata, status }) => /-cluster-\d+$/.test(metadata?.name ?? '') && status?.phase === 'Running')
    .map(({ metadata }) => metadata?.name ?? '');
  const roles = await Promise.all(names.map((pod) => exec(release, pod, 'redis-cli', 'cluster', 'nodes')));
  return names.filter((_, i) => /myself,master .* connected \d/.test(roles[i] ?? ''));
}

/** Half past an hour that is far off: a TTL that is a second longer expires in the same hour. */
const EXPIRES = (Math.floor(Date.now() / 3_600_000) + 48) * 3600 + 1800;

/** Strings, binary keys, TTLs, lists, hashes, sorted sets, a stream with a group, a large list, and a function. */
export async function fill(release: string): Promise<void> {
  const lines = Array.from({ length: 300 }, (_, i) => [
    `SET key:${i} value-${i}`,
    `SET "\\x00\\xff ${i}\\n" "\\x00\\r\\n\\xfe"`,
    `SET ttl:${i} ${i} EXAT ${EXPIRES}`,
    `RPUSH {tag${i}}:list a b ${i}`,
    `HSET {tag${i}}:hash field ${i} "\\x01" "\\x02"`,
    `ZADD scores:${i} 1.5 a -2 b`,
  ]);
  const large = Array.from({ length: 200 }, () => `RPUSH large ${'x'.repeat(60_000)}`);
  const stream = ['XADD stream 1-1 a b', 'XADD stream 1-2 c d', 'XGROUP CREATE stream readers 1-1'];
  await redis(release, [...lines.flat(), ...large, ...stream, ''].join('\n'));
  for (const pod of await masters(release)) {
    await redis(
      release,
      `FUNCTION LOAD REPLACE "#!lua name=shop\\nredis.register_function('answer', function() return 42 end)"\n`,
      pod,
    );
  }
}

const DIGEST = `
  local sum, keys, cursor = 0, 0, '0'
  repeat
    local scan = redis.call('SCAN', cursor, 'COUNT', 1000)
    cursor = scan[1]
    for _, key in ipairs(scan[2]) do
      local hour = math.floor(redis.call('PEXPIRETIME', key) / 3600000)
      local hash = redis.sha1hex(key .. redis.call('DUMP', key) .. hour)
      sum, keys = (sum + tonumber(string.sub(hash, 1, 8), 16)) % 4294967296, keys + 1
    end
  until cursor == '0'
  return keys .. ' ' .. string.format('%.0f', sum)
`;

/** How many keys there are, and the sum of a hash of each with its value and the hour in which it expires. */
export async function digest(release: string): Promise<string> {
  const each = await Promise.all(
    (await masters(release)).map((pod) => exec(release, pod, 'redis-cli', 'eval', DIGEST, '0')),
  );
  const parts = each.map((line) => line.trim().split(' ').map(Number));
  const total = (at: number): number => parts.reduce((sum, part) => sum + (part[at] ?? NaN), 0);
  return `${total(0)} keys, ${total(1) % 2 ** 32}`;
}
