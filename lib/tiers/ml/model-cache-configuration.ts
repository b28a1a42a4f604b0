/** What makes a Redis the cache of models. */
import { type Input } from '../../values/expression';
import { str } from '../../values/texts';
import type { Text } from '../../values/parts';
import { text } from '../../values/text';
import { type RedisMemory, redisConf } from '../data/redis-configuration';

/** By how often a chunk was read, or by how long ago. */
export type CachePolicy = 'lfu' | 'lru';

/**
 * Only what expires goes: chunks do, what is counted does not. Chunks are few, large and read when a server starts, so
 * that each read counts, and one is forgotten in an hour; Redis by itself forgets one a minute, and counts about one of
 * ten. https://redis.io/docs/latest/develop/reference/eviction/#the-new-lfu-mode
 */
export function cacheConf({ memory, policy }: { memory: RedisMemory; policy: Input<CachePolicy> }): Text {
  return redisConf({
    memory,
    maxmemoryPolicy: str`volatile-${policy}`,
    appendonly: false,
    // The chunk that a client reads or writes is in its buffer: a share would close the connections of many at once.
    maxmemoryClients: '0',
    own: text`
      maxmemory-samples 10
      lfu-log-factor 0
      lfu-decay-time 60
    `,
  });
}
