import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import { applyNotificationSchema } from '../schema.ts';
import { enqueue, untilNext, untilNextDigest } from './queue.ts';

let pool: pg.Pool;

before(async () => {
  pool = createPool(await (await testServer()).database('deliveries'), { max: 1 });
  await applyNotificationSchema(pool, { people: { idType: 'integer' }, rows: { id: 'integer' } });
});
after(() => pool?.end());

it('knows of no time at which to look when nothing waits, and of the next one when something does', async () => {
  assert.deepEqual([await untilNext(pool), await untilNextDigest(pool)], [null, null]);
  const one = { userId: 1, channel: 'email', kind: 'news', content: null, state: 'queued' } as const;
  const inAnHour = new Date(Date.now() + 3_600_000);
  await enqueue(pool, { ...one, id: crypto.randomUUID(), fact: 'later', dueAt: inAnHour });
  const until = await untilNext(pool);
  assert.ok(until !== null && until > 0 && until <= 3_600_000, `${until}`);
  assert.equal(await untilNextDigest(pool), null);
  await enqueue(pool, { ...one, id: crypto.randomUUID(), fact: 'now', inDigest: true, dueAt: new Date(0) });
  assert.equal(await untilNextDigest(pool), 0);
});
