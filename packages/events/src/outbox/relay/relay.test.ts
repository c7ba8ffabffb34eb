import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, type TestContext, test } from 'node:test';
import {
  createPool,
  createSlot,
  type Db,
  dropSlot,
  quoteIdent,
  slotStatus,
  withTransaction,
} from '@banyan/postgres';
import { testServer, until } from '@banyan/postgres/testing';
import pg from 'pg';
import { Registry } from 'prom-client';
import type { Envelope } from '../../envelope.ts';
import { applyOutboxSchema } from '../publish.ts';
import { slotName, sweepOutbox } from './position.ts';
import { type Relay, type RelayOptions, startRelay } from './relay.ts';
import { publish } from './testing/counted.ts';

const silent = { info() {}, warn() {}, error() {} };

let fresh: () => Promise<string>;
before(async () => {
  const server = await testServer();
  fresh = () => server.database(`relay_${randomUUID().slice(0, 8)}`);
});

/** What a bus would have got, and promises for when it is enough. */
function recorder() {
  const got: Envelope[] = [];
  const waiting = new Set<() => void>();
  return {
    got,
    numbers: () => got.map(({ data }) => data.n as number),
    publish: async (messages: readonly Envelope[]) => {
      got.push(...messages);
      for (const wake of waiting) wake();
      waiting.clear();
    },
    until: async (count: number) => {
      while (got.length < count) await new Promise<void>((resolve) => waiting.add(resolve));
    },
  };
}

async function setUp(t: TestContext) {
  const databaseUrl = await fresh();
  const pool = createPool(databaseUrl, { max: 5 });
  await applyOutboxSchema(pool);
  const slot = await slotName(pool);
  const running: Relay[] = [];
  const cleanUp: (() => Promise<unknown>)[] = [];
  t.after(async () => {
    for (const clean of cleanUp) await clean();
    await Promise.all(running.map((each) => each.close()));
    await dropSlot(pool, slot, { force: true });
    await pool.end();
  });
  const bus = recorder();
  const relay = (options: Partial<RelayOptions> = {}) => {
    const started = startRelay({ databaseUrl, pool, bus, log: silent, saveMs: 5, ...options });
    running.push(started);
    return started;
  };
  const count = (n: number, who = 'a') => withTransaction(pool, (tx) => publish(tx, 'Counted', { who, n }));
  return { databaseUrl, pool, slot, bus, relay, count, cleanUp };
}

test('what a transaction published goes out in the order of commits, what it rolled back never does', async (t) => {
  const { pool, bus, relay, count } = await setUp(t);
  const running = relay();
  // Making the slot waits for transactions that are open.
  await until(() => running.state() === 'relaying');
  await count(1);
  const late = await pool.connect();
  await late.query('BEGIN');
  await publish(late, 'Counted', { who: 'late', n: 2 });
  await count(3);
  await assert.rejects(
    withTransaction(pool, async (tx) => {
      await publish(tx, 'Counted', { who: 'a', n: 4 });
      throw new Error('changed my mind');
    }),
  );
  await bus.until(2);
  await late.query('COMMIT');
  late.release();
  await count(5);
  await bus.until(4);
  assert.deepEqual(bus.numbers(), [1, 3, 2, 5]);
});

test('what was published before the first relay started goes out too', async (t) => {
  const { bus, relay, count } = await setUp(t);
  for (let n = 0; n < 12; n++) await count(n);
  relay({ batch: 2 });
  await bus.until(12);
  await count(12);
  await bus.until(13);
  assert.deepEqual(
    bus.numbers(),
    Array.from({ length: 13 }, (_, n) => n),
  );
});

test('nothing is lost behind a slot that a process was making when it was killed', {
  timeout: 300_000,
}, async (t) => {
  const { databaseUrl, pool, slot, bus, relay, count, cleanUp } = await setUp(t);
  const open = await pool.connect();
  await open.query('BEGIN; SELECT pg_current_xact_id()');
  const killed = new pg.Client({ connectionString: databaseUrl });
  killed.on('error', () => {});
  await killed.connect();
  const making = createSlot(killed, slot).catch(() => {});
  await until(async () => (await slotStatus(pool, slot))?.made === false);
  const pid = (await slotStatus(pool, slot))!.activePid;
  // The process is gone; its session goes on until the transaction ends, and makes the slot.
  (killed as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  await making;
  cleanUp.push(async () => open.release(true));
  await count(1);
  relay();
  await until(async () => bus.got.length > 0 || (await slotStatus(pool, slot))?.activePid !== pid);
  await count(2);
  await open.query('COMMIT');
  await count(3);
  await bus.until(3);
  assert.deepEqual(bus.numbers(), [1, 2, 3]);
});

test('a relay that is told to close at any of its statements closes', { timeout: 300_000 }, async (t) => {
  const { pool, relay, count } = await setUp(t);
  for (let at = 1; ; at++) {
    await count(at);
    let statements = 0;
    let closing: Promise<void> | undefined;
    const told: Db = new Proxy(pool, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (name !== 'query') return typeof value === 'function' ? value.bind(target) : value;
        return (...args: unknown[]) => {
          // The first one runs before there is a relay to close.
          if (++statements === at) closing = Promise.resolve().then(() => running.close());
          return (value as (...args: unknown[]) => unknown).apply(target, args);
        };
      },
    });
    const running = relay({ pool: told });
    await until(() => closing !== undefined || running.state() === 'relaying');
    if (!closing) return assert.ok(at > 5, `it relays after ${at} statements`);
    await closing;
    assert.equal(running.state(), 'closed');
  }
});

test('a relay that closes well goes on where it was, without saying anything twice', async (t) => {
  const { bus, relay, count } = await setUp(t);
  const first = relay();
  await until(() => first.state() === 'relaying');
  await count(1);
  await bus.until(1);
  await first.close();
  await count(2);
  relay();
  await bus.until(2);
  await count(3);
  await bus.until(3);
  assert.deepEqual(bus.numbers(), [1, 2, 3]);
});

test('what the one before had published and died without a mark of it is known to be on the bus, though nothing more is said', async (t) => {
  const { pool, bus, relay, count } = await setUp(t);
  const first = relay({ saveMs: 60_000 });
  await until(() => first.state() === 'relaying');
  await count(1);
  await bus.until(1);
  // Its position is saved with its end, past the row; the mark, which comes with the next one, is not.
  await first.close();
  await pool.query("UPDATE banyan_events.outbox SET at = now() - interval '2 minutes'");
  const second = relay();
  await until(() => second.state() === 'relaying');
  await until(async () => (await second.oldestMs()) === 0);
  await second.ready();
  assert.deepEqual(bus.numbers(), [1]);
});

test('a bus that refuses is tried again, and holds up the position', async (t) => {
  const { pool, slot, bus, relay, count } = await setUp(t);
  let refusals = 0;
  const down = {
    publish: async (messages: readonly Envelope[]) => {
      if (refusals++ < 4) throw new Error('no bus today');
      await bus.publish(messages);
    },
  };
  const running = relay({ bus: down });
  await until(() => running.state() === 'relaying');
  const before = (await slotStatus(pool, slot))!.confirmedFlushLsn;
  await count(1);
  await until(() => running.state() === 'stuck');
  await assert.rejects(running.ready(), /no bus today/);
  assert.equal((await slotStatus(pool, slot))!.confirmedFlushLsn, before);
  await bus.until(1);
  await until(() => running.state() === 'relaying');
  await running.ready();
});

test('a second relay waits without holding back VACUUM, and takes over when the first dies', async (t) => {
  const { pool, bus, relay, count } = await setUp(t);
  relay();
  await count(1);
  await bus.until(1);
  const second = relay();
  await until(() => second.state() === 'waiting');
  const waiting = async () => {
    const { rows } = await pool.query<{ pid: number; xmin: string | null }>(
      `SELECT pid, backend_xmin::text AS xmin FROM pg_stat_activity
       WHERE application_name = 'banyan-relay' AND datname = current_database() AND query LIKE 'LOCK%'`,
    );
    return rows;
  };
  await until(async () => (await waiting()).length === 2);
  assert.deepEqual(
    (await waiting()).map(({ xmin }) => xmin),
    [null, null],
  );
  await pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = 'banyan_events.relay_turn'::regclass AND granted`,
  );
  await until(() => second.state() === 'relaying');
  await count(2);
  await until(() => bus.numbers().includes(2));
});

test('a relay that is closed while it waits leaves nobody in line', async (t) => {
  const { pool, bus, relay, count } = await setUp(t);
  relay();
  await count(1);
  await bus.until(1);
  const second = relay();
  const inLine = async () =>
    (
      await pool.query(
        `SELECT FROM pg_locks WHERE relation = 'banyan_events.relay_turn'::regclass AND NOT granted`,
      )
    ).rowCount;
  await until(async () => (await inLine()) === 1);
  await second.close();
  await until(async () => (await inLine()) === 0);
});

test('a slot that was dropped is made anew, and what is not known to be published comes from the table', async (t) => {
  const { pool, slot, bus, relay, count } = await setUp(t);
  const first = relay();
  // What commits between the making of the slot and the look into the table comes from both.
  await until(() => first.state() === 'relaying');
  for (let n = 0; n < 3; n++) await count(n);
  await bus.until(3);
  const published = async () =>
    (
      await pool.query(
        'SELECT FROM banyan_events.outbox WHERE pg_visible_in_snapshot(xid, (SELECT published FROM banyan_events.relay))',
      )
    ).rowCount;
  // The mark follows the last message by itself, without another one.
  await until(async () => (await published()) === 3);
  await first.close();
  await dropSlot(pool, slot, { force: true });
  await count(3);
  await count(4);
  relay();
  await bus.until(5);
  await count(5);
  await bus.until(6);
  assert.deepEqual(bus.numbers(), [0, 1, 2, 3, 4, 5]);
});

test('a slot that somebody moved on loses nothing', async (t) => {
  const { pool, slot, bus, relay, count } = await setUp(t);
  const first = relay();
  await count(1);
  await bus.until(1);
  await first.close();
  await count(2);
  await pool.query('SELECT pg_replication_slot_advance($1, pg_current_wal_lsn())', [slot]);
  relay();
  await until(() => bus.numbers().includes(2));
});

test('a slow bus does not let memory grow: what waits is bounded, and all of it gets there', async (t) => {
  const { pool, bus, relay } = await setUp(t);
  const sizes: number[] = [];
  const slow = {
    publish: async (messages: readonly Envelope[]) => {
      sizes.push(messages.length);
      await new Promise((resolve) => setImmediate(resolve));
      await bus.publish(messages);
    },
  };
  const running = relay({ bus: slow, batch: 100, bufferBytes: 64 * 1024 });
  await until(() => running.state() === 'relaying');
  await pool.query(
    `INSERT INTO banyan_events.outbox (message)
     SELECT jsonb_build_object('type', 'Counted', 'data', jsonb_build_object('n', n, 'text', repeat('x', 500)))
     FROM generate_series(1, 5000) n`,
  );
  await bus.until(5000);
  assert.deepEqual(
    bus.numbers(),
    Array.from({ length: 5000 }, (_, at) => at + 1),
  );
  assert.ok(Math.max(...sizes) <= 100);
});

test('old rows are removed, but never one that is not on the bus', async (t) => {
  const { pool, slot, bus, relay, count } = await setUp(t);
  const rows = async () => (await pool.query('SELECT FROM banyan_events.outbox')).rowCount;
  await count(0);
  assert.equal(await sweepOutbox(pool, slot, { retentionMs: -1000 }), 0);
  const running = relay();
  for (let n = 1; n < 7; n++) await count(n);
  await bus.until(7);
  await until(async () => {
    await sweepOutbox(pool, slot, { retentionMs: -1000, batch: 2 });
    return (await rows()) === 0;
  });
  await running.close();
  await count(7);
  assert.equal(await sweepOutbox(pool, slot, { retentionMs: -1000 }), 0);
  assert.equal(await rows(), 1);
});

test('a role without REPLICATION is told how to get it, and the relay starts once it has it', async (t) => {
  const { databaseUrl, pool, bus, relay, count, cleanUp } = await setUp(t);
  const role = `norepl_${randomUUID().slice(0, 8)}`;
  await pool.query(
    `CREATE ROLE ${role} LOGIN PASSWORD 'x'; GRANT ALL ON DATABASE ${quoteIdent(new URL(databaseUrl).pathname.slice(1))} TO ${role}`,
  );
  await pool.query(
    `GRANT USAGE ON SCHEMA banyan_events TO ${role}; GRANT ALL ON ALL TABLES IN SCHEMA banyan_events TO ${role}`,
  );
  await pool.query(`ALTER TABLE banyan_events.outbox OWNER TO ${role}`);
  const url = new URL(databaseUrl);
  url.username = role;
  url.password = 'x';
  const poor: Db = createPool(url.href, { max: 2 });
  const running = relay({ databaseUrl: url.href, pool: poor });
  cleanUp.push(async () => {
    await running.close();
    await poor.end();
    await pool.query(`REASSIGN OWNED BY ${role} TO CURRENT_USER; DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });
  await until(() => running.state() === 'stuck');
  await assert.rejects(running.ready(), /ALTER ROLE <role> REPLICATION/);
  await count(1);
  await pool.query(`ALTER ROLE ${role} REPLICATION`);
  await bus.until(1);
  await until(() => running.state() === 'relaying');
});

test('the metrics tell the lag and what was published', async (t) => {
  const { bus, relay, count } = await setUp(t);
  const metrics = new Registry();
  const running = relay({ metrics });
  await until(() => running.state() === 'relaying');
  await count(1);
  await bus.until(1);
  await until(async () => /published_total\{type="Counted"\} 1/.test(await metrics.metrics()));
  const text = await metrics.metrics();
  assert.match(text, /banyan_events_relay_lag_ms \d/);
  assert.match(text, /banyan_events_relay_lag_bytes \d/);
});

test('events that are not on the bus after a minute are told by every relay, also by one that waits in line', async (t) => {
  const { relay, pool, count } = await setUp(t);
  const open = Promise.withResolvers<void>();
  const bus = { publish: () => open.promise };
  const active = relay({ bus });
  while (active.state() !== 'relaying') await new Promise((resolve) => setTimeout(resolve, 5));
  const second = relay({ bus });
  while (second.state() !== 'waiting') await new Promise((resolve) => setTimeout(resolve, 5));
  await count(1);
  await Promise.all([active.ready(), second.ready()]);
  await pool.query("UPDATE banyan_events.outbox SET at = now() - interval '2 minutes'");
  // However many have come since.
  await pool.query(
    'INSERT INTO banyan_events.outbox (message) SELECT message FROM banyan_events.outbox, generate_series(1, 250)',
  );
  for (const each of [active, second]) {
    await assert.rejects(each.ready(), { code: 'RELAY_BEHIND' });
    assert.ok((await each.oldestMs()) >= 120_000);
  }
  open.resolve();
  for (const each of [active, second])
    while ((await each.oldestMs()) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await Promise.all([active.ready(), second.ready()]);
});
