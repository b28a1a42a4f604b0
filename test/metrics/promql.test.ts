import { ask } from './promql';

const metrics: Readonly<Record<string, readonly string[]>> = {
  up: ['job', 'pod'],
  http_requests_total: ['job', 'pod', 'status', 'handler'],
  http_request_duration_seconds_bucket: ['job', 'pod', 'handler', 'le'],
  ':tensorflow:serving:request_count': ['pod', 'model_name'],
  redis_memory_used_bytes: ['pod'],
  redis_memory_max_bytes: ['pod'],
};

function problems(expression: string): readonly string[] {
  return ask(expression, (metric) => metrics[metric] && new Set(metrics[metric])).problems;
}

function labels(expression: string): string {
  const found = ask(expression, (metric) => metrics[metric] && new Set(metrics[metric])).labels;
  return found === undefined ? 'a number' : [...found].sort().join(', ');
}

describe('a PromQL expression', () => {
  test.each([
    ['up{job="backend"} == 1'],
    ['sum by (status) (rate(http_requests_total{status=~"5.."}[5m])) or vector(0)'],
    ['histogram_quantile(0.95, sum by (le, handler) (rate(http_request_duration_seconds_bucket[5m])))'],
    ['1 - histogram_fraction(0, 0.05, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))'],
    ['rate(:tensorflow:serving:request_count[5m])'],
    ['redis_memory_used_bytes / (redis_memory_max_bytes > 0)'],
    ['sum by (pod) (rate(http_requests_total[5m])) / on (pod) group_left (job) up'],
    ['1 - avg_over_time(up[30d:1h]) / (1 - 99.9 / 100)'],
  ])('%s can give an answer', (expression) => {
    expect(problems(expression)).toEqual([]);
  });

  test.each([
    ['http_request_total', ['nobody exports http_request_total']],
    ['up{handler="/"}', ['up has no label handler']],
    ['sum by (stats) (http_requests_total)', ['(http_requests_total) has no label stats']],
    ['up / on (handler) http_requests_total', ['up / on (handler) http_requests_total has no label handler']],
    ['histogram_quantile(0.9, up)', ['histogram_quantile(0.9, up) has no le: no quantile comes of it']],
    ['histogram_fraction(0, 1, up)', ['histogram_fraction(0, 1, up) has no le: no fraction comes of it']],
    ['{job="backend"}', ['{job="backend"} names no metric']],
    ['sum(up', ['is no PromQL from character 6 on']],
    [
      'http_requests_total / up',
      [
        'http_requests_total / up never matches: one side has {handler, job, pod, status}, the other {job, pod}; say on (…)',
      ],
    ],
  ])('%s cannot', (expression, expected) => {
    expect(problems(expression)).toEqual(expected);
  });

  test.each([
    ['up', 'job, pod'],
    ['sum(up)', ''],
    ['sum without (pod) (up)', 'job'],
    ['topk(3, http_requests_total)', 'handler, job, pod, status'],
    ['histogram_quantile(0.9, sum by (le, pod) (http_request_duration_seconds_bucket))', 'pod'],
    ['up * on (pod) group_right () http_requests_total', 'handler, job, pod, status'],
    ['sum by (pod) (up) / on (pod) sum by (pod) (http_requests_total)', 'pod'],
    ['http_requests_total and on (pod) up', 'handler, job, pod, status'],
    ['sum by (job) (up) or sum by (pod) (up)', 'job, pod'],
    ['label_replace(up, "node", "$1", "pod", "(.*)")', 'job, node, pod'],
    ['time() - 5', 'a number'],
    ['vector(0)', ''],
  ])('%s has the labels %s', (expression, expected) => {
    expect(labels(expression)).toBe(expected);
  });

  test('names the metrics it asks for', () => {
    expect(ask('sum(up) / sum(http_requests_total)', () => new Set()).metrics).toEqual(['up', 'http_requests_total']);
  });
});
