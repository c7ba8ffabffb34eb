import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMIT, type Pair, pair, type Running, rowsOf, run, start } from '../testing/support.ts';

const NAMES = 'SELECT first_name FROM people ORDER BY person_id';
const CONFLICTS = 'SELECT kind FROM banyan.conflicts';

async function seeded(): Promise<{ dbs: Pair; running: Running }> {
  const dbs = await pair();
  await dbs.legacy.query(`INSERT INTO users (full_name, email) VALUES ('Ada', 'a'), ('Bob', 'b')`);
  return { dbs, running: await start(dbs.config('forward')) };
}

/** Nothing comes through, however long one waits. */
async function waits(running: Running): Promise<void> {
  await assert.rejects(running.link.barrier({ timeoutMs: 300 }), { code: 'BARRIER_TIMEOUT' });
}

async function end(dbs: Pair, running: Running): Promise<void> {
  await running.stop();
  await running.link.drop();
  await dbs.close();
}

test('a held link applies nothing, and judges what waited by the share it is released with', async () => {
  const { dbs, running } = await seeded();
  await running.link.barrier(LIMIT);
  running.link.hold();
  running.link.hold();
  await dbs.legacy.query(`UPDATE users SET full_name = 'Eve' WHERE id = 1`);
  await waits(running);
  assert.deepEqual(await rowsOf(dbs.service, NAMES), [['Ada'], ['Bob']]);
  running.link.release(10_000);
  await running.link.barrier(LIMIT);
  assert.equal(running.link.status().share, 10_000);
  assert.deepEqual(await rowsOf(dbs.service, NAMES), [['Ada'], ['Bob']]);
  assert.deepEqual(await rowsOf(dbs.service, CONFLICTS), [['update_origin_differs']]);
  await end(dbs, running);
});

test('released with the share it had, a held link goes on as if nothing had been', async () => {
  const { dbs, running } = await seeded();
  await running.link.barrier(LIMIT);
  running.link.hold();
  await dbs.legacy.query(`UPDATE users SET full_name = 'Eve' WHERE id = 1`);
  await waits(running);
  running.link.release(0);
  await running.link.barrier(LIMIT);
  assert.deepEqual(await rowsOf(dbs.service, NAMES), [['Eve'], ['Bob']]);
  assert.deepEqual(await rowsOf(dbs.service, CONFLICTS), []);
  await end(dbs, running);
});

test('a barrier that holds lets through what was committed before it and nothing after it', async () => {
  const { dbs, running } = await seeded();
  await dbs.legacy.query(`UPDATE users SET full_name = 'Before' WHERE id = 1`);
  const held = running.link.barrier({ ...LIMIT, hold: true });
  await held;
  await dbs.legacy.query(`UPDATE users SET full_name = 'After' WHERE id = 2`);
  await waits(running);
  assert.deepEqual(await rowsOf(dbs.service, NAMES), [['Before'], ['Bob']]);
  running.link.release(0);
  await running.link.barrier(LIMIT);
  assert.deepEqual(await rowsOf(dbs.service, NAMES), [['Before'], ['After']]);
  await end(dbs, running);
});

test('a held link can be stopped; what waited comes when it streams again and is released', async () => {
  const { dbs, running } = await seeded();
  await running.link.barrier({ ...LIMIT, hold: true });
  await dbs.legacy.query(`UPDATE users SET full_name = 'Eve' WHERE id = 1`);
  await waits(running);
  await running.stop();
  const again = run(running.link);
  again.link.release(0);
  while (running.link.status().state !== 'streaming') await new Promise((resolve) => setTimeout(resolve, 5));
  await again.link.barrier(LIMIT);
  assert.deepEqual(await rowsOf(dbs.service, NAMES), [['Eve'], ['Bob']]);
  await end(dbs, again);
});
