import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { audit, loadsOf, sidesOf, startLoad } from '@banyan/harness/run';
import { scratchHome } from '@banyan/postgres/scratch-server';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import { system as whole } from '../system.ts';
import { createMonolith } from './app.ts';
import data, { BCRYPT_COST } from './data.ts';
import { connect } from './database.ts';
import { AS_OF } from './generate.ts';
import { contradictions } from './testing/ledger.ts';

/** Of the monolith, before anybody leaves: sessions, and the credits that those cost. */
const system = { ...whole, services: ['session', 'payment'] };
/** So many that some have a session of today. */
const USERS = 2_000;
const SECRET = 'the secret of the legacy system';
const directory = mkdtempSync(join(scratchHome(), 'load-'));
after(() => rmSync(directory, { recursive: true }));

/** Writes whose answers each have to have promised something by the end of the run. */
const PROMISED = [
  ...['booking', 'progress', 'cancellation', 'rating', 'dispute', 'decision'],
  ...['purchase', 'withdrawal', 'transfer'],
];

it('people book, meet, cancel, rate, contest, buy and withdraw, and all that was acknowledged is there once and adds up', async (t) => {
  const database = await (await testServer()).database('load');
  const rows = await data.fill(database, { users: USERS, seed: 1 });
  const pool = connect(database);
  t.after(() => pool.end());
  const options = {
    jwtSecret: SECRET,
    bcryptCost: BCRYPT_COST,
    accessTokenSeconds: 600,
    refreshTokenDays: 30,
  };
  const app = await createMonolith(pool, options);
  t.after(() => app.close());
  const journalFile = join(directory, 'journal.jsonl');
  const load = await startLoad({
    ...{ system, users: USERS, secret: SECRET, rows, journalFile, rampSeconds: 0 },
    ...{
      gatewayUrl: await app.listen({ port: 0, host: '127.0.0.1' }),
      ratePerSecond: 150,
      timeoutMs: 120_000,
    },
  });
  t.after(() => load.stop());
  const loads = await loadsOf(system);
  const [sides] = sidesOf([], [...loads.keys()], new Map([['monolith', pool]]));
  const look = async (only = loads) => await audit({ journal: journalFile, loads: only, sides: sides! });
  const acknowledged = async (name: string) => {
    const [of, { promises }] = [...loads].find(([, load]) => name in (load.promises ?? {}))!;
    return (await look(new Map([[of, { promises: { [name]: promises![name]! } }]]) as never)).acknowledged;
  };
  for (const name of PROMISED) {
    while ((await acknowledged(name)) < 3) {
      assert.ok(load.stats().requests < 10_000, `nobody gets to ${name}`);
      // While it goes on it is at every moment as it is at its end.
      assert.deepEqual(
        (await look(new Map([['payment', { ...loads.get('payment')!, promises: {} }]]))).problems,
        [],
      );
    }
  }
  const { failures, violations, stages } = await load.stop();
  assert.deepEqual(
    stages.flatMap(({ samples }) => samples),
    [],
  );
  assert.deepEqual([failures, violations.samples], [0, []]);
  const { lost, doubled, resurrected, problems, balances } = await look();
  assert.deepEqual(
    { lost, doubled, resurrected, problems },
    { lost: 0, doubled: 0, resurrected: 0, problems: [] },
  );
  assert.deepEqual(balances.ledger, {
    entriesSum: 0,
    negativeWallets: 0,
    holdsWithoutSession: 0,
    walletsOff: 0,
  });
  assert.deepEqual(await contradictions(pool), []);
  const { rows: ended } = await pool.query<{ state: string }>(
    `SELECT DISTINCT to_state AS state FROM session_history WHERE created_at > $1 AND actor_id IS NOT NULL`,
    [new Date(AS_OF)],
  );
  for (const state of ['IN_PROGRESS', 'COMPLETED', 'CANCELLED'])
    assert.ok(
      ended.some((one) => one.state === state),
      `nobody gets to ${state}`,
    );

  for (const [figure, sql] of Object.entries(BREAKS)) {
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query(sql);
    const found = await loads.get('payment')!.balances!.ledger!.monolith!(
      client as unknown as pg.Pool,
      () => undefined,
    );
    await client.query('ROLLBACK');
    client.release();
    assert.notEqual(found[figure], 0, figure);
  }
});

/** By the figure that has to notice it. */
const BREAKS = {
  entriesSum: `UPDATE transactions SET credits = credits + 1 WHERE id = (SELECT id FROM transactions WHERE type = 'PLATFORM_FEE' LIMIT 1)`,
  negativeWallets: `ALTER TABLE wallets DROP CONSTRAINT wallets_never_negative;
    UPDATE wallets SET balance = -1 WHERE user_id = (SELECT user_id FROM wallets LIMIT 1)`,
  holdsWithoutSession: `UPDATE sessions SET state = 'COMPLETED' WHERE id = (SELECT session_id FROM credit_holds WHERE status = 'HELD' LIMIT 1)`,
  walletsOff: `UPDATE wallets SET balance = balance + 1 WHERE user_id = (SELECT user_id FROM wallets LIMIT 1)`,
};
