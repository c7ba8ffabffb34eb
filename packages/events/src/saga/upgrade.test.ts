import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPool, withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { Type } from 'typebox';
import { defineSaga, once, undo } from './index.ts';
import { createSagas } from './sagas.ts';

/** As the first version made them. */
const FIRST = `
  CREATE SCHEMA banyan_events;
  CREATE TABLE banyan_events.saga_effects (
    idempotency_key text PRIMARY KEY,
    effective boolean NOT NULL,
    result jsonb,
    at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE banyan_events.saga_executors (
    executor_id text PRIMARY KEY,
    service text NOT NULL,
    sagas text[] NOT NULL,
    lease_until timestamptz NOT NULL
  );
  CREATE TABLE banyan_events.saga_mends (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    saga_id text NOT NULL,
    step text,
    action text NOT NULL CHECK (action IN ('retry', 'resolve')),
    who text NOT NULL,
    note text,
    at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX saga_mends_saga_id ON banyan_events.saga_mends (saga_id)`;

test('the tables of the first version are brought up to date with what is in them', async (t) => {
  const url = await (await testServer()).database('old_sagas');
  const pool = createPool(url);
  t.after(() => pool.end());
  await pool.query(FIRST);
  await pool.query(`
    INSERT INTO banyan_events.saga_effects VALUES ('a:pay', true, '{"number": 7}'), ('b:pay', false, NULL);
    INSERT INTO banyan_events.saga_executors VALUES ('old', 'shop', '{waits@1}', now() - interval '1 day');
    INSERT INTO banyan_events.saga_mends (saga_id, step, action, who, note) VALUES ('a', 'pay', 'retry', 'ann', 'again')`);
  const waits = defineSaga('waits', {
    input: Type.Object({}),
    signals: { go: Type.Object({}) },
    steps: (saga) => saga.wait('go', { until: (ctx) => ctx.signal('go') }),
  });
  const log = { debug() {}, warn() {}, error() {} };
  const sagas = await createSagas({ service: 'shop', databaseUrl: url, pool, sagas: [waits], log });
  t.after(() => sagas.close());

  const again = () => Promise.reject(new Error('it has happened'));
  assert.deepEqual(await withTransaction(pool, (tx) => once(tx, 'a:pay', again)), { number: 7 });
  await assert.rejects(
    withTransaction(pool, (tx) => once(tx, 'b:pay', again)),
    /undone before it happened/,
  );
  await withTransaction(pool, (tx) => undo(tx, 'a:pay', async () => {}));

  const { id, ended } = await sagas.start('waits', {});
  while (!(await sagas.show(id)).waitsFor) await new Promise((resolve) => setTimeout(resolve, 10));
  await sagas.cancel(id, { who: 'ann', note: 'not needed' });
  assert.equal((await ended()).state, 'FAILED');
  const { rows } = await pool.query('SELECT saga_id, action FROM banyan_events.saga_mends ORDER BY id');
  assert.deepEqual(rows, [
    { saga_id: 'a', action: 'retry' },
    { saga_id: id, action: 'cancel' },
  ]);
});
