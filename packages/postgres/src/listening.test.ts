import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createPool } from './index.ts';
import { keepListening } from './listening.ts';
import { testServer, until } from './testing.ts';

async function world(t: TestContext) {
  const url = await (await testServer()).database('listening');
  const pool = createPool(url, { max: 1 });
  t.after(() => pool.end());
  const heard: string[] = [];
  let reopened = 0;
  const listen = (of: string, channels: string[], opened?: () => Promise<void>) => {
    const listening = keepListening({
      url: of,
      channels,
      applicationName: 'listening test',
      hear: (channel, payload) => heard.push(`${channel} ${payload}`),
      reopened: () => reopened++,
      ...(opened ? { opened } : {}),
      mostPauseMs: 10,
    });
    t.after(() => listening.close());
    return listening;
  };
  const kill = () =>
    pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'listening test'`,
    );
  return { url, pool, heard, listen, kill, reopened: () => reopened };
}

test('what is told on the channels is heard, also after the connection was lost, which is told', async (t) => {
  const { url, pool, heard, listen, kill, reopened } = await world(t);
  const listening = listen(url, ['news', 'Other']);
  assert.equal(await listening.firstTry, undefined);
  await pool.query(`NOTIFY news, 'one'; NOTIFY unheard, 'two'; NOTIFY "Other"`);
  await until(() => heard.length === 2);
  assert.deepEqual([heard, reopened()], [['news one', 'Other '], 0]);
  await kill();
  await until(() => reopened() === 1);
  await pool.query(`NOTIFY news, 'three'`);
  await until(() => heard.length === 3);
  assert.equal(heard[2], 'news three');
  await listening.close();
  const { rowCount } = await pool.query(
    `SELECT FROM pg_stat_activity WHERE application_name = 'listening test' AND state <> 'idle'`,
  );
  assert.equal(rowCount, 0);
});

test('a first try that fails is told, and it goes on; so it does when what the connection is for fails', async (t) => {
  const { url, heard, pool, listen, reopened } = await world(t);
  let tries = 0;
  const listening = listen(url, ['news'], async () => {
    if (++tries < 3) throw new Error('not yet');
  });
  assert.equal((await listening.firstTry)?.message, 'not yet');
  await until(() => reopened() === 1);
  await pool.query(`NOTIFY news, 'here'`);
  await until(() => heard.length === 1);
  const nowhere = listen(url.replace(/[^/]+$/, 'no_such_database'), ['news']);
  assert.match((await nowhere.firstTry)!.message, /no_such_database/);
  await nowhere.close();
});
