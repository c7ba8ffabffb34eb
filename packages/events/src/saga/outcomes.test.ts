import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { Type } from 'typebox';
import { defineSaga } from './index.ts';
import { createSagas } from './sagas.ts';

const cycle: Record<string, unknown> = {};
cycle.self = cycle;
const caused: Error & { cause?: unknown } = new Error('caused by itself');
caused.cause = caused;

type Outcome = { act: () => unknown; state: 'COMPLETED' | 'FAILED'; message?: RegExp };
/** What an action may come to, and how its saga ends. */
const OUTCOMES: Record<string, Outcome> = {
  nothing: { act: () => undefined, state: 'COMPLETED' },
  date: { act: () => new Date(0), state: 'COMPLETED' },
  null: { act: () => Promise.reject(null), state: 'FAILED', message: /^null was thrown/ },
  frozen: {
    act: () => Promise.reject(Object.freeze(new Error('frozen'))),
    state: 'FAILED',
    message: /^frozen$/,
  },
  caused: { act: () => Promise.reject(caused), state: 'FAILED', message: /^caused by itself$/ },
  hang: { act: () => new Promise(() => {}), state: 'FAILED', message: /no outcome within 300 ms/ },
};

/** What DBOS can keep, and JSON cannot, in which the marks of transactions have their results. */
const NO_JSON: Record<string, Outcome> = {
  bigint: { act: () => ({ n: 1n }), state: 'FAILED', message: /BigInt/ },
  cycle: { act: () => cycle, state: 'FAILED', message: /circular/ },
};

const log = { debug() {}, warn() {}, error() {} };
const stated = {
  input: Type.Object({ outcome: Type.String() }),
  /** Compensations are tried once: whatever an action did may not stand in their way. */
  compensating: { for: 0 as const },
};
const timing = { retries: 0, timeout: 300 };
const compensation = async () => {};

describe('whatever an action comes to, its saga ends', () => {
  test('also with more hanging transactions than there are connections', async (t) => {
    const url = await (await testServer()).database('outcomes');
    const pool = createPool(url, { max: 3 });
    t.after(() => pool.end());
    const outcomeOf = async (name: string) => await { ...OUTCOMES, ...NO_JSON }[name]!.act();
    const elsewhere = defineSaga('elsewhere', {
      ...stated,
      steps: (saga) =>
        saga.step('act', { ...timing, action: ({ input }) => outcomeOf(input.outcome), compensation }),
    });
    const here = defineSaga('here', {
      ...stated,
      steps: (saga) =>
        saga.transaction('act', { ...timing, action: ({ input }) => outcomeOf(input.outcome), compensation }),
    });
    const sagas = await createSagas({
      service: 'shop',
      databaseUrl: url,
      pool,
      sagas: [elsewhere, here],
      log,
    });
    t.after(() => sagas.close());
    for (let n = 0; n < 4; n++) {
      const { ended } = await sagas.start('here', { outcome: 'hang' });
      assert.equal((await ended()).state, 'FAILED');
    }
    for (const name of ['elsewhere', 'here'] as const) {
      const outcomes = name === 'here' ? { ...OUTCOMES, ...NO_JSON } : OUTCOMES;
      for (const [outcome, { state, message }] of Object.entries(outcomes)) {
        const { ended } = await sagas.start(name, { outcome });
        const end = await ended();
        assert.equal(end.state, state, `${name} ${outcome}`);
        if (message) assert.match(end.failure!.message, message, `${name} ${outcome}`);
      }
    }
    assert.deepEqual(await sagas.list({ state: 'STUCK' }), []);
  });
});
