import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { eventing } from '@banyan/events';
import { testServer } from '@banyan/postgres/testing';
import { currentCohort, defineService, implement, operation, serviceClient } from '@banyan/service';
import { type OtlpReceiver, otlpReceiver, type ReceivedSpan } from '@banyan/service/testing';
import { SignJWT } from 'jose';
import { Type } from 'typebox';
import { contracts } from '../todos/contracts.ts';
import { todos } from '../todos/main.ts';

const JWT_SECRET = 'a secret of the example, and of nothing else';

const operations = {
  getPerson: operation({
    service: 'people',
    method: 'GET',
    path: '/people/:id',
    params: Type.Object({ id: Type.String() }),
    answer: Type.Object({ name: Type.String(), cohort: Type.String() }),
  }),
};

/** Asked by another service, on behalf of a message. */
const people = defineService({
  name: 'people',
  routes: (app) =>
    implement(app, operations, {
      getPerson: async ({ params }) => ({ name: params.id, cohort: currentCohort() ?? 'none' }),
    }),
});

/** Hears of new things to do, asks whose they are, and writes it down. */
const remindersAsking = (url: string) => {
  const calls = serviceClient(operations, { baseUrls: { people: [url] }, identity: 'none' });
  return defineService({
    name: 'reminders',
    schema: new URL('reminders.sql', import.meta.url),
    use: {
      events: eventing(contracts, {
        on: {
          TodoAdded: async ({ data }, { tx }) => {
            const { name, cohort } = await calls.getPerson({ params: { id: data.owner } });
            await tx.query('INSERT INTO known VALUES ($1, $2, $3)', [data.todoId, name, cohort]);
          },
        },
      }),
    },
    routes: (app, { pool }) => {
      app.addHook('onClose', () => calls[Symbol.asyncDispose]());
      app.get('/known', async () => (await pool.query('SELECT person, cohort FROM known')).rows);
    },
  });
};

/** What must be in the trace: service, kind, name. */
const EXPECTED: [string, ReceivedSpan['kind'], RegExp][] = [
  ['gateway', 'server', /^POST \/todos$/],
  ['gateway', 'client', /^POST todos$/],
  ['todos', 'server', /^POST \/todos$/],
  ['todos', 'client', /^INSERT$|^SELECT$|^WITH$/],
  ['todos', 'producer', /^publish TodoAdded$/],
  ['reminders', 'consumer', /^process TodoAdded$/],
  ['reminders', 'client', /^INSERT$/],
  ['reminders', 'client', /^COMMIT$/],
  ['reminders', 'client', /^people\.getPerson$/],
  ['people', 'server', /^GET \/people\/:id$/],
];

test('one trace leads from the gateway to the last consumer, and is one tree', async (t) => {
  const server = await testServer();
  const collector = await otlpReceiver();
  const telemetry = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_TRACES_SAMPLER: 'parentbased_always_off',
    OTEL_BSP_SCHEDULE_DELAY: '20',
  };
  const common = { ...telemetry, LOG_LEVEL: 'warn', BUS_URL: await server.database('bus') };
  const asked = await people.start({ ...common, DATABASE_URL: await server.database('people') });
  const listening = await remindersAsking(asked.url).start({
    ...common,
    DATABASE_URL: await server.database('reminders'),
  });
  const example = await todos.start({
    ...common,
    DATABASE_URL: await server.database('todos'),
    JWT_SECRET,
    REMIND_AFTER: 'PT0.1S',
  });
  const gateway = await startGateway(t, {
    TODOS_URL: example.url,
    JWT_SECRET,
    ...telemetry,
    OTEL_TRACES_SAMPLER: 'parentbased_always_on',
    // Only its end may send them.
    OTEL_BSP_SCHEDULE_DELAY: '600000',
  });
  t.after(async () => {
    for (const service of [example, listening, asked]) await service.close();
    await collector.close();
  });

  const added = await fetch(`${gateway.url}/todos`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await tokenOf('ada')}`,
      'content-type': 'application/json',
      // What only services may say to one another; believed, it would end the request, or the experiment.
      'x-request-deadline-ms': '0',
      baggage: 'cohort=of-my-own',
    },
    body: JSON.stringify({ title: 'Follow me' }),
  });
  assert.equal(added.status, 201, await added.text());
  await gateway.stop();

  const spans = await treeOf(collector);
  for (const [service, kind, name] of EXPECTED) {
    assert.ok(
      spans.some((span) => span.service === service && span.kind === kind && name.test(span.name)),
      `${service} ${kind} ${name} in\n${spans.map(describe).join('\n')}`,
    );
  }
  const find = (service: string, kind: string, name = '') =>
    spans.find((span) => span.service === service && span.kind === kind && span.name.includes(name))!;
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined);
  assert.deepEqual(roots, [find('gateway', 'server')]);
  assert.equal(find('gateway', 'client').parentSpanId, roots[0]!.spanId);
  assert.equal(find('todos', 'server').parentSpanId, find('gateway', 'client').spanId);
  assert.equal(
    find('reminders', 'consumer').parentSpanId,
    find('todos', 'producer', 'publish TodoAdded').spanId,
  );
  assert.equal(find('people', 'server').parentSpanId, find('reminders', 'client', 'getPerson').spanId);
  const known = await (await fetch(`${listening.url}/known`)).json();
  assert.deepEqual(known, [{ person: 'ada', cohort: 'service' }], 'the cohort came all the way');
  assert.deepEqual(collector.violations(), []);
});

/** The spans of the only trace, once what must be there is there and the parent of each one too. */
async function treeOf(collector: OtlpReceiver): Promise<ReceivedSpan[]> {
  const ofTrace = (all: readonly ReceivedSpan[]) => {
    const traceId = all.find(({ service }) => service === 'gateway')?.traceId;
    return all.filter((span) => span.traceId === traceId);
  };
  const whole = (all: readonly ReceivedSpan[]) => {
    const spans = ofTrace(all);
    const ids = new Set(spans.map(({ spanId }) => spanId));
    return (
      spans.every(({ parentSpanId }) => parentSpanId === undefined || ids.has(parentSpanId)) &&
      EXPECTED.every(([service, kind, name]) =>
        spans.some((span) => span.service === service && span.kind === kind && name.test(span.name)),
      )
    );
  };
  return ofTrace(await collector.until(whole, 30_000));
}

const describe = ({ service, kind, name, spanId, parentSpanId }: ReceivedSpan) =>
  `${service} ${kind} ${name} ${spanId} < ${parentSpanId}`;

async function startGateway(t: TestContext, env: Record<string, string>) {
  const port = await freePort();
  const child = fork(new URL('main.ts', import.meta.url), {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env, PORT: String(port) },
  });
  t.after(() => child.kill('SIGKILL'));
  await once(child, 'message');
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function tokenOf(user: string): Promise<string> {
  return await new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('example')
    .setSubject(user)
    .setExpirationTime('1m')
    .sign(new TextEncoder().encode(JWT_SECRET));
}
