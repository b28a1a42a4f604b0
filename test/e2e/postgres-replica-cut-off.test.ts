/** A NetworkPolicy cuts one of two replicas off: reads leave it; it catches up, or copies the primary where it cannot. */
import { setTimeout as sleep } from 'node:timers/promises';
import { kubectl, measured, recovery } from './support/cluster';
import { eventually } from './support/eventually';
import { backends, caughtUp, identityOf, read } from './support/postgres';
import { everythingReady } from './support/readiness';
import { thorough } from './support/steps';
import { type System, psql, system, upgrade } from './support/system';
import { writing } from './support/writer';

/** A segment of WAL, in MiB. */
const SEGMENT = 16;

let given: System;
let replica: string;
let other: string;

beforeAll(async () => {
  given = await system();
  replica = `${given.release}-postgres-replica-0`;
  other = `${given.release}-postgres-replica-1`;
});

thorough('a second replica comes by a value, and restarts nothing', async () => {
  const before = await identityOf(given, replica);
  await upgrade(given, '--set=postgres.replicas=2');
  await everythingReady(given.release);
  await caughtUp(given, other);
  expect(await identityOf(given, replica)).toEqual(before);
  expect(await backends(given, `${given.release}-postgres-read`)).toEqual([replica, other]);
});

thorough('reads leave the replica that is cut off, and come back when it has caught up', async () => {
  const before = await identityOf(given, replica);
  const written = await writing(given, async (writer) => {
    await cutOff();
    await recovery('reads have left the replica', readsLeave);
    // Longer than a liveness probe that fails leaves it alive.
    await sleep(45_000);
    await readsAreCurrent();
    await writer.goesOn();
    expect(await psql(given, slot('wal_status'))).toBe('reserved');
    await reconnect();
    await recovery('the replica has caught up and is read from', readsReturn);
  });
  expect(written.rows.refused).toBe(0);
  expect(await identityOf(given, replica)).toEqual(before);
});

thorough(
  'the slot of a replica that is cut off for long fills no disk: the replica copies the primary anew',
  async () => {
    const before = await identityOf(given, replica);
    const keep = await setting('max_slot_wal_keep_size');
    const size = await setting('max_wal_size');
    const written = await writing(given, async (writer) => {
      await cutOff();
      await readsLeave();
      const most = Number(await psql(given, writeSegments((2 * (keep + size)) / SEGMENT)));
      measured(`${2 * (keep + size)} MB of WAL written, at most ${most} MB kept at a time`);
      expect(most).toBeLessThanOrEqual(keep + size);
      await eventually('the slot is lost', { namespace: given.release }, async () => {
        expect(await psql(given, slot('wal_status'))).toBe('lost');
      });
      await reconnect();
      await recovery('the replica has copied the primary and is read from', readsReturn);
      await writer.goesOn();
    });
    expect(written.rows.refused).toBe(0);
    const { uid, restarts } = await identityOf(given, replica);
    expect([uid, restarts > before.restarts]).toEqual([before.uid, true]);
    expect(await psql(given, slot('wal_status'))).toBe('reserved');
  },
);

thorough('the second replica goes by a value, and its slot and volume by hand', async () => {
  await upgrade(given);
  await kubectl(['wait', '--for=delete', `pod/${other}`, inNamespace(), '--timeout=150s'], { timeoutSeconds: 160 });
  await psql(given, "SELECT pg_drop_replication_slot('replica_1')");
  await kubectl(['delete', 'persistentvolumeclaim', `data-${other}`, inNamespace()]);
  await everythingReady(given.release);
});

/** Takes the one replica out of the policy that allows its connections; what denies all others is there already. */
async function cutOff(): Promise<void> {
  const label = 'statefulset.kubernetes.io/pod-name';
  await restrict({ matchExpressions: [{ key: label, operator: 'NotIn', values: [replica] }] });
  // A policy stops new connections, and not on every network those that are there.
  await eventually('the replica cannot connect', { namespace: given.release }, async () => {
    await psql(
      given,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_replication WHERE application_name = '${replica}'`,
    );
    const receives = "SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'";
    expect(await psql(given, receives, replica)).toBe('0');
  });
}

async function reconnect(): Promise<void> {
  await restrict({ matchExpressions: null });
}

async function restrict(podSelector: object): Promise<void> {
  const patch = JSON.stringify({ spec: { podSelector } });
  await kubectl([
    'patch',
    'networkpolicy',
    `${given.release}-postgres-replica`,
    inNamespace(),
    '--type=merge',
    `--patch=${patch}`,
  ]);
}

/** The Service leads to the other replica alone, and so does every connection that PgBouncer keeps. */
async function readsLeave(): Promise<void> {
  await eventually('the Service leaves the replica', { namespace: given.release }, async () => {
    expect(await backends(given, `${given.release}-postgres-read`)).toEqual([other]);
  });
  await eventually('PgBouncer leaves the replica', { namespace: given.release, seconds: 90 }, async () => {
    const clients = "SELECT count(*) FROM pg_stat_activity WHERE usename IN ('cluster_ai', 'pgbouncer')";
    expect(await psql(given, clients, replica)).toBe('0');
    await readsAreCurrent();
  });
}

/** Reads see, each within a second or two, what the primary had before. */
async function readsAreCurrent(): Promise<void> {
  for (let times = 0; times < 5; times++) {
    const rows = Number(await psql(given, 'SELECT count(*) FROM suite_rows'));
    const answer = await read(given);
    expect(answer).toMatchObject({ replica: true });
    expect(answer.rows).toBeGreaterThanOrEqual(rows);
  }
}

async function readsReturn(): Promise<void> {
  await caughtUp(given, replica, 300);
  await eventually('reads return', { namespace: given.release }, async () => {
    expect(await backends(given, `${given.release}-postgres-read`)).toEqual([replica, other]);
  });
}

/** In MB. */
async function setting(name: string): Promise<number> {
  return Number(await psql(given, `SELECT setting FROM pg_settings WHERE name = '${name}' AND unit = 'MB'`));
}

/** SQL that fills segments of WAL, two in a second, and says how many MB of WAL were there at most. */
function writeSegments(count: number): string {
  return `
    DO $$ DECLARE most bigint := 0; BEGIN
      FOR segment IN 1..${count} LOOP
        PERFORM pg_logical_emit_message(false, 'e2e', ''), pg_switch_wal(), pg_sleep(0.5);
        most := greatest(most, (SELECT sum(size) FROM pg_ls_waldir()));
      END LOOP;
      PERFORM set_config('e2e.most', (most / 2 ^ 20)::text, false);
    END $$;
    SELECT current_setting('e2e.most')`;
}

function slot(column: string): string {
  return `SELECT ${column} FROM pg_replication_slots WHERE slot_name = 'replica_0'`;
}

function inNamespace(): string {
  return `--namespace=${given.release}`;
}
