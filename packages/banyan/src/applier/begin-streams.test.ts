import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createEventStore } from '@banyan/events/machinery';
import fc from 'fast-check';
import type pg from 'pg';
import { contracts, streamOfAccount } from '../testing/account-streams.ts';
import { ACCOUNTS_TABLE, FACTS } from '../testing/bank-plan.ts';
import { bank, kill, spawnApplier } from '../testing/bank-world.ts';
import { balancesIn } from '../testing/facts-world.ts';
import { factsHooks } from './begin-streams.ts';
import { loadFacts } from './facts.ts';

/** Other moments: SEED=2. */
const SEED = Number(process.env.SEED ?? 1);
const KILLS = 2;
const ROWS = 1_200;
const STREAMS = import.meta.resolve('../testing/account-streams.ts');

/** Rows of the service without a stream. */
async function withoutStream(service: pg.Pool): Promise<number> {
  const { rows } = await service.query(
    `SELECT count(*)::int AS n FROM accounts
     WHERE NOT EXISTS (SELECT FROM banyan_events.events WHERE stream = 'account-' || accounts.id)`,
  );
  return rows[0].n;
}

test('each row of the copy has its stream, begun once, before the link counts as streaming, whenever the applier is killed', {
  timeout: 300_000,
}, async (t) => {
  const at = await bank(t);
  await at.legacy.query(`INSERT INTO accounts SELECT i, 0 FROM generate_series(201, ${ROWS}) AS i`);
  let applier = await spawnApplier(at.databases, STREAMS);
  at.atEnd.push(() => kill(applier));
  const writer = at.writing(ROWS, 1);
  await at.enter('copying');
  for (const ms of fc.sample(fc.integer({ min: 0, max: 700 }), { numRuns: KILLS, seed: SEED })) {
    await delay(ms);
    await kill(applier);
    // What it reported last is no more true.
    if (await at.streaming()) assert.equal(await withoutStream(at.service), 0);
    await at.state.query('DELETE FROM control.links');
    applier = await spawnApplier(at.databases, STREAMS);
  }
  await at.until(at.streaming);
  assert.equal(await withoutStream(at.service), 0);
  await writer.stop();
  const expected = await balancesIn(at.legacy);
  const same = async () => {
    const { rows } = await at.service.query('SELECT sum(balance)::int AS sum FROM accounts');
    return rows[0].sum === [...expected.values()].reduce((sum, each) => sum + each, 0);
  };
  await at.until(same);
  const store = await createEventStore({ pool: at.service, contracts });
  const { rows } = await at.service.query<{ id: number; told: [string, number][] }>(
    `SELECT id, (SELECT jsonb_agg(jsonb_build_array(type, data -> 'balance') ORDER BY version)
       FROM banyan_events.events WHERE stream = 'account-' || accounts.id) AS told FROM accounts`,
  );
  assert.equal(rows.length, ROWS);
  for (const { id, told } of rows) {
    const first = told[0]![1];
    assert.deepEqual(
      told,
      told.map((_, n) => [n === 0 ? 'AccountOpened' : 'BalanceChanged', first + n]),
      `of ${id}`,
    );
    assert.equal(told.at(-1)![1], expected.get(id), `of ${id}`);
  }
  assert.equal((await store.readStream(streamOfAccount(1)))[0]!.type, 'AccountOpened');
  // It tells the service, and nobody else.
  const outbox = await at.service.query(
    `SELECT FROM banyan_events.outbox WHERE message ->> 'type' <> 'BalanceChanged'`,
  );
  assert.equal(outbox.rowCount, 0);

  // Back at the monolith for a while: what it made meanwhile comes by the next copy.
  await at.enter('monolith');
  await at.until(at.dropped);
  await at.legacy.query(`INSERT INTO accounts VALUES (${ROWS + 1}, 7)`);
  await at.state.query('DELETE FROM control.links');
  await at.enter('copying');
  await at.until(at.streaming);
  assert.equal(await withoutStream(at.service), 0);
  assert.deepEqual(
    (await store.readStream(streamOfAccount(ROWS + 1))).map(({ type, data }) => [type, data]),
    [['AccountOpened', { id: ROWS + 1, balance: 7 }]],
  );
});

test('streams begin with the changes of their rows alone where the plan says so, or nothing says what a row is', async () => {
  const of = async (facts: string, beginStreams: boolean) => {
    const loaded = await loadFacts({
      name: 'bank',
      database: 'postgres://nowhere/',
      facts,
      tables: [ACCOUNTS_TABLE],
    });
    return factsHooks(loaded!, { standing: async () => undefined }, { beginStreams }).onPastCopy;
  };
  assert.notEqual(await of(STREAMS, true), undefined);
  assert.equal(await of(STREAMS, false), undefined);
  assert.equal(await of(FACTS, true), undefined);
});
