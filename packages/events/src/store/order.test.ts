import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createPool, withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import fc from 'fast-check';
import type pg from 'pg';
import { type CommitNotifier, walNotifier } from './notifier.ts';
import { SettledPosition, type SettledState, settle } from './settled-position.ts';
import { createEventStore, type EventStore } from './store.ts';
import type { RecordedEvent } from './types.ts';

let url: string;
let pool: pg.Pool;
let store: EventStore;
let notifier: CommitNotifier;

before(async () => {
  url = await (await testServer()).database('ordering');
  pool = createPool(url, { max: 30 });
  store = await createEventStore({ pool });
  await pool.query('CREATE TABLE scratch (writer int, note text)');
  notifier = walNotifier({ pool, url, onError: (error) => assert.fail(error) });
});
after(async () => {
  await notifier.close();
  await pool.end();
});

const WRITERS = 12;
const ROUNDS = 40;

test('with writers that dawdle, roll back, conflict and write before they append, a tailing reader sees every committed event once, in an order that no commit contradicts', async () => {
  const committed: { id: string; floor: number }[] = [];
  let acknowledged = 0;
  let done = false;
  const write = async (writer: number) => {
    const random = generator(writer + 1);
    for (let round = 0; round < ROUNDS; round++) {
      const client = await pool.connect();
      const mine: { id: string; floor: number }[] = [];
      let highest = 0;
      try {
        await client.query('BEGIN');
        // An xid that is older than the append.
        if (random() < 0.4) await client.query('INSERT INTO scratch VALUES ($1, $2)', [writer, 'before']);
        if (random() < 0.3) await delay(random() * 8);
        for (let appends = random() < 0.3 ? 2 : 1; appends > 0; appends--) {
          const floor = acknowledged;
          const ids = Array.from({ length: 1 + Math.floor(random() * 3) }, () => crypto.randomUUID());
          const { position } = await store.append(
            `s-${Math.floor(random() * 8)}`,
            ids.map((id) => ({ id, type: 'Wrote', data: { writer, round } })),
            { expectedVersion: 'any', tx: client },
          );
          mine.push(...ids.map((id) => ({ id, floor })));
          highest = position;
          if (random() < 0.5) await delay(random() * 8);
        }
        if (random() < 0.25) throw new Error('changed my mind');
        await client.query('COMMIT');
        committed.push(...mine);
        acknowledged = Math.max(acknowledged, highest);
      } catch (error) {
        await client.query('ROLLBACK');
        // Two that append to two streams in opposite orders: PostgreSQL ends one of them.
        if (!/changed my mind|deadlock/.test(String(error))) throw error;
      } finally {
        client.release();
      }
    }
  };
  const tail = async (reader: EventStore, limit: number) => {
    const seen: RecordedEvent[] = [];
    for (let after = 0; ; ) {
      const last = done;
      const signs = notifier.count;
      const { events, next } = await reader.readAll({ after, limit });
      seen.push(...events);
      const moved = next > after;
      after = next;
      if (last && after >= (await lastPosition())) return seen;
      if (!moved) await notifier.changed(signs, { timeoutMs: 5 });
    }
  };
  const readers = [tail(store, 7), tail(await createEventStore({ pool }), 1000)];
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
  done = true;
  for (const seen of await Promise.all(readers)) {
    assert.deepEqual(seen.map(({ id }) => id).sort(), committed.map(({ id }) => id).sort());
    const positions = new Map(seen.map(({ id, position }) => [id, position]));
    seen.reduce((before, { position }) => {
      assert.ok(position > before, 'in the order of positions');
      return position;
    }, 0);
    for (const { id, floor } of committed) {
      assert.ok(positions.get(id)! > floor, 'after all whose commit was known when its append began');
    }
    const heads = new Map<string, number>();
    for (const { stream, version } of seen) {
      assert.equal(version, (heads.get(stream) ?? 0) + 1, 'each stream in the order of its versions');
      heads.set(stream, version);
    }
  }
});

test('a reader stops at an event whose transaction is open, is not held up by a long one that appends nothing, and goes on past a rollback', async () => {
  const append = async (tx?: pg.ClientBase) =>
    await store.append(crypto.randomUUID(), [{ type: 'Wrote', data: {} }], { expectedVersion: 'none', tx });
  const { position: start } = await append();
  const reader = await createEventStore({ pool });
  while (reader.settledPosition.settled < start) await reader.settledPosition.advance();
  const long = await pool.connect();
  await long.query("BEGIN; INSERT INTO scratch VALUES (0, 'long')");
  const open = await pool.connect();
  await open.query('BEGIN');
  await append(open);
  const { position: later } = await append();
  const read = async () => (await reader.readAll({ after: start })).events.map(({ position }) => position);
  assert.deepEqual(await read(), []);
  await open.query('ROLLBACK');
  assert.deepEqual(await read(), [later]);
  await long.query('ROLLBACK');
  long.release();
  open.release();
});

test('each commit that appends wakes a tailer, in whatever process it was, and a rolled back one leaves it in peace', async () => {
  while (!notifier.live) await notifier.changed(notifier.count);
  const seen = notifier.count;
  const woken = notifier.changed(seen);
  await withTransaction(pool, async (tx) => {
    await store.append('woken', [{ type: 'Wrote', data: {} }], { expectedVersion: 'none', tx });
  });
  await woken;
  assert.ok(notifier.count > seen);
});

test('one who asks while an answer is under way gets one that knows of what was committed before it asked', async () => {
  const answers: (() => void)[] = [];
  let last = 1;
  const db = {
    query: () => {
      const row = { last: String(last), holders: [], reached: String(last) };
      return new Promise((resolve) => answers.push(() => resolve({ rows: [row] })));
    },
  };
  const settledPosition = new SettledPosition(db as never);
  const early = settledPosition.advance();
  last = 2;
  const late = [settledPosition.advance(), settledPosition.advance()];
  answers[0]!();
  assert.equal((await early).settled, 1);
  while (answers.length < 2) await delay(1);
  answers[1]!();
  assert.deepEqual(await Promise.all(late), Array(2).fill({ settled: 2, complete: true }));
  assert.equal(answers.length, 2, 'shared');
});

/** What the database does with positions, reduced to what SettledPosition asks of it. */
type Model = { last: number; holders: Map<string, number[]>; visible: Set<number>; final: Set<number> };

test('whatever happens between and within its looks, the settled position never passes a position that may still be filled', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('begin' as const) }),
    fc.record({ kind: fc.constant('take' as const), who: fc.nat(), n: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ kind: fc.constant('end' as const), who: fc.nat(), commit: fc.boolean() }),
    fc.record({ kind: fc.constant('look' as const) }),
  );
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 120 }),
      fc.array(fc.nat({ max: 3 }), { maxLength: 400 }),
      (steps, pauses) => {
        const model: Model = { last: 0, holders: new Map(), visible: new Set(), final: new Set() };
        let state: SettledState = { settled: 0, open: undefined };
        let names = 0;
        const queue = [...steps];
        const between = [...pauses];
        const act = () => {
          const next = queue.shift();
          if (!next || next.kind === 'look') return;
          const holders = [...model.holders.keys()];
          if (next.kind === 'begin') model.holders.set(`t${names++}`, []);
          else if (holders.length > 0) {
            const who = holders[next.who % holders.length]!;
            if (next.kind === 'take') {
              for (let n = 0; n < next.n; n++) model.holders.get(who)!.push(++model.last);
            } else {
              for (const position of model.holders.get(who)!) {
                model.final.add(position);
                if (next.commit) model.visible.add(position);
              }
              model.holders.delete(who);
            }
          }
        };
        // Others go on while the three are read, one after another.
        const meanwhile = () => {
          for (let n = between.shift() ?? 0; n > 0; n--) act();
        };
        while (queue.length > 0) {
          if (queue[0]!.kind !== 'look') {
            act();
            continue;
          }
          queue.shift();
          const { last } = model;
          meanwhile();
          const holders = [...model.holders.keys()];
          meanwhile();
          let reached = state.settled;
          while (model.visible.has(reached + 1)) reached++;
          const before = state.settled;
          state = settle(state, { last, holders, reached });
          assert.ok(state.settled >= before);
          for (let position = 1; position <= state.settled; position++) assert.ok(model.final.has(position));
        }
      },
    ),
    { numRuns: 500 },
  );
});

async function lastPosition(): Promise<number> {
  const { rows } = await pool.query(
    'SELECT coalesce(max(position), 0)::int AS last FROM banyan_events.events',
  );
  return rows[0].last;
}

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
