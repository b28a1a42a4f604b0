/** Passwords of the application's role and of PgBouncer's own changed in the Secret, as docs/operations.md says. */
import { measured, recovery } from './support/cluster';
import { everythingReady } from './support/readiness';
import { beginningWith, documentedCommands } from './support/readme';
import { gone, podsOf, rolledOut } from './support/rollouts';
import { shell } from './support/run';
import { step } from './support/steps';
import { type System, psql, system } from './support/system';
import { type Written, writing } from './support/writer';

const commands = documentedCommands('docs/operations.md', "Rotating Postgres's passwords");
const [editPassword = '', editPoolerPassword = ''] = beginningWith(commands, 'kubectl create secret');
const [applyPassword = '', applyPoolerPassword = ''] = beginningWith(commands, 'kubectl annotate pod');

let given: System;
beforeAll(async () => {
  given = await system();
});

step('the application: open connections go on, and pods with the old password get no new ones', async () => {
  const { rows } = await rotated('cluster_ai', 'backend', editPassword, applyPassword);
  expect(rows.refusals.filter((said) => !said.includes('SASL authentication failed'))).toEqual([]);
});

step('the pooler: no client notices', async () => {
  const { rows, keys } = await rotated('pgbouncer', 'pgbouncer', editPoolerPassword, applyPoolerPassword);
  expect([...rows.refusals, ...keys.refusals]).toEqual([]);
});

/** With the writer going; until the pods that had the old password have ended. */
async function rotated(role: string, tier: string, edit: string, apply: string): Promise<Written> {
  const verifier = () => psql(given, `SELECT rolpassword FROM pg_authid WHERE rolname = '${role}'`);
  const [oldVerifier, oldPods] = [await verifier(), await podsOf(given, tier)];
  const written = await writing(given, async (writer) => {
    await type(edit);
    await recovery('the server has the new password', () => type(apply));
    await recovery('new pods serve', () => rolledOut(given, tier));
    await gone(given, oldPods);
    await writer.goesOn();
  });
  expect(await verifier()).not.toBe(oldVerifier);
  await everythingReady(given.release);
  measured(`refused: ${[...new Set(written.rows.refusals)].join('; ') || 'nothing'}`);
  return written;
}

async function type(command: string): Promise<void> {
  await shell(command.replaceAll('cluster-ai', given.release), { timeoutSeconds: 240 });
}
