import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createPool, type Db, withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { inSpan } from '@banyan/service';
import { Type } from 'typebox';
import { command, defineContracts, event } from '../contracts.ts';
import type { Envelope } from '../envelope.ts';
import { Messages } from '../messages.ts';
import { applyOutboxSchema, createPublisher } from './publish.ts';

const contracts = defineContracts({
  system: 'test',
  events: {
    TodoAdded: event({
      service: 'todos',
      version: 2,
      key: 'todoId',
      data: Type.Object({ todoId: Type.String(), title: Type.String({ minLength: 1 }) }),
      upcasters: { 1: ({ name, ...rest }) => ({ ...rest, title: name }) },
    }),
    UserGone: event({ service: 'users', version: 1, key: 'id', data: Type.Object({ id: Type.Integer() }) }),
  },
  commands: {
    SendMail: command({ service: 'mails', version: 1, key: 'to', data: Type.Object({ to: Type.String() }) }),
  },
});
const messages = new Messages(contracts);
const at = new Date('2030-01-02T03:04:05.678Z');
const { publish, send } = createPublisher<typeof contracts>(messages, 'todos', { now: () => at });

let pool: Db;
before(async () => {
  pool = createPool(await (await testServer()).database('outbox'), { max: 2 });
  await applyOutboxSchema(pool);
});
after(() => pool.end());

const stored = async () => {
  const { rows } = await pool.query<{ message: Envelope }>(
    'SELECT message FROM banyan_events.outbox ORDER BY seq',
  );
  return rows.map(({ message }) => message);
};
const codeIs = (code: string) => (error: unknown) => (error as { code: string }).code === code;

test('a published event is a row of the transaction, in the form of CloudEvents', async () => {
  const sent = await inSpan('a request', {}, () =>
    withTransaction(pool, async (tx) => {
      const first = await publish(tx, 'TodoAdded', { todoId: 't1', title: 'Milk' });
      await send(
        tx,
        'SendMail',
        { to: 'a@b' },
        { correlationId: first.correlationid, causationId: first.id },
      );
      return first;
    }),
  );
  const [first, second] = await stored();
  assert.deepEqual(first, sent);
  assert.deepEqual(
    { ...first, id: 'x', correlationid: 'x' },
    {
      specversion: '1.0',
      id: 'x',
      source: '/test/todos',
      type: 'TodoAdded',
      time: '2030-01-02T03:04:05.678Z',
      subject: 't1',
      datacontenttype: 'application/json',
      dataversion: 2,
      kind: 'event',
      correlationid: 'x',
      data: { todoId: 't1', title: 'Milk' },
    },
  );
  assert.equal(first?.correlationid, first?.id);
  assert.deepEqual(
    [second?.kind, second?.correlationid, second?.causationid],
    ['command', first?.id, first?.id],
  );
});

test('what may not be published is refused before anything is written, and the transaction goes on', async () => {
  const before = (await stored()).length;
  await withTransaction(pool, async (tx) => {
    await assert.rejects(publish(tx, 'UserGone', { id: 1 }), codeIs('NOT_OURS'));
    await assert.rejects(publish(tx, 'TodoAdded', { todoId: 't', title: '' }), (error: Error) => {
      assert.match(error.message, /\/title/);
      return codeIs('DATA_INVALID')(error);
    });
    await assert.rejects(
      publish(tx, 'TodoAdded', { todoId: 't', title: 'x'.repeat(300_000) }),
      codeIs('DATA_TOO_LARGE'),
    );
    await publish(tx, 'TodoAdded', { todoId: 't', title: 'good' });
  });
  assert.equal((await stored()).length, before + 1);
});

test('a text that no database can hold fails the transaction of its publisher, not the relay', async () => {
  const before = (await stored()).length;
  await assert.rejects(
    withTransaction(pool, (tx) => publish(tx, 'TodoAdded', { todoId: 't', title: 'a\0b' })),
  );
  assert.equal((await stored()).length, before);
});

test('what the contracts do not declare does not compile', () => {
  const never = () => {
    // @ts-expect-error no such event
    void publish(pool, 'TodoLost', {});
    // @ts-expect-error a command is sent
    void publish(pool, 'SendMail', { to: 'a' });
    // @ts-expect-error an event is published
    void send(pool, 'TodoAdded', { todoId: 't', title: 'x' });
    // @ts-expect-error a property is missing
    void publish(pool, 'TodoAdded', { todoId: 't' });
    // @ts-expect-error a number is no title
    void publish(pool, 'TodoAdded', { todoId: 't', title: 7 });
  };
  assert.equal(typeof never, 'function');
});

test('an old message is brought to the version that is known here; a newer one is refused for good', () => {
  const message = {
    type: 'TodoAdded',
    dataversion: 1,
    data: { todoId: 't', name: 'Milk' },
  } as unknown as Envelope;
  const { data, dataversion } = messages.receive(message);
  assert.deepEqual([data, dataversion], [{ todoId: 't', title: 'Milk' }, 2]);
  assert.throws(
    () => messages.receive({ ...message, dataversion: 3 }),
    (error: Error & { permanent: boolean }) => {
      assert.match(error.message, /newer version.*version: 3, known: 2/);
      return error.permanent;
    },
  );
  assert.throws(() => messages.receive({ ...message, dataversion: 0 }), codeIs('UPCASTER_MISSING'));
  assert.throws(() => messages.receive({ ...message, data: { todoId: 't' } }), codeIs('DATA_INVALID'));
});
