import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createPool, type Db, withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { inSpan, problemAnswer } from '@banyan/service';
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

test('what no database, bus or JSON can hold is refused before anything is written, and clients are told so', async () => {
  const before = (await stored()).length;
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const refused: [unknown, RegExp][] = [
    ['a\0b', /\/data\/title holds a NUL/],
    ['half \ud83d', /half of a surrogate pair/],
  ];
  for (const [title, text] of refused) {
    await withTransaction(pool, async (tx) => {
      await assert.rejects(
        publish(tx, 'TodoAdded', { todoId: 't', title: title as string }),
        (error: Error) => {
          assert.match(error.message, text);
          const { status, body } = problemAnswer(error, 'r-1');
          assert.equal(status, 422);
          assert.equal((body as { code: string }).code, 'DATA_INVALID');
          return true;
        },
      );
      await tx.query('SELECT 1');
    });
  }
  for (const extra of [1n, cycle, { deep: ['\0'] }]) {
    const data = { todoId: 't', title: 'x', extra };
    await assert.rejects(publish(pool, 'TodoAdded', data), { code: 'DATA_INVALID' });
  }
  const large = { todoId: 't', title: 'x'.repeat(300_000) };
  await assert.rejects(publish(pool, 'TodoAdded', large), {
    code: 'DATA_TOO_LARGE',
    problem: { status: 413 },
  });
  await publish(pool, 'TodoAdded', { todoId: 't', title: '\\u0000 and \\ud800 are only text, 😀 is whole' });
  assert.equal((await stored()).length, before + 1);
});

test('a key is text, number or boolean and always there: otherwise all its messages would be in one line', async () => {
  const data = Type.Object({
    id: Type.String(),
    maybe: Type.Optional(Type.String()),
    object: Type.Object({}),
    number: Type.Integer(),
  });
  const stated = { service: 'todos', version: 1, data };
  event({ ...stated, key: 'number' });
  // @ts-expect-error may be left out
  event({ ...stated, key: 'maybe' });
  // @ts-expect-error is no text
  event({ ...stated, key: 'object' });
  for (const key of ['maybe', 'object'] as const) {
    // As one who does not check types may state it.
    const Bad = event({ ...stated, key: key as never });
    const contracts = defineContracts({ system: 'test', events: { Bad } });
    const { publish } = createPublisher<typeof contracts>(new Messages(contracts), 'todos');
    await assert.rejects(publish(pool, 'Bad', { id: 'a', object: {}, number: 1 }), { code: 'KEY_INVALID' });
  }
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
