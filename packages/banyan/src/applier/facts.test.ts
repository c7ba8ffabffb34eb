import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isServiceSide } from '@banyan/cohort';
import { createPublisher, Messages } from '@banyan/events/machinery';
import { withTransaction } from '@banyan/postgres';
import { openLink } from '@banyan/replication';
import fc from 'fast-check';
import { contracts } from '../testing/account-facts.ts';
import { FACTS } from '../testing/bank-plan.ts';
import type { Asked } from '../testing/facts-links.ts';
import { balancesIn, KEYS, streamHere, type World, world } from '../testing/facts-world.ts';
import { loadFacts } from './facts.ts';

const HALF = 5_000;
const MOST_BEHIND = 60;
const { publish } = createPublisher<typeof contracts>(new Messages(contracts), 'bank');

test('what the monolith still does is published as the service would: who, why, by transaction; not the copy, not what is kept silent', {
  timeout: 300_000,
}, async (t) => {
  const at = await world(t, 'bank');
  const link = await streamHere(at);
  at.relay();
  await at.legacy.query(`
    BEGIN;
    SELECT pg_logical_emit_message(true, 'banyan.facts', '{"actor":"clerk-7","reason":"fee"}');
    UPDATE accounts SET balance = 5 WHERE id = 1;
    UPDATE accounts SET balance = 7 WHERE id = 1;
    INSERT INTO accounts VALUES (1001, 1);
    COMMIT`);
  await at.legacy.query(`
    BEGIN;
    SELECT pg_logical_emit_message(true, 'banyan.facts', '{"silent":true}');
    UPDATE accounts SET balance = 100 WHERE id > 2 AND id <= 50;
    COMMIT`);
  await at.legacy.query(`UPDATE accounts SET note = 'nobody wants to know' WHERE id = 2`);
  await at.legacy.query(
    `SELECT pg_logical_emit_message(true, 'banyan.facts', '{"silent":'); DELETE FROM accounts WHERE id = 2`,
  );
  await at.legacy.query(
    'BEGIN; INSERT INTO accounts VALUES (1002, 1); DELETE FROM accounts WHERE id = 1002; COMMIT',
  );
  await at.legacy.query('UPDATE accounts SET id = 2001, balance = 8 WHERE id = 1');
  await link.barrier({ timeoutMs: 300_000 });
  await at.delivered();
  const byType = (wanted: string) => at.got.filter(({ type }) => type === wanted);
  assert.deepEqual(
    byType('BalanceChanged').map(({ data, actor, reason }) => [data, actor, reason]),
    [
      [{ id: 1, balance: 7 }, 'clerk-7', 'fee'],
      [{ id: 2001, balance: 8 }, undefined, undefined],
    ],
  );
  assert.deepEqual(
    byType('AccountOpened').map(({ data }) => data),
    [{ id: 1001, balance: 1 }],
  );
  assert.deepEqual(
    byType('AccountClosed').map(({ data }) => data),
    [{ id: 2 }],
  );
  const [changed, opened] = [byType('BalanceChanged')[0]!, byType('AccountOpened')[0]!];
  assert.equal(changed.correlationid, opened.correlationid);
  assert.equal(changed.time, opened.time);
  assert.notEqual(byType('AccountClosed')[0]!.correlationid, opened.correlationid);
  const { rows } = await at.service.query(
    `SELECT changes::int, facts::int, unwanted::int, silent::int FROM banyan_events.replicated_facts WHERE table_name = 'public.accounts'`,
  );
  assert.deepEqual(rows, [{ changes: 53, facts: 4, unwanted: 1, silent: 48 }]);
});

test('a fact that its contract does not have stops the link before the change, and is published once that is fixed', {
  timeout: 300_000,
}, async (t) => {
  const at = await world(t, 'bank');
  const { service: name, target: database, tables } = at.forward;
  const facts = (await loadFacts({ name, database, facts: FACTS, tables }))!;
  const broken = openLink(at.forward, {
    observer: {
      ...facts.observer,
      applied: async (tx, transactions) => {
        await facts.observer.applied(tx, transactions);
        throw Object.assign(new Error('wrong fact'), { permanent: true });
      },
    },
  });
  await broken.prepare();
  await facts.prepare();
  await broken.copy();
  const streaming = broken.stream({ signal: t.signal });
  const failed = assert.rejects(streaming, /wrong fact/);
  await Promise.race([broken.barrier({ timeoutMs: 300_000 }), streaming]);
  await at.legacy.query('UPDATE accounts SET balance = 1 WHERE id = 1');
  await failed;
  assert.equal((await at.service.query('SELECT balance FROM accounts WHERE id = 1')).rows[0].balance, 0);
  assert.equal((await at.service.query('SELECT FROM banyan_events.outbox')).rowCount, 0);
  const link = await streamHere(at);
  await link.barrier({ timeoutMs: 300_000 });
  assert.equal((await at.service.query('SELECT FROM banyan_events.outbox')).rowCount, 1);
});

/** More, and at other moments: CRASH_KILLS=50 SEED=2. This seed kills twice at once after a step, and twice in the midst of one. */
const KILLS = Number(process.env.CRASH_KILLS ?? 6);
const SEED = Number(process.env.SEED ?? 5);
/** A kill after so many writes since a step, or so many milliseconds after a step has begun that is not decided then. */
const MOMENTS = fc.oneof(
  fc.record({ inStep: fc.constant(false), after: fc.integer({ min: 0, max: 60 }) }),
  fc.record({ inStep: fc.constant(true), after: fc.integer({ min: 0, max: 30 }) }),
);

test('each fact comes exactly once and in order per key, through copy, stream, a step to half, the step back, and kill -9 in the midst of each', {
  timeout: 480_000,
}, async (t) => {
  const at = await world(t, 'bank');
  const writers = new Writers(at);
  at.atEnd.push(() => writers.stop());
  writers.start();
  let child = await spawnLinks(at);
  at.atEnd.push(() => kill(child));
  // Rows of the copy tell nothing: what is told begins at the balance that they have by now, or before.
  const known = await balancesIn(at.legacy);
  await ask(child, 'drain');
  at.relay();
  let share = 0;
  // Also at once, before the links have written down what they were told.
  for (const { inStep, after } of fc.sample(MOMENTS, { numRuns: KILLS, seed: SEED })) {
    const to = share === 0 ? HALF : 0;
    await writers.pausedFor(async () => {
      if (inStep) {
        // Nobody has decided it: the writers go on where they were.
        child.send({ from: share, to } satisfies Asked);
        await delay(after);
        return await kill(child);
      }
      await ask(child, { from: share, to });
      writers.share = to;
      share = to;
    });
    const written = writers.count;
    while (!inStep && writers.count < written + after) await delay(5, undefined, { signal: t.signal });
    if (!inStep) await kill(child);
    child = await spawnLinks(at, share);
  }
  await writers.stop();
  await ask(child, 'drain');
  await at.delivered();

  const last = await balancesIn(at.service);
  assert.deepEqual(last, await balancesIn(at.legacy));
  const told = Map.groupBy(
    at.got.filter(({ type }) => type === 'BalanceChanged'),
    ({ data }) => data.id as number,
  );
  for (const [id, balance] of last) {
    const got = (told.get(id) ?? []).map(({ data }) => data.balance as number);
    const first = got[0] ?? balance + 1;
    assert.ok(first <= known.get(id)! + 1, `${id}: facts before ${first} are missing`);
    assert.deepEqual(
      got,
      Array.from({ length: balance - first + 1 }, (_, index) => first + index),
      `of ${id}`,
    );
  }
  assert.ok(writers.byService > 0 && writers.byMonolith > 0);
  const { rows } = await at.service.query(
    'SELECT sum(facts)::int AS facts FROM banyan_events.replicated_facts',
  );
  assert.equal(at.got.length, rows[0].facts + writers.byService);
  for (const target of [at.service, at.legacy]) {
    assert.deepEqual((await target.query('SELECT * FROM banyan.conflicts')).rows, []);
  }
});

/** Users of both sides: each writes the keys that are its side's. */
class Writers {
  share = 0;
  count = 0;
  byService = 0;
  byMonolith = 0;
  readonly #world: World;
  #stopped = false;
  #busy: Promise<void> = Promise.resolve();
  #running: Promise<void> | undefined;
  #serial = 0;

  constructor(world: World) {
    this.#world = world;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /** As a fence does: nobody writes while the side is being changed. */
  async pausedFor(run: () => Promise<void>): Promise<void> {
    const before = this.#busy;
    this.#busy = before.then(run);
    await this.#busy;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      for (let seen: Promise<void> | undefined; seen !== this.#busy; ) {
        seen = this.#busy;
        await seen;
      }
      const write = Promise.all([this.#write(), this.#write(), this.#write()]).then(() => {});
      this.#busy = write;
      await write;
      while (!this.#stopped && (await this.#behind()) > MOST_BEHIND) await delay(5);
    }
  }

  /** Writes that the other side does not have yet: while nobody brings them, on a slow machine, they do not pile up. */
  async #behind(): Promise<number> {
    const { legacy, service } = this.#world;
    const [theirs, ours] = await Promise.all([balancesIn(legacy), balancesIn(service)]);
    return [...theirs].reduce((sum, [id, balance]) => sum + Math.abs(balance - (ours.get(id) ?? 0)), 0);
  }

  async #write(): Promise<void> {
    const { legacy, service } = this.#world;
    const id = 1 + (this.#serial++ % KEYS);
    this.count++;
    if (!isServiceSide(this.share, 'bank', String(id))) {
      await legacy.query('UPDATE accounts SET balance = balance + 1 WHERE id = $1', [id]);
      this.byMonolith++;
      return;
    }
    await withTransaction(service, async (tx) => {
      const { rows } = await tx.query(
        'UPDATE accounts SET balance = balance + 1 WHERE id = $1 RETURNING id, balance',
        [id],
      );
      await publish(tx, 'BalanceChanged', rows[0]);
    });
    this.byService++;
  }
}

async function spawnLinks({ forward, reverse }: World, share = 0): Promise<ChildProcess> {
  const configs = [{ ...forward, share }, { ...reverse, share }, FACTS];
  const child = fork(new URL('../testing/facts-links.ts', import.meta.url), [JSON.stringify(configs)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await said(child, 'streaming');
  return child;
}

async function ask(child: ChildProcess, asked: Asked): Promise<void> {
  const done = said(child, 'done');
  child.send(asked);
  await done;
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  if (child.kill('SIGKILL')) await exited;
}

async function said(child: ChildProcess, wanted: string): Promise<void> {
  const ended = new AbortController();
  const [message] = await Promise.race([
    once(child, 'message', { signal: ended.signal }),
    once(child, 'exit', { signal: ended.signal }).then(([code]) => assert.fail(`the links ended: ${code}`)),
  ]);
  ended.abort();
  assert.equal(message, wanted);
}
