import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isServiceSide } from '@banyan/cohort';
import type { Envelope } from '@banyan/events/machinery';
import { type Link, repair } from '@banyan/replication';
import fc from 'fast-check';
import type pg from 'pg';
import { KEYS, streamBackHere, streamHere, type World, world } from '../testing/facts-world.ts';

const LIMIT = { timeout: 300_000 };
const HALF = 5_000;
const BARRIER = { timeoutMs: 60_000 };
const [OURS, THEIRS] = [true, false].map(
  (side) =>
    Array.from({ length: KEYS }, (_, at) => at + 1).find(
      (id) => isServiceSide(HALF, 'bank', `${id}`) === side,
    )!,
) as [number, number];

/** What was told, in its order. */
async function told(service: pg.Pool): Promise<Envelope[]> {
  const { rows } = await service.query('SELECT message FROM banyan_events.outbox ORDER BY seq');
  return rows.map(({ message }) => message);
}

const balances = (messages: Envelope[]) => messages.map(({ type, data }) => [type, data.id, data.balance]);

/** Both links with half of the keys at the service. */
async function bothLinks(at: World): Promise<{ forward: Link; reverse: Link }> {
  const forward = await streamHere(at);
  const reverse = await streamBackHere(at);
  await forward.barrier({ ...BARRIER, lock: true, hold: true });
  await reverse.barrier({ ...BARRIER, hold: true, marks: 'own' });
  for (const link of [forward, reverse]) link.release(HALF);
  return { forward, reverse };
}

async function atRest(links: readonly Link[]): Promise<void> {
  for (let still = 0; still < 2; ) {
    for (const link of [...links, ...links]) await link.barrier(BARRIER);
    const open = await Promise.all(links.map((link) => link.repairs()));
    still = open.every((each) => each.open === 0) ? still + 1 : 0;
    await delay(5);
  }
}

describe('a change becomes a fact only if it is the owner’s and happened', () => {
  it(
    'what is refused as a conflict is not told, nor is the owner’s row that is sent again',
    LIMIT,
    async (t) => {
      const at = await world(t, 'bank');
      const { forward, reverse } = await bothLinks(at);
      // The service's row, written by the monolith; the service's own change is its own to tell.
      await at.legacy.query('UPDATE accounts SET balance = 13 WHERE id = $1', [OURS]);
      await at.service.query('UPDATE accounts SET balance = 2 WHERE id = $1', [OURS]);
      // The monolith's row, written by the service, and by its owner after it.
      await at.service.query('UPDATE accounts SET balance = 17 WHERE id = $1', [THEIRS]);
      await atRest([forward, reverse]);
      await at.legacy.query('UPDATE accounts SET balance = 3 WHERE id = $1', [THEIRS]);
      await atRest([forward, reverse]);
      const conflicts = await Promise.all(
        [at.legacy, at.service].map((db) => db.query('SELECT FROM banyan.conflicts')),
      );
      assert.ok(conflicts.every(({ rowCount }) => rowCount! > 0));
      for (const db of [at.legacy, at.service]) {
        const sql = 'SELECT id, balance FROM accounts WHERE id IN ($1, $2)';
        const rows = new Map(
          (await db.query(sql, [OURS, THEIRS])).rows.map(({ id, balance }) => [id, balance]),
        );
        assert.deepEqual([rows.get(OURS), rows.get(THEIRS)], [2, 3]);
      }
      assert.deepEqual(balances(await told(at.service)), [['BalanceChanged', THEIRS, 3]]);
    },
  );

  it('a repair says what is, and is not told', LIMIT, async (t) => {
    const at = await world(t, 'bank');
    const link = await streamHere(at);
    await at.service.query('UPDATE accounts SET balance = 99 WHERE id = 1');
    await at.service.query('DELETE FROM accounts WHERE id = 2');
    const urls = { legacy: at.forward.source, service: at.forward.target };
    const [mapping] = at.forward.tables;
    const keys = [{ id: '1' }, { id: '2' }];
    const sent = await repair({
      ...urls,
      serviceName: 'bank',
      mapping: mapping!,
      share: 0,
      salt: 'bank',
      keys,
    });
    assert.equal(sent, 2);
    await atRest([link]);
    const { rows } = await at.service.query('SELECT id, balance FROM accounts WHERE id <= 2 ORDER BY id');
    assert.deepEqual(rows, [
      { id: 1, balance: 0 },
      { id: 2, balance: 0 },
    ]);
    assert.deepEqual(await told(at.service), []);
  });

  it(
    'a TRUNCATE that the plan lets through is not told; what the same transaction writes after it is',
    LIMIT,
    async (t) => {
      const at = await world(t, 'bank');
      const tables = at.forward.tables.map((mapping) => ({ ...mapping, onTruncate: 'replicate' as const }));
      const link = await streamHere({ ...at, forward: { ...at.forward, tables } });
      await at.legacy.query('TRUNCATE accounts');
      await at.legacy.query('BEGIN; TRUNCATE accounts; INSERT INTO accounts VALUES (1, 4); COMMIT');
      await link.barrier(BARRIER);
      assert.deepEqual(balances(await told(at.service)), [['AccountOpened', 1, 4]]);
      assert.deepEqual((await at.service.query('SELECT count(*)::int AS n FROM accounts')).rows, [{ n: 1 }]);
    },
  );
});

describe('transactions that are applied together', () => {
  /** What a transaction does, one after another; `key`: of few, so that they meet. */
  const change = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        does: fc.constant('set' as const),
        key: fc.integer({ min: 1, max: KEYS }),
        to: fc.nat({ max: 9 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        does: fc.constant('drop' as const),
        key: fc.integer({ min: 1, max: KEYS }),
        to: fc.constant(0),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        does: fc.constant('move' as const),
        key: fc.integer({ min: 1, max: KEYS }),
        to: fc.nat({ max: 9 }),
      }),
    },
  );
  const SEED = Number(process.env.SEED ?? 1);
  const TRANSACTIONS = 400;

  it('are told as if each had been applied alone, in the order of their commits', LIMIT, async (t) => {
    const at = await world(t, 'bank');
    const link = await streamHere(at);
    link.hold();
    const rows = new Map(Array.from({ length: KEYS }, (_, n) => [n + 1, 0]));
    const expected: [type: string, id: number, balance: number | undefined][] = [];
    let fresh = KEYS;
    const all = fc.sample(fc.array(change, { minLength: 1, maxLength: 3 }), {
      numRuns: TRANSACTIONS,
      seed: SEED,
    });
    for (const changes of all) {
      // One row each: what several changes of one row in one transaction come to has a test of its own.
      const own = [...new Map(changes.map((each) => [each.key, each])).values()];
      const statements = own.map(({ does, key, to }) => {
        const balance = rows.get(key);
        if (does === 'move' && balance !== undefined) {
          rows.delete(key);
          rows.set(++fresh, balance + 1);
          expected.push(['BalanceChanged', fresh, balance + 1]);
          return `UPDATE accounts SET id = ${fresh}, balance = balance + 1 WHERE id = ${key}`;
        }
        if (does === 'drop') {
          if (rows.delete(key)) expected.push(['AccountClosed', key, undefined]);
          return `DELETE FROM accounts WHERE id = ${key}`;
        }
        rows.set(key, to);
        if (balance !== to)
          expected.push([balance === undefined ? 'AccountOpened' : 'BalanceChanged', key, to]);
        return `INSERT INTO accounts VALUES (${key}, ${to}) ON CONFLICT (id) DO UPDATE SET balance = ${to}`;
      });
      await at.legacy.query(`BEGIN; ${statements.join('; ')}; COMMIT`);
    }
    link.release(0);
    await link.barrier(BARRIER);
    assert.deepEqual(balances(await told(at.service)), expected);
    const { rows: counted } = await at.service.query(
      `SELECT count(DISTINCT xid)::int AS here, count(DISTINCT message ->> 'correlationid')::int AS there FROM banyan_events.outbox`,
    );
    assert.ok(counted[0].here < counted[0].there, `${counted[0].there} transactions in ${counted[0].here}`);
    assert.equal((await at.service.query('SELECT FROM banyan.conflicts')).rowCount, 0);
  });
});

describe('a transaction too large to be held as a whole', () => {
  /** Parts of 100 rows. */
  const inParts = (at: World) => ({ ...at, forward: { ...at.forward, batchRows: 20 } });
  const FEE = `SELECT pg_logical_emit_message(true, 'banyan.facts', '{"reason":"fee"}')`;

  it('is told once, with one reason and one correlation, part by part', LIMIT, async (t) => {
    const at = await world(t, 'bank');
    const link = await streamHere(inParts(at));
    await at.legacy.query(`BEGIN; ${FEE}; UPDATE accounts SET balance = 1; COMMIT`);
    await link.barrier(BARRIER);
    const messages = await told(at.service);
    assert.deepEqual(new Set(messages.map(({ data }) => data.id)).size, KEYS);
    assert.equal(messages.length, KEYS);
    assert.deepEqual(
      [...new Set(messages.map(({ reason, correlationid }) => `${reason} ${correlationid}`))].length,
      1,
    );
    assert.equal(messages[0]!.reason, 'fee');
  });

  it('is told once too if it has to be begun again, row by row', LIMIT, async (t) => {
    const at = await world(t, 'bank');
    const link = await streamHere(inParts(at));
    // What the last part finds missing rolls all parts back.
    await at.service.query('DELETE FROM accounts WHERE id = $1', [KEYS]);
    await at.legacy.query(`BEGIN; ${FEE}; UPDATE accounts SET balance = 1; COMMIT`);
    await atRest([link]);
    assert.equal((await at.service.query('SELECT FROM banyan.conflicts')).rowCount, 1);
    const messages = await told(at.service);
    assert.deepEqual(
      messages.map(({ data }) => data.id as number).sort((a, b) => a - b),
      Array.from({ length: KEYS - 1 }, (_, index) => index + 1),
    );
    assert.deepEqual((await at.service.query('SELECT FROM accounts WHERE balance <> 1')).rowCount, 0);
  });

  it('is told as each part leaves a row, where several parts change it', LIMIT, async (t) => {
    const at = await world(t, 'bank');
    const link = await streamHere(inParts(at));
    await at.legacy.query('BEGIN; UPDATE accounts SET balance = 1; UPDATE accounts SET balance = 2; COMMIT');
    await link.barrier(BARRIER);
    const ofFirst = (await told(at.service)).filter(({ data }) => data.id === 1);
    assert.deepEqual(balances(ofFirst), [
      ['BalanceChanged', 1, 1],
      ['BalanceChanged', 1, 2],
    ]);
  });

  it('is kept silent as a whole', LIMIT, async (t) => {
    const at = await world(t, 'bank');
    const link = await streamHere(inParts(at));
    await at.legacy.query(`
      BEGIN; SELECT pg_logical_emit_message(true, 'banyan.facts', '{"silent":true}');
      UPDATE accounts SET balance = 1; COMMIT`);
    await link.barrier(BARRIER);
    assert.deepEqual(await told(at.service), []);
    const { rows } = await at.service.query(
      'SELECT changes::int, facts::int, silent::int FROM banyan_events.replicated_facts',
    );
    assert.deepEqual(rows, [{ changes: KEYS, facts: 0, silent: KEYS }]);
  });
});
