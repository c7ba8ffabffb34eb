import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMIT, type Pair, pair, type Running, rowsOf, start } from '../testing/support.ts';

/** Nothing but what is waited for moves the link on. */
const QUIET = { heartbeatMs: 3_600_000 };

async function finish(dbs: Pair, running: Running): Promise<void> {
  await running.stop().catch(() => {});
  await running.link.drop();
  await dbs.close();
}

test('what was committed before can be read once it has arrived, also what is not on the source’s disk yet', async () => {
  const dbs = await pair();
  const running = await start(dbs.config('forward', QUIET));
  for (const synchronous of ['on', 'off']) {
    const client = await dbs.legacy.connect();
    await client.query(`SET synchronous_commit = ${synchronous}`);
    for (let round = 0; round < 50; round++) {
      const email = `${synchronous} ${round}`;
      await client.query(`INSERT INTO users (full_name, email) VALUES ('Ada', $1)`, [email]);
      await running.link.arrived(LIMIT);
      const there = `SELECT count(*) FROM people WHERE email = '${email}'`;
      assert.deepEqual(await rowsOf(dbs.service, there), [['1']], email);
    }
    client.release();
  }
  await finish(dbs, running);
});

test('whoever waits for a write of other tables waits for nothing', async () => {
  const dbs = await pair();
  const running = await start(dbs.config('forward', QUIET));
  await dbs.legacy.query('CREATE TABLE others (id int)');
  for (let round = 0; round < 20; round++) {
    await dbs.legacy.query(`INSERT INTO others SELECT generate_series(1, $1::int)`, [round * 100]);
    await running.link.arrived(LIMIT);
  }
  await finish(dbs, running);
});

test('nothing has arrived while the link holds', async () => {
  const dbs = await pair();
  const running = await start(dbs.config('forward', QUIET));
  await running.link.barrier({ ...LIMIT, hold: true });
  await dbs.legacy.query(`INSERT INTO users (full_name, email) VALUES ('Ada', 'a')`);
  await assert.rejects(running.link.arrived({ timeoutMs: 200 }), { code: 'BARRIER_TIMEOUT' });
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT count(*) FROM people'), [['0']]);
  const arrived = running.link.arrived(LIMIT);
  running.link.release(0);
  await arrived;
  assert.deepEqual(await rowsOf(dbs.service, 'SELECT count(*) FROM people'), [['1']]);
  await finish(dbs, running);
});

test('what was written after its table left the publication is not said to have arrived', async () => {
  const dbs = await pair();
  const running = await start(dbs.config('forward', QUIET));
  await running.link.arrived(LIMIT);
  await dbs.legacy.query(`ALTER PUBLICATION ${running.link.names.publication} DROP TABLE users`);
  await dbs.legacy.query(`INSERT INTO users (full_name, email) VALUES ('Ada', 'a')`);
  await assert.rejects(running.link.arrived(LIMIT), { code: 'PUBLICATION_CHANGED' });
  await assert.rejects(running.ended, { code: 'PUBLICATION_CHANGED' });
  await finish(dbs, running);
});
