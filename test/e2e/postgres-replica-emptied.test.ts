/** A replica loses its data: it copies the primary anew, by itself, while writes go on. */
import { exec, kubectl, recovery } from './support/cluster';
import { eventually } from './support/eventually';
import { caughtUp, identityOf, read } from './support/postgres';
import { everythingReady } from './support/readiness';
import { thorough } from './support/steps';
import { type System, psql, system } from './support/system';
import { writing } from './support/writer';

let given: System;
let replica: string;

beforeAll(async () => {
  given = await system();
  replica = `${given.release}-postgres-replica-0`;
});

thorough('its volume is emptied, and its pod deleted', () =>
  rebuilt(async () => {
    await empty();
    await kubectl(['delete', 'pod', replica, inNamespace()]);
  }),
);

thorough('its volume is emptied under the running server', () => rebuilt(empty));

thorough('its claim is deleted, and it comes to a new volume', () =>
  rebuilt(async () => {
    await kubectl(['delete', 'persistentvolumeclaim', `data-${replica}`, inNamespace(), '--wait=false']);
    await kubectl(['delete', 'pod', replica, inNamespace()]);
  }),
);

/** Has a fault take the data of the replica away while rows are written. */
async function rebuilt(fault: () => Promise<unknown>): Promise<void> {
  const before = await identityOf(given, replica);
  const written = await writing(given, async (writer) => {
    await fault();
    await recovery('the replica has all data again', async () => {
      await eventually('the replica restarts', { namespace: given.release, seconds: 120 }, async () => {
        expect(await identityOf(given, replica)).not.toEqual(before);
      });
      await everythingReady(given.release);
      await caughtUp(given, replica);
    });
    await writer.goesOn();
  });
  expect(written.rows.refused).toBe(0);
  const rows = await psql(given, 'SELECT count(*) FROM suite_rows');
  await eventually('reads see every row, on the replica', { namespace: given.release, seconds: 60 }, async () => {
    expect(await read(given)).toEqual({ rows: Number(rows), replica: true });
  });
}

/** All that is there, hidden files included. */
async function empty(): Promise<void> {
  await exec(given.release, replica, 'find', '/var/lib/postgresql/data', '-mindepth', '1', '-delete');
}

function inNamespace(): string {
  return `--namespace=${given.release}`;
}
