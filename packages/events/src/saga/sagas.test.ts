import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createPool, withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import type pg from 'pg';
import { Registry } from 'prom-client';
import { Type } from 'typebox';
import type { Envelope } from '../envelope.ts';
import { createApplication, type Services } from './fixtures/create-application.ts';
import { createSagas, defineSaga, openSagaOperator, Refused, type SagaStatus, type Sagas } from './index.ts';

const silent = { debug() {}, warn() {}, error() {} };
const quick = { retryDelay: 1, timeout: 5_000 };

/** What the sagas of this file do, by saga id; each function may fail as a test wishes. */
const calls: string[] = [];
const behaviour = new Map<string, (attempt: number) => unknown>();
const did = async (what: string, attempt = 1): Promise<unknown> => {
  calls.push(`${what}#${attempt}`);
  return await behaviour.get(what)?.(attempt);
};
const callsOf = (id: string) =>
  calls.filter((each) => each.startsWith(`${id}:`)).map((each) => each.slice(id.length + 1));

const services: Services = {
  users: { validate: async (userId) => ({ valid: userId > 0 }) },
  jobs: { validate: async () => ({ valid: true }) },
  applications: {
    create: async (input, key) => {
      await did(key);
      return { applicationId: input.jobId * 10 };
    },
    remove: async (applicationId, undoes, key) => {
      assert.equal(key, `${undoes}:undo`);
      await did(`${key}(${applicationId})`);
    },
  },
  notifications: { send: async (_userId, _applicationId, key) => void (await did(key)) },
};

const order = defineSaga('order', {
  input: Type.Object({ what: Type.String() }),
  compensating: { for: 0 },
  startOn: { event: 'OrderPlaced', input: (message) => ({ what: String(message.data.what) }) },
  steps: (saga) =>
    saga
      .step('reserve', {
        ...quick,
        action: async ({ input }, call) => {
          await did(call.idempotencyKey, call.attempt);
          return `reserved ${input.what}`;
        },
        compensation: async ({ results }, call) =>
          void (await did(call.idempotencyKey, results.reserve ? 1 : 0)),
      })
      .step('charge', {
        ...quick,
        timeout: 50,
        action: async ({ results }, call) => {
          assert.match(results.reserve, /^reserved /);
          await did(call.idempotencyKey, call.attempt);
        },
        compensation: async (_ctx, call) => void (await did(call.idempotencyKey, call.attempt)),
      })
      .step('ship', {
        ...quick,
        retries: 1,
        action: async (_ctx, call) => void (await did(call.idempotencyKey, call.attempt)),
      }),
});

const approval = defineSaga('approval', {
  input: Type.Object({}),
  signals: { approved: Type.Object({ by: Type.String() }) },
  steps: (saga) =>
    saga
      .step('ask', {
        action: async (_ctx, call) => void (await did(call.idempotencyKey)),
        compensation: async (_ctx, call) => void (await did(call.idempotencyKey)),
      })
      .wait('answer', {
        until: async (ctx) => {
          const answer = await ctx.signal('approved', { timeout: 'P3D' });
          if (answer?.by === 'nobody') throw new Refused('nobody may');
          await ctx.sleep(1);
          return answer;
        },
      }),
});

// Long enough for a busy machine to begin: what must run out is the wait.
const impatient = defineSaga('impatient', {
  input: Type.Object({}),
  deadline: 2_000,
  signals: { go: Type.Object({}) },
  steps: (saga) =>
    saga
      .step('begin', {
        action: async () => {},
        compensation: async (_ctx, call) => void (await did(call.idempotencyKey)),
      })
      .wait('wait', { until: (ctx) => ctx.signal('go') }),
});

const reminder = defineSaga('reminder', {
  input: Type.Object({}),
  signals: { seen: Type.Object({}) },
  steps: (saga) =>
    saga.wait('seen', {
      until: async (ctx) => (await ctx.signal('seen', { timeout: 'PT0.05S' })) ?? 'in vain',
    }),
});

/** Its compensation is tried for long, with pauses that no test waits for. */
const patient = defineSaga('patient', {
  input: Type.Object({}),
  compensating: { longestPause: 'PT1H' },
  steps: (saga) =>
    saga
      .step('book', {
        ...quick,
        retryDelay: 'PT1H',
        action: async () => {},
        compensation: async (_ctx, call) => void (await did(call.idempotencyKey, call.attempt)),
      })
      .step('pay', {
        retryDelay: 'PT1H',
        action: async (_ctx, call) => void (await did(call.idempotencyKey, call.attempt)),
      }),
});

/** Its compensation is tried until it succeeds. */
const stubborn = defineSaga('stubborn', {
  input: Type.Object({}),
  compensating: { longestPause: 5 },
  steps: (saga) =>
    saga
      .step('book', {
        ...quick,
        action: async () => {},
        compensation: async (_ctx, call) => void (await did(call.idempotencyKey, call.attempt)),
      })
      .step('pay', { action: async () => Promise.reject(new Refused('no money')) }),
});

const all = [createApplication(services), order, approval, impatient, reminder, patient, stubborn];

let url: string;
let pool: pg.Pool;
let sagas: Sagas<(typeof all)[number]>;
const metrics = new Registry();
const start = () =>
  createSagas({
    service: 'shop',
    databaseUrl: url,
    pool,
    sagas: all,
    log: silent,
    metrics,
    pollMs: 20,
    leaseMs: 1_000,
  });

async function until(id: string, holds: (status: SagaStatus) => boolean): Promise<SagaStatus> {
  for (;;) {
    const status = await sagas.status(id);
    if (holds(status)) return status;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function applicationsOf(userId: number): Promise<number | undefined> {
  const { rows } = await pool.query('SELECT applications FROM user_stats WHERE user_id = $1', [userId]);
  return rows[0]?.applications;
}

// Hooks of the file itself would run after the server is gone.
describe('sagas', () => {
  before(async () => {
    url = await (await testServer()).database('sagas');
    pool = createPool(url);
    await pool.query('CREATE TABLE user_stats (user_id int PRIMARY KEY, applications int NOT NULL)');
    sagas = await start();
  });
  after(async () => {
    await sagas.close();
    await pool.end();
  });

  describe('a saga', () => {
    test('what PostgreSQL cannot hold is refused as input and signal, and in the text of an error breaks no list', async () => {
      for (const what of ['a\0b', 'half \ud83d']) {
        await assert.rejects(sagas.start('order', { what }), {
          code: 'SAGA_INPUT',
          problem: { status: 422 },
        });
      }
      const id = 'order-nul';
      const thrown = new Error('a\0b\ud800c', { cause: new Error('\0') });
      behaviour.set(`${id}:reserve`, () => {
        throw Object.assign(thrown, { permanent: true });
      });
      const { ended } = await sagas.start('order', { what: 'x' }, { id });
      assert.equal((await ended()).state, 'FAILED');
      const { failure } = await sagas.status(id);
      assert.equal(failure?.message.replaceAll(/[^abc]/g, ''), 'abc');
      assert.ok((await sagas.list()).some((each) => each.id === id));
      assert.equal((await sagas.show(id)).steps[0]?.outcome, 'failed');
    });

    test('does its steps in order and gives later ones the results of earlier ones', async () => {
      const { id, ended } = await sagas.start('create_application', { userId: 1, jobId: 2 }, { id: 'app-1' });
      assert.equal(id, 'app-1');
      const { state, results } = await ended();
      assert.equal(state, 'COMPLETED');
      assert.deepEqual(results.create_application, { applicationId: 20 });
      assert.deepEqual(callsOf('app-1'), ['create_application#1', 'send_notifications#1']);
      assert.equal(await applicationsOf(1), 1);
      const status = await sagas.status('app-1');
      assert.deepEqual(
        [status.state, status.saga, status.version, status.service, status.failure, status.orphaned],
        ['COMPLETED', 'create_application', 1, 'shop', null, false],
      );
    });

    test('compensates what was done, the last step first, when a step fails at every attempt', async () => {
      behaviour.set('app-2:send_notifications', () => {
        throw new Error('mail server is down');
      });
      const { ended } = await sagas.start('create_application', { userId: 2, jobId: 3 }, { id: 'app-2' });
      const { state, failure } = await ended();
      assert.deepEqual(
        [state, failure],
        ['FAILED', { step: 'send_notifications', message: 'mail server is down' }],
      );
      assert.deepEqual(callsOf('app-2'), [
        'create_application#1',
        ...Array(4).fill('send_notifications#1'),
        'create_application:undo(30)#1',
      ]);
      assert.equal(await applicationsOf(2), 0);
      const shown = await sagas.show('app-2');
      assert.equal(shown.state, 'FAILED');
      assert.deepEqual(
        shown.steps.map(({ step, what, outcome, attempts }) => [step, what, outcome, attempts]),
        [
          ['validate_user', 'action', 'done', 1],
          ['validate_job', 'action', 'done', 1],
          ['create_application', 'action', 'done', 1],
          ['update_user_stats', 'action', 'done', 1],
          ['send_notifications', 'action', 'failed', 4],
          ['update_user_stats', 'compensation', 'done', 1],
          ['create_application', 'compensation', 'done', 1],
        ],
      );
      assert.equal(shown.steps[4]!.failed[3]!.message, 'mail server is down');
    });

    test('does not try again what was refused, and has nothing to compensate of it', async () => {
      const { ended } = await sagas.start('create_application', { userId: -1, jobId: 3 }, { id: 'app-3' });
      assert.deepEqual((await ended()).failure, { step: 'validate_user', message: 'invalid user' });
      assert.deepEqual(callsOf('app-3'), []);
      assert.equal((await sagas.show('app-3')).steps[0]!.attempts, 1);
    });

    test('keeps on record what failed before an attempt that succeeded', async () => {
      behaviour.set('order-1:charge', (attempt) => {
        if (attempt < 3) throw new Error(`no line ${attempt}`);
      });
      const { ended } = await sagas.start('order', { what: 'tea' }, { id: 'order-1' });
      assert.equal((await ended()).state, 'COMPLETED');
      const charge = (await sagas.show('order-1')).steps[1]!;
      assert.equal(charge.attempts, 3);
      assert.deepEqual(
        charge.failed.map(({ kind, message }) => [kind, message]),
        [
          ['error', 'no line 1'],
          ['error', 'no line 2'],
        ],
      );
    });

    test('compensates a step whose outcome nobody knows too', async () => {
      behaviour.set('order-2:charge', () => new Promise(() => {}));
      const { ended } = await sagas.start('order', { what: 'tea' }, { id: 'order-2' });
      assert.match((await ended()).failure!.message, /no outcome within 50 ms/);
      assert.deepEqual(callsOf('order-2').slice(-2), ['charge:undo#1', 'reserve:undo#1']);
    });

    test('begins once however often it is started with one id', async () => {
      const started = await Promise.all(
        Array.from({ length: 5 }, () => sagas.start('order', { what: 'tea' }, { id: 'order-3' })),
      );
      await Promise.all(started.map(({ ended }) => ended()));
      assert.deepEqual(callsOf('order-3'), ['reserve#1', 'charge#1', 'ship#1']);
      await assert.rejects(sagas.start('approval', {}, { id: 'order-3' }), { code: 'SAGA_ID_TAKEN' });
    });

    test('started in a transaction begins if that commits, and only then', async () => {
      await assert.rejects(
        withTransaction(pool, async (tx) => {
          await sagas.start('order', { what: 'tea' }, { id: 'order-4', tx });
          throw new Error('changed my mind');
        }),
        /changed my mind/,
      );
      await assert.rejects(sagas.status('order-4'), { code: 'SAGA_NOT_FOUND' });
      const { ended } = await withTransaction(pool, (tx) =>
        sagas.start('order', { what: 'tea' }, { id: 'order-5', tx }),
      );
      assert.equal((await ended()).state, 'COMPLETED');
    });

    test('started by an event begins once however often the event comes', async () => {
      const message = {
        id: 'event-1',
        type: 'OrderPlaced',
        correlationid: 'c-1',
        data: { what: 'rice' },
      } as unknown as Envelope;
      assert.deepEqual(sagas.startsOn, ['OrderPlaced']);
      for (const _ of [1, 2]) await withTransaction(pool, (tx) => sagas.startFrom(message, tx));
      await sagas.startFrom(message);
      const status = await until('order:event-1', ({ state }) => state === 'COMPLETED');
      assert.equal(status.correlationId, 'c-1');
      assert.deepEqual(callsOf('order:event-1'), ['reserve#1', 'charge#1', 'ship#1']);
    });

    test('refuses input, signals and names that are not stated', async () => {
      await assert.rejects(sagas.start('order', { what: 7 } as never), { code: 'SAGA_INPUT' });
      await assert.rejects(sagas.start('nothing' as never, {} as never), { code: 'SAGA_UNKNOWN' });
      await assert.rejects(sagas.signal('order-1', 'go', {}), { code: 'SAGA_INPUT' });
      await assert.rejects(
        createSagas({ service: 'other', databaseUrl: url, pool, sagas: [order], log: silent }),
        {
          code: 'SAGA_PROCESS_TAKEN',
          message: /shop does, other wants to/,
        },
      );
    });
  });

  describe('a saga that waits', () => {
    test('goes on with the signal that it waits for, over a restart of its process', async () => {
      await sagas.start('approval', {}, { id: 'approval-1' });
      await until('approval-1', ({ state }) => state === 'RUNNING');
      for (;;) if ((await sagas.show('approval-1')).waitsFor) break;
      const { waitsFor } = await sagas.show('approval-1');
      assert.deepEqual([waitsFor?.step, waitsFor?.signal], ['answer', 'approved']);
      await sagas.close();
      sagas = await start();
      await sagas.signal('approval-1', 'approved', { by: 'ann' });
      await until('approval-1', ({ state }) => state === 'COMPLETED');
      assert.deepEqual((await sagas.show('approval-1')).steps[1]!.result, { by: 'ann' });
      assert.deepEqual(callsOf('approval-1'), ['ask#1']);
      await assert.rejects(sagas.signal('approval-1', 'approved', { by: 'ann' }), { code: 'SAGA_OVER' });
    });

    test('takes a signal that came before it waits, and one with the same key once', async () => {
      let go = () => {};
      behaviour.set(
        'approval-2:ask',
        () =>
          new Promise<void>((resolve) => {
            go = resolve;
          }),
      );
      await sagas.start('approval', {}, { id: 'approval-2' });
      await sagas.signal('approval-2', 'approved', { by: 'nobody' }, { key: '1' });
      await sagas.signal('approval-2', 'approved', { by: 'nobody' }, { key: '1' });
      while (callsOf('approval-2').length === 0) await new Promise(setImmediate);
      go();
      const { failure } = await until('approval-2', ({ state }) => state === 'FAILED');
      assert.deepEqual(failure, { step: 'answer', message: 'nobody may' });
      assert.deepEqual(callsOf('approval-2'), ['ask#1', 'ask:undo#1']);
      const { rows } = await pool.query(
        "SELECT count(*)::int AS n FROM banyan_sagas.notifications WHERE destination_uuid = 'approval-2'",
      );
      assert.equal(rows[0].n, 1);
    });

    test('goes on without an answer when its time is over', async () => {
      const { ended } = await sagas.start('reminder', {});
      assert.deepEqual((await ended()).results, { seen: 'in vain' });
    });

    test('fails when the deadline passes', async () => {
      const { id, ended } = await sagas.start('impatient', {});
      assert.deepEqual((await ended()).failure, { step: 'wait', message: "the saga's deadline has passed" });
      assert.deepEqual(callsOf(id), ['begin:undo#1']);
    });
  });

  describe('a saga whose compensation fails', () => {
    async function stuck(id: string) {
      behaviour.set(`${id}:ship`, () => {
        throw new Error('no lorry');
      });
      behaviour.set(`${id}:charge:undo`, () => {
        throw new Error('bank is closed');
      });
      await sagas.start('order', { what: 'tea' }, { id });
      return await until(id, ({ state }) => state === 'STUCK');
    }

    test('is STUCK, visibly, and goes on when an operator retries it', async () => {
      const status = await stuck('stuck-1');
      assert.deepEqual(status.failure, { step: 'charge', message: 'bank is closed' });
      assert.deepEqual(
        (await sagas.list({ state: 'STUCK' })).map(({ id }) => id),
        ['stuck-1'],
      );
      await sagas.retry('stuck-1', { who: 'ann' });
      await until(
        'stuck-1',
        ({ state, updatedAt }) =>
          state === 'STUCK' &&
          updatedAt >= status.updatedAt &&
          callsOf('stuck-1').filter((each) => each.startsWith('charge:undo')).length === 2,
      );
      behaviour.delete('stuck-1:charge:undo');
      await until('stuck-1', ({ state }) => state === 'STUCK');
      await sagas.retry('stuck-1', { who: 'bob', note: 'bank is open' });
      await until('stuck-1', ({ state }) => state === 'FAILED');
      assert.deepEqual(callsOf('stuck-1').slice(-2), ['charge:undo#1', 'reserve:undo#1']);
      const { mends } = await sagas.show('stuck-1');
      assert.deepEqual(
        mends.map(({ who, action, step, note }) => [who, action, step, note]),
        [
          ['ann', 'retry', 'charge', null],
          ['bob', 'retry', 'charge', 'bank is open'],
        ],
      );
      await assert.rejects(sagas.retry('stuck-1', { who: 'ann' }), { code: 'SAGA_NOT_STUCK' });
    });

    test('goes on without it when an operator resolves it, also after a restart, and who and why stay on record', async () => {
      await stuck('stuck-2');
      await sagas.close();
      sagas = await start();
      await sagas.resolve('stuck-2', { who: 'ann', note: 'paid back by hand' });
      await until('stuck-2', ({ state }) => state === 'FAILED');
      assert.equal(callsOf('stuck-2').at(-1), 'reserve:undo#1');
      assert.deepEqual(
        (await sagas.show('stuck-2')).mends.map(({ who, note }) => [who, note]),
        [['ann', 'paid back by hand']],
      );
    });
  });

  describe('a compensation that fails for a while', () => {
    const refusal = () => {
      throw new Refused('no money');
    };
    const outage = () => {
      throw new Error('hotel is away');
    };
    async function waits(id: string) {
      behaviour.set(`${id}:pay`, refusal);
      behaviour.set(`${id}:book:undo`, outage);
      await sagas.start('patient', {}, { id });
      return await until(id, ({ compensating }) => compensating !== null);
    }

    test('is tried again until it succeeds, far more often than an action, and nobody has to help', async () => {
      behaviour.set('stubborn-1:book:undo', (attempt) => attempt < 60 && outage());
      const { ended } = await sagas.start('stubborn', {}, { id: 'stubborn-1' });
      assert.equal((await ended()).state, 'FAILED');
      const undone = (await sagas.show('stubborn-1')).steps.at(-1)!;
      assert.deepEqual([undone.outcome, undone.attempts, undone.failed.length], ['done', 60, 50]);
    });

    test('shows the cause and the next attempt while it waits, and how long it has been over a restart', async () => {
      const { state, compensating } = await waits('patient-1');
      assert.equal(state, 'COMPENSATING');
      assert.deepEqual([compensating!.step, compensating!.cause], ['book', 'hotel is away']);
      assert.ok(compensating!.nextAt > compensating!.since);
      await sagas.close();
      sagas = await start();
      await until(
        'patient-1',
        () => callsOf('patient-1').filter((each) => each === 'book:undo#1').length === 2,
      );
      const { compensating: after } = await until('patient-1', (status) => status.compensating !== null);
      assert.equal(after!.since, compensating!.since);
      behaviour.delete('patient-1:book:undo');
      await sagas.retry('patient-1', { who: 'ann' });
      await until('patient-1', ({ state }) => state === 'FAILED');
      assert.equal((await sagas.show('patient-1')).compensating, null);
    });

    test('is done again at once for all, or all of a name, and can be resolved without waiting for its end', async () => {
      await waits('patient-2');
      await waits('patient-3');
      await waits('patient-4');
      assert.deepEqual(await sagas.retryAll({ saga: 'stubborn' }, { who: 'ann' }), []);
      await sagas.resolve('patient-4', { who: 'ann', note: 'called the hotel' });
      await until('patient-4', ({ state }) => state === 'FAILED');
      for (const id of ['patient-2', 'patient-3']) behaviour.delete(`${id}:book:undo`);
      const told = await sagas.retryAll({ saga: 'patient' }, { who: 'ann', note: 'hotel is back' });
      assert.deepEqual(told.toSorted(), ['patient-2', 'patient-3']);
      for (const id of told) {
        await until(id, ({ state }) => state === 'FAILED');
        assert.deepEqual(
          (await sagas.show(id)).mends.map(({ who, note }) => [who, note]),
          [['ann', 'hotel is back']],
        );
      }
    });
  });

  describe('a saga that is cancelled', () => {
    const why = { who: 'ann', note: 'the customer has gone' };

    test('in a wait is compensated, with who and why on record, whatever it waits for and after a restart too', async () => {
      await sagas.start('approval', {}, { id: 'cancel-1' });
      while (!(await sagas.show('cancel-1')).waitsFor)
        await new Promise((resolve) => setTimeout(resolve, 10));
      await sagas.close();
      const operator = await openSagaOperator(url);
      await operator.cancel('cancel-1', why);
      await operator.cancel('cancel-1', why);
      await operator.close();
      sagas = await start();
      const { failure } = await until('cancel-1', ({ state }) => state === 'FAILED');
      assert.deepEqual(failure, { step: 'answer', message: 'cancelled by ann: the customer has gone' });
      assert.deepEqual(callsOf('cancel-1'), ['ask#1', 'ask:undo#1']);
      assert.deepEqual(
        (await sagas.show('cancel-1')).mends.map(({ action, who, note }) => [action, who, note]),
        [['cancel', 'ann', 'the customer has gone']],
      );
      await assert.rejects(sagas.cancel('cancel-1', why), { code: 'SAGA_OVER' });
    });

    test('in the pause before another attempt makes none, and compensates what may have happened', async () => {
      behaviour.set('cancel-2:pay', () => {
        throw new Error('no line');
      });
      await sagas.start('patient', {}, { id: 'cancel-2' });
      await until('cancel-2', () => callsOf('cancel-2').length === 1);
      await sagas.cancel('cancel-2', why);
      const { failure } = await until('cancel-2', ({ state }) => state === 'FAILED');
      assert.equal(failure?.message, 'cancelled by ann: the customer has gone');
      assert.deepEqual(callsOf('cancel-2'), ['pay#1', 'book:undo#1']);
    });

    test('while it is compensated is told so', async () => {
      behaviour.set('cancel-3:pay', () => {
        throw new Refused('no money');
      });
      behaviour.set('cancel-3:book:undo', () => {
        throw new Error('hotel is away');
      });
      await sagas.start('patient', {}, { id: 'cancel-3' });
      await until('cancel-3', ({ compensating }) => compensating !== null);
      await assert.rejects(sagas.cancel('cancel-3', why), { code: 'SAGA_COMPENSATES' });
      behaviour.delete('cancel-3:book:undo');
      await sagas.retry('cancel-3', why);
      await until('cancel-3', ({ state }) => state === 'FAILED');
    });
  });

  describe('metrics', () => {
    test('count what was started, completed, failed and stuck, by saga', async () => {
      const text = await metrics.metrics();
      assert.match(text, /sagas_started_total\{saga="order"\} \d/);
      assert.match(text, /sagas_completed_total\{saga="create_application"\} 1/);
      assert.match(text, /sagas_failed_total\{saga="create_application"\} 2/);
      assert.match(text, /sagas_stuck_total\{saga="order"\} 3/);
      assert.match(text, /saga_duration_seconds_count\{saga="order",state="COMPLETED"\}/);
    });
  });
});
