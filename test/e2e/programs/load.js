/*
 * Users who send one request after the other to TARGET, over connections that they keep and over new ones in turn.
 * REQUESTS are `<method> <path>`; `<id>` in a path is another each time. Not one may fail.
 */
import http from 'k6/http';
import { sleep } from 'k6';
import { scenario } from 'k6/execution';
import { Counter } from 'k6/metrics';

const requests = JSON.parse(__ENV.REQUESTS);
const sent = new Counter('sent');

export const options = {
  scenarios: {
    load: { executor: 'externally-controlled', vus: Number(__ENV.USERS), maxVUs: 100, duration: '2h' },
  },
  thresholds: { http_req_failed: ['rate==0'] },
  summaryTrendStats: ['med', 'p(95)', 'max'],
};

export default function () {
  const number = scenario.iterationInTest;
  const [method, path] = requests[number % requests.length].split(' ');
  sent.add(1);
  const headers = Math.floor(number / requests.length) % 2 ? { Connection: 'close' } : {};
  const answer = http.request(method, `${__ENV.TARGET}${path.replace('<id>', `${__ENV.RUN}-${number}`)}`, null, {
    headers,
    tags: { name: `${method} ${path}` },
  });
  if (answer.status < 200 || answer.status > 399) {
    const said = answer.error || String(answer.body).slice(0, 200);
    console.log(`failed ${new Date().toISOString()} ${method} ${path} ${answer.status} ${said}`);
  }
  sleep(Number(__ENV.PAUSE_SECONDS));
}

export function handleSummary({ metrics }) {
  const { http_req_failed: failed, http_req_duration: duration } = metrics;
  const summary = {
    sent: metrics.sent.values.count,
    answered: failed.values.passes + failed.values.fails,
    failed: failed.values.passes,
    kept: failed.thresholds['rate==0'].ok,
    p95Milliseconds: duration.values['p(95)'],
    slowestMilliseconds: duration.values.max,
  };
  return { stdout: `summary ${JSON.stringify(summary)}\n` };
}
