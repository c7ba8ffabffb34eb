import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { resolvePlan } from '@banyan/plan';
import { aPlan } from '@banyan/plan/testing';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import type { TableVerdict } from '@banyan/replication';
import pino from 'pino';
import { read } from '../control/store/reading.ts';
import * as store from '../control/store/store.ts';
import * as verifications from '../control/store/verifications.ts';
import { Verifier, type VerifierOptions } from './verifier.ts';

const EQUAL = { rows: 3, missingInNew: 0, missingInLegacy: 0, inconsistent: 0, sample: [] };
const verdict = (change: Partial<TableVerdict> = {}) => ({ ...EQUAL, ...change }) as TableVerdict;

/** A verifier over a real control database, whose comparisons are said by the test. */
async function aVerifier(t: TestContext, change: Partial<VerifierOptions>) {
  const server = await testServer();
  const pool = createPool(await server.database('control'), { max: 3 });
  await store.applyControlSchema(pool);
  const service = resolvePlan(aPlan()).services.users!;
  const options: VerifierOptions = {
    service,
    pool,
    log: pino({ level: 'silent' }),
    maxAgeSeconds: 3_600,
    ready: () => true,
    verifyTable: async () => verdict(),
    repairRows: async (_mapping, keys) => keys.length,
    missed: async () => async () => {},
    ...change,
  };
  const verifier = new Verifier(options);
  t.after(async () => {
    await verifier.stop();
    await pool.end();
  });
  const ended = async (id: number) => {
    for (;;) {
      const run = (await verifications.readVerification(pool, id))!;
      if (run.state === 'done' || run.state === 'failed') return run;
      await delay(10, undefined, { signal: t.signal });
    }
  };
  const another = () => new Verifier(options);
  return { pool, verifier, another, ended, verdicts: () => read(pool, verifications.VERDICTS) };
}

test('nothing is compared before all links stream', async (t) => {
  let streams = false;
  let asked = 0;
  const compared: boolean[] = [];
  const { pool, verifier, ended } = await aVerifier(t, {
    ready: () => {
      asked++;
      return streams;
    },
    verifyTable: async () => {
      compared.push(streams);
      return verdict();
    },
  });
  const id = await verifications.queueVerification(pool, 'users', false);
  verifier.start();
  while (asked < 3) await delay(10);
  streams = true;
  assert.equal((await ended(id)).state, 'done');
  assert.ok(compared.length > 0 && compared.every(Boolean));
});

test('rows that differ are sent again as they are found, and once more as long as they get fewer', async (t) => {
  // The second of two rows waits for a unique value of the first; a third can never be sent.
  const left = [3, 2, 1, 1];
  const sent: number[] = [];
  const { pool, verifier, ended, verdicts } = await aVerifier(t, {
    verifyTable: async (_mapping, { onDiffering }) => {
      const inconsistent = left.shift() ?? 1;
      await onDiffering?.(Array.from({ length: inconsistent }, (_, id) => ({ id: String(id) })));
      return verdict({ inconsistent });
    },
    repairRows: async (_mapping, keys) => {
      sent.push(keys.length);
      return keys.length;
    },
  });
  const id = await verifications.queueVerification(pool, 'users', true);
  verifier.start();
  const run = await ended(id);
  assert.deepEqual([run.state, run.repaired, sent], ['done', 7, [3, 2, 1, 1]]);
  assert.equal(run.tables[0]!.verdict, 'INCONSISTENT');
  assert.equal((await verdicts())[0]!.inconsistent, 1);
});

test('without a wish for repair nothing is sent', async (t) => {
  const { pool, verifier, ended } = await aVerifier(t, {
    verifyTable: async (_mapping, { onDiffering }) => {
      assert.equal(onDiffering, undefined);
      return verdict({ missingInNew: 2 });
    },
    repairRows: async () => assert.fail('a row was sent'),
  });
  const id = await verifications.queueVerification(pool, 'users', false);
  verifier.start();
  const run = await ended(id);
  assert.deepEqual([run.state, run.repaired, run.tables[0]!.verdict], ['done', 0, 'MISSING_IN_NEW']);
});

test('what a link had missed is forgiven only when all rows were found equal', async (t) => {
  let differs = true;
  let forgiven = 0;
  const { pool, verifier, ended } = await aVerifier(t, {
    verifyTable: async () => verdict({ missingInLegacy: differs ? 1 : 0 }),
    missed: async () => async () => {
      forgiven++;
    },
  });
  const first = await verifications.queueVerification(pool, 'users', false);
  verifier.start();
  await ended(first);
  assert.equal(forgiven, 0);
  differs = false;
  await ended(await verifications.queueVerification(pool, 'users', false));
  assert.ok(forgiven > 0);
});

test('a run that fails says why, and the next one is taken', async (t) => {
  let broken = true;
  const { pool, verifier, ended } = await aVerifier(t, {
    verifyTable: async () => {
      if (broken) throw new Error('permission denied for table users');
      return verdict();
    },
  });
  const failing = await verifications.queueVerification(pool, 'users', false);
  verifier.start();
  const run = await ended(failing);
  assert.deepEqual([run.state, run.error], ['failed', 'permission denied for table users']);
  broken = false;
  assert.equal((await ended(await verifications.queueVerification(pool, 'users', false))).state, 'done');
});

test('a run that is broken off, as by a restart, says nothing and is taken up again by the next life', async (t) => {
  const begun = Promise.withResolvers<void>();
  let lives = 0;
  const { pool, verifier, another, ended, verdicts } = await aVerifier(t, {
    verifyTable: async (_mapping, { signal }) => {
      if (++lives > 1) return verdict();
      begun.resolve();
      await delay(60_000, undefined, { signal }).catch(() => {});
      return verdict({ missingInNew: 99 });
    },
  });
  const id = await verifications.queueVerification(pool, 'users', false);
  verifier.start();
  await begun.promise;
  await verifier.stop();
  assert.deepEqual(
    [(await verifications.readVerification(pool, id))!.state, await verdicts()],
    ['running', []],
  );
  const next = another();
  next.start();
  t.after(() => next.stop());
  const run = await ended(id);
  assert.deepEqual([run.state, run.tables[0]!.verdict], ['done', 'CONSISTENT']);
});
