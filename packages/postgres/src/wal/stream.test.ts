import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type pg from 'pg';
import {
  createPool,
  createSlot,
  currentLsn,
  ensurePublication,
  type Lsn,
  openWalStream,
  PostgresError,
  slotStatus,
  type WalMessage,
  type WalStream,
  type WalStreamEvent,
  type WalStreamOptions,
} from '../index.ts';
import { testServer, until } from '../testing.ts';
import { backoffMs } from './stream.ts';

let url: string;
let pool: pg.Pool;
let slot: string;
let streams: WalStream[] = [];

before(async () => {
  url = await (await testServer()).database('stream');
  pool = createPool(url);
  await pool.query('CREATE TABLE t (id int PRIMARY KEY, name text); CREATE TABLE other (id int)');
  await ensurePublication(pool, 'p', [{ schema: 'public', table: 't' }]);
});
let count = 0;
beforeEach(async () => {
  await Promise.all(streams.map((stream) => stream.close()));
  streams = [];
  await pool.query('TRUNCATE t');
  slot = `slot_${++count}`;
  await createSlot(pool, slot);
});
after(async () => {
  await Promise.all(streams.map((stream) => stream.close()));
  await pool.end();
});

function open(options: Partial<WalStreamOptions> = {}): WalStream {
  const backoff = { minMs: 5, maxMs: 50 };
  const stream = openWalStream({ url, slot, publications: ['p'], backoff, statusIntervalMs: 20, ...options });
  streams.push(stream);
  return stream;
}

/** Reads until `enough` holds of all that was read. Leaves the stream open. */
function reader(stream: WalStream) {
  const batches = stream[Symbol.asyncIterator]();
  const seen: WalMessage[] = [];
  return {
    seen,
    async until(enough: (seen: WalMessage[]) => boolean): Promise<WalMessage[]> {
      while (!enough(seen)) {
        const { value, done } = await batches.next();
        if (done) throw new Error('The stream ended early');
        seen.push(...(value as WalMessage[]));
      }
      return seen;
    },
  };
}

const commits = (seen: WalMessage[]) => seen.filter((message) => message.kind === 'commit');
const inserted = (seen: WalMessage[]) =>
  seen.flatMap((message) => (message.kind === 'insert' ? [Number(message.new[0])] : []));
const rows = (seen: WalMessage[]) =>
  seen.filter(({ kind }) => ['insert', 'update', 'delete', 'truncate', 'message', 'origin'].includes(kind));

const confirmed = async () => (await slotStatus(pool, slot))!.confirmedFlushLsn;

const failsWith = (code: string, stream: WalStream) =>
  assert.rejects(
    reader(stream).until(() => false),
    (error) => error instanceof PostgresError && error.code === code,
  );

test('a committed transaction arrives whole and in order, a rolled back one not at all', async () => {
  await pool.query(`BEGIN; INSERT INTO t VALUES (9); ROLLBACK`);
  await pool.query(`INSERT INTO t VALUES (1, 'Zoë'), (2, NULL)`);
  const seen = await reader(open()).until((all) => commits(all).length === 1);
  const kinds = seen.map(({ kind }) => kind).filter((kind) => kind !== 'keepalive');
  assert.deepEqual(kinds, ['start', 'begin', 'relation', 'insert', 'insert', 'commit']);
  assert.deepEqual(inserted(seen), [1, 2]);
  const begin = seen.find(({ kind }) => kind === 'begin')!;
  const commit = commits(seen)[0]!;
  assert.ok(
    begin.kind === 'begin' && begin.finalLsn === commit.commitLsn && commit.endLsn > commit.commitLsn,
  );
});

test('updates and deletes carry the old key only when it is needed, unchanged TOAST is absent, NULL is null', async () => {
  const large = Buffer.alloc(3000, 0)
    .map(() => 65 + Math.random() * 26)
    .toString();
  await pool.query(
    `CREATE TABLE wide (id int PRIMARY KEY, n int, big text); ALTER TABLE wide ALTER big SET STORAGE EXTERNAL`,
  );
  await ensurePublication(pool, 'wide', [{ schema: 'public', table: 'wide' }]);
  await createSlot(pool, `${slot}_wide`);
  await pool.query('INSERT INTO wide VALUES (1, 1, $1)', [large]);
  await pool.query('UPDATE wide SET n = NULL');
  await pool.query('UPDATE wide SET id = 2');
  await pool.query('DELETE FROM wide');
  await pool.query('ALTER TABLE wide REPLICA IDENTITY FULL');
  await pool.query('INSERT INTO wide VALUES (3, 3, $1)', [large]);
  await pool.query('UPDATE wide SET n = 4');
  await pool.query('DELETE FROM wide');
  await pool.query('TRUNCATE wide RESTART IDENTITY CASCADE');
  const stream = open({ slot: `${slot}_wide`, publications: ['wide'] });
  const seen = await reader(stream).until((all) => all.some(({ kind }) => kind === 'truncate'));
  const relation = seen.find((message) => message.kind === 'relation')!;
  assert.ok(relation.kind === 'relation');
  assert.deepEqual(
    [
      relation.schema,
      relation.table,
      relation.replicaIdentity,
      relation.columns.map(({ name, key }) => [name, key]),
    ],
    [
      'public',
      'wide',
      'd',
      [
        ['id', true],
        ['n', false],
        ['big', false],
      ],
    ],
  );
  const relationId = relation.id;
  const [key, old] = [undefined, undefined];
  assert.deepEqual(rows(seen), [
    { kind: 'insert', relationId, new: ['1', '1', large] },
    { kind: 'update', relationId, key, old, new: ['1', null, undefined] },
    { kind: 'update', relationId, key: ['1', null, null], old, new: ['2', null, undefined] },
    { kind: 'delete', relationId, key: ['2', null, null], old },
    { kind: 'insert', relationId, new: ['3', '3', large] },
    { kind: 'update', relationId, key, old: ['3', '3', large], new: ['3', '4', undefined] },
    { kind: 'delete', relationId, key, old: ['3', '4', large] },
    { kind: 'truncate', relationIds: [relationId], cascade: true, restartIdentity: true },
  ]);
});

test('logical messages pass, in a transaction and without one, and the origin is named', async () => {
  await pool.query(`SELECT pg_logical_emit_message(false, 'banyan', 'outside')`);
  const client = await pool.connect();
  await client.query(`SELECT pg_replication_origin_create('there')`);
  await client.query(`SELECT pg_replication_origin_session_setup('there')`);
  await client.query('BEGIN');
  await client.query(`SELECT pg_replication_origin_xact_setup('0/ABC', '2026-01-02 03:04:05.678901+00')`);
  await client.query('INSERT INTO t VALUES (1)');
  await client.query(`SELECT pg_logical_emit_message(true, 'banyan', convert_to('inside ü', 'UTF8'))`);
  await client.query('COMMIT');
  client.release(true);
  const seen = await reader(open()).until((all) => commits(all).length === 1);
  const told = rows(seen).map((message) => {
    if (message.kind === 'message')
      return [message.transactional, message.prefix, message.content.toString()];
    return message.kind === 'origin' ? [message.name, message.originLsn] : message.kind;
  });
  assert.deepEqual(told, [
    [false, 'banyan', 'outside'],
    ['there', 0xabcn],
    'insert',
    [true, 'banyan', 'inside ü'],
  ]);
  assert.equal(commits(seen)[0]!.commitTime, 1_767_323_045_678_901n);
});

test('exactly what was acknowledged is acknowledged, and the rest comes again', async () => {
  const before = await confirmed();
  for (const id of [1, 2, 3]) await pool.query('INSERT INTO t VALUES ($1)', [id]);
  const first = open();
  const seen = await reader(first).until((all) => commits(all).length === 3);
  await first.close();
  assert.equal(await confirmed(), before, 'receiving is not acknowledging');

  const second = open();
  await reader(second).until((all) => commits(all).length === 3);
  const end = commits(seen)[1]!.endLsn;
  second.ack(end);
  second.ack(commits(seen)[0]!.endLsn);
  assert.equal(second.acked, end, 'it never goes back');
  await second.close();
  await until(async () => (await confirmed()) >= end);
  assert.equal(await confirmed(), end, 'no more and no less');

  const third = open();
  assert.deepEqual(inserted(await reader(third).until((all) => commits(all).length === 1)), [3]);
});

test('a start position behind what the slot knows is honoured', async () => {
  for (const id of [1, 2]) await pool.query('INSERT INTO t VALUES ($1)', [id]);
  const first = open();
  const seen = await reader(first).until((all) => commits(all).length === 2);
  await first.close();
  const second = open({ startLsn: commits(seen)[0]!.endLsn });
  assert.deepEqual(inserted(await reader(second).until((all) => commits(all).length === 1)), [2]);
});

test('what was not received cannot be acknowledged', async () => {
  const stream = open();
  await reader(stream).until((all) => all.length > 0);
  assert.throws(() => stream.ack(stream.received + 1n), RangeError);
});

test("a quiet stream says how far it is, so that others' writes do not hold back WAL", async () => {
  await pool.query('INSERT INTO other SELECT generate_series(1, 1000)');
  const target = await currentLsn(pool);
  const stream = open();
  const seen = await reader(stream).until((all) =>
    all.some((m) => m.kind === 'keepalive' && m.lsn >= target),
  );
  assert.equal(commits(seen).length, 0);
  stream.ack(stream.received);
  await until(async () => (await confirmed()) >= target);
});

test('a keepalive comes after all that lies before it', async () => {
  const stream = open();
  const read = reader(stream);
  await read.until((all) => all.length > 0);
  for (let id = 1; id <= 50; id++) await pool.query('INSERT INTO t VALUES ($1)', [id]);
  const target = await currentLsn(pool);
  const seen = await read.until((all) => all.some((m) => m.kind === 'keepalive' && m.lsn >= target));
  let end: Lsn = 0n;
  for (const message of seen) {
    if (message.kind === 'keepalive') end = message.lsn > end ? message.lsn : end;
    if (message.kind === 'commit') assert.ok(message.endLsn > end || message.commitLsn >= end);
  }
  assert.equal(inserted(seen).length, 50);
});

test('a lost connection is made anew, from the acknowledged position, and the consumer is told', async () => {
  const events: WalStreamEvent[] = [];
  const stream = open({ onEvent: (event) => events.push(event) });
  const read = reader(stream);
  await pool.query('INSERT INTO t VALUES (1)');
  await read.until((all) => commits(all).length === 1);
  await pool.query('INSERT INTO t VALUES (2)');
  await read.until((all) => commits(all).length === 2);
  const acked = commits(read.seen)[0]!.endLsn;
  stream.ack(acked);
  await pool.query('SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1', [
    slot,
  ]);
  await pool.query('INSERT INTO t VALUES (3)');
  const seen = await read.until((all) => inserted(all).includes(3));
  const restart = seen.findLastIndex(({ kind }) => kind === 'start');
  assert.deepEqual(inserted(seen.slice(restart)), [2, 3]);
  assert.deepEqual(seen[restart], { kind: 'start', lsn: acked });
  const retry = events.find((event) => event.kind === 'retrying')!;
  assert.ok(retry.kind === 'retrying' && retry.error.code === 'WAL_CONNECTION' && retry.attempt === 1);
  assert.deepEqual(events.filter(({ kind }) => kind === 'streaming').length, 2);
});

test('a slow consumer stops the sender, is not taken for dead, and loses nothing', async () => {
  const impatient = new URL(url);
  impatient.searchParams.set('options', '-c wal_sender_timeout=1s');
  const events: WalStreamEvent[] = [];
  const stream = open({
    url: impatient.href,
    bufferBytes: 64 * 1024,
    onEvent: (event) => events.push(event),
  });
  const read = reader(stream);
  await read.until((all) => all.length > 0);
  await pool.query(`INSERT INTO t SELECT n, repeat('x', 1000) FROM generate_series(1, 40000) n`);
  const written = await currentLsn(pool);
  const sender = async () =>
    (
      await pool.query<{ pid: number; held: boolean; late: boolean; sent: string }>(
        `SELECT pid, sent_lsn < $2 AS held, reply_time > $3 AS late, sent_lsn::text AS sent
       FROM pg_stat_replication JOIN pg_replication_slots ON active_pid = pid WHERE slot_name = $1`,
        [slot, `0/${written.toString(16)}`, new Date(started + 3000)],
      )
    ).rows[0];
  const started = Date.now();
  // Three times the timeout later: the same sender, still held back, still hearing from us.
  const stalled = await until(async () => {
    const now = await sender();
    return now?.late && now;
  });
  assert.equal(stalled.held, true);
  const seen = await read.until((all) => commits(all).length === 1);
  assert.deepEqual(
    inserted(seen),
    Array.from({ length: 40_000 }, (_, index) => index + 1),
  );
  assert.equal(events.length, 1, 'one connection did it all');
});

test('a quiet stream is not told of each flush of what is not for it, and still moves on behind it', async () => {
  const read = reader(open({ quietBytes: 1024 * 1024 }));
  await read.until((all) => all.length > 0);
  // Read all the while: what nobody reads comes in one piece.
  const reading = read.until((all) => commits(all).length === 1);
  for (let n = 0; n < 50; n++) await pool.query('INSERT INTO other VALUES (1)');
  await pool.query(`INSERT INTO t VALUES (1, 'for us')`);
  const seen = await reading;
  // The server may not have heard yet that it need not tell.
  const told = seen.filter(({ kind }) => kind === 'keepalive').length;
  assert.ok(told < 10, `told ${told} times`);
  await pool.query(`INSERT INTO other SELECT generate_series(1, 50000)`);
  const written = await currentLsn(pool);
  await pool.query('INSERT INTO other VALUES (1)');
  await read.until((all) => all.some((message) => message.kind === 'keepalive' && message.lsn >= written));
});

test('a value of many megabytes passes', async () => {
  await pool.query(`INSERT INTO t VALUES (1, repeat('ü', 10000000))`);
  const seen = await reader(open()).until((all) => commits(all).length === 1);
  const row = seen.find((message) => message.kind === 'insert')!;
  assert.ok(row.kind === 'insert' && row.new[1] === 'ü'.repeat(10_000_000));
});

test('closing ends the iteration and frees the slot; closing while connecting does too', async () => {
  const stream = open();
  const ended = (async () => {
    for await (const batch of stream) assert.ok(batch.length > 0);
    return 'ended';
  })();
  await until(async () => (await slotStatus(pool, slot))!.active);
  await stream.close();
  await stream.close();
  assert.equal(await ended, 'ended');
  await until(async () => !(await slotStatus(pool, slot))!.active);
  await open().close();
});

test('leaving the loop closes the stream', async () => {
  for await (const _ of open()) break;
  await until(async () => !(await slotStatus(pool, slot))!.active);
});

test('a slot in use is waited for', async () => {
  const first = open();
  await reader(first).until((all) => all.length > 0);
  const errors: string[] = [];
  const second = open({ onEvent: (event) => event.kind === 'retrying' && errors.push(event.error.code) });
  const read = reader(second).until((all) => all.length > 0);
  await until(async () => errors.length > 1);
  await first.close();
  await read;
  assert.ok(
    errors.every((code) => code === 'WAL_SLOT_IN_USE'),
    String(errors),
  );
});

test('a connection that is lost before it brought anything waits longer each time; one that brought something does not', async () => {
  const attempts: number[] = [];
  const lose = () =>
    pool.query(
      'SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1 AND active',
      [slot],
    );
  const stream = open({
    backoff: { minMs: 1, maxMs: 60_000 },
    onEvent: (event) => event.kind === 'retrying' && attempts.push(event.attempt),
  });
  await until(async () => {
    await lose();
    return attempts.includes(4);
  });
  await pool.query('INSERT INTO t VALUES (1)');
  await reader(stream).until((all) => all.some(({ kind }) => kind === 'commit'));
  const before = attempts.length;
  await until(async () => {
    await lose();
    return attempts.length > before;
  });
  assert.equal(attempts[before], 1);
});

test('what no retry can mend ends the stream with a stable code', async () => {
  await failsWith('WAL_SLOT_MISSING', open({ slot: 'nowhere' }));
  await failsWith('WAL_PUBLICATION_MISSING', open({ publications: ['p', 'nowhere'] }));
  const wrong = new URL(url);
  wrong.password = 'wrong';
  await failsWith('WAL_AUTH', open({ url: wrong.href }));
  wrong.href = url;
  wrong.pathname = '/nowhere';
  await failsWith('WAL_DATABASE_MISSING', open({ url: wrong.href }));
  await pool.query(`CREATE ROLE plain LOGIN PASSWORD 'plain'`);
  wrong.href = url;
  wrong.username = 'plain';
  wrong.password = 'plain';
  await failsWith('WAL_AUTH', open({ url: wrong.href }));
});

test('a slot of another database is not ours', async () => {
  const elsewhere = await (await testServer()).database('elsewhere');
  await failsWith('WAL_SLOT_MISSING', open({ url: elsewhere }));
});

test('a slot that somebody moved ahead is refused at the start', async () => {
  const ours = await confirmed();
  await pool.query('INSERT INTO t VALUES (1)');
  await pool.query('SELECT pg_replication_slot_advance($1, pg_current_wal_lsn())', [slot]);
  await failsWith('WAL_SLOT_AHEAD', open({ startLsn: ours, neverAckedBeyond: ours }));
});

test('a slot that is moved ahead while the connection is lost is refused', async () => {
  const admin = createPool(await (await testServer()).database('admin'));
  const errors: string[] = [];
  const stream = open({ onEvent: (event) => event.kind === 'retrying' && errors.push(event.error.code) });
  const ended = failsWith('WAL_SLOT_AHEAD', stream);
  await until(async () => (await slotStatus(pool, slot))!.active);
  await pool.query('INSERT INTO t VALUES (1)');
  await admin.query('ALTER DATABASE stream ALLOW_CONNECTIONS false');
  await admin.query(
    'SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots WHERE slot_name = $1',
    [slot],
  );
  await until(async () => errors.length > 1);
  await pool.query('SELECT pg_replication_slot_advance($1, pg_current_wal_lsn())', [slot]);
  await admin.query('ALTER DATABASE stream ALLOW_CONNECTIONS true');
  await ended;
  await admin.end();
});

test('waits between attempts double up to a limit and are spread', () => {
  const steps = [0, 1, 2, 10].map((attempt) => [0, 1].map((random) => backoffMs(attempt, {}, random)));
  assert.deepEqual(steps, [
    [50, 100],
    [100, 200],
    [200, 400],
    [5000, 10_000],
  ]);
});
