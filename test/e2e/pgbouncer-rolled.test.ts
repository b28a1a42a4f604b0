/** PgBouncer's pods replaced under load: clients that keep to DATABASE_POOL_RECYCLE notice nothing. */
import { readFileSync } from 'node:fs';
import { exec, kubectl, measured, recovery } from './support/cluster';
import { underLoad } from './support/k6';
import { everythingReady } from './support/readiness';
import { allPods, gone, podsOf, rolledOut } from './support/rollouts';
import { thorough } from './support/steps';
import { type System, system } from './support/system';

let given: System;
beforeAll(async () => {
  given = await system();
});

thorough('kubectl rollout restart costs no request and breaks no connection', async () => {
  await underLoad(given, { requests: ['POST /api/rows/<id>', 'GET /api/rows'], users: 4 }, async () => {
    await keepingConnections(async () => {
      const { release } = given;
      const old = await podsOf(given, 'pgbouncer');
      await kubectl(['rollout', 'restart', `deployment/${release}-pgbouncer`, `--namespace=${release}`]);
      await recovery(`new pods serve in place of ${old.length}`, () => rolledOut(given, 'pgbouncer'));
      await recovery('the last client left the old ones', () => gone(given, old));
    });
  });
  await everythingReady(given.release);
});

interface Tally {
  readonly connections: number;
  readonly queries: number;
  readonly errors: readonly string[];
}

/** Connections of an API pod to PgBouncer, in use all the time. */
async function keepingConnections(events: () => Promise<void>): Promise<void> {
  const { release } = given;
  const [pod = ''] = (await allPods(given, 'backend')).map(({ metadata }) => metadata?.name);
  const end = `/tmp/end-${Date.now()}`;
  const program = readFileSync('test/e2e/programs/connections.py', 'utf8');
  const running = kubectl(['exec', pod, `--namespace=${release}`, '--', 'python3', '-c', program, end], {
    timeoutSeconds: 300,
  });
  try {
    await events();
  } finally {
    await exec(release, pod, 'touch', end);
  }
  const { connections, queries, errors } = JSON.parse(await running) as Tally;
  measured(`${queries} queries over ${connections} connections kept open, ${errors.length} errors`);
  expect(errors).toEqual([]);
  // Each of the first ones has ended at its age, on an old pod, and was followed by another.
  expect(connections).toBeGreaterThan(4);
}
