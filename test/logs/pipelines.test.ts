/** Lines of containers, and the documents that come of them by the generated configuration of Filebeat and Logstash. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { LOG_FIELDS, LOG_KINDS } from '../../lib/tiers/observability/log-fields';
import { SOURCES } from '../../lib/tiers/observability/logstash-pipelines';
import { environments, objectsIn } from '../systems/cluster-ai/environments';
import { podsIn } from '../systems/cluster-ai/pods';
import { Event, type Field } from './event';
import { type Container, eventsOf, isRead, pathOf } from './filebeat';
import { generated } from './generated';
import { type Document, documentsOf, pass } from './pipelines';
import { documentsOfRecorded, recordings } from './recorded';

const Cases = z.strictObject({
  source: z.strictObject({ pod: z.string(), container: z.string(), tier: z.string(), component: z.string() }),
  dataset: z.enum(LOG_KINDS),
  cases: z.array(
    z.strictObject({
      it: z.string(),
      lines: z.string(),
      /** Without what all documents of the source have. */
      documents: z.array(z.record(z.string(), z.unknown())),
    }),
  ),
});

const files = generated();
const folder = join(__dirname, 'cases');
const groups = readdirSync(folder).map((name) =>
  Cases.parse(parse(readFileSync(join(folder, name), 'utf8'), { merge: true })),
);

type Source = z.infer<typeof Cases>['source'];

function containerOf({ pod, container, tier, component }: Source): Container {
  const labels = {
    'app.kubernetes.io/instance': 'cluster-ai',
    'app.kubernetes.io/name': tier,
    'app.kubernetes.io/component': component,
  };
  return { namespace: 'cluster-ai', pod, container, labels };
}

/** What all documents of a source have. */
function ofSource(source: Source): Readonly<Record<string, Field>> {
  return {
    stream: 'stderr',
    'labels.release': 'cluster-ai',
    'labels.tier': source.tier,
    'labels.component': source.component,
    'kubernetes.namespace': 'cluster-ai',
    'kubernetes.node.name': 'node',
    'kubernetes.pod.name': source.pod,
    'kubernetes.pod.uid': '0f1e2d3c-0000-4000-8000-123456789abc',
    'kubernetes.pod.ip': '10.0.0.7',
    'kubernetes.container.name': source.container,
    'log.file.path': pathOf(containerOf(source)),
  };
}

function own({ fields }: Document): Readonly<Record<string, Field>> {
  const { 'log.offset': _, ...others } = fields;
  return others;
}

function textOf({ message }: Document['fields']): string {
  return typeof message === 'string' ? message : '';
}

const other: Source = { pod: 'cluster-ai-redis-0', container: 'redis', tier: 'redis', component: 'cache' };

for (const { source, dataset, cases } of groups) {
  describe(`the pipeline of ${dataset}`, () => {
    test.each(cases.map((each) => [each.it, each] as const))('%s', async (_, { lines, documents }) => {
      const found = await documentsOf(files, containerOf(source), lines.replace(/\n$/, '').split('\n'));
      expect(found.map((document) => document.dataset)).toEqual(documents.map(() => dataset));
      const expected = documents.map((document) => ({ ...ofSource(source), ...document }));
      expect(found.map(own)).toEqual(expected);
    });

    test('fills fields alone that the index template knows', async () => {
      for (const { lines } of cases) {
        const found = await documentsOf(files, containerOf(source), lines.replace(/\n$/, '').split('\n'));
        const names = new Set(found.flatMap(({ fields }) => Object.keys(fields)));
        names.delete('kubernetes.pod.ip');
        expect([...names].filter((name) => !Object.hasOwn(LOG_FIELDS, name))).toEqual([]);
      }
    });
  });
}

describe('what nginx wrote itself', () => {
  test('is read line by line, with traces, and without queries and whole addresses', async () => {
    const documents = await documentsOfRecorded('nginx', recordings.nginx);
    expect(documents.filter(({ fields }) => 'tags' in fields)).toEqual([]);
    expect(documents.map(({ fields }) => [fields['url.path'], fields['http.response.status_code']])).toEqual([
      ['/', 200],
      [undefined, undefined],
      ['/api/orders', 502],
      ['/missing.png', 404],
      ['/', 200],
    ]);
    expect(documents.filter(({ fields }) => fields['trace.id'] === '4bf92f3577b34da6a3ce929d0e0e4736')).toHaveLength(2);
    expect(recordings.nginx).toMatch('token=abc');
    expect(recordings.nginx).toMatch('client: 127.0.0.1');
    expect(JSON.stringify(documents)).not.toMatch(/token=abc|client: 127\.0\.0\.1/);
  });
});

describe('what PostgreSQL wrote itself', () => {
  const documents = documentsOfRecorded('postgres', recordings.postgres);
  const withMessage = async (message: string) =>
    (await documents).map(({ fields }) => fields).filter((fields) => textOf(fields).includes(message));

  test('is read but for what is no line of the server: of initdb, and of the scripts', async () => {
    const unread = (await documents).filter(({ fields }) => 'tags' in fields).map(({ fields }) => textOf(fields));
    expect(unread.filter((message) => /^\d{4}-/.test(message))).toEqual([]);
    expect((await documents).length).toBeGreaterThan(2 * unread.length);
  });

  test('has lines of several, which are one', async () => {
    expect(await withMessage('statement: SELECT 1')).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(/^duration: [\d.]+ ms  statement: SELECT 1,\n\t  2 /) as string,
        'log.flags': ['multiline'],
        'postgres.milliseconds': expect.any(Number) as number,
        'trace.id': '4bf92f3577b34da6a3ce929d0e0e4736',
        'span.id': '00f067aa0ba902b7',
      }),
    ]);
  });

  test('says what is wrong with rows, and not what they hold', async () => {
    expect(recordings.postgres).toMatch('Key (mail)=(ann@example.com) already exists.');
    expect((await withMessage('already exists')).map(({ message }) => message)).toEqual([
      'Key (mail)=([masked]) already exists.',
    ]);
    expect(recordings.postgres).toMatch('Failing row contains (bob@example.com, -1).');
    expect((await withMessage('Failing row')).map(({ message }) => message)).toEqual([
      'Failing row contains ([masked]).',
    ]);
  });

  test('has the SQLSTATE, the session and the level of an error', async () => {
    expect(await withMessage('column "nothing" does not exist')).toEqual([
      expect.objectContaining({
        'log.level': 'error',
        'postgres.sqlstate': '42703',
        'postgres.database': 'postgres',
        'postgres.application': 'psql',
        'user.name': 'postgres',
      }),
    ]);
  });
});

describe('all pipelines', () => {
  test('fill every field that the index template knows, one or another', async () => {
    const found = await Promise.all(
      groups.flatMap(({ source, cases }) =>
        cases.map(({ lines }) => documentsOf(files, containerOf(source), lines.replace(/\n$/, '').split('\n'))),
      ),
    );
    const names = new Set(found.flat().flatMap(({ fields }) => Object.keys(fields)));
    expect(Object.keys(LOG_FIELDS).filter((name) => !names.has(name))).toEqual([]);
  });

  test('lead containers of Cluster AI to the pipeline of their kind', () => {
    const known = new Set(
      environments.flatMap((environment) =>
        podsIn(objectsIn(environment)).flatMap(({ labels, spec }) =>
          spec.containers.map(({ name }) => `${labels['app.kubernetes.io/component'] ?? ''} ${name}`),
        ),
      ),
    );
    const led = Object.values(SOURCES).flatMap(({ components, containers }) =>
      components.flatMap((component) =>
        containers.map((container) => `${component} ${container}`).filter((pair) => known.has(pair)),
      ),
    );
    expect(led.sort()).toEqual(['api api', 'primary postgres', 'replica postgres', 'web nginx']);
  });

  test.each([
    ['an exporter beside nginx', { ...other, container: 'exporter', tier: 'frontend', component: 'web' }, 'other'],
    ['a worker', { ...other, container: 'worker', tier: 'worker', component: 'worker' }, 'api'],
    ['a replica', { ...other, container: 'postgres', tier: 'postgres', component: 'replica' }, 'postgres'],
    ['Redis', other, 'other'],
  ])('lead %s', async (_, source, dataset) => {
    const found = await documentsOf(files, containerOf(source), ['1:M 21 Nov 2026 12:00:00.042 * Ready']);
    expect(found.map((document) => document.dataset)).toEqual([dataset]);
  });

  test('keep a line of a pod that has no labels, and of a file that is none', async () => {
    const unlabelled = { ...containerOf(other), labels: {} };
    const [document] = await documentsOf(files, unlabelled, ['a line']);
    expect(document).toMatchObject({
      dataset: 'other',
      fields: { message: 'a line', 'kubernetes.pod.name': other.pod },
    });
    const stray = new Event({ '@timestamp': '2026-11-21T12:00:00.000Z', message: 'a line' });
    expect(await pass(files, 'intake', stray)).toEqual({
      dataset: 'other',
      fields: { '@timestamp': '2026-11-21T12:00:00.000Z', message: 'a line', tags: ['_no_pod'] },
    });
  });

  test('mask what an operator names, and nothing else', async () => {
    const own = generated({ maskedFields: ['iban'] });
    const line = '{"message":"iban: DE02 was","customer_iban":"DE02","password":"kept"}';
    const source = { ...other, container: 'api', tier: 'backend', component: 'api' };
    const [document] = await documentsOf(own, containerOf(source), [line]);
    expect(document?.fields).toMatchObject({
      message: 'iban: [masked] was',
      application: { customer_iban: '[masked]', password: 'kept' },
    });
    const none = await documentsOf(generated({ maskedFields: [] }), containerOf(source), [line]);
    expect(none[0]?.fields.application).toMatchObject({ customer_iban: 'DE02' });
  });

  test('keep what Elasticsearch refuses as one text, and nothing that it may refuse again', async () => {
    const event = new Event({
      '@timestamp': '2026-11-21T12:00:00.000Z',
      '@metadata': { dead_letter_queue: { reason: 'status: 400, field [log.level] of type [keyword]' } },
      message: { not: 'a text' },
      log: { level: { a: 1 } },
      labels: { tier: 'backend' },
      kubernetes: { namespace: 'cluster-ai' },
    });
    expect(await pass(files, 'rejected', event)).toEqual({
      dataset: 'rejected',
      fields: {
        '@timestamp': '2026-11-21T12:00:00.000Z',
        message: 'status: 400, field [log.level] of type [keyword]',
        tags: ['rejected'],
        'labels.tier': 'backend',
        'kubernetes.namespace': 'cluster-ai',
      },
    });
  });

  test('give no raw line a second place, whence nothing masks it', () => {
    expect(files.conf['intake.conf']).toMatch('enrich => none');
    expect(Object.values(files.conf).join('\n')).not.toMatch(/event\]\[original|add_field => \{ "original/);
  });
});

describe('Filebeat', () => {
  test('reads files of its namespaces alone, and those that were rotated', () => {
    const log = '/var/log/pods/cluster-ai_web-0_1/nginx/0.log';
    const rotated = `${log}.20261121-120000`;
    expect([log, rotated].map((path) => isRead(files.filebeatYml, path))).toEqual([true, true]);
    const others = [`${rotated}.gz`, `${rotated}.tmp`, log.replace('cluster-ai_', 'cluster-ai-2_')];
    expect(others.map((path) => isRead(files.filebeatYml, path))).toEqual([false, false, false]);
  });

  test('joins the parts of a line that the container runtime has cut', () => {
    const of = containerOf(other);
    const long = '2026-11-21T12:00:00.000000000Z stdout P aaa\n2026-11-21T12:00:00.000000001Z stdout F bbb\n';
    const [event, ...more] = eventsOf(files.filebeatYml, of, long);
    expect([event?.get('message'), more]).toEqual(['aaabbb', []]);
  });
});
