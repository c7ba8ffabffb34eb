import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPool, withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { Type } from 'typebox';
import { defineSaga } from './define.ts';
import { SagasOnDemand } from './on-demand.ts';
import { createSagas } from './sagas.ts';

const silent = { debug() {}, warn() {}, error() {} };
const service = 'seldom';

test('sagas are run from the first that is started, and by whoever finds one that another process has left', async (t) => {
  const databaseUrl = await (await testServer()).database('on_demand');
  const pool = createPool(databaseUrl);
  t.after(() => pool.end());
  await pool.query('CREATE TABLE done (what text NOT NULL)');
  const gate = Promise.withResolvers<void>();
  let open = false;
  const work = defineSaga('work', {
    input: Type.Object({ what: Type.String() }),
    steps: (saga) =>
      saga
        .step('wait', { action: async () => (open ? undefined : await gate.promise), retryDelay: 1 })
        .transaction('do', {
          action: async ({ input }, { tx }) =>
            void (await tx.query('INSERT INTO done VALUES ($1)', [input.what])),
        }),
  });
  let runs = 0;
  const onDemand = () =>
    new SagasOnDemand({
      pool,
      service,
      sagas: [work],
      lookMs: 10,
      onError: (error) => assert.fail(error),
      run: async () => {
        runs++;
        return await createSagas({
          service,
          databaseUrl,
          pool,
          sagas: [work],
          log: silent,
          graceMs: 1,
          pollMs: 20,
        });
      },
    });
  const done = async () => (await pool.query('SELECT what FROM done')).rows.map(({ what }) => what);

  const first = onDemand();
  first.open();
  await assert.rejects(
    withTransaction(pool, (tx) => first.sagas.start('work', { what: 'in vain' }, { tx })),
    /in a transaction/,
  );
  assert.equal(runs, 0);
  await first.sagas.start('work', { what: 'left' }, { id: 'work-1' });
  assert.equal(runs, 1);
  await first.sagas.close();
  assert.deepEqual(await done(), []);

  open = true;
  gate.resolve();
  const next = onDemand();
  next.open();
  t.after(() => next.sagas.close());
  while ((await done()).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(await done(), ['left']);
  assert.equal(runs, 2);
});

test('sagas that start on events are not run on demand', () => {
  const eventful = defineSaga('eventful', {
    input: Type.Object({}),
    startOn: { event: 'Happened', input: () => ({}) },
    steps: (saga) => saga.step('one', { action: async () => {} }),
  });
  const never = () => assert.fail('runs');
  assert.throws(
    () => new SagasOnDemand({ pool: {} as never, service, sagas: [eventful], run: never, onError: never }),
    /starts on an event/,
  );
});
