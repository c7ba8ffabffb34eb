import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSlot, dropSlot, parseLsn, slotStatus } from '@banyan/postgres';
import { until } from '@banyan/postgres/until';
import { openLink } from '../link/link.ts';
import { type SharedSource, sharedSource } from '../testing/shared-source.ts';
import { rowsOf } from '../testing/support.ts';
import { alone, comeHome, copySlot, dissolve, dropOwnSlot, noteShared, slotKeptFor } from './home.ts';
import { sharedSlotName } from './shared-slot.ts';

const shared = sharedSlotName('home', 1);

/** A link with a publication and a slot of its own, and a shared slot, which its publication names, at the same position. */
async function oneLink() {
  const dbs = await sharedSource(1);
  const link = openLink(dbs.configs[0]!);
  await link.prepare();
  await copySlot(dbs.legacy, link.names.slot, shared);
  await noteShared(dbs.legacy, link.names.publication, shared);
  const position = (await slotStatus(dbs.legacy, shared))!.confirmedFlushLsn;
  const close = async () => {
    await link.drop();
    assert.deepEqual(await dbs.slots(), []);
    await dbs.close();
  };
  return { dbs, link, position, close };
}

const noted = ({ legacy }: SharedSource) =>
  rowsOf(legacy, `SELECT obj_description(oid, 'pg_publication') FROM pg_publication`);

test('what a killed process has under way ends before the next one looks: the link has a slot', async () => {
  const { dbs, link, position, close } = await oneLink();
  const under = Promise.withResolvers<void>();
  const goes = Promise.withResolvers<void>();
  // It has looked, and drops the link's own slot.
  const killed = alone(dbs.legacy, async (client) => {
    under.resolve();
    await goes.promise;
    await dropSlot(client, link.names.slot);
  });
  await under.promise;
  let done = false;
  const next = alone(dbs.legacy, (client) => dissolve(client, shared)).then(() => {
    done = true;
  });
  const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'advisory'`;
  await until(async () => done || (await rowsOf(dbs.legacy, waits)).length > 0);
  goes.resolve();
  await Promise.all([killed, next]);
  assert.deepEqual(await dbs.slots(), [link.names.slot]);
  assert.equal((await slotStatus(dbs.legacy, link.names.slot))!.confirmedFlushLsn, position);
  assert.deepEqual(await noted(dbs), [[null]]);
  await close();
});

test('a link keeps its own slot unless the shared one keeps all that it has not applied, and its publication says so', async () => {
  const { dbs, link, position, close } = await oneLink();
  const dropped = (acked = position) =>
    alone(dbs.legacy, (client) => dropOwnSlot(client, link.names, shared, acked));
  assert.equal(await dropped(position - 1n), false);
  await dbs.legacy.query(`COMMENT ON PUBLICATION ${link.names.publication} IS 'of somebody else'`);
  assert.equal(await dropped(), false);
  await noteShared(dbs.legacy, link.names.publication, shared);
  await dropSlot(dbs.legacy, shared);
  assert.equal(await dropped(), false);
  await copySlot(dbs.legacy, link.names.slot, shared);
  assert.equal(await dropped(), true);
  assert.deepEqual(await dbs.slots(), [shared]);
  assert.equal((await slotKeptFor(dbs.legacy, link.names)).name, shared);
  await close();
});

test('a slot that is still being made keeps nothing: the shared one counts until there is another', async () => {
  const { dbs, link, position, close } = await oneLink();
  const { slot } = link.names;
  await dropSlot(dbs.legacy, slot);
  const writer = await dbs.legacy.connect();
  await writer.query('BEGIN; SELECT pg_current_xact_id()');
  const making = createSlot(dbs.legacy, slot);
  making.catch(() => {});
  await until(async () => (await slotStatus(dbs.legacy, slot)) !== undefined);
  assert.equal((await slotStatus(dbs.legacy, slot))!.made, false);
  assert.equal((await slotKeptFor(dbs.legacy, link.names)).name, shared);
  await assert.rejects(comeHome(dbs.legacy, link.names), { code: '42710' });
  assert.deepEqual(await noted(dbs), [[`read through slot ${shared}`]]);
  await dbs.legacy.query(
    'SELECT pg_terminate_backend(active_pid, 10000) FROM pg_replication_slots WHERE slot_name = $1',
    [slot],
  );
  await assert.rejects(making);
  await writer.query('COMMIT');
  writer.release();
  await comeHome(dbs.legacy, link.names);
  assert.equal((await slotStatus(dbs.legacy, slot))!.confirmedFlushLsn, position);
  assert.deepEqual(await noted(dbs), [[null]]);
  await close();
});

test('a shared slot that a killed process had just made goes with the last link that could read it', async () => {
  const { dbs, link, close } = await oneLink();
  await dbs.legacy.query(`COMMENT ON PUBLICATION ${link.names.publication} IS NULL`);
  await close();
});

test('a link without a record begins anew, whatever its publication says', async () => {
  const { dbs, link, close } = await oneLink();
  await dropSlot(dbs.legacy, link.names.slot);
  await dbs.services[0]!.query('DELETE FROM banyan.links');
  await link.prepare();
  assert.deepEqual(await noted(dbs), [[null]]);
  const [[end]] = (await rowsOf(dbs.legacy, 'SELECT pg_current_wal_lsn()')) as [[string]];
  assert.ok((await slotStatus(dbs.legacy, link.names.slot))!.confirmedFlushLsn <= parseLsn(end));
  await close();
});
