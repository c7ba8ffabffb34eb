import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import { scratchFolder } from '../embedded/scratch-server.ts';
import {
  createPool,
  createSlot,
  dropSlot,
  type EmbeddedServer,
  ensurePublication,
  errorCode,
  openWalStream,
  PostgresError,
  slotStatus,
  startEmbedded,
  type WalMessage,
} from '../index.ts';

// A server of its own: these tests restart it and let it lose WAL.
const directory = scratchFolder('banyan-slots-');
const settings = { fsync: 'off', max_slot_wal_keep_size: '1MB', max_replication_slots: '3' };
let server: EmbeddedServer;
let url: string;
let pool: pg.Pool;

before(async () => {
  server = await startEmbedded({ directory, settings });
  url = await server.createDatabase('slots');
  pool = createPool(url);
  await pool.query('CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE "B c" (id int PRIMARY KEY)');
});
after(async () => {
  await pool.end();
  await server.stop();
  rmSync(directory, { recursive: true });
});

const tables = (...names: string[]) => names.map((table) => ({ schema: 'public', table }));
const codeIs = (code: string) => (error: unknown) => error instanceof PostgresError && error.code === code;

test('a publication is made to hold exactly the tables asked for', async () => {
  assert.equal(await ensurePublication(pool, 'my pub', tables('a')), 'created');
  assert.equal(await ensurePublication(pool, 'my pub', tables('a')), 'unchanged');
  assert.equal(await ensurePublication(pool, 'my pub', tables('B c', 'a')), 'altered');
  assert.equal(await ensurePublication(pool, 'my pub', tables('a', 'B c')), 'unchanged');
  assert.equal(await ensurePublication(pool, 'my pub', []), 'altered');
  assert.equal(await ensurePublication(pool, 'my pub', []), 'unchanged');
  const { rows } = await pool.query('SELECT * FROM pg_publication_tables');
  assert.deepEqual(rows, []);
});

test('a slot tells where it stands and what it costs', async () => {
  assert.equal(await slotStatus(pool, 'one'), undefined);
  const { consistentLsn } = await createSlot(pool, 'one');
  const fresh = (await slotStatus(pool, 'one'))!;
  assert.equal(fresh.confirmedFlushLsn, consistentLsn);
  assert.equal(fresh.walStatus, 'reserved');
  assert.deepEqual([fresh.active, fresh.activePid, fresh.database], [false, undefined, 'slots']);
  assert.ok(fresh.restartLsn !== undefined && fresh.restartLsn <= consistentLsn);
  await pool.query('INSERT INTO a SELECT generate_series(1, 1000)');
  const later = (await slotStatus(pool, 'one'))!;
  assert.ok(later.lagBytes > fresh.lagBytes && later.retainedBytes > fresh.retainedBytes);
  await assert.rejects(createSlot(pool, 'one'), (error) => errorCode(error) === '42710');
});

test('when the server has no slot left the error says what to raise', async () => {
  await createSlot(pool, 'two');
  await createSlot(pool, 'three');
  await assert.rejects(createSlot(pool, 'four'), (error: PostgresError) => {
    assert.equal(error.code, 'WAL_SLOTS_EXHAUSTED');
    assert.match(error.message, /max_replication_slots/);
    return true;
  });
  assert.equal(await dropSlot(pool, 'two'), true);
  assert.equal(await dropSlot(pool, 'three'), true);
  assert.equal(await dropSlot(pool, 'three'), false);
});

test('a slot in use is dropped only by force', async () => {
  await ensurePublication(pool, 'all', tables('a'));
  await createSlot(pool, 'used');
  const stream = openWalStream({ url, slot: 'used', publications: ['all'] });
  const batches = stream[Symbol.asyncIterator]();
  await batches.next();
  await assert.rejects(dropSlot(pool, 'used'), codeIs('WAL_SLOT_IN_USE'));
  assert.equal(await dropSlot(pool, 'used', { force: true }), true);
  await stream.close();
});

test('a restart of the source is survived by the stream', async (t) => {
  await createSlot(pool, 'lasting');
  const stream = openWalStream({
    url,
    slot: 'lasting',
    publications: ['all'],
    backoff: { minMs: 5, maxMs: 50 },
  });
  // Else it would go on trying when something here has failed, and keep the process.
  t.after(() => stream.close());
  const seen: WalMessage[] = [];
  const batches = stream[Symbol.asyncIterator]();
  const until = async (id: string) => {
    while (!seen.some((message) => message.kind === 'insert' && message.new[0] === id)) {
      seen.push(...((await batches.next()).value as WalMessage[]));
    }
  };
  await pool.query('INSERT INTO a VALUES (5001)');
  await until('5001');
  await server.kill();
  server = await startEmbedded({ directory, settings });
  await pool.query('INSERT INTO a VALUES (5002)');
  await until('5002');
  await stream.close();
  await dropSlot(pool, 'lasting', { force: true });
});

test('a slot whose WAL the server has removed is lost, and the stream says so', async () => {
  await createSlot(pool, 'doomed');
  for (let round = 0; round < 4; round++) {
    await pool.query(`SELECT pg_logical_emit_message(false, 'x', 'y'), pg_switch_wal()`);
  }
  await pool.query('CHECKPOINT');
  assert.equal((await slotStatus(pool, 'doomed'))!.walStatus, 'lost');
  const stream = openWalStream({ url, slot: 'doomed', publications: ['all'] });
  await assert.rejects(stream[Symbol.asyncIterator]().next(), (error: PostgresError) => {
    assert.equal(error.code, 'WAL_SLOT_LOST');
    assert.match(error.message, /copy the tables again/);
    return true;
  });
});
