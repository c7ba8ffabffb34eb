import assert from 'node:assert/strict';
import { before, type TestContext, test } from 'node:test';
import { createPool, withTransaction } from '@banyan/postgres';
import { testServer, until } from '@banyan/postgres/testing';
import type pg from 'pg';
import { Registry } from 'prom-client';
import { createEventStore, type EventStore } from '../store/store.ts';
import { defineProjection, type Projection } from './define.ts';
import { createProjector, type Projector, type ProjectorOptions } from './projector.ts';
import type { ProjectionStatus } from './status.ts';

let server: Awaited<ReturnType<typeof testServer>>;

before(async () => {
  server = await testServer();
});

type World = {
  pool: pg.Pool;
  store: EventStore;
  projector(projections: Projection[], options?: Partial<ProjectorOptions>): Promise<Projector>;
  add(...numbers: number[]): Promise<number>;
  total(): Promise<number | undefined>;
};

async function world(t: TestContext, inline: Projection[] = []): Promise<World> {
  const pool = createPool(await server.database('projection'), { max: 20 });
  const store = await createEventStore({ pool, inline });
  const projectors: Projector[] = [];
  t.after(async () => {
    await Promise.all(projectors.map((projector) => projector.stop()));
    await pool.end();
  });
  return {
    pool,
    store,
    async projector(projections, options = {}) {
      const projector = createProjector({ pool, store, projections, ...options });
      projectors.push(projector);
      await projector.start();
      return projector;
    },
    async add(...numbers) {
      const events = numbers.map((n) => ({ type: 'Added', data: { n } }));
      return (await store.append('numbers', events, { expectedVersion: 'any' })).position;
    },
    async total() {
      const { rows } = await pool.query('SELECT total::int FROM totals');
      return rows[0]?.total;
    },
  };
}

/** Not idempotent on purpose: an event that is applied twice, or not at all, shows. */
const totals = (changes: Partial<Projection> = {}): Projection =>
  defineProjection({
    name: 'totals',
    version: 1,
    schema: 'CREATE TABLE totals (total bigint NOT NULL); INSERT INTO totals VALUES (0)',
    types: ['Added'],
    async apply(events, tx, { totals }) {
      const sum = events.reduce((before, { data }) => before + (data as { n: number }).n, 0);
      await tx.query(`UPDATE ${totals} SET total = total + $1`, [sum]);
    },
    ...changes,
  } as Projection);

const totalsInSql = (changes: Partial<Projection> = {}): Projection =>
  defineProjection({
    name: 'totals',
    version: 1,
    schema: 'CREATE TABLE totals (total bigint NOT NULL); INSERT INTO totals VALUES (0)',
    applySql: ({ totals }) =>
      `UPDATE ${totals} SET total = total + coalesce((SELECT sum((data->>'n')::int) FROM banyan_events.events
       WHERE position > $1 AND position <= $2 AND type = 'Added'), 0)`,
    ...changes,
  } as Projection);

const statusOf = async (projector: Projector, name = 'totals') =>
  (await projector.status()).filter((status) => status.name === name);
const isLive = (projector: Projector, name?: string) => async () =>
  (await statusOf(projector, name)).some(({ state }) => state === 'live');

for (const [kind, make] of [
  ['by function', totals],
  ['in SQL', totalsInSql],
] as const) {
  test(`a projection ${kind} has what was there before it and what comes after, each event once`, async (t) => {
    const { projector, add, total } = await world(t);
    await add(1, 2, 3);
    const projecting = await projector([make({ batch: 2 })]);
    await until(isLive(projecting));
    assert.equal(await total(), 6);
    const position = await add(4, 5);
    await projecting.waitFor('totals', position);
    assert.equal(await total(), 15);
  });
}

test('one who waits for the position of an append reads it, in another process too', async (t) => {
  const { pool, store, projector, add, total } = await world(t);
  await projector([totals()]);
  const elsewhere = createProjector({ pool, store, projections: [] });
  t.after(() => elsewhere.stop());
  for (let n = 1; n <= 5; n++) {
    await elsewhere.waitFor('totals', await add(1), { timeoutMs: 60_000 });
    assert.equal(await total(), n);
  }
  await assert.rejects(elsewhere.waitFor('totals', 1e9, { timeoutMs: 1 }), { code: 'PROJECTION_TIMEOUT' });
});

test('an inline projection shows an append in its own transaction, and what was rolled back never was', async (t) => {
  const inline = totals({ mode: 'inline' });
  const { pool, store, projector, add, total } = await world(t, [inline]);
  await add(1, 2);
  const projecting = await projector([inline]);
  await until(isLive(projecting));
  assert.equal(await total(), 3);
  await add(4);
  assert.equal(await total(), 7);
  const undone = withTransaction(pool, async (tx) => {
    await store.append('numbers', [{ type: 'Added', data: { n: 9 } }], { expectedVersion: 'any', tx });
    assert.equal((await tx.query('SELECT total::int FROM totals')).rows[0].total, 16);
    throw new Error('no');
  });
  await assert.rejects(undone, /no/);
  assert.equal(await total(), 7);
  const [status] = await statusOf(projecting);
  assert.equal(status!.lagEvents, 0);
});

test('an inline projection is built beside writers that go on: none of their events is missing or doubled', async (t) => {
  const inline = totals({ mode: 'inline', batch: 3 });
  const { projector, add, total } = await world(t, [inline]);
  let sum = 0;
  let stop = false;
  const write = async () => {
    while (!stop) {
      await add(1, 1);
      sum += 2;
    }
  };
  const writers = [write(), write(), write()];
  const projecting = await projector([inline]);
  await until(isLive(projecting));
  await projecting.rebuild('totals');
  stop = true;
  await Promise.all(writers);
  assert.equal(await total(), sum);
});

test('a process with an older version of an inline projection may not append past the newer one', async (t) => {
  const { pool, projector, add } = await world(t, []);
  const projecting = await projector([totals({ mode: 'inline', version: 2 })]);
  await until(isLive(projecting));
  const old = await createEventStore({ pool, inline: [totals({ mode: 'inline' })] });
  const append = old.append('numbers', [{ type: 'Added', data: { n: 1 } }], { expectedVersion: 'any' });
  await assert.rejects(append, { code: 'PROJECTION_RETIRED' });
  await add(1);
});

test('a new version is built beside the old one, which is read and fed until the views are switched, then dropped', async (t) => {
  const { pool, projector, add, total } = await world(t);
  await add(1, 2);
  const old = await projector([totals()]);
  await until(isLive(old));
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const doubled = totals({
    version: 2,
    schema: 'CREATE TABLE totals (total bigint NOT NULL, unit text); INSERT INTO totals VALUES (0)',
    async apply(events, tx, { totals }) {
      await gate;
      const sum = events.reduce((before, { data }) => before + 2 * (data as { n: number }).n, 0);
      await tx.query(`UPDATE ${totals} SET total = total + $1`, [sum]);
    },
  });
  const reads: (number | undefined)[] = [];
  const fresh = await projector([doubled]);
  await old.waitFor('totals', await add(3));
  assert.equal(await total(), 6, 'the old one goes on meanwhile');
  assert.deepEqual(
    (await statusOf(old)).map(({ version, state }) => [version, state]),
    [
      [1, 'live'],
      [2, 'building'],
    ],
  );
  release();
  await until(async () => {
    const seen = await total();
    reads.push(seen);
    return seen !== 6;
  });
  assert.equal(reads.at(-1), 12, 'never anything in between');
  await fresh.waitFor('totals', await add(1));
  assert.equal(await total(), 14);
  assert.deepEqual(
    (await statusOf(fresh)).map(({ version }) => version),
    [2],
  );
  const { rows } = await pool.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'projection\\_%'");
  assert.deepEqual(rows, [{ nspname: 'projection_totals_2' }]);
  const late = await projector([totals()]);
  assert.deepEqual(
    (await statusOf(late)).map(({ version }) => version),
    [2],
    'old code does not bring the old version back',
  );
});

test('a rebuild takes place beside the live tables and ends with all events in the new ones', async (t) => {
  const { pool, projector, add, total } = await world(t);
  await add(1, 2, 3);
  const projecting = await projector([totals()]);
  await until(isLive(projecting));
  await pool.query('UPDATE totals SET total = 99');
  assert.equal(await total(), 99);
  const rebuilt = projecting.rebuild('totals');
  const position = await add(4);
  await rebuilt;
  await projecting.waitFor('totals', position);
  assert.equal(await total(), 10);
  await assert.rejects(projecting.rebuild('nope'), { code: 'PROJECTION_UNKNOWN' });
});

test('a projection that fails stops at the very event with its error shown; others go on; mended, it resumes', async (t) => {
  let broken = true;
  const failing = totals({
    name: 'failing',
    schema: 'CREATE TABLE seen (n int)',
    batch: 100,
    async apply(events, tx, { seen }) {
      if (broken && events.some(({ data }) => (data as { n: number }).n === 7)) throw new Error('seven!');
      for (const { data } of events)
        await tx.query(`INSERT INTO ${seen} VALUES ($1)`, [(data as { n: number }).n]);
    },
  });
  const { pool, projector, add, total } = await world(t);
  const logged: string[] = [];
  const log = { error: (_: object, text: string) => void logged.push(text), warn() {} };
  const registry = new Registry();
  const projecting = await projector([failing, totals()], { log, metrics: registry });
  await until(isLive(projecting, 'failing'));
  const position = await add(1, 2, 3, 4, 5, 6, 7, 8);
  await projecting.waitFor('totals', position);
  assert.equal(await total(), 36);
  const stopped = await until(async () =>
    (await statusOf(projecting, 'failing')).find(({ role }) => role === 'failed'),
  );
  assert.match(stopped.error!, /seven!/);
  assert.equal(stopped.lagEvents, 2, 'all before the seventh is in');
  assert.deepEqual(logged, ['projection stopped']);
  const count = async () => (await pool.query('SELECT count(*)::int FROM seen')).rows[0].count;
  assert.equal(await count(), 6);
  await assert.rejects(projecting.waitFor('failing', position), { code: 'PROJECTION_FAILED' });
  const metrics = await registry.metrics();
  assert.match(metrics, /banyan_projection_failed\{projection="failing",version="1",state="live"\} 1/);
  assert.match(metrics, /banyan_projection_lag_events\{projection="totals",version="1",state="live"\} 0/);
  broken = false;
  await projecting.resume('failing');
  await projecting.waitFor('failing', position);
  assert.equal(await count(), 8);
});

for (const kind of ['apply', 'applySql'] as const) {
  test(`an event that cannot be applied is skipped with who and why, also when it is built anew (${kind})`, async (t) => {
    const bad = (n: number) => n === 3 || n === 4;
    const projection =
      kind === 'apply'
        ? totals({
            async apply(events, tx, { totals }) {
              const numbers = events.map(({ data }) => (data as { n: number }).n);
              if (numbers.some(bad)) throw new Error('not this one');
              await tx.query(`UPDATE ${totals} SET total = total + $1`, [numbers.reduce((a, b) => a + b, 0)]);
            },
          } as Partial<Projection>)
        : totalsInSql({
            applySql: ({ totals }) =>
              `UPDATE ${totals} SET total = total + coalesce((SELECT sum((data->>'n')::int / (CASE WHEN data->>'n' IN ('3', '4')
               THEN 0 ELSE 1 END)) FROM banyan_events.events WHERE position > $1 AND position <= $2), 0)`,
          } as Partial<Projection>);
    const { projector, add, total } = await world(t);
    const projecting = await projector([projection]);
    await until(isLive(projecting));
    await assert.rejects(projecting.skip('totals', { who: 'ann', note: 'no' }), {
      code: 'PROJECTION_NOT_FAILED',
    });
    const position = await add(1, 2, 3, 4, 5);
    const failed = async () =>
      (await statusOf(projecting)).find(({ role, error }) => role === 'failed' && error);
    for (const at of [position - 2, position - 1]) {
      await until(async () => (await failed())?.position === at - 1);
      await until(() =>
        projecting.skip('totals', { who: 'ann', note: 'typed by hand' }).catch(() => undefined),
      );
    }
    await projecting.waitFor('totals', position);
    assert.equal(await total(), 8);
    await projecting.rebuild('totals');
    assert.equal(await total(), 8);
    const [status] = await projecting.status();
    assert.deepEqual(
      status!.skipped!.map(({ position: at, who, note }) => [at, who, note]),
      [position - 2, position - 1].map((at) => [at, 'ann', 'typed by hand']),
    );
  });
}

test('of two processes one runs a projection, and when it ends the other goes on where it was', async (t) => {
  const { projector, add, total } = await world(t);
  const first = await projector([totals()]);
  await until(isLive(first));
  const second = await projector([totals()]);
  await until(async () => (await statusOf(second)).some(({ role }) => role === 'standby'));
  await first.waitFor('totals', await add(1, 2));
  await first.stop();
  await second.waitFor('totals', await add(3));
  assert.equal(await total(), 6);
});

test('without the WAL a projection asks now and then, and its lag is told', async (t) => {
  const { projector, add, total } = await world(t);
  const projecting = await projector([totals()], { notifier: 'timer' });
  await projecting.waitFor('totals', await add(1));
  assert.equal(await total(), 1);
  const [status] = (await projecting.status()) as [ProjectionStatus];
  assert.deepEqual(
    { ...status, position: 0 },
    {
      name: 'totals',
      version: 1,
      build: 1,
      state: 'live',
      mode: 'async',
      role: 'running',
      position: 0,
      lagEvents: 0,
      lagMs: 0,
    },
  );
});

test('a name that could not be one in SQL is refused', () => {
  for (const name of ['', 'Totals', '1st', 'a-b', 'x'.repeat(41)])
    assert.throws(() => totals({ name }), TypeError);
  assert.throws(() => totals({ version: 0 }), TypeError);
});
