import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createPool, withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { copy, type Link, openLink, table, tellShare, withholdShare } from '@banyan/replication';
import { isWriter, whyNotWriter } from '@banyan/service';
import type pg from 'pg';
import { drainForStep } from './drain.ts';

const mappingOf = (legacy: string) =>
  table({
    legacy,
    owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
    columns: [copy('id', 'body'), copy('seen', { flow: 'forward' })],
  });

const stopper = new AbortController();
after(() => stopper.abort());
let pairs = 0;

/** `on`: the monolith's database, default one of its own. */
async function both(share: number, { on, of = 'notes' }: { on?: string; of?: string } = {}) {
  const server = await testServer();
  const urls = { legacy: on ?? (await server.database('legacy')), service: await server.database('service') };
  const legacy = createPool(urls.legacy, { max: 3 });
  const service = createPool(urls.service, { max: 3 });
  for (const db of [legacy, service])
    await db.query(`CREATE TABLE ${of} (id int PRIMARY KEY, body text, seen timestamptz)`);
  await legacy.query(`INSERT INTO ${of} SELECT i, 'note ' || i FROM generate_series(1, 50) i`);
  const name = `drain${++pairs}`;
  const config = { service: name, tables: [mappingOf(of)], salt: 'notes' };
  const forward = openLink({ ...config, direction: 'forward', source: urls.legacy, target: urls.service });
  const reverse = openLink({ ...config, direction: 'reverse', source: urls.service, target: urls.legacy });
  const stopped = new AbortController();
  stopper.signal.addEventListener('abort', () => stopped.abort());
  await forward.prepare();
  await forward.copy();
  await reverse.prepare();
  const ended = [forward, reverse].map((link) => link.stream({ signal: stopped.signal }));
  for (const each of ended) each.catch(() => {});
  for (const link of [forward, reverse]) await link.barrier({ timeoutMs: 300_000 });
  await move(forward, reverse, 0, share);
  return {
    name,
    legacy,
    service,
    forward,
    reverse,
    legacyUrl: urls.legacy,
    async close() {
      stopped.abort();
      await Promise.all(ended);
      for (const link of [forward, reverse]) await link.drop();
      await Promise.all([legacy.end(), service.end()]);
    },
  };
}

async function move(loser: Link, winner: Link, fromShare: number, share: number): Promise<void> {
  await drainForStep({ services: [{ loser, winner }], fromShare, timeoutMs: 300_000 });
  for (const link of [loser, winner]) link.release(share);
}

/** Both databases say the same, and nothing is under way. */
async function sumOf(
  dbs: { legacy: pg.Pool; service: pg.Pool; forward: Link; reverse: Link },
  of = 'notes',
): Promise<string> {
  const everything = `SELECT md5(string_agg(n::text, '|' ORDER BY id)) AS sum FROM ${of} n`;
  for (let still = 0; still < 2; ) {
    for (const link of [dbs.forward, dbs.reverse, dbs.forward]) await link.barrier({ timeoutMs: 300_000 });
    const open = await Promise.all([dbs.forward.repairs(), dbs.reverse.repairs()]);
    still = open.every((each) => each.open === 0) ? still + 1 : 0;
  }
  const [legacy, service] = await Promise.all([dbs.legacy.query(everything), dbs.service.query(everything)]);
  assert.equal(service.rows[0].sum, legacy.rows[0].sum);
  return legacy.rows[0].sum;
}

test('what the wrong side has written before a step is undone before it, whichever way the keys go', async () => {
  for (const share of [0, 10_000]) {
    const dbs = await both(share);
    const [owner, wrong] = share === 0 ? [dbs.legacy, dbs.service] : [dbs.service, dbs.legacy];
    const [loser, winner] = share === 0 ? [dbs.forward, dbs.reverse] : [dbs.reverse, dbs.forward];
    for (let id = 1; id <= 10; id++)
      await owner.query(`UPDATE notes SET body = 'acknowledged' WHERE id = $1`, [id]);
    const before = await sumOf(dbs);
    await wrong.query(`UPDATE notes SET body = 'stray' WHERE id <= 20`);
    await wrong.query(`DELETE FROM notes WHERE id BETWEEN 30 AND 40`);
    await move(loser, winner, share, 10_000 - share);
    assert.equal(await sumOf(dbs), before);
    await dbs.close();
  }
});

test('a step waits for a backlog of the winning side for half of its time, and judges the rest as it was written', async () => {
  const dbs = await both(10_000);
  dbs.forward.hold();
  await dbs.service.query(`UPDATE notes SET body = 'new' WHERE id = 1`);
  await dbs.legacy.query(`UPDATE notes SET seen = '2024-01-01T00:00:00Z' WHERE id = 1`);
  const services = [{ loser: dbs.reverse, winner: dbs.forward }];
  await drainForStep({ services, fromShare: 10_000, timeoutMs: 3_000 });
  for (const link of [dbs.reverse, dbs.forward]) link.release(0);
  await dbs.legacy.query(`UPDATE notes SET body = 'moved' WHERE id = 2`);
  await sumOf(dbs);
  const { rows } = await dbs.service.query('SELECT body FROM notes WHERE id <= 2 ORDER BY id');
  assert.deepEqual(rows, [{ body: 'new' }, { body: 'moved' }]);
  await dbs.close();
});

test('a repair that cannot be sent lets the step fail by name, and nothing is switched', async () => {
  const dbs = await both(0);
  const holder = await dbs.legacy.connect();
  await holder.query('BEGIN; SELECT FROM notes WHERE id = 7 FOR UPDATE');
  await dbs.service.query(`UPDATE notes SET body = 'stray' WHERE id = 7`);
  while ((await dbs.reverse.repairs()).open === 0) await dbs.reverse.barrier({ timeoutMs: 300_000 });
  await assert.rejects(
    drainForStep({
      services: [{ loser: dbs.forward, winner: dbs.reverse }],
      fromShare: 0,
      timeoutMs: 500,
    }),
    /1 repairs of rows are not sent yet; nothing was switched/,
  );
  await holder.query('COMMIT');
  holder.release();
  for (const link of [dbs.forward, dbs.reverse]) link.release(0);
  await sumOf(dbs);
  const { rows } = await dbs.service.query('SELECT body FROM notes WHERE id = 7');
  assert.deepEqual(rows, [{ body: 'note 7' }]);
  await dbs.close();
});

test('what a service writes by itself is on the other side when it goes back, or not written', async () => {
  const dbs = await both(10_000);
  const { name, service, forward, reverse } = dbs;
  const written = { service: name, tables: ['notes'] };
  const why = () => withTransaction(service, (tx) => whyNotWriter(tx, written));
  const stepBack = () =>
    drainForStep({
      services: [{ loser: reverse, winner: forward, locked: (tx) => withholdShare(tx, name) }],
      fromShare: 10_000,
      timeoutMs: 300_000,
    });
  assert.match((await why())!, /nobody has told/);
  assert.equal(await isWriter(service, name), false);
  await tellShare(service, name, 10_000);
  assert.equal(await why(), undefined);
  assert.equal(await isWriter(service, name), true);

  const writer = await service.connect();
  await writer.query('BEGIN');
  assert.equal(await whyNotWriter(writer, written), undefined);
  const drained = stepBack();
  const waits = `SELECT FROM pg_locks WHERE relation = 'notes'::regclass AND mode = 'ExclusiveLock' AND NOT granted`;
  while ((await service.query(waits)).rowCount === 0);
  const next = why();
  await writer.query(`INSERT INTO notes VALUES (1000, 'in time')`);
  await writer.query('COMMIT');
  writer.release();
  await drained;
  assert.equal((await dbs.legacy.query('SELECT FROM notes WHERE id = 1000')).rowCount, 1);
  for (const told of [await next, await why()]) assert.match(told!, /a step is under way/);
  assert.equal(await isWriter(service, name), false);

  // The step is aborted, and the next one is not.
  for (const link of [forward, reverse]) link.release(10_000);
  await tellShare(service, name, 10_000);
  assert.equal(await why(), undefined);
  await stepBack();
  for (const link of [forward, reverse]) link.release(0);
  await tellShare(service, name, 0);
  assert.match((await why())!, /the monolith writes .* now 0 % are/);
  assert.equal(await isWriter(service, name), false);
  // Who moves services has gone, and the service is its own.
  await service.query('ALTER TABLE banyan.shares RENAME TO shares_no_more');
  assert.equal(await isWriter(service, name), true);
  await service.query('ALTER TABLE banyan.shares_no_more RENAME TO shares');
  assert.equal(await isWriter(service, name), false);
  await sumOf(dbs);
  await dbs.close();
});

test('services that step together are marked in one transaction: what the monolith wrote of both is whole on the other side, or not there', async () => {
  const notes = await both(0);
  const labels = await both(0, { on: notes.legacyUrl, of: 'labels' });
  const pairs = [notes, labels];
  const marked: string[] = [];
  const locked = async (source: pg.ClientBase) => {
    marked.push((await source.query('SELECT txid_current()::text AS id')).rows[0].id);
  };
  let busy = true;
  // Of no gateway: nothing holds it but the locks of the step.
  const writing = Promise.all(
    [1, 2, 3].map(async (id) => {
      for (let n = 0; busy; n += 1)
        await withTransaction(notes.legacy, async (tx) => {
          for (const name of n % 2 === 0 ? ['notes', 'labels'] : ['labels', 'notes'])
            await tx.query(`UPDATE ${name} SET body = $2 WHERE id = $1`, [id, `${id} ${n}`]);
        });
    }),
  );
  const services = pairs.map(({ forward, reverse }) => ({ loser: forward, winner: reverse, locked }));
  await drainForStep({ services, fromShare: 0, timeoutMs: 300_000 });
  assert.equal(marked.length, 2);
  assert.equal(marked[0], marked[1]);
  for (const { forward, reverse } of pairs) for (const link of [forward, reverse]) link.release(10_000);
  busy = false;
  await writing;
  await sumOf(notes);
  await sumOf(labels, 'labels');
  const bodies = ({ service }: typeof notes, name: string) =>
    service.query(`SELECT body FROM ${name} WHERE id <= 3 ORDER BY id`);
  assert.deepEqual((await bodies(notes, 'notes')).rows, (await bodies(labels, 'labels')).rows);
  await labels.close();
  await notes.close();
});

test('when one of the services that step together cannot be marked, none is, and all go on', async () => {
  const notes = await both(0);
  const labels = await both(0, { on: notes.legacyUrl, of: 'labels' });
  const services = [notes, labels].map(({ forward, reverse }) => ({ loser: forward, winner: reverse }));
  const holder = await notes.legacy.connect();
  await holder.query(`BEGIN; UPDATE labels SET body = 'slow' WHERE id = 1`);
  await assert.rejects(drainForStep({ services, fromShare: 0, timeoutMs: 600 }), {
    code: 'BARRIER_LOCK_TIMEOUT',
  });
  for (const { loser, winner } of services) for (const link of [loser, winner]) link.release(0);
  await notes.legacy.query(`UPDATE notes SET body = 'quick' WHERE id = 1`);
  await holder.query('COMMIT');
  holder.release();
  await sumOf(notes);
  await sumOf(labels, 'labels');
  assert.deepEqual((await notes.service.query('SELECT body FROM notes WHERE id = 1')).rows, [
    { body: 'quick' },
  ]);
  await labels.close();
  await notes.close();
});
