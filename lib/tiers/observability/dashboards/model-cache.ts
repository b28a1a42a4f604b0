import type { Input } from '../../../values/expression';
import { type GrafanaDashboard, dashboard } from './dashboard';
import { MODEL_CACHE, stat, timeSeries } from './panels';
import { recorded } from './queries';

const HITS = recorded('tier:model_cache_hits:ratio_rate1h');

/** The cache of models: what servers find in it, and what there is room for. */
export function modelCacheDashboard({ enabled = true }: { readonly enabled?: Input<boolean> } = {}): GrafanaDashboard {
  return dashboard({
    id: 'model-cache',
    title: 'Model cache',
    description: 'What servers find in it when they start, and what there is room for.',
    since: '24h',
    enabled,
    rows: [
      {
        height: 4,
        panels: [
          stat({
            title: 'Hit rate',
            description:
              'Share of the chunks read within an hour that were there. The target is 90 %; nothing where none was read.',
            unit: 'percentunit',
            limits: { warning: 0.9, critical: 0.5, falling: true },
            targets: [{ expr: HITS, legend: '{{tier}}' }],
          }),
          stat({
            title: 'Chunks',
            description: 'That it holds.',
            unit: 'short',
            targets: [{ expr: `sum(redis_db_keys_expiring{${MODEL_CACHE}})` }],
          }),
          stat({
            title: 'Memory',
            description: 'Share of maxmemory in use. A full cache is none that fails: what is used least goes.',
            unit: 'percentunit',
            targets: [
              { expr: `max(redis_memory_used_bytes{${MODEL_CACHE}} / (redis_memory_max_bytes{${MODEL_CACHE}} > 0))` },
            ],
          }),
          stat({
            title: 'Evicted',
            description: 'Chunks that went for others within a day.',
            unit: 'short',
            targets: [{ expr: `sum(increase(redis_evicted_keys_total{${MODEL_CACHE}}[1d]))` }],
          }),
        ],
      },
      {
        panels: [
          timeSeries({
            title: 'Hit rate over time',
            description: 'Within the hour before. The target is 90 %.',
            unit: 'percentunit',
            max: 1,
            limits: { warning: 0.9, critical: 0.5, falling: true },
            targets: [{ expr: HITS, legend: '{{tier}}' }],
          }),
          timeSeries({
            title: 'Read by servers',
            description: 'Chunks that were there, and those that came from object storage instead.',
            unit: 'ops',
            stacked: true,
            targets: [
              { expr: `sum(rate(redis_keyspace_hits_total{${MODEL_CACHE}}[$__rate_interval]))`, legend: 'there' },
              { expr: `sum(rate(redis_keyspace_misses_total{${MODEL_CACHE}}[$__rate_interval]))`, legend: 'not there' },
            ],
          }),
        ],
      },
      {
        panels: [
          timeSeries({
            title: 'Memory in use',
            description: 'Against maxmemory, from which on chunks are evicted.',
            unit: 'bytes',
            targets: [
              { expr: `max(redis_memory_used_bytes{${MODEL_CACHE}})`, legend: 'used' },
              { expr: `max(redis_memory_max_bytes{${MODEL_CACHE}})`, legend: 'maxmemory' },
            ],
          }),
          timeSeries({
            title: 'Bytes',
            description: 'That servers got of it, and that were put into it, by servers and by its preloading.',
            unit: 'Bps',
            targets: [
              { expr: `sum(rate(redis_net_output_bytes_total{${MODEL_CACHE}}[$__rate_interval]))`, legend: 'got' },
              { expr: `sum(rate(redis_net_input_bytes_total{${MODEL_CACHE}}[$__rate_interval]))`, legend: 'put' },
            ],
          }),
          timeSeries({
            title: 'Chunks that went',
            description: 'Evicted to make room, or not asked for in keepDays.',
            unit: 'ops',
            targets: [
              { expr: `sum(rate(redis_evicted_keys_total{${MODEL_CACHE}}[$__rate_interval]))`, legend: 'evicted' },
              { expr: `sum(rate(redis_expired_keys_total{${MODEL_CACHE}}[$__rate_interval]))`, legend: 'expired' },
            ],
          }),
        ],
      },
    ],
  });
}
