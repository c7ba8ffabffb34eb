import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { applyOutboxSchema } from '../publish.ts';
import { becomeLeader } from './leadership.ts';

test('whoever gives up its place in line is gone at once, at whatever moment it gives up', async (t) => {
  const url = await (await testServer()).database('turns');
  const pool = createPool(url, { max: 5 });
  t.after(() => pool.end());
  await applyOutboxSchema(pool);
  const first = await becomeLeader(url, pool, new AbortController().signal);
  // Each a little later than the one before: while it connects, between its statements, while it waits.
  for (let ticks = 0; ticks < 120; ticks++) {
    const abort = new AbortController();
    const second = becomeLeader(url, pool, abort.signal);
    second.catch(() => {});
    for (let tick = 0; tick < ticks; tick++) await new Promise((resolve) => setImmediate(resolve));
    abort.abort(new Error('enough'));
    await assert.rejects(second, /enough/);
  }
  await first.resign();
  const third = await becomeLeader(url, pool, new AbortController().signal);
  await third.resign();
});
