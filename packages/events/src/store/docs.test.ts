import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import * as events from '../index.ts';
import { runSnippets } from '../testing/snippets.ts';

const SECTIONS = ['Event store', 'Deciders', 'Projections'];
const EXPECTED = `return { projector, position, version, page, next, trail, events, registered, before, rows };`;

test('the snippets of docs/events.md on the store, deciders and projections do what the text says', async (t) => {
  const pool = createPool(await (await testServer()).database('docs'));
  const { projector, ...found } = await runSnippets(SECTIONS, EXPECTED, {
    pool,
    masterKey: randomBytes(32).toString('base64'),
  });
  t.after(async () => {
    await projector.stop();
    await pool.end();
  });
  assert.equal(found.version, 1);
  assert.deepEqual([found.events.length, found.page.length, found.trail.length], [1, 1, 1]);
  assert.equal(found.next, found.position);
  assert.equal(found.registered.data.email, events.FORGOTTEN);
  assert.deepEqual(found.registered.forgotten, ['email']);
  assert.equal(found.before.state.balance, 5);
  assert.deepEqual(found.rows, [{ balance: '4' }]);
});
