import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineProjection } from '@banyan/events';
import { createEventStore, createProjector } from '@banyan/events/machinery';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { MAIN, run } from '../../../testing/run-cli.ts';

const banyan = (...args: string[]) => run([MAIN, 'projections', ...args], process.cwd()).ended;

test('a projection that stopped is listed, tries again, and goes on without the event while its service runs elsewhere', async (t) => {
  const url = await (await testServer()).database('projections');
  const pool = createPool(url);
  const store = await createEventStore({ pool });
  const applied: number[] = [];
  let asked = 0;
  const numbers = defineProjection({
    name: 'numbers',
    version: 1,
    schema: 'CREATE TABLE numbers (n int)',
    batch: 1,
    async apply(events) {
      for (const { data } of events) {
        const { n } = data as { n: number };
        if (n === 2) asked++;
        if (n === 2) throw new Error('two is no number');
        applied.push(n);
      }
    },
  });
  const projector = createProjector({ pool, store, projections: [numbers], notifier: 'timer' });
  await projector.start();
  t.after(async () => {
    await projector.stop();
    await pool.end();
  });
  const { position } = await store.append(
    'a',
    [1, 2, 3].map((n) => ({ type: 'Counted', data: { n } })),
    { expectedVersion: 'none', actor: 'ann' },
  );
  const bad = position - 1;
  const failed = async () =>
    (await banyan('list', '--failed', '--database', url, '--json')).json() as { failedAt: number }[];
  while ((await failed())[0]?.failedAt !== bad);
  const shown = await banyan('list', '--database', url);
  assert.match(shown.stdout, new RegExp(`numbers +1 +failed +${bad - 1} +2 events`));
  assert.match(
    shown.stdout,
    new RegExp(`stopped at ${bad}: two is no number\\n.*banyan projections skip numbers`),
  );

  const before = asked;
  const resumed = await banyan('resume', 'numbers', '--database', url);
  assert.deepEqual([resumed.code, resumed.stdout], [0, `numbers tries the event at position ${bad} again\n`]);
  while (asked === before || (await failed()).length === 0)
    await new Promise((resolve) => setTimeout(resolve, 20));

  const noted = ['--note', 'typed by hand', '--who', 'ann', '--database', url];
  assert.equal((await banyan('skip', 'numbers', '--database', url)).code, 2);
  const skipped = await banyan('skip', 'numbers', ...noted, '--json');
  assert.deepEqual(skipped.json(), {
    name: 'numbers',
    action: 'skip',
    position: bad,
    who: 'ann',
    note: 'typed by hand',
  });
  await projector.waitFor('numbers', position, { timeoutMs: 60_000 });
  assert.deepEqual(applied, [1, 3]);
  assert.match(
    (await banyan('list', '--database', url)).stdout,
    new RegExp(`goes without ${bad}, by ann .*: typed by hand`),
  );
  assert.equal((await banyan('list', '--failed', '--database', url)).stdout, 'there is no such projection\n');
  const again = await banyan('skip', 'numbers', ...noted);
  assert.equal(again.code, 4);
  assert.match(again.stderr, /has not stopped at an event.*\n {2}hint: see banyan projections list/);
});

test('a database without projections, and a name that is none, are told as such', async () => {
  const server = await testServer();
  const empty = await banyan('list', '--database', await server.database('empty'));
  assert.equal(empty.code, 2);
  assert.match(empty.stderr, /This database has no projections. Give the one of a service/);
  assert.equal((await banyan('list', '--database', 'postgres://127.0.0.1:1/none')).code, 3);
  assert.match((await banyan('resume')).stderr, /missing required argument 'name'/);
});
