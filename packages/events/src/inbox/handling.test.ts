import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { defineService } from '@banyan/service';
import { Type } from 'typebox';
import { openPostgresBus } from '../bus/postgres/postgres.ts';
import { defineContracts, event } from '../contracts.ts';
import type { EventingDefinition, EventingHost } from '../definition.ts';
import type { Envelope } from '../envelope.ts';
import { eventing } from '../eventing.ts';
import { defineSaga } from '../saga/index.ts';

const data = Type.Object({ id: Type.String(), n: Type.Integer() });
const contracts = defineContracts({
  system: 'test',
  events: {
    Made: event({ service: 'maker', version: 1, key: 'id', data }),
    Listed: event({ service: 'maker', version: 1, key: 'id', data }),
  },
});
type Definition = EventingDefinition<typeof contracts>;

/** A service that handles what is put on its bus, whose effects are rows of `seen (what, todo_id)`. */
async function setUp(
  t: TestContext,
  definition: Definition | ((host: EventingHost<typeof contracts>) => Definition),
  env: Record<string, string> = {},
) {
  const server = await testServer();
  const [url, busUrl] = [await server.database('effects'), await server.database('bus')];
  const service = await defineService({
    name: 'lister',
    schema: new URL('../testing/todo.sql', import.meta.url),
    use: { events: eventing(contracts, definition) },
    routes: () => {},
  }).start({ DATABASE_URL: url, BUS_URL: busUrl, LOG_LEVEL: 'silent', ...env });
  const bus = await openPostgresBus({ url: busUrl });
  const pool = createPool(url, { max: 1 });
  t.after(async () => {
    await service.close();
    await bus.close();
    await pool.end();
  });
  const seen = async () => {
    const { rows } = await pool.query<{ what: string }>('SELECT what FROM seen ORDER BY what');
    return rows.map(({ what }) => what);
  };
  const until = async (count: number) => {
    for (;;) {
      const all = await seen();
      if (all.length >= count) return all;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  return { bus, seen, until };
}

function message(type: 'Made' | 'Listed', id: string, n = 0): Envelope {
  return {
    specversion: '1.0',
    id: `${type}-${id}-${n}`,
    source: '/test/maker',
    type,
    time: '2030-01-01T00:00:00.000Z',
    subject: id,
    datacontenttype: 'application/json',
    dataversion: 1,
    kind: 'event',
    correlationid: id,
    data: { id, n },
  };
}

test('a handler whose time is over has no effect, also when it wakes up later, and its next attempt has', async (t) => {
  const late = Promise.withResolvers<void>();
  const woke = Promise.withResolvers<void>();
  const { bus, seen, until } = await setUp(t, {
    timeLimitMs: 1_500,
    delayMs: 10,
    on: {
      Made: async ({ data: { id } }, { tx, attempt, signal }) => {
        await tx.query('INSERT INTO seen VALUES ($1, $2)', [`${id} begun`, id]);
        if (id === 'slow' && attempt === 1) {
          await late.promise;
          assert.ok(signal.aborted);
          await assert.rejects(tx.query('INSERT INTO seen VALUES ($1, $2)', ['too late', id]));
          woke.resolve();
        }
        await tx.query('INSERT INTO seen VALUES ($1, $2)', [`${id} done`, id]);
      },
    },
  });
  await bus.publish(['slow', 'a', 'b'].map((id) => message('Made', id)));
  assert.deepEqual(await until(6), ['a begun', 'a done', 'b begun', 'b done', 'slow begun', 'slow done']);
  late.resolve();
  await woke.promise;
  assert.equal((await seen()).length, 6);
});

test('handlers that ask the pool for another connection get it, however many there are', async (t) => {
  const { bus, until } = await setUp(
    t,
    ({ pool }) => ({
      concurrency: 16,
      batch: 1,
      on: {
        Made: async ({ data: { id } }, { tx }) => {
          await pool.query('SELECT pg_sleep(0.01)');
          await tx.query('INSERT INTO seen VALUES ($1, $1)', [id]);
        },
      },
    }),
    { POOL_SIZE: '4' },
  );
  await bus.publish(Array.from({ length: 60 }, (_, n) => message('Made', `key-${n}`)));
  assert.equal((await until(60)).length, 60);
});

test('a handler that ends its transaction itself fails, and nothing of it is kept', async (t) => {
  const { bus, seen } = await setUp(t, {
    attempts: 1,
    on: {
      Made: async ({ data: { id } }, { tx }) => {
        await tx.query('INSERT INTO seen VALUES ($1, $1)', [id]);
        await tx.query('COMMIT');
      },
    },
  });
  await bus.publish([message('Made', 'a')]);
  for (;;) {
    const [letter] = await bus.dead.list({ group: 'lister' });
    if (letter) {
      assert.match(letter.reason, /nobody may begin or end one/);
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.deepEqual(await seen(), []);
});

test('onBatch gets those of its type that follow each other, each once, and one that fails does not spoil the others', async (t) => {
  const sizes: number[] = [];
  const { bus, until } = await setUp(t, {
    delayMs: 10,
    onBatch: {
      Listed: async (messages, { tx, attempt }) => {
        sizes.push(messages.length);
        const ids = messages.map(({ data: { id, n } }) => `${id} ${n}`);
        await tx.query('INSERT INTO seen SELECT id, id FROM unnest($1::text[]) AS id', [ids]);
        if (attempt === 1 && messages.some(({ data: { n } }) => n === 13)) throw new Error('not 13');
      },
    },
    on: {
      Made: async ({ data: { id } }, { tx }) =>
        void (await tx.query('INSERT INTO seen VALUES ($1, $1)', [id])),
    },
  });
  const listed = Array.from({ length: 100 }, (_, n) => message('Listed', `key-${n % 30}`, n));
  await bus.publish([
    ...listed.slice(0, 50),
    message('Made', 'between'),
    ...listed.slice(50),
    ...listed.slice(0, 20),
  ]);
  const all = await until(101);
  assert.equal(new Set(all).size, 101);
  assert.equal(all.length, 101);
  assert.ok(Math.max(...sizes) > 1);
});

test('a definition that is made once the service is there may have sagas beside handlers of unstated types', () => {
  const one = defineSaga('one', {
    input: Type.Object({ x: Type.String() }),
    steps: (saga) => saga.step('a', { action: async () => 1 }),
  });
  const part = eventing(contracts, ({ pool, events }) => {
    const two = defineSaga('two', {
      input: Type.Object({ z: Type.Number() }),
      steps: (saga) =>
        saga.transaction('tell', {
          action: async (_context, { tx }) => {
            await events().publish(tx, 'Made', { id: 'a', n: pool.totalCount });
          },
        }),
    });
    return {
      sagas: [one, two],
      on: {
        Made: async (message, context) => {
          const id: string = message.data.id;
          await context.events.sagas.start('two', { z: id.length });
        },
      },
    };
  });
  defineService({
    name: 'maker',
    use: { events: part },
    routes: (_app, { events }) => {
      void (() => events.sagas.start('one', { x: 'a' }));
      // @ts-expect-error no such saga
      void (() => events.sagas.start('three', { x: 'a' }));
    },
  });
  assert.ok(part);
});
