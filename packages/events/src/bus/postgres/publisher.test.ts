import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createPool, dropSlot, withTransaction } from '@banyan/postgres';
import { testServer, until } from '@banyan/postgres/testing';
import { applyOutboxSchema } from '../../outbox/publish.ts';
import { slotName } from '../../outbox/relay/position.ts';
import { startRelay } from '../../outbox/relay/relay.ts';
import { publish } from '../../outbox/relay/testing/counted.ts';
import { openBus } from '../open.ts';
import { message } from '../testing/messages.ts';

const FORGOT = { code: 'BUS_FORGOT' };

async function setUp(t: TestContext) {
  const url = await (await testServer()).database('bus');
  const bus = await openBus(url, { onError: () => {} });
  const pool = createPool(url, { max: 1, applicationName: 'suite' });
  t.after(() => pool.end());
  t.after(() => bus.close());
  // A subscriber that takes nothing: whatever is published stays in its queue.
  const subscriber = await bus.subscribe({
    group: 'slow',
    types: ['Noted', 'Counted'],
    handle: async () => {},
  });
  await subscriber.stop();
  const queued = async () => {
    const { rows } = await pool.query<{ data: { data: { n?: number } } }>(
      `SELECT data FROM banyan_pgboss.job WHERE name = 'slow' ORDER BY created_on, id`,
    );
    return rows.map(({ data }) => data.data.n);
  };
  /** As a crash of the server ends it. */
  const endPublishers = async () => {
    const { rowCount } = await pool.query(
      `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'banyan-bus-publish'`,
    );
    return rowCount;
  };
  return { url, bus, pool, queued, endPublishers };
}

const noted = (n: number) => message('Noted', 'a key', { n });

test('what is published and not settled can be had at once, and is on the disk once it is settled', async (t) => {
  const { bus, pool, queued } = await setUp(t);
  const publisher = bus.publisher!();
  t.after(() => publisher.close());
  await publisher.publish([noted(1), noted(2)]);
  await publisher.publish([noted(3)]);
  assert.deepEqual(await queued(), [1, 2, 3]);
  const { rows: before } = await pool.query('SELECT pg_current_wal_insert_lsn() AS lsn');
  await publisher.settle();
  const { rows: after } = await pool.query('SELECT pg_current_wal_flush_lsn() >= $1 AS is', [before[0].lsn]);
  assert.equal(after[0].is, true);
});

test('a publisher whose session ends with something unsettled publishes nothing more', async (t) => {
  const { bus, queued, endPublishers } = await setUp(t);
  const publisher = bus.publisher!();
  t.after(() => publisher.close());
  await publisher.publish([noted(1)]);
  assert.equal(await endPublishers(), 1);
  await assert.rejects(async () => {
    // The first one may be what finds out.
    await publisher.publish([noted(2)]).catch((error) => {
      if (error.code === 'BUS_FORGOT') throw error;
    });
    await publisher.publish([noted(2)]);
  }, FORGOT);
  await assert.rejects(publisher.settle(), FORGOT);
  await assert.rejects(publisher.publish([noted(3)]), FORGOT);
  assert.deepEqual(await queued(), [1]);
});

test('a publisher whose session ends with all settled goes on', async (t) => {
  const { bus, queued, endPublishers } = await setUp(t);
  const publisher = bus.publisher!();
  t.after(() => publisher.close());
  await publisher.publish([noted(1)]);
  await publisher.settle();
  assert.equal(await endPublishers(), 1);
  await publisher.settle();
  await until(() =>
    publisher.publish([noted(2)]).then(
      () => true,
      () => false,
    ),
  );
  assert.equal((await queued()).at(-1), 2);
});

test('a relay brings again, and first, what a crash of the bus has taken back', async (t) => {
  const { bus, pool, queued, endPublishers } = await setUp(t);
  const databaseUrl = await (await testServer()).database('outbox');
  const outbox = createPool(databaseUrl, { max: 5 });
  await applyOutboxSchema(outbox);
  const log = { info() {}, warn() {}, error() {} };
  // It settles nothing by itself as long as the test takes.
  const relay = startRelay({ databaseUrl, pool: outbox, bus, log, saveMs: 3_600_000 });
  t.after(async () => {
    await relay.close();
    await dropSlot(outbox, await slotName(outbox), { force: true });
    await outbox.end();
  });
  const count = (n: number) => withTransaction(outbox, (tx) => publish(tx, 'Counted', { who: 'a', n }));
  await until(() => relay.state() === 'relaying');
  await count(1);
  await count(2);
  await until(async () => (await queued()).length === 2);
  await pool.query(`DELETE FROM banyan_pgboss.job WHERE name = 'slow'`);
  assert.equal(await endPublishers(), 1);
  await count(3);
  await until(async () => (await queued()).includes(3));
  assert.deepEqual(await queued(), [1, 2, 3]);
});
