import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isServiceSide } from '@banyan/cohort';
import { handle } from '@banyan/events';
import { createEventStore } from '@banyan/events/machinery';
import { withTransaction } from '@banyan/postgres';
import { account, contracts, streamOfAccount } from '../testing/account-streams.ts';
import { KEYS, streamBackHere, streamHere, world } from '../testing/facts-world.ts';
import { drainForStep } from './drain.ts';

const HALF = 5_000;
const TIMES = 20;
const [ID, OTHER] = Array.from({ length: KEYS }, (_, at) => at + 1).filter((id) =>
  isServiceSide(HALF, 'bank', `${id}`),
) as [number, number];

it('a command is decided knowing all that the monolith did before, through a step and back', {
  timeout: 300_000,
}, async (t) => {
  const at = await world(t, 'bank');
  const facts = import.meta.resolve('../testing/account-streams.ts');
  const forward = await streamHere(at, facts);
  const reverse = await streamBackHere(at);
  const store = await createEventStore({ pool: at.service, contracts });
  const step = async (from: number, to: number) => {
    const [loser, winner] = to > from ? [forward, reverse] : [reverse, forward];
    await drainForStep({ services: [{ loser, winner }], fromShare: from, timeoutMs: 60_000 });
    for (const link of [forward, reverse]) link.release(to);
  };
  const take = (id: number, amount: number) =>
    withTransaction(at.service, async (tx) => {
      const { state } = await handle(store, account, streamOfAccount(id), { id, take: amount }, { tx });
      await tx.query('UPDATE accounts SET balance = $2 WHERE id = $1', [id, state]);
    });
  const told = async (id: number) =>
    (await store.readStream(streamOfAccount(id))).map(({ version, type, data }) => [
      version,
      type,
      (data as { balance: number }).balance,
    ]);

  // What is in no event's memory: the row of the copy, and a change that nobody is to hear of.
  await at.legacy.query(`
    BEGIN; SELECT pg_logical_emit_message(true, 'banyan.facts', '{"silent":true}');
    UPDATE accounts SET balance = 3 WHERE id = ${ID}; COMMIT`);
  for (let n = 0; n < TIMES; n++)
    await at.legacy.query('UPDATE accounts SET balance = balance + 1 WHERE id IN ($1, $2)', [ID, OTHER]);
  await step(0, HALF);
  await assert.rejects(take(ID, TIMES + 4), /there are only 23/);
  await take(ID, TIMES + 3);
  await assert.rejects(take(OTHER, TIMES + 1), /there are only 20/);
  await step(HALF, 0);
  assert.deepEqual((await at.legacy.query('SELECT balance FROM accounts WHERE id = $1', [ID])).rows, [
    { balance: 0 },
  ]);
  await at.legacy.query('UPDATE accounts SET balance = 5 WHERE id = $1', [ID]);
  await at.legacy.query('DELETE FROM accounts WHERE id = $1', [OTHER]);
  await forward.barrier({ timeoutMs: 60_000 });
  const changes = [3, ...Array.from({ length: TIMES }, (_, n) => n + 4), 0, 5];
  assert.deepEqual(await told(ID), [
    [1, 'AccountOpened', 0],
    ...changes.map((balance, index) => [index + 2, 'BalanceChanged', balance]),
  ]);
  assert.deepEqual((await told(OTHER)).at(-1), [TIMES + 2, 'AccountClosed', undefined]);
  // The first change was kept silent, and the service published none of its own here.
  const { rows } = await at.service.query(
    `SELECT count(*)::int AS n FROM banyan_events.outbox WHERE (message ->> 'subject')::int = $1`,
    [ID],
  );
  assert.deepEqual(rows, [{ n: TIMES + 1 }]);
});
