/**
 * nginx and PostgreSQL, started with what is generated for them, write logs that the pipelines of Logstash read. What they
 * wrote is kept in test/logs/recorded: `LOGS=record npm run programs -- logs` writes it anew.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Recorded, recordings, documentsOfRecorded } from '../logs/recorded';
import { objectsIn } from '../systems/cluster-ai/environments';
import { runPods } from './pods';

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const objects = objectsIn('production');
const secrets = {
  'cluster-ai-postgres': {
    'postgres-password': 'superuser',
    'replication-password': 'replication',
    password: 'application',
    'pooler-password': 'pooler',
  },
};

const curl = (path: string, ...options: readonly string[]): string =>
  `curl --silent --output /dev/null ${options.join(' ')} 'http://127.0.0.1:8080${path}'`;
const psql = (...statements: readonly string[]): string =>
  `psql --no-psqlrc --quiet --username=postgres postgres <<'SQL' || :\n${statements.join('\n')}\nSQL`;

const nginx = [
  'curl --fail --silent http://127.0.0.1:8080/readyz',
  curl('/', `--header 'traceparent: ${TRACEPARENT}'`),
  curl('/api/orders?token=abc', `--header 'traceparent: ${TRACEPARENT}'`),
  curl('/missing.png'),
  curl('/', "--user-agent ''"),
];

const postgres = [
  'pg_isready --host=127.0.0.1 --port=5432',
  psql(
    'SET log_min_duration_statement = 0;',
    `SELECT 1,\n  2 /*traceparent='${TRACEPARENT}'*/;`,
    'RESET log_min_duration_statement;',
    'CREATE TEMPORARY TABLE users (mail text PRIMARY KEY, age int CHECK (age > 0));',
    "INSERT INTO users VALUES ('ann@example.com', 7);",
    "INSERT INTO users\nVALUES ('ann@example.com', 8);",
    "INSERT INTO users VALUES ('bob@example.com', -1);",
    'SELECT nothing;',
  ),
  "PGPASSWORD=wrong psql --no-psqlrc --host=127.0.0.1 --username=cluster_ai cluster_ai -c '' || :",
];

test.each([
  ['nginx', { owners: ['Deployment/cluster-ai-frontend'], hosts: ['cluster-ai-backend'], checks: nginx }],
  ['postgres', { owners: ['StatefulSet/cluster-ai-postgres-primary'], checks: postgres }],
] as const)('%s', async (name: Recorded, pod) => {
  const output = await runPods({ objects, secrets, ...pod, outputOf: name });
  const isRecording = process.env.LOGS === 'record';
  if (isRecording) writeFileSync(join(__dirname, `../logs/recorded/${name}.log`), output);
  const documents = await documentsOfRecorded(name, output);
  const shapes = await documentsOfRecorded(name, isRecording ? output : recordings[name]);
  const shape = (fields: Readonly<Record<string, unknown>>) => Object.keys(fields).sort().join(' ');
  expect(new Set(documents.map(({ fields }) => shape(fields)))).toEqual(
    new Set(shapes.map(({ fields }) => shape(fields))),
  );
});
