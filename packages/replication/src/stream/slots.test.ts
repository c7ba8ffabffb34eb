import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSlot, dropSlot } from '@banyan/postgres';
import { openLink } from '../link/link.ts';
import { LIMIT, pair, rowsOf, start } from '../testing/support.ts';
import { finish, THINGS, things } from '../testing/things.ts';

test('a slot that is gone or was recreated is never read from again', async () => {
  const dbs = await pair(THINGS, THINGS, [things()]);
  const { link, stop } = await start(dbs.config('forward'));
  await dbs.legacy.query(`INSERT INTO things VALUES (1)`);
  await link.barrier(LIMIT);
  await stop();
  await dropSlot(dbs.legacy, link.names.slot, { force: true });
  await assert.rejects(link.stream({ signal: new AbortController().signal }), {
    code: 'SLOT_LOST',
    message: /acceptLoss/,
  });
  await assert.rejects(link.prepare(), { code: 'SLOT_LOST' });
  assert.ok((await link.preflight()).some((finding) => finding.code === 'slot_lost'));
  await dbs.legacy.query(`INSERT INTO things VALUES (2)`);
  await createSlot(dbs.legacy, link.names.slot);
  await assert.rejects(link.stream({ signal: new AbortController().signal }), {
    code: 'SLOT_AHEAD',
    message: /acceptLoss/,
  });
  // The way on.
  await link.drop();
  const again = await start(dbs.config('forward'));
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT id FROM things ORDER BY id'), [['1'], ['2']]);
  await finish(dbs, again);
});

test('another source under the same link is refused', async () => {
  const dbs = await pair(THINGS, THINGS, [things()]);
  const other = await pair(THINGS, THINGS, [things()]);
  const running = await start(dbs.config('forward'));
  await running.stop();
  const moved = openLink({ ...dbs.config('forward'), source: other.legacyUrl });
  await assert.rejects(moved.stream({ signal: new AbortController().signal }), { code: 'SOURCE_CHANGED' });
  await assert.rejects(moved.prepare(), { code: 'SOURCE_CHANGED' });
  await other.close();
  await finish(dbs, running);
});
