import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createPool, dropSlot, withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import fc from 'fast-check';
import type pg from 'pg';
import { openPostgresBus } from '../bus/postgres/postgres.ts';
import type { Envelope } from '../envelope.ts';
import { Messages } from '../messages.ts';
import { createPublisher } from '../outbox/publish.ts';
import { slotName } from '../outbox/relay/position.ts';
import { startRelay } from '../outbox/relay/relay.ts';
import { applyStoreSchema, createEventStore } from '../store/store.ts';
import { backfill, beginStreams } from './backfill.ts';
import type { FromRows } from './from-rows.ts';
import { replicatedFacts } from './replicated.ts';
import { contracts, fromRows } from './testing/accounts.ts';

const LIMIT = { timeout: 180_000 };
const ROWS = 400;
const CHUNK_ROWS = 4;
/** More, and at other moments: CRASH_KILLS=50 SEED=2. */
const KILLS = Number(process.env.CRASH_KILLS ?? 6);
const SEED = Number(process.env.SEED ?? 1);
const { publish } = createPublisher<typeof contracts>(new Messages(contracts), 'bank');
const log = { info() {}, warn() {}, error() {} };

async function bank(t: TestContext, rows = ROWS) {
  const url = await (await testServer()).database('bank');
  const pool = createPool(url, { max: 6, exact: true });
  await pool.query(`CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL);
    INSERT INTO accounts SELECT i, 0 FROM generate_series(1, ${rows}) AS i`);
  await replicatedFacts({ contracts, service: 'bank', fromRows }).prepare(pool);
  const atEnd: (() => Promise<unknown>)[] = [() => pool.end()];
  t.after(async () => {
    for (const end of atEnd.reverse()) await end();
  });
  return { url, pool, atEnd };
}

/** As the service, or replication, does: the row and its fact in one transaction. */
async function change(pool: pg.Pool, id: number): Promise<void> {
  await withTransaction(pool, async (tx) => {
    const { rows } = await tx.query(
      'UPDATE accounts SET balance = balance + 1 WHERE id = $1 RETURNING id, balance',
      [id],
    );
    await publish(tx, 'BalanceChanged', rows[0]);
  });
}

async function messagesIn(pool: pg.Pool): Promise<Envelope[]> {
  const { rows } = await pool.query('SELECT message FROM banyan_events.outbox ORDER BY seq');
  return rows.map(({ message }) => message);
}

const options = (pool: pg.Pool) => ({
  pool,
  contracts,
  service: 'bank',
  fromRows,
  name: 'for-reports',
  consumer: 'reports',
});

describe('a consumer that asks is told which rows are there', () => {
  it(
    'each once, where it belongs among the facts of its key, whenever it is killed; and nobody else is',
    LIMIT,
    async (t) => {
      const { url, pool, atEnd } = await bank(t);
      const bus = await openPostgresBus({ url: await (await testServer()).database('backfill_bus') });
      const got = { reports: [] as Envelope[], others: [] as Envelope[] };
      for (const [group, heard] of Object.entries(got)) {
        const known = new Set<string>();
        const hear = async (message: Envelope) => {
          if (!known.has(message.id)) heard.push(message);
          known.add(message.id);
        };
        await bus.subscribe({
          group,
          types: Object.keys(contracts.events),
          handle: hear,
          async handleMany(messages) {
            for (const message of messages) await hear(message);
            return { done: messages.length };
          },
        });
      }
      const relay = startRelay({ databaseUrl: url, pool, bus, log });
      // What commits while the slot is being made may come from the table first, out of order.
      while (relay.state() !== 'relaying') await delay(10, undefined, { signal: t.signal });
      let writing = true;
      const writers = [0, 1, 2].map(async (which) => {
        for (let n = which; writing; n += 3) await change(pool, 1 + ((n * 7_919) % ROWS));
      });
      atEnd.push(async () => {
        writing = false;
        await Promise.all(writers);
        await relay.close();
        await dropSlot(pool, await slotName(pool), { force: true });
        await bus.close();
      });

      const moments = fc.sample(
        fc.record({ afterChunks: fc.integer({ min: 0, max: 8 }), ms: fc.integer({ min: 0, max: 12 }) }),
        { numRuns: KILLS, seed: SEED },
      );
      let killed = 0;
      for (const moment of moments) if (!(await runs(url, moment))) killed++;
      assert.ok(killed > 0, 'it was over before it was killed');
      assert.equal(await runs(url, { afterChunks: null, ms: 0 }), true);
      writing = false;
      await Promise.all(writers);

      const outbox = await messagesIn(pool);
      const forAll = outbox.filter(({ recipient }) => recipient === undefined);
      while (got.reports.length < outbox.length || got.others.length < forAll.length)
        await delay(10, undefined, { signal: t.signal });
      assert.deepEqual(
        got.others.map(({ type }) => type),
        forAll.map(() => 'BalanceChanged'),
      );
      const told = Map.groupBy(got.reports, ({ data }) => data.id as number);
      for (let id = 1; id <= ROWS; id++) {
        const facts = told.get(id)!;
        const at = facts.findIndex(({ type }) => type === 'AccountIs');
        // What is told is what the changes before it have made, and the changes after it begin there.
        assert.deepEqual(
          facts.map(({ type, data }) => [type, data.balance]),
          facts.map((_, n) => (n === at ? ['AccountIs', at] : ['BalanceChanged', n < at ? n + 1 : n])),
          `of ${id}`,
        );
      }
      const { rows } = await pool.query(
        'SELECT rows::int, facts::int, total::int, ended_at IS NOT NULL AS ended FROM banyan_events.backfills',
      );
      assert.deepEqual(rows, [{ rows: ROWS, facts: ROWS, total: ROWS, ended: true }]);
    },
  );

  it('once by one name, and again by another', LIMIT, async (t) => {
    const { pool } = await bank(t, 7);
    const first = await backfill({ ...options(pool), chunkRows: 3 });
    assert.deepEqual(first, { rows: 7, total: 7, facts: 7, complete: true });
    await pool.query('INSERT INTO accounts VALUES (8, 0)');
    assert.deepEqual(await backfill(options(pool)), first);
    assert.equal((await messagesIn(pool)).length, 7);
    await assert.rejects(backfill({ ...options(pool), consumer: 'search' }), {
      code: 'BACKFILL_TAKEN',
      message: /reports/,
    });
    assert.equal((await backfill({ ...options(pool), consumer: 'search', name: 'for-search' })).facts, 8);
    const recipients = (await messagesIn(pool)).map(({ recipient }) => recipient);
    assert.deepEqual(Map.groupBy(recipients, (name) => name).get('search')?.length, 8);
  });

  it('without waiting for a row so long that whoever has locked it waits for it', LIMIT, async (t) => {
    const { pool } = await bank(t, 3);
    const user = await pool.connect();
    await user.query('BEGIN; UPDATE accounts SET balance = 5 WHERE id = 3');
    const telling = backfill(options(pool));
    // It has the first row locked, or had it, and lets go of it.
    await user.query('UPDATE accounts SET balance = 5 WHERE id = 1');
    await user.query('COMMIT');
    user.release();
    assert.deepEqual((await telling).facts, 3);
    const told = (await messagesIn(pool)).map(({ data }) => data.balance);
    assert.deepEqual(told, [5, 0, 5]);
  });

  it('by a key of several columns, whatever their types', LIMIT, async (t) => {
    const { pool } = await bank(t, 0);
    await pool.query(`DROP TABLE accounts;
      CREATE TABLE accounts ("the Day" date, name text, id int, balance int, PRIMARY KEY (name, "the Day"));
      INSERT INTO accounts SELECT date '2026-01-01' + i % 5, 'it''s ' || i / 5, i, 0 FROM generate_series(1, 23) AS i`);
    const { facts, complete } = await backfill({ ...options(pool), chunkRows: 4 });
    assert.deepEqual([facts, complete], [23, true]);
    const ids = (await messagesIn(pool)).map(({ data }) => data.id as number);
    assert.deepEqual(
      ids.sort((a, b) => a - b),
      Array.from({ length: 23 }, (_, n) => n + 1),
    );
  });

  it('unless no function says what a row is, or there is no key by which to go on', LIMIT, async (t) => {
    const { pool } = await bank(t, 1);
    const without = { accounts: { delete: () => undefined } };
    await assert.rejects(backfill({ ...options(pool), fromRows: without }), {
      code: 'NO_EXISTS',
      message: /exists.*accounts/,
    });
    await pool.query('ALTER TABLE accounts DROP CONSTRAINT accounts_pkey');
    await assert.rejects(backfill(options(pool)), { code: 'NO_PRIMARY_KEY' });
  });
});

it(
  'streams begin a chunk at a time, each once and with all that its row says; of others no row is looked at',
  LIMIT,
  async (t) => {
    const { pool } = await bank(t, 7);
    await applyStoreSchema(pool);
    await pool.query(`CREATE TABLE old_steps (id int PRIMARY KEY); INSERT INTO old_steps VALUES (1)`);
    const store = await createEventStore({ pool, contracts });
    await store.append('account-3', [{ type: 'AccountIs', data: { id: 3, balance: 9 } }], {
      expectedVersion: 'none',
    });
    const tables: FromRows<typeof contracts> = {
      accounts: {
        exists: (row) => [
          { type: 'AccountIs', data: row },
          { type: 'BalanceChanged', data: row },
        ],
      },
      old_steps: {
        ofNoStream: true,
        exists: () => assert.fail('it has nothing to say'),
      },
    };
    const { name: _, consumer: __, ...about } = options(pool);
    const begun = await beginStreams({
      ...about,
      fromRows: tables,
      streamOf: ({ data }) => (data.id === 5 ? undefined : `account-${data.id}`),
      chunkRows: 3,
    });
    assert.deepEqual(begun, { rows: 7, total: 7, facts: 10, complete: true });
    const { rows } = await pool.query(
      `SELECT stream, string_agg(version || ' ' || type, ', ' ORDER BY version) AS events
     FROM banyan_events.events GROUP BY stream ORDER BY stream`,
    );
    assert.deepEqual(
      rows.map(({ stream, events }) => `${stream}: ${events}`),
      [1, 2, 3, 4, 6, 7].map((id) =>
        id === 3 ? 'account-3: 1 AccountIs' : `account-${id}: 1 AccountIs, 2 BalanceChanged`,
      ),
    );
  },
);

/** True: it came to its end before it was killed. */
async function runs(url: string, killed: { afterChunks: number | null; ms: number }): Promise<boolean> {
  const args = [url, String(CHUNK_ROWS), JSON.stringify(killed)];
  const child = fork(new URL('testing/backfill-process.ts', import.meta.url), args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [code, signal] = await once(child, 'exit');
  assert.ok(code === 0 || signal === 'SIGKILL', `it ended with ${code}`);
  return code === 0;
}
