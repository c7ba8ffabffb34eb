import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { Cancellations } from './cancellations.ts';
import { applySagaSchema } from './effects.ts';

test('who asks whether a saga was cancelled shares a query with others, and never gets an answer from before', async (t) => {
  const pool = createPool(await (await testServer()).database('cancellations'), { max: 2 });
  t.after(() => pool.end());
  await applySagaSchema(pool);
  let queries = 0;
  const counting = new Proxy(pool, {
    get: (target, name) =>
      name === 'query'
        ? (...args: [never]) => {
            queries++;
            return target.query(...args);
          }
        : Reflect.get(target, name),
  });
  const cancellations = new Cancellations(counting);
  const ids = Array.from({ length: 100 }, (_, n) => `saga-${n}`);
  const early = ids.map((id) => cancellations.of(id));
  await pool.query(
    "INSERT INTO banyan_events.saga_mends (saga_id, action, who, note) VALUES ('saga-7', 'cancel', 'ann', 'gone')",
  );
  const late = await Promise.all(ids.map((id) => cancellations.of(id)));
  await Promise.all(early);
  assert.deepEqual(
    late.filter((answer) => answer !== undefined),
    ['cancelled by ann: gone'],
  );
  assert.equal(late[7], 'cancelled by ann: gone');
  assert.ok(queries <= 4, `${queries} queries`);

  await pool.query('ALTER TABLE banyan_events.saga_mends RENAME TO away');
  await assert.rejects(cancellations.of('saga-7'), { code: '42P01' });
  await pool.query('ALTER TABLE banyan_events.away RENAME TO saga_mends');
  assert.equal(await cancellations.of('saga-7'), 'cancelled by ann: gone');
});
