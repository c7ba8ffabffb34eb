import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPool, dropSlot, withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import type { Envelope } from '../../envelope.ts';
import { applyOutboxSchema } from '../publish.ts';
import { slotName } from './position.ts';
import { startRelay } from './relay.ts';
import { publish } from './testing/counted.ts';

const log = { info() {}, warn() {}, error() {} };

test('what commits while a relay reads the table for the first time keeps its place in the order of its key', {
  timeout: 120_000,
}, async (t) => {
  const databaseUrl = await (await testServer()).database('first_read');
  const pool = createPool(databaseUrl, { max: 6 });
  await applyOutboxSchema(pool);
  await pool.query(`CREATE TABLE counters (who text PRIMARY KEY, n int NOT NULL);
    INSERT INTO counters VALUES ('key', 0), ('other', 0)`);
  /** As a service does: under the lock of the row that it tells of. */
  const count = async (tx: pg.PoolClient, who: string) => {
    const { rows } = await tx.query<{ who: string; n: number }>(
      'UPDATE counters SET n = n + 1 WHERE who = $1 RETURNING who, n',
      [who],
    );
    await publish(tx, 'Counted', rows[0]!);
  };
  const committed = (who: string) => withTransaction(pool, (tx) => count(tx, who));
  await committed('other');

  const late = await pool.connect();
  const enough = Promise.withResolvers<void>();
  const got: Envelope[] = [];
  // One row a page: each is on the bus before the next one is read.
  const between: (() => Promise<unknown>)[] = [
    async () => {
      await late.query('BEGIN');
      await count(late, 'key');
      // A number behind the one that is not committed.
      await committed('other');
    },
    async () => {
      await late.query('COMMIT');
      await committed('key');
    },
  ];
  const bus = {
    async publish(messages: readonly Envelope[]) {
      got.push(...messages);
      await between.shift()?.();
      if (ofKey().some(({ n }) => n === 3)) enough.resolve();
    },
  };
  const ofKey = () =>
    got.map(({ data }) => data as { who: string; n: number }).filter(({ who }) => who === 'key');
  const relay = startRelay({ databaseUrl, pool, bus, log, batch: 1 });
  t.after(async () => {
    await relay.close();
    late.release();
    await dropSlot(pool, await slotName(pool), { force: true });
    await pool.end();
  });
  while (between.length > 0 || relay.state() !== 'relaying')
    await new Promise((resolve) => setTimeout(resolve, 5));
  await committed('key');
  await enough.promise;
  assert.deepEqual(
    ofKey().map(({ n }) => n),
    [1, 2, 3],
  );
});

test('rows that were restored from another server go out too, whatever their transactions were there', {
  timeout: 120_000,
}, async (t) => {
  const databaseUrl = await (await testServer()).database('restored');
  const pool = createPool(databaseUrl, { max: 4 });
  await applyOutboxSchema(pool);
  const say = (n: number) => withTransaction(pool, (tx) => publish(tx, 'Counted', { who: 'key', n }));
  for (const n of [1, 2, 3]) await say(n);
  // As the other server numbered them: far ahead of this one.
  await pool.query(
    `UPDATE banyan_events.outbox SET xid = (xid::text::numeric + 1000000000)::text::xid8 WHERE seq <= 2`,
  );
  const got: number[] = [];
  const enough = Promise.withResolvers<void>();
  const bus = {
    async publish(messages: readonly Envelope[]) {
      got.push(...messages.map(({ data }) => data.n as number));
      if (got.length >= 3) enough.resolve();
    },
  };
  const relay = startRelay({ databaseUrl, pool, bus, log, batch: 1 });
  t.after(async () => {
    await relay.close();
    await dropSlot(pool, await slotName(pool), { force: true });
    await pool.end();
  });
  await enough.promise;
  assert.deepEqual(got, [1, 2, 3]);
});
