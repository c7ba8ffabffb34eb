import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createPool, withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import { Type } from 'typebox';
import { event } from '../contracts.ts';
import { createEventStore, type EventStore, type EventStoreOptions } from './store.ts';
import type { RecordedEvent } from './types.ts';

let pool: pg.Pool;
let store: EventStore;

before(async () => {
  pool = createPool(await (await testServer()).database('store'));
  store = await createEventStore({ pool });
});
after(() => pool.end());

let streams = 0;
const freshStream = () => `stream-${++streams}`;
const added = (n: number) => ({ type: 'Added', data: { n } });
const conflict = (actual: number) => ({ code: 'VERSION_CONFLICT', details: { actual } });
const versions = async (stream: string) => (await store.readStream(stream)).map(({ version }) => version);

async function assertConflict(work: Promise<unknown>, actual: number): Promise<void> {
  await assert.rejects(work, (error: { code: string; details: { actual: number } }) => {
    assert.deepEqual({ code: error.code, details: { actual: error.details.actual } }, conflict(actual));
    return true;
  });
}

test('a stream is read as it was appended, with versions from 1 and everything that was said about it', async () => {
  const stream = freshStream();
  const appended = await store.append(stream, [added(1), added(2)], {
    expectedVersion: 'none',
    actor: 'ann',
    subject: 'user-1',
    correlationId: 'c',
    causationId: 'm',
    metadata: { ip: '::1' },
  });
  assert.equal(appended.version, 2);
  const third = await store.append(stream, [added(3)], { expectedVersion: 2 });
  const events = await store.readStream(stream);
  assert.deepEqual(
    events.map(({ version, type, data }) => ({ version, type, data })),
    [1, 2, 3].map((n) => ({ version: n, ...added(n) })),
  );
  const { id, at, ...first } = events[0]!;
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.match(at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  assert.deepEqual(first, {
    ...added(1),
    position: appended.position - 1,
    stream,
    version: 1,
    actor: 'ann',
    subject: 'user-1',
    correlationId: 'c',
    causationId: 'm',
    metadata: { ip: '::1' },
  });
  assert.equal(events[2]!.position, third.position);
  assert.equal(events[2]!.correlationId, events[2]!.id, 'what begins a correlation is its own');
  assert.deepEqual(
    (await store.readStream(stream, { from: 2, to: 2 })).map(({ data }) => data),
    [{ n: 2 }],
  );
});

test('an append to another version than the expected one is a conflict that tells the actual one', async () => {
  const stream = freshStream();
  await assertConflict(store.append(stream, [added(1)], { expectedVersion: 1 }), 0);
  await store.append(stream, [added(1), added(2)], { expectedVersion: 'none' });
  for (const expectedVersion of ['none', 0, 1, 3] as const) {
    await assertConflict(store.append(stream, [added(3)], { expectedVersion }), 2);
    await assertConflict(store.append(stream, [added(3), added(4)], { expectedVersion }), 2);
  }
  assert.deepEqual(await versions(stream), [1, 2]);
});

test('of appends that expect the same version at the same time one gets in whole, the others not at all', async () => {
  for (let round = 0; round < 5; round++) {
    const stream = freshStream();
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) =>
        store.append(
          stream,
          Array.from({ length: (n % 3) + 1 }, () => added(n)),
          { expectedVersion: 'none' },
        ),
      ),
    );
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    const events = await store.readStream(stream);
    const { n } = events[0]!.data as { n: number };
    assert.deepEqual(
      events.map(({ data }) => data),
      Array.from({ length: (n % 3) + 1 }, () => ({ n })),
    );
  }
});

test('appends to many streams at the same time succeed or fail each by itself', async () => {
  const taken = freshStream();
  await store.append(taken, [added(1)], { expectedVersion: 'none' });
  const odd = { type: 'Added', data: { text: 'not in jsonb: \0' } };
  const meta = { actor: 'ann', correlationId: 'c', causationId: 'b', metadata: { ip: '::1' } };
  const fresh = Array.from({ length: 60 }, freshStream);
  const refused = freshStream();
  const [appended, ...failures] = await Promise.all([
    Promise.all(fresh.map((name, n) => store.append(name, [added(n)], { expectedVersion: 0, ...meta }))),
    assertConflict(store.append(taken, [added(2)], { expectedVersion: 2 }), 1),
    assertConflict(store.append(taken, [added(2)], { expectedVersion: 'none' }), 1),
    assert.rejects(store.append(refused, [odd], { expectedVersion: 'none' }), { code: '22P05' }),
    store.append(taken, [added(2)], { expectedVersion: 1 }),
  ]);
  assert.equal(failures.length, 4);
  for (const [n, name] of fresh.entries()) {
    const [event, ...more] = await store.readStream(name);
    assert.deepEqual(more, []);
    assert.partialDeepStrictEqual(event, {
      ...added(n),
      ...meta,
      position: appended[n]!.position,
      version: 1,
    });
  }
  assert.deepEqual(await versions(taken), [1, 2]);
  assert.deepEqual(await versions(refused), []);
});

test('appends to one stream that are not waited for come one after the other', async () => {
  const [one, two] = [freshStream(), freshStream()];
  const all = Array.from({ length: 20 }, (_, n) =>
    [one, two].map((name) => store.append(name, [added(n)], { expectedVersion: n })),
  );
  await Promise.all(all.flat());
  for (const name of [one, two]) {
    const events = await store.readStream(name);
    assert.deepEqual(
      events.map(({ data }) => data),
      Array.from({ length: 20 }, (_, n) => ({ n })),
    );
  }
});

test('processes that append to the same streams at the same time never lose one and never make two of a version', async () => {
  const url = pool.options.connectionString!;
  const pools = [createPool(url), createPool(url), createPool(url)];
  const stores = await Promise.all(pools.map((own) => createEventStore({ pool: own })));
  const names = Array.from({ length: 12 }, freshStream);
  let conflicts = 0;
  const add = async (own: EventStore, name: string) => {
    for (;;) {
      try {
        return await own.append(name, [added(0)], { expectedVersion: await own.versionOf(name) });
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'VERSION_CONFLICT');
        conflicts++;
      }
    }
  };
  // In another order by each: whoever locked in the order of arrival would wait for each other.
  const orders = [names, names.toReversed(), names];
  for (let round = 0; round < 8; round++) {
    await Promise.all(stores.flatMap((own, n) => orders[n]!.map((name) => add(own, name))));
  }
  assert.ok(conflicts > 0);
  for (const name of names)
    assert.deepEqual(
      await versions(name),
      Array.from({ length: 24 }, (_, n) => n + 1),
    );
  await Promise.all(pools.map((own) => own.end()));
});

test('appends to any version at the same time all get in, each whole and none between the events of another', async () => {
  const stream = freshStream();
  await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      store.append(stream, [added(n), added(n)], { expectedVersion: 'any' }),
    ),
  );
  const events = await store.readStream(stream);
  assert.deepEqual(
    events.map(({ version }) => version),
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
  for (let index = 0; index < 20; index += 2) assert.deepEqual(events[index]!.data, events[index + 1]!.data);
});

test("a conflict, known at once or found while waiting for another, leaves the caller's transaction usable", async () => {
  const stream = freshStream();
  const other = await pool.connect();
  await other.query('BEGIN');
  await store.append(stream, [added(1)], { expectedVersion: 'none', tx: other });
  await withTransaction(pool, async (tx) => {
    const waiting = store.append(stream, [added(2), added(3)], { expectedVersion: 'none', tx });
    await waitUntilBlocked();
    await other.query('COMMIT');
    await assertConflict(waiting, 1);
    await assertConflict(store.append(stream, [added(2)], { expectedVersion: 5, tx }), 1);
    await store.append(stream, [added(2)], { expectedVersion: 1, tx });
  });
  other.release();
  assert.deepEqual(await versions(stream), [1, 2]);
});

test("an append in the caller's transaction is there with it or not at all, and seen inside it", async () => {
  const stream = freshStream();
  const rolledBack = withTransaction(pool, async (tx) => {
    await store.append(stream, [added(1)], { expectedVersion: 'none', tx });
    await store.append(stream, [added(2)], { expectedVersion: 1, tx });
    assert.equal((await store.readStream(stream, { tx })).length, 2);
    throw new Error('no');
  });
  await assert.rejects(rolledBack, /no/);
  assert.deepEqual(await versions(stream), []);
});

test('data of an old version is read in the newest, step by step, and what cannot be is an error', async () => {
  const stream = freshStream();
  const old = await createEventStore({ pool, types: { Renamed: { version: 1 } } });
  await old.append(stream, [{ type: 'Renamed', data: { name: 'Ann Lee' } }], { expectedVersion: 'none' });
  const newer = await createEventStore({
    pool,
    types: {
      Renamed: {
        version: 3,
        upcasters: {
          1: ({ name }) => ({ first: String(name).split(' ')[0], last: String(name).split(' ')[1] }),
          2: (data) => ({ ...data, middle: '' }),
        },
      },
    },
  });
  assert.deepEqual((await newer.readStream(stream))[0]!.data, { first: 'Ann', last: 'Lee', middle: '' });
  await newer.append(stream, [{ type: 'Renamed', data: {} }], { expectedVersion: 1 });
  await assert.rejects(old.readStream(stream), { code: 'EVENT_TOO_NEW' });
  const gap = await createEventStore({
    pool,
    types: { Renamed: { version: 3, upcasters: { 2: (data) => data } } },
  });
  await assert.rejects(gap.readStream(stream), { code: 'EVENT_NO_UPCASTER' });
});

const contracts = {
  system: 'test',
  events: {
    NoteAdded: event({ service: 'notes', version: 1, key: 'id', data: Type.Object({ id: Type.String() }) }),
  },
  commands: {},
  operations: {},
};

test('data that does not fit the contract is refused before anything is written', async () => {
  const stream = freshStream();
  const strict = await createEventStore({ pool, contracts });
  await assert.rejects(
    strict.append(stream, [{ type: 'NoteAdded', data: { id: 7 } }], { expectedVersion: 'any' }),
    (error: Error & { code: string }) => error.code === 'EVENT_INVALID' && /\/id/.test(error.message),
  );
  assert.deepEqual(await versions(stream), []);
});

test('publish hands facts of the contracts to the outbox in the same transaction, and nothing else', async () => {
  const stream = freshStream();
  const published: RecordedEvent[][] = [];
  let failing = false;
  const publish: EventStoreOptions['publish'] = async (tx, events) => {
    await tx.query('SELECT 1');
    published.push([...events]);
    if (failing) throw new Error('outbox');
  };
  const publishing = await createEventStore({ pool, contracts, publish });
  const fact = { type: 'NoteAdded', data: { id: 'n' } };
  await publishing.append(stream, [fact, fact], { expectedVersion: 'none', publish: true, actor: 'ann' });
  await publishing.append(stream, [fact], { expectedVersion: 2 });
  assert.deepEqual(published, [(await store.readStream(stream)).slice(0, 2)], 'as they will be read');
  failing = true;
  await assert.rejects(publishing.append(stream, [fact], { expectedVersion: 3, publish: true }), /outbox/);
  assert.equal((await store.readStream(stream)).length, 3);
  const secret = publishing.append(stream, [added(1)], { expectedVersion: 3, publish: true });
  await assert.rejects(secret, { code: 'NOT_A_FACT' });
  await assert.rejects(store.append(stream, [fact], { expectedVersion: 3, publish: true }), {
    code: 'PUBLISH_MISSING',
  });
});

test('the audit trail tells who did what to a stream or a subject between two times', async () => {
  const stream = freshStream();
  const by = async (actor: string, subject: string, n: number) => {
    await store.append(stream, [added(n)], {
      expectedVersion: 'any',
      actor,
      subject,
      correlationId: `job-${n}`,
    });
  };
  await by('ann', 'audited-1', 1);
  await by('bob', 'audited-1', 2);
  await by('ann', 'audited-2', 3);
  const [first, second, third] = await store.readStream(stream);
  const ns = async (filter: Parameters<EventStore['audit']>[0]) =>
    (await store.audit(filter)).map(({ data }) => (data as { n: number }).n);
  assert.deepEqual(await ns({ stream }), [1, 2, 3]);
  assert.deepEqual(await ns({ subject: 'audited-1' }), [1, 2]);
  assert.deepEqual(await ns({ stream, actor: 'ann' }), [1, 3]);
  assert.deepEqual(await ns({ correlationId: 'job-2' }), [2]);
  assert.deepEqual(await ns({ stream, from: second!.at, until: third!.at }), [2]);
  assert.deepEqual(await ns({ stream, after: first!.position, limit: 1 }), [2]);
});

test('what was appended is never changed', async () => {
  for (const sql of ['UPDATE banyan_events.events SET actor = NULL', 'DELETE FROM banyan_events.events']) {
    await assert.rejects(pool.query(sql), /append-only/);
  }
  await assert.rejects(pool.query('TRUNCATE banyan_events.events'), /append-only/);
});

async function waitUntilBlocked(): Promise<void> {
  for (;;) {
    const { rowCount } = await pool.query(
      "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
    );
    if (rowCount) return;
  }
}
