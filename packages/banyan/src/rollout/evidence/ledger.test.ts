import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { applyGatewaySchema, rollUp, toStored } from '@banyan/gateway';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import fc from 'fast-check';
import type pg from 'pg';
import { Ledger } from './ledger.ts';
import { sumTallies } from './tally.ts';

const START = Date.parse('2026-01-05T00:00:00Z');
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

async function database(t: TestContext): Promise<pg.Pool> {
  const server = await testServer();
  const pool = createPool(await server.database('control'), { max: 2 });
  t.after(() => pool.end());
  await applyGatewaySchema(pool);
  return pool;
}

/** As a worker writes what it has counted so far in the span of `at`. */
async function tell(pool: pg.Pool, at: number, worker: string, requests: number, version = 1) {
  const outcome = {
    route: 'GET /a',
    side: 'service',
    requests,
    failures: 0,
    rescued: 0,
    compared: 0,
  } as const;
  await pool.query(
    `INSERT INTO control.evidence (service, span_ms, starts, version, worker_id, outcomes) VALUES ('users', 2000, $1, $2, $3, $4)
     ON CONFLICT (span_ms, starts, service, version, worker_id) DO UPDATE
       SET outcomes = excluded.outcomes, told_at = clock_timestamp()`,
    [
      new Date(at - (at % 2_000)),
      version,
      worker,
      JSON.stringify([toStored({ ...outcome, mismatched: 0, latency: { '5': requests }, reasons: {} })]),
    ],
  );
}

async function seen(ledger: Ledger, now: number, version = 1) {
  await ledger.refresh(now);
  const requests = (window: 'short' | 'long') => {
    const total = ledger.total(['users'], window, version);
    const sides = [...ledger.sample('users', window, version).values()].flatMap((both) =>
      Object.values(both),
    );
    assert.deepEqual(total, sumTallies(sides));
    return total.requests;
  };
  return { short: requests('short'), long: requests('long') };
}

const move = fc.oneof(
  fc.record({
    do: fc.constant('tell' as const),
    worker: fc.constantFrom('one', 'two'),
    requests: fc.integer({ min: 1, max: 9 }),
    version: fc.constantFrom(1, 2),
    late: fc.constantFrom(0, 0, 2 * SECOND, 2 * MINUTE),
  }),
  fc.record({ do: fc.constant('rollUp' as const) }),
  fc.record({ do: fc.constant('look' as const) }),
);

test('what is kept in memory is what the database holds, whatever is rolled up or told late between looks', async (t) => {
  const pool = await database(t);
  const moves = fc.array(fc.tuple(move, fc.integer({ min: 1, max: 40 })), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(moves, async (all) => {
      await pool.query('TRUNCATE control.evidence');
      const ledger = new Ledger(pool);
      let now = START + HOUR;
      const agrees = async () => {
        for (const version of [1, 2])
          assert.deepEqual(await seen(ledger, now, version), await seen(new Ledger(pool), now, version));
      };
      for (const [one, seconds] of all) {
        if (one.do === 'tell') await tell(pool, now - one.late, one.worker, one.requests, one.version);
        else if (one.do === 'rollUp') await rollUp(pool, now);
        else await agrees();
        now += seconds * SECOND;
      }
      await agrees();
    }),
    { numRuns: 30 },
  );
});

test('a controller that stood still, and one whose clock is turned back, know what was rolled up meanwhile', async (t) => {
  const pool = await database(t);
  const ledger = new Ledger(pool);
  await tell(pool, START, 'one', 1);
  assert.deepEqual(await seen(ledger, START + 2 * SECOND), { short: 1, long: 1 });
  for (let minute = 1; minute < 30; minute++) await tell(pool, START + minute * MINUTE, 'one', 1);
  while (!(await rollUp(pool, START + 30 * MINUTE))) {}
  assert.deepEqual(await seen(ledger, START + 30 * MINUTE), { short: 0, long: 30 });
  assert.deepEqual(await seen(ledger, START + 80 * MINUTE), { short: 0, long: 10 });
  assert.deepEqual(await seen(ledger, START + 40 * MINUTE), { short: 0, long: 30 });
});
