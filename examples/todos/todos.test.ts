import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { type Envelope, openPostgresBus } from '@banyan/events/machinery';
import { testServer } from '@banyan/postgres/testing';
import { otlpReceiver } from '@banyan/service/testing';
import { SignJWT } from 'jose';
import { todos } from './main.ts';

const JWT_SECRET = 'a secret of the example, and of nothing else';
let collector: Awaited<ReturnType<typeof otlpReceiver>>;
let url: string;
let close: () => Promise<void>;
const published: Envelope[] = [];
let arrived = Promise.withResolvers<void>();

describe('the to-do service', () => {
  before(async () => {
    const server = await testServer();
    const BUS_URL = await server.database('bus');
    collector = await otlpReceiver();
    const bus = await openPostgresBus({ url: BUS_URL });
    const types = ['TodoAdded', 'TodoDone', 'TodoOverdue'];
    const handle = async (message: Envelope) => {
      published.push(message);
      arrived.resolve();
      arrived = Promise.withResolvers();
    };
    await bus.subscribe({ group: 'listener', types, handle });
    const service = await todos.start({
      DATABASE_URL: await server.database('todos'),
      BUS_URL,
      JWT_SECRET,
      REMIND_AFTER: 'PT1S',
      LOG_LEVEL: 'warn',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_TRACES_SAMPLER: 'always_on',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    });
    url = service.url;
    close = async () => {
      await service.close();
      await bus.close();
      await collector.close();
    };
  });

  after(async () => await close());

  test('what is added is listed for its owner, told to others, and gone when done', async () => {
    const ada = await as('ada');
    const added = (await (await ada('POST', '/todos', { title: 'Water the tree' })).json()) as {
      todoId: string;
    };
    const list = await listOf(ada, (list) => list.length === 1);
    assert.deepEqual(list, [{ id: added.todoId, title: 'Water the tree', overdue: false }]);
    assert.deepEqual((await messageOf('TodoAdded', added.todoId)).data, { ...added, owner: 'ada' });

    const other = await as('eve');
    assert.equal((await other('DELETE', `/todos/${added.todoId}`)).status, 404);
    assert.equal((await ada('DELETE', `/todos/${added.todoId}`)).status, 204);
    await listOf(ada, (list) => list.length === 0);
    await messageOf('TodoDone', added.todoId);
  });

  test('what is not done in time is reminded of by the saga', async () => {
    const bob = await as('bob');
    const { todoId } = (await (await bob('POST', '/todos', { title: 'Prune it' })).json()) as {
      todoId: string;
    };
    await messageOf('TodoOverdue', todoId);
    await listOf(bob, ([first]) => first?.overdue === true);
  });

  test('without a token nothing is told', async () => {
    assert.equal((await fetch(`${url}/todos`)).status, 401);
  });

  test('one trace leads from the request to the message on the bus', async () => {
    const eve = await as('eve');
    const added = (await (await eve('POST', '/todos', { title: 'Trace it' })).json()) as { todoId: string };
    const { traceparent } = await messageOf('TodoAdded', added.todoId);
    const traceId = traceparent!.split('-')[1];
    const spans = await collector.until((spans) =>
      spans.some((span) => span.traceId === traceId && span.name.startsWith('POST')),
    );
    const names = spans.filter((span) => span.traceId === traceId).map(({ name }) => name);
    assert.ok(
      names.some((name) => /append/.test(name)),
      names.join(', '),
    );
    assert.deepEqual(collector.violations(), []);
  });

  test('the whole service is less than 120 lines', () => {
    const files = globSync('*.{ts,sql}', { cwd: import.meta.dirname }).filter(
      (file) => !file.endsWith('.test.ts'),
    );
    const lines = files.flatMap((file) =>
      readFileSync(`${import.meta.dirname}/${file}`, 'utf8')
        .trimEnd()
        .split('\n'),
    );
    assert.ok(lines.length < 120, `${lines.length} lines`);
  });
});

async function as(user: string) {
  const token = await new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('example')
    .setSubject(user)
    .setExpirationTime('1m')
    .sign(new TextEncoder().encode(JWT_SECRET));
  return async (method: string, path: string, body?: unknown) =>
    await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
}

/** Asked again until it is so: a projection is a moment behind, and nothing tells an HTTP client when it is not. */
async function listOf(call: Awaited<ReturnType<typeof as>>, enough: (list: Listed[]) => boolean) {
  for (;;) {
    const list = (await (await call('GET', '/todos')).json()) as Listed[];
    if (enough(list)) return list;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
type Listed = { id: string; title: string; overdue: boolean };

async function messageOf(type: string, todoId: string): Promise<Envelope> {
  for (;;) {
    const found = published.find((message) => message.type === type && message.subject === todoId);
    if (found) return found;
    await arrived.promise;
  }
}
