/** The real programs start with what is generated for them, and their exporters see them. */
import { environments, objectsIn } from '../systems/cluster-ai/environments';
import { titleOf } from '../systems/cluster-ai/pods';
import { type Given, runPods } from './pods';

const secrets = {
  'cluster-ai-postgres': {
    'postgres-password': 'superuser',
    'replication-password': 'replication',
    password: 'application',
    'pooler-password': 'pooler',
  },
  'cluster-ai-redis': { password: 'cache' },
};
/** That a metric has a value. */
const shows = (port: number, metric: string): string =>
  `curl --fail --silent --show-error http://127.0.0.1:${port}/metrics | grep -q '^${metric}'`;

const PODS: Readonly<Record<string, Omit<Given, 'objects'>>> = {
  nginx: {
    owners: ['Deployment/cluster-ai-frontend'],
    hosts: ['cluster-ai-backend'],
    checks: [
      'nginx -t -c /etc/frontend/nginx.conf',
      'curl -fsS http://127.0.0.1:8080/healthz',
      shows(9113, 'nginx_up 1'),
    ],
  },
  postgres: {
    owners: ['StatefulSet/cluster-ai-postgres-primary'],
    checks: [
      'pg_isready --host=127.0.0.1 --port=5432',
      shows(9187, 'pg_up 1'),
      // The role of the exporter sees statistics, and nothing of the application.
      "psql --no-psqlrc --host=127.0.0.1 --username=postgres_exporter postgres -Atc 'SELECT count(*) FROM pg_stat_activity'",
      "psql --no-psqlrc --host=127.0.0.1 --username=postgres_exporter cluster_ai -c '' 2>&1 | grep -q 'pg_hba.conf rejects'",
    ],
  },
  pgbouncer: {
    owners: ['StatefulSet/cluster-ai-postgres-primary', 'Deployment/cluster-ai-pgbouncer'],
    hosts: ['cluster-ai-postgres-primary', 'cluster-ai-postgres-read'],
    checks: [
      "PGPASSWORD=application psql --no-psqlrc --host=127.0.0.1 --port=6432 --username=cluster_ai cluster_ai -Atc 'SELECT 1'",
      shows(9127, 'pgbouncer_up 1'),
    ],
  },
  'one Redis': {
    owners: ['StatefulSet/cluster-ai-redis'],
    checks: ['REDISCLI_AUTH=cache redis-cli ping | grep -q PONG', shows(9121, 'redis_up 1')],
  },
  'a node of Redis Cluster': {
    owners: ['StatefulSet/cluster-ai-redis-cluster'],
    hosts: ['cluster-ai-redis-cluster-headless'],
    checks: [
      'REDISCLI_AUTH=cache redis-cli cluster info | grep -q cluster_known_nodes:1',
      shows(9121, 'redis_cluster_enabled 1'),
    ],
  },
  Prometheus: {
    owners: ['StatefulSet/cluster-ai-prometheus'],
    checks: ['curl -fsS http://127.0.0.1:9090/-/ready', shows(9090, 'prometheus_config_last_reload_successful 1')],
  },
};

describe.each(environments)('in %s', (environment) => {
  const objects = objectsIn(environment);
  const there = Object.entries(PODS).filter(([, { owners }]) =>
    owners.every((owner) => objects.some((object) => titleOf(object) === owner)),
  );

  it.each(there)('%s takes its configuration', async (_, pods) => {
    await runPods({ objects, secrets, ...pods });
  });
});

it('are all those for which something is generated, in one environment or another', () => {
  const owners = environments.flatMap((environment) => objectsIn(environment).map(titleOf));
  const missing = Object.values(PODS).flatMap((pod) => pod.owners.filter((owner) => !owners.includes(owner)));
  expect(missing).toEqual([]);
});
