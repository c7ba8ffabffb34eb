import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { noteFailure, wantBackfill } from '@banyan/events/machinery';
import { FULL_SHARE } from '@banyan/plan/stages';
import { aService, aTable } from '@banyan/plan/testing';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { aShop } from '../testing/a-shop.ts';
import { writePlan } from '../testing/run-cli.ts';

describe('banyan facts backfill', { concurrency: 3 }, () => {
  test('asks who is to be told, and of what', async (t) => {
    const { banyan } = await aShop(t);
    const nobody = await banyan('facts', 'backfill', 'auth');
    assert.equal(nobody.code, 2);
    assert.match(nobody.stderr, /who is to be told\?\n {2}hint: banyan facts backfill auth --for <consumer>/);
    const odd = await banyan('facts', 'backfill', 'auth', '--for', 'the reports');
    assert.equal(odd.code, 2);
    assert.match(odd.stderr, /'the reports' names no group/);
    const unknown = await banyan('facts', 'backfill', 'aut', '--for', 'reports');
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /there is no service 'aut' in the plan\n {2}hint: did you mean 'auth'\?/);
  });

  test('tells a consumer which rows a service has, once by one name, and begins its streams', async (t) => {
    const { banyan, fake, folder, api } = await aShop(t);
    const database = await (await testServer()).database('bank');
    const pool = createPool(database, { max: 1 });
    t.after(() => pool.end());
    await pool.query(`CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL, note text);
      INSERT INTO accounts SELECT i, i * 10 FROM generate_series(1, 3) AS i`);
    const facts = import.meta.resolve('../testing/account-streams.ts');
    const tables = [aTable('accounts', ['balance', 'note'])];
    writePlan(folder, api.port, { services: { bank: aService('bank', { database, facts, tables }) } });
    const retired = { stage: 'retired' as const, share: FULL_SHARE };
    fake.services.bank = {
      ...structuredClone(fake.services.auth!),
      service: 'bank',
      ...retired,
      target: retired,
    };
    for (let time = 0; time < 2; time++) {
      const { code, json, stderr } = await banyan('facts', 'backfill', 'bank', '--for', 'reports', '--json');
      assert.equal(code, 0, stderr);
      const told = { service: 'bank', consumer: 'reports', name: 'bank-for-reports' };
      assert.deepEqual(json(), { ...told, rows: 3, total: 3, facts: 3, complete: true });
    }
    assert.deepEqual((await banyan('facts', 'list', '--json')).json(), {
      backfills: [
        {
          service: 'bank',
          name: 'bank-for-reports',
          consumer: 'reports',
          asked: false,
          state: 'done',
          rows: 3,
          total: 3,
          facts: 3,
          handled: null,
          failure: null,
        },
      ],
    });
    await wantBackfill(pool, { name: 'bank-for-search', consumer: 'search' });
    await noteFailure(pool, 'bank-for-search', 'no key');
    assert.equal(
      (await banyan('facts', 'list', 'bank')).stdout,
      `bank  bank-for-reports  reports, by an operator    done, 3 of 3 rows, 3 facts
bank  bank-for-search   search, by its definition  waiting; the last try failed: no key
`,
    );
    const { stdout } = await banyan('facts', 'streams', 'bank');
    assert.equal(stdout, '3 rows looked at, 3 facts put into new streams\n');
    const { rows } = await pool.query(
      `SELECT message ->> 'type' AS type, message ->> 'recipient' AS recipient FROM banyan_events.outbox`,
    );
    assert.deepEqual(
      rows,
      [1, 2, 3].map(() => ({ type: 'AccountOpened', recipient: 'reports' })),
    );
    assert.equal((await pool.query('SELECT FROM banyan_events.events')).rowCount, 3);
  });

  test('is refused, and nothing is told, while nothing says what the rows of the service mean', async (t) => {
    const { banyan } = await aShop(t);
    const { code, json } = await banyan('facts', 'backfill', 'auth', '--for', 'reports', '--json');
    assert.equal(code, 4);
    assert.equal(json().error.code, 'no_facts');
    assert.match(json().error.hint, /facts: import\.meta\.resolve/);
  });
});
