/** The load balancer's nginx, as it is configured: who gets a request, what answers say, and who is held back. */
import { loadBalancerDefaults } from '../../lib/tiers/web/load-balancer';
import { resources } from '../tiers/web/pod-settings';
import { type Ask, Balancers, STORE, STORE_PORT } from './balancers';
import { type Answer, eventually, inParallel } from './envoy';

const { rateLimit, securityHeaders } = loadBalancerDefaults;
const OF_OBJECTS = { requests: 200, windowSeconds: 60, inFlight: 60 };
/** Two workers in each pod. */
const twoCores = { ...resources('2'), limits: { cpu: '2', memory: '256Mi', ephemeralStorage: '512Mi' } };

const balancers = new Balancers(77, {
  resources: twoCores,
  trustedProxies: ['127.77.8.0/24'],
  failTimeoutSeconds: 2,
  documentationPaths: ['/api/v1/docs'],
  objects: {
    path: '/media/',
    server: { host: STORE, port: STORE_PORT, endpoints: [], clientFiles: [], bucket: 'files', tls: false },
    maxAgeSeconds: 300,
    sharedMaxAgeSeconds: 3600,
    rateLimit: OF_OBJECTS,
  },
});
let clients = 0;
/** A client of which no pod has heard. */
const newcomer = (): string => `127.77.7.${++clients}`;
const count = (answers: readonly Answer[], status: number): number =>
  answers.filter((answer) => answer.status === status).length;

async function inTurn(times: number, ask: (index: number) => Promise<Answer>): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (let index = 0; index < times; index++) answers.push(await ask(index));
  return answers;
}

beforeAll(() => balancers.start());
afterAll(() => balancers.stop());
afterEach(() => {
  for (const server of [...balancers.instances, balancers.store]) server.behaviour = () => Promise.resolve({});
});

describe('Instances', () => {
  it('get a request when they are the least busy', async () => {
    const from = newcomer();
    const ends: (() => void)[] = [];
    for (const instance of balancers.instances) {
      instance.behaviour = (path) =>
        path === '/slow' ? new Promise((resolve) => ends.push(() => resolve({}))) : Promise.resolve({});
    }
    const slow = balancers.ask(0, '/slow', { from });
    await eventually(() => {
      expect(ends).toHaveLength(1);
      return Promise.resolve();
    });
    const quick = await inTurn(12, () => balancers.ask(0, '/', { from }));
    for (const end of ends) end();
    const busy = (await slow).headers['x-instance'];
    expect(count(quick, 200)).toBe(12);
    expect(quick.filter(({ headers }) => headers['x-instance'] === busy)).toEqual([]);
  });

  it('that break off get no requests for a while, and no client sees it', async () => {
    const [broken] = balancers.instances;
    if (broken) broken.behaviour = () => Promise.resolve('break off');
    const before = broken?.asked.length ?? 0;
    const from = newcomer();
    expect(count(await inTurn(30, () => balancers.ask(0, '/', { from })), 200)).toBe(30);
    expect((broken?.asked.length ?? 0) - before).toBe(3);
    if (broken) broken.behaviour = () => Promise.resolve({});
    await eventually(async () => {
      expect((await balancers.ask(0, '/', { from: newcomer() })).headers['x-instance']).toBe(broken?.address);
    });
  });

  it('that are gone cost no request, not even a POST that could not be handed over', async () => {
    const [lost] = balancers.instances;
    await lost?.stop();
    const from = newcomer();
    const answers = await inTurn(20, (i) => balancers.ask(0, '/', { from, method: i % 2 === 0 ? 'GET' : 'POST' }));
    await lost?.start();
    expect(count(answers, 200)).toBe(20);
  });

  it('are those that DNS has', async () => {
    const [only, ...others] = balancers.instances;
    if (only) balancers.lead([only]);
    await eventually(async () => {
      const asked = others.map((instance) => instance.asked.length);
      const from = newcomer();
      expect(count(await inTurn(6, () => balancers.ask(0, '/', { from })), 200)).toBe(6);
      expect(others.map((instance) => instance.asked.length)).toEqual(asked);
    });
    balancers.lead(balancers.instances);
  });
});

describe('Answers', () => {
  const expected = {
    'content-security-policy': securityHeaders.contentSecurityPolicy,
    'permissions-policy': securityHeaders.permissionsPolicy,
    'referrer-policy': securityHeaders.referrerPolicy,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-request-id': expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
  };
  const secure = { ...expected, 'strict-transport-security': securityHeaders.strictTransportSecurity };

  it.each([200, 404, 503])('have the headers, when an instance answers %s with others', async (status) => {
    for (const instance of balancers.instances) instance.behaviour = () => Promise.resolve({ status });
    expect(await balancers.ask(0, '/')).toMatchObject({ status, headers: secure });
  });

  it('have them when no instance is there', async () => {
    balancers.lead([]);
    await eventually(async () => {
      const answer = await balancers.ask(0, '/', { from: newcomer() });
      expect(answer).toMatchObject({ status: 502, headers: { ...secure, 'cache-control': 'no-store' } });
    });
    balancers.lead(balancers.instances);
    await eventually(async () => {
      const answers = await Promise.all([0, 1].map((pod) => balancers.ask(pod, '/', { from: newcomer() })));
      expect(count(answers, 200)).toBe(2);
    });
  });

  it('have them when clients are sent to HTTPS, and when a body is too large', async () => {
    const redirect = await balancers.plain(0, 8081, '/a?b=c');
    expect(redirect.status).toBe(308);
    expect(redirect.headers.get('location')).toBe(`https://${balancers.addressOf(0)}/a?b=c`);
    expect(redirect.headers.get('x-frame-options')).toBe('DENY');
    const tooLarge = { method: 'POST', headers: { 'content-length': String(11 * 2 ** 20) } };
    expect(await balancers.ask(0, '/', tooLarge)).toMatchObject({ status: 413, headers: secure });
  });

  it('let the page of Swagger UI load it', async () => {
    const { headers } = await balancers.ask(0, '/api/v1/docs');
    expect(headers['content-security-policy']).toBe(securityHeaders.documentationContentSecurityPolicy);
  });

  it('come by TLS 1.2 and 1.3 alone', async () => {
    const by = (version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'): Promise<Answer> =>
      balancers.ask(0, '/', { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' });
    await expect(by('TLSv1.1')).rejects.toThrow(/alert protocol version/);
    expect([(await by('TLSv1.2')).status, (await by('TLSv1.3')).status]).toEqual([200, 200]);
  });

  it('come by a certificate that was renewed, without a restart', async () => {
    expect(await balancers.subject(0)).toBe('one.example.com');
    balancers.certify('two.example.com');
    expect(await balancers.subject(0)).toBe('two.example.com');
  });
});

describe('Metrics of instances', () => {
  const asked = () => balancers.instances.flatMap((instance) => instance.asked.map(({ path }) => path));

  it.each([
    '/metrics',
    '/metrics/',
    '/metrics/a',
    '/metrics?a=b',
    '//metrics',
    '/./metrics',
    '/a/../metrics',
    '/a/..%2fmetrics',
    '/%6detrics',
    '/%6D%65trics%2F',
    '/metrics%2fa',
    '/metrics%0a',
    '/metrics;a',
  ])('are nobody’s who asks for %s', async (path) => {
    const before = asked().length;
    expect((await balancers.ask(0, path, { from: newcomer() })).status).toBe(404);
    expect(asked()).toHaveLength(before);
  });

  it.each([
    ['/metrics/../a%20b?c=d', '/a%20b?c=d'],
    ['/metrics/%2e%2E/a', '/a'],
    ['/metrics%2F..%2fa', '/a'],
    ['/metrics/..', '/'],
    ['/metrics-of-mine', '/metrics-of-mine'],
    ['/a%2fb/metrics', '/a%2fb/metrics'],
    ['/.well-known/a', '/.well-known/a'],
    ['/a?b=/../c', '/a?b=/../c'],
  ])('are not what an instance hears of %s', async (path, handedOn) => {
    expect((await balancers.ask(0, path, { from: newcomer() })).body).toBe(`GET ${handedOn}`);
  });
});

describe('Objects', () => {
  const asked = () => balancers.store.asked.at(-1);

  it('come from the bucket, without what the client says of itself', async () => {
    const headers = { authorization: 'Bearer secret', cookie: 'session=1', range: 'bytes=0-1' };
    const answer = await balancers.ask(0, '/media/a%20b/c.png?acl&list-type=2', { headers });
    expect(answer).toMatchObject({ status: 200, body: 'GET /files/a%20b/c.png' });
    expect(asked()?.headers).toMatchObject({ host: STORE, range: 'bytes=0-1' });
    expect(asked()?.headers).not.toHaveProperty('authorization');
    expect(asked()?.headers).not.toHaveProperty('cookie');
  });

  it('are kept by caches as they say, or else for a while, and act for nobody', async () => {
    const own = { etag: '"1"', 'x-amz-request-id': '7', 'set-cookie': 'a=b', 'x-frame-options': 'ALLOWALL' };
    balancers.store.behaviour = (path) =>
      Promise.resolve({ headers: path.endsWith('/own') ? { ...own, 'cache-control': 'private' } : own });
    const { headers } = await balancers.ask(0, '/media/page.html');
    expect(headers).toMatchObject({
      'access-control-allow-origin': '*',
      'cache-control': 'public, max-age=300, s-maxage=3600',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      etag: '"1"',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    expect(headers).not.toHaveProperty('x-amz-request-id');
    expect(headers).not.toHaveProperty('set-cookie');
    expect((await balancers.ask(0, '/media/own')).headers['cache-control']).toBe('private');
    balancers.store.behaviour = () => Promise.resolve({ status: 404 });
    const missing = await balancers.ask(0, '/media/missing');
    expect(missing).toMatchObject({ status: 404, headers: { 'cache-control': 'public, max-age=0, s-maxage=5' } });
  });

  it('are limited by a number of their own, and beyond it answered as objects are', async () => {
    const from = newcomer();
    const { requests } = OF_OBJECTS;
    const answers = await inParallel(requests + 20, 16, (i) => balancers.ask(i % 2, `/media/${i}.png`, { from }));
    expect(count(answers, 200)).toBeGreaterThanOrEqual(requests - 10);
    expect(count(answers, 200)).toBeLessThanOrEqual(requests);
    const refused = await balancers.ask(0, '/media/a%2epng', { from });
    expect(refused).toMatchObject({
      status: 429,
      headers: {
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      },
    });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(30);
    expect((await balancers.ask(0, '/', { from })).status).toBe(200);
    const metrics = await Promise.all([0, 1].map(async (pod) => (await balancers.plain(pod, 9114, '/metrics')).text()));
    expect(metrics.join('')).toMatch(/^load_balancer_limited_total\{rule="objects"\} [1-9]/m);
  });

  it('of a page with many images come all at once, and no more than that', async () => {
    const from = newcomer();
    balancers.store.behaviour = () => new Promise((resolve) => setTimeout(() => resolve({}), 1000));
    const at = (times: number) => inParallel(times, times, (i) => balancers.ask(0, `/media/${i}.png`, { from }));
    expect(count(await at(OF_OBJECTS.inFlight), 200)).toBe(OF_OBJECTS.inFlight);
    expect(count(await at(OF_OBJECTS.inFlight + 5), 429)).toBe(5);
  });

  it.each([
    ['GET', '/media/', 404],
    ['PUT', '/media/a', 405],
    ['DELETE', '/media/a', 405],
    ['POST', '/media/a', 405],
  ])('%s %s is answered with %s, whatever the store would say', async (method, path, status) => {
    const before = balancers.store.asked.length;
    expect((await balancers.ask(0, path, { method })).status).toBe(status);
    expect(balancers.store.asked).toHaveLength(before);
  });

  it('leave its bucket by no path', async () => {
    await balancers.ask(0, '/media/../other/a');
    await balancers.ask(0, '/media/%2e%2e/other/a');
    await balancers.ask(0, '/other/../media/a%0Ab');
    expect(balancers.store.asked.filter(({ path }) => !path.startsWith('/files/'))).toEqual([]);
  });
});

describe('A client', () => {
  const seenAs = async (from: string, headers: Ask['headers']): Promise<unknown> => {
    const before = balancers.instances.map(({ asked }) => asked.length);
    await balancers.ask(0, '/', { from, headers });
    const asked = balancers.instances.flatMap((instance, i) => instance.asked.slice(before[i]));
    return asked[0]?.headers['x-forwarded-for'];
  };

  it('is believed about itself only where it is a trusted proxy', async () => {
    const from = newcomer();
    expect(await seenAs(from, { 'x-forwarded-for': '203.0.113.5' })).toBe(from);
    expect(await seenAs('127.77.8.1', { 'x-forwarded-for': '198.51.100.1, 203.0.113.5, 127.77.8.2' })).toBe(
      '203.0.113.5',
    );
  });

  it('gets 150 requests in a minute, of all pods together', async () => {
    const from = newcomer();
    const answers = await inTurn(152, (i) => balancers.ask(i % 2, '/', { from }));
    expect(answers.findIndex(({ status }) => status !== 200)).toBe(150);
    expect(answers[151]).toMatchObject({
      status: 429,
      headers: { 'cache-control': 'no-store', 'content-type': 'application/json', 'x-frame-options': 'DENY' },
      body: '{"detail":"Too Many Requests"}\n',
    });
    const wait = Number(answers[151]?.headers['retry-after']);
    expect(wait).toBeGreaterThan(30);
    expect(wait).toBeLessThanOrEqual(65);
    expect((await balancers.ask(0, '/', { from: newcomer() })).status).toBe(200);
  });

  it('gets no more when it asks all workers of all pods at once', async () => {
    const from = newcomer();
    const answers = await inParallel(200, 16, (i) => balancers.ask(i % 2, '/', { from }));
    expect(count(answers, 200)).toBeGreaterThanOrEqual(140);
    expect(count(answers, 200)).toBeLessThanOrEqual(150);
    expect(count(answers, 200) + count(answers, 429)).toBe(200);
  });

  it.each(['/api/v1/auth/login', '/api/v1//auth/login', '/api/v1/%61uth/login', '/x/../api/v1/auth/login?a=b'])(
    'gets five attempts in five minutes at %s, and its other requests after that',
    async (path) => {
      const from = newcomer();
      const attempts = await inTurn(7, (i) => balancers.ask(i % 2, path, { from, method: 'POST' }));
      expect(attempts.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429]);
      expect(Number(attempts[6]?.headers['retry-after'])).toBeGreaterThan(270);
      expect((await balancers.ask(0, path, { from, method: 'OPTIONS' })).status).toBe(200);
      expect((await balancers.ask(0, '/', { from })).status).toBe(200);
    },
  );

  it('is a network of 64 bits where it comes by IPv6', async () => {
    const attempt = (address: string): Promise<Answer> =>
      balancers.ask(0, '/api/v1/auth/', { from: '127.77.8.1', headers: { 'x-forwarded-for': address } });
    const same = await inTurn(6, (i) => attempt(`2001:db8::${i + 1}`));
    expect(same.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
    expect((await attempt('2001:db8:0:1::1')).status).toBe(200);
  });

  it('leaves its mark in metrics', async () => {
    const metrics = await (await balancers.plain(0, 9114, '/metrics')).text();
    expect(metrics).toMatch(/^load_balancer_limited_total\{rule="all"\} [1-9]/m);
    expect(metrics).toMatch(/^load_balancer_answers_total\{status="429"\} [1-9]/m);
    expect(metrics).toContain('load_balancer_uncounted_total 0\n');
    expect(await (await balancers.plain(0, 8080, '/nginx_status')).text()).toContain('Active connections');
  });
});

describe('Windows', () => {
  const REQUESTS = 12;
  const ATTEMPTS = rateLimit.authentication.requests;
  const WINDOW = 3000;
  const STEP = 1000;
  const three = new Balancers(78, {
    replicas: 3,
    rateLimit: { ...rateLimit, all: { requests: REQUESTS, windowSeconds: WINDOW / 1000 }, stepSeconds: STEP / 1000 },
  });
  beforeAll(() => three.start());
  afterAll(() => three.stop());

  it('slide: whenever one begins, no more is let through, and who waits a step longer is let through', async () => {
    const admitted: { readonly sent: number; readonly got: number }[] = [];
    const end = Date.now() + 4 * WINDOW;
    for (let i = 0; Date.now() < end; i++) {
      const sent = Date.now();
      if ((await three.ask(i % 3, '/', { from: '127.78.7.1' })).status === 200)
        admitted.push({ sent, got: Date.now() });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const apart = admitted.slice(REQUESTS).map(({ got }, i) => got - (admitted[i]?.sent ?? 0));
    expect(Math.min(...apart)).toBeGreaterThanOrEqual(WINDOW);
    expect(Math.max(...apart)).toBeLessThan(WINDOW + STEP + 1000);
    expect(admitted.length).toBeGreaterThanOrEqual(2 * REQUESTS);
  });

  it('of the clients of a pod that is lost begin anew, once, and those of no other', async () => {
    const all = Array.from({ length: 9 }, (_, i) => `127.78.8.${i + 1}`);
    const spent = (pod: number) =>
      inParallel(all.length, 9, async (i) => {
        const attempt = () => three.ask(pod, '/api/v1/auth/', { from: all[i] ?? '' });
        return count(await inTurn(ATTEMPTS + 1, attempt), 200);
      });
    expect(await spent(0)).toEqual(all.map(() => ATTEMPTS));
    await three.stopPod(2, 'SIGKILL', true);
    expect(new Set(await spent(1))).toEqual(new Set([0, ATTEMPTS]));
    expect(await spent(0)).toEqual(all.map(() => 0));
    expect(await (await three.plain(0, 9114, '/metrics')).text()).toContain('load_balancer_uncounted_total 0\n');
  });
});
