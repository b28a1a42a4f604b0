/** The scripts of Elasticsearch and Kibana, run by a real shell with programs that only keep what they were given. */
import { App, Chart } from 'cdk8s';
import { parse } from 'yaml';
import {
  Elasticsearch,
  type ElasticsearchProps,
  elasticsearchDefaults,
} from '../../../lib/tiers/observability/elasticsearch';
import { ELASTICSEARCH_KEYS } from '../../../lib/tiers/observability/elasticsearch-users';
import { Kibana } from '../../../lib/tiers/observability/kibana';
import { KIBANA_KEYS } from '../../../lib/tiers/observability/kibana-configuration';
import { Objects } from '../data/objects';
import { type Call, type Outcome, run } from './scripts';

const chart = new Chart(new App(), 'shop');
new Kibana(chart, 'kibana', { elasticsearch: new Elasticsearch(chart, 'elasticsearch') });
const objects = new Objects(chart);
const data = (name: string): Readonly<Record<string, string>> => objects.get('ConfigMap', name).data ?? {};
const script = (config: string, file: string): string => data(config)[file] ?? '';

/** What a shell, JSON, YAML and curl each take for something else. */
const PASSWORD = `it's "a\\b" $HOME \`id\` %s #{x} ünï`;
const secrets = (keys: readonly string[], folder: string, value = (key: string): string => `${key} ${PASSWORD}`) =>
  Object.fromEntries(keys.map((key) => [`${folder}/${key}`, value(key)]));
const passwords = secrets(ELASTICSEARCH_KEYS, '/run/secrets/elasticsearch');

/** What a curl that was given a configuration takes it for: `name = "value"`, with backslashes before quotes and themselves. */
function curlConfiguration(content: string | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    (content ?? '').split('\n').flatMap((line) => {
      const [, name, value] = /^(\w+) = "(.*)"$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value.replaceAll(/\\(.)/g, '$1')]];
    }),
  );
}

const answer = (status: number, body = '{}'): string => `printf '%s\\n%s' '${body}' ${status}`;
const request = ({ args }: Call): readonly string[] => [args[args.indexOf('--request') + 1] ?? '', args.at(-1) ?? ''];

function noPasswordIn({ calls }: Outcome): void {
  for (const { args } of Object.values(calls).flat()) expect(args.join(' ')).not.toMatch(/ünï/);
}

describe('the set-up of Elasticsearch', () => {
  const setup = (props: ElasticsearchProps, curl: string, files = passwords): Outcome => {
    const own = new Chart(new App(), 'shop');
    new Elasticsearch(own, 'elasticsearch', props);
    const content = new Objects(own).get('ConfigMap', 'shop-elasticsearch-setup').data?.['setup.sh'] ?? '';
    return run({
      script: content,
      files,
      folders: ['/run/requests'],
      programs: { curl, sleep: ':' },
      env: { URL: 'https://shop-elasticsearch:9200' },
    });
  };
  const snapshots = { ...elasticsearchDefaults.snapshots, enabled: true };
  const url = 'https://shop-elasticsearch:9200/';

  test('makes roles, users, the life cycle and the template, and changes what exists to the same', () => {
    const outcome = setup({}, answer(200));
    expect([outcome.status, outcome.errors]).toEqual([0, '']);
    expect(outcome.calls.curl?.map(request).map(([method, at]) => `${method} ${at?.replace(url, '')}`)).toEqual([
      'GET _cluster/health?wait_for_status=yellow&timeout=10s',
      'POST _security/user/kibana_system/_password',
      'PUT _security/role/logstash_writer',
      'PUT _security/role/exporter',
      'PUT _security/role/jaeger',
      'PUT _security/role/grafana',
      'PUT _security/role/logs_reader',
      'PUT _security/user/logstash_writer',
      'PUT _security/user/exporter',
      'PUT _security/user/jaeger',
      'PUT _security/user/grafana',
      'PUT _ilm/policy/logs-default',
      'PUT _index_template/logs-default',
    ]);
  });

  test('sends JSON, with each password as the Secret has it', () => {
    const outcome = setup({ snapshots }, answer(200));
    const bodies = (outcome.calls.curl ?? [])
      .slice(1)
      .map((call) => [request(call)[1], JSON.parse(call.input)] as const);
    const body = (path: string): unknown => bodies.find(([at]) => at === `${url}${path}`)?.[1];
    expect(body('_security/user/kibana_system/_password')).toEqual({
      password: `kibana-system-password ${PASSWORD}`,
    });
    expect(body('_security/user/logstash_writer')).toEqual({
      password: `logstash-writer-password ${PASSWORD}`,
      roles: ['logstash_writer'],
      enabled: true,
    });
    expect(body('_slm/policy/snapshots')).toMatchObject({ schedule: '24h', repository: 's3' });
    expect(body('_index_template/logs-default')).toMatchObject({
      index_patterns: ['logs-*-default'],
      data_stream: {},
      template: {
        settings: { 'index.lifecycle.name': 'logs-default', 'index.auto_expand_replicas': '0-1' },
        mappings: { dynamic: false, properties: { 'trace.id': { type: 'keyword' }, '@timestamp': { type: 'date' } } },
      },
    });
  });

  test('logs in as elastic, and shows no password to others', () => {
    const outcome = setup({}, answer(200));
    expect(curlConfiguration(outcome.read('/run/requests/curl'))).toMatchObject({
      user: `elastic:elastic-password ${PASSWORD}`,
      cacert: expect.stringMatching(/\/run\/secrets\/elasticsearch-tls\/ca\.crt$/) as string,
    });
    noPasswordIn(outcome);
    expect(outcome.output).not.toMatch('ünï');
  });

  test('waits until there is a cluster', () => {
    const notYet = `n=$(cat "$0.n" 2>/dev/null || echo 0); echo $((n + 1)) > "$0.n"; if [ "$n" -lt 3 ]; then ${answer(503)}; else ${answer(200)}; fi`;
    const outcome = setup({}, notYet);
    expect(outcome.status).toBe(0);
    expect(outcome.calls.sleep?.length).toBe(3);
  });

  test('fails with the answer where something is refused, and goes no further', () => {
    const refuses = `case $* in *_ilm*) ${answer(400, '{"error":"no such phase"}')} ;; *) ${answer(200)} ;; esac`;
    const outcome = setup({}, refuses);
    expect(outcome.status).toBe(1);
    expect(outcome.errors).toMatch('_ilm/policy/logs-default: {"error":"no such phase"}');
    expect(outcome.calls.curl?.map(request).at(-1)?.[1]).toBe(`${url}_ilm/policy/logs-default`);
  });

  test.each([
    ['short', 'exporter-password has 5 characters, and Elasticsearch takes 6 or more'],
    ['two\nlines', 'exporter-password holds a line break or another control character'],
  ])('refuses the password %j', (password, message) => {
    const files = { ...passwords, '/run/secrets/elasticsearch/exporter-password': password };
    const outcome = setup({}, answer(200), files);
    expect(outcome.status).toBe(1);
    expect(outcome.errors).toMatch(message);
  });
});

describe('the start of a node of Elasticsearch', () => {
  const prepare = (files: Readonly<Record<string, string>>): Outcome =>
    run({
      script: script('shop-elasticsearch', 'prepare.sh'),
      files: {
        '/usr/share/elasticsearch/config/jvm.options': 'of the image',
        '/usr/share/elasticsearch/config/jvm.options.d/.keep': '',
        '/etc/elasticsearch-files/elasticsearch.yml': 'cluster.name: shop',
        '/etc/elasticsearch-files/heap.options': '-Xmx512m',
        '/etc/elasticsearch/elasticsearch.keystore': 'of an earlier start',
        ...files,
      },
      programs: { 'elasticsearch-keystore': ':' },
    });
  const elastic = secrets(['elastic-password'], '/run/secrets/elasticsearch');
  const s3 = secrets(['access-key-id', 'secret-access-key'], '/run/secrets/elasticsearch');

  test("has the image's configuration, its own, and a keystore made anew", () => {
    const outcome = prepare(elastic);
    expect([outcome.status, outcome.errors]).toEqual([0, '']);
    expect(outcome.read('/etc/elasticsearch/jvm.options')).toBe('of the image');
    expect(outcome.read('/etc/elasticsearch/elasticsearch.yml')).toBe('cluster.name: shop');
    expect(outcome.read('/etc/elasticsearch/jvm.options.d/heap.options')).toBe('-Xmx512m');
    expect(outcome.read('/etc/elasticsearch/elasticsearch.keystore')).toBeUndefined();
  });

  test('keeps what is secret in the keystore, one value a line, and out of arguments', () => {
    const [call] = prepare(elastic).calls['elasticsearch-keystore'] ?? [];
    expect(call).toEqual({
      args: ['add', '--silent', '--force', '--stdin', 'bootstrap.password'],
      input: `elastic-password ${PASSWORD}\n`,
    });
    const outcome = prepare({ ...elastic, ...s3 });
    expect(outcome.calls['elasticsearch-keystore']).toEqual([
      {
        args: [
          ...['add', '--silent', '--force', '--stdin'],
          ...['bootstrap.password', 's3.client.default.access_key', 's3.client.default.secret_key'],
        ],
        input: ['elastic-password', 'access-key-id', 'secret-access-key'].map((key) => `${key} ${PASSWORD}\n`).join(''),
      },
    ]);
    noPasswordIn(outcome);
  });

  test('fails where a secret is empty, and makes no keystore', () => {
    const outcome = prepare({ '/run/secrets/elasticsearch/elastic-password': '' });
    expect([outcome.status, outcome.errors]).toEqual([1, 'elastic-password is empty\n']);
    expect(outcome.calls['elasticsearch-keystore']).toEqual([]);
  });
});

describe('the end of a node of Elasticsearch', () => {
  const stop = (nodes: number, curl: string): Outcome =>
    run({
      script: script('shop-elasticsearch', 'stop.sh'),
      files: secrets(['exporter-password'], '/run/secrets/elasticsearch'),
      programs: { curl },
      env: { NODES: `${nodes}`, WAIT_SECONDS: '240', HOST: 'shop-elasticsearch' },
    });

  test('waits for copies of its shards, by its own certificate and a user who may only look', () => {
    const outcome = stop(3, ':');
    const [call] = outcome.calls.curl ?? [];
    expect(call?.args.slice(-3)).toEqual([
      '--connect-to',
      'shop-elasticsearch:9200:127.0.0.1:9200',
      'https://shop-elasticsearch:9200/_cluster/health?wait_for_status=green&timeout=240s',
    ]);
    expect(curlConfiguration(call?.input)).toEqual({ user: `exporter:exporter-password ${PASSWORD}` });
    noPasswordIn(outcome);
  });

  test('goes whatever the answer is: it has waited as long as it may', () => {
    expect(stop(3, 'exit 28').status).toBe(0);
  });

  test('waits for nobody where it is alone', () => {
    expect(stop(1, ':').calls.curl).toEqual([]);
  });
});

describe('a question to a node of Elasticsearch', () => {
  test('is asked as elastic, with what curl is told beside', () => {
    const outcome = run({
      script: script('shop-elasticsearch', 'ask.sh').replace('\n', '\nset -- _slm/start --request POST\n'),
      files: secrets(['elastic-password'], '/run/secrets/elasticsearch'),
      programs: { curl: "printf '{}'" },
      env: { HOST: 'shop-elasticsearch' },
    });
    expect([outcome.status, outcome.errors, outcome.output]).toEqual([0, '', '{}']);
    const [call] = outcome.calls.curl ?? [];
    expect(call?.args.slice(-3)).toEqual(['--request', 'POST', 'https://shop-elasticsearch:9200/_slm/start']);
    expect(curlConfiguration(call?.input)).toEqual({ user: `elastic:elastic-password ${PASSWORD}` });
    noPasswordIn(outcome);
  });
});

describe('the start of Kibana', () => {
  const files = {
    ...secrets(['kibana-system-password'], '/run/secrets/kibana'),
    ...secrets(KIBANA_KEYS, '/run/secrets/kibana'),
    '/usr/share/kibana/bin/kibana': '#!/bin/sh\necho "$@"\n',
  };
  const start = (own: Readonly<Record<string, string>> = {}): Outcome =>
    run({
      script: script('shop-kibana', 'start.sh'),
      files: { ...files, ...own },
      folders: ['/run/kibana'],
      programs: {},
    });

  test('reads what is secret from a configuration in memory', () => {
    const outcome = start();
    expect([outcome.status, outcome.errors]).toEqual([0, '']);
    expect(parse(outcome.read('/run/kibana/secrets.yml') ?? '')).toEqual({
      'elasticsearch.password': `kibana-system-password ${PASSWORD}`,
      'xpack.security.encryptionKey': `security-encryption-key ${PASSWORD}`,
      'xpack.encryptedSavedObjects.encryptionKey': `saved-objects-encryption-key ${PASSWORD}`,
    });
    expect(outcome.output).toMatch(
      /^--config=\S+\/etc\/kibana\/kibana\.yml --config=\S+\/run\/kibana\/secrets\.yml\n$/,
    );
  });

  test('refuses a key that is too short, by its length alone', () => {
    const outcome = start({ '/run/secrets/kibana/security-encryption-key': 'x'.repeat(31) });
    expect([outcome.status, outcome.errors]).toEqual([
      1,
      'security-encryption-key has 31 characters, and Kibana takes 32 or more\n',
    ]);
    expect(start({ '/run/secrets/kibana/security-encryption-key': 'x'.repeat(32) }).status).toBe(0);
  });
});

describe('the import into Kibana', () => {
  const saved = data('shop-kibana-import-objects');
  const importInto = (curl: string): Outcome =>
    run({
      script: script('shop-kibana-import', 'import.sh'),
      files: {
        ...passwords,
        ...Object.fromEntries(Object.entries(saved).map(([name, content]) => [`/etc/kibana-objects/${name}`, content])),
      },
      folders: ['/run/requests'],
      programs: { curl, sleep: ':' },
      env: { URL: 'http://shop-kibana:5601' },
    });
  const done = answer(200, '{"successCount":13,"success":true}');

  test('sends every object on a line of its own, over those there are', () => {
    const outcome = importInto(done);
    expect([outcome.status, outcome.errors]).toEqual([0, '']);
    expect(outcome.calls.curl?.map(request)).toEqual([
      ['GET', 'http://shop-kibana:5601/api/status'],
      ['POST', 'http://shop-kibana:5601/api/saved_objects/_import?overwrite=true'],
    ]);
    expect(outcome.calls.curl?.[1]?.args).toContain('kbn-xsrf: true');
    const lines = (outcome.read('/run/requests/objects.ndjson') ?? '').trimEnd().split('\n');
    const sent = lines.map((line) => JSON.parse(line) as unknown);
    expect(sent).toEqual(expect.arrayContaining(Object.values(saved).map((content) => JSON.parse(content) as unknown)));
    expect(sent.length).toBe(Object.keys(saved).length);
    noPasswordIn(outcome);
  });

  test('fails with the answer where Kibana takes some and not others', () => {
    const outcome = importInto(answer(200, '{"successCount":12,"success":false,"errors":[{"id":"logs"}]}'));
    expect(outcome.status).toBe(1);
    expect(outcome.errors).toMatch('"errors":[{"id":"logs"}]');
  });
});
