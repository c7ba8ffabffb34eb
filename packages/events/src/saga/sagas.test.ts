import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withTransaction } from '@banyan/postgres';
import type { Envelope } from '../envelope.ts';
import { createSagas } from './sagas.ts';
import {
  applicationsOf,
  behaviour,
  callsOf,
  metrics,
  order,
  pool,
  restart,
  sagas,
  silent,
  until,
  url,
  withShop,
} from './testing/shop.ts';

describe('sagas', () => {
  withShop();

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
      await restart();
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

  describe('metrics', () => {
    test('count what was started, completed, failed and stuck, by saga', async () => {
      for (const what of ['ship', 'charge:undo']) {
        behaviour.set(`counted-1:${what}`, () => {
          throw new Error('bank is closed');
        });
      }
      await sagas.start('order', { what: 'book' }, { id: 'counted-1' });
      await until('counted-1', ({ state }) => state === 'STUCK');
      const application = { userId: 1, jobId: 7 };
      await (await sagas.start('create_application', application)).ended();
      await (await sagas.start('create_application', { ...application, userId: -1 })).ended();
      const text = await metrics.metrics();
      assert.match(text, /sagas_started_total\{saga="order"\} [1-9]/);
      assert.match(text, /sagas_completed_total\{saga="create_application"\} [1-9]/);
      assert.match(text, /sagas_failed_total\{saga="create_application"\} [1-9]/);
      assert.match(text, /sagas_stuck_total\{saga="order"\} 1/);
      assert.match(text, /saga_duration_seconds_count\{saga="create_application",state="COMPLETED"\} [1-9]/);
    });
  });
});
