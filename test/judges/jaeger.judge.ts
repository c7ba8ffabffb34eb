import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineContracts, event, eventing } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { defineService, traceCarrier } from '@banyan/service';
import { Type } from 'typebox';
import { closeService } from '../../packages/events/src/testing/close-service.ts';
import { startTestGateway, tableOf } from '../../packages/gateway/src/testing/gateway.ts';
import { type ShownSpan, type ShownTrace, startJaeger } from './jaeger.ts';

const contracts = defineContracts({
  system: 'judge',
  events: {
    OrderPlaced: event({
      service: 'shop',
      version: 1,
      key: 'orderId',
      data: Type.Object({ orderId: Type.String() }),
    }),
  },
});

const shop = defineService({
  name: 'shop',
  use: { events: eventing(contracts, {}) },
  routes: (app, { pool, events }) => {
    app.post('/orders', async () => {
      await withTransaction(pool, (tx) => events.publish(tx, 'OrderPlaced', { orderId: 'order-1' }));
      return traceCarrier();
    });
  },
});

const mail = defineService({
  name: 'mail',
  use: {
    events: eventing(contracts, {
      on: {
        OrderPlaced: async ({ data }, { tx }) => {
          await tx.query('SELECT $1::text AS sent', [data.orderId]);
        },
      },
    }),
  },
  routes: () => {},
});

test('a request through the gateway, the event that it publishes and what another service does of it are one trace in Jaeger', async (t) => {
  const jaeger = await startJaeger();
  t.after(() => jaeger.stop());
  const server = await testServer();
  const env = {
    BUS_URL: await server.database('bus'),
    LOG_LEVEL: 'silent',
    OTEL_EXPORTER_OTLP_ENDPOINT: jaeger.otlp,
    OTEL_TRACES_SAMPLER: 'always_on',
    OTEL_BSP_SCHEDULE_DELAY: '10',
  };
  const urls = { mail: await server.database('mail'), shop: await server.database('shop') };
  const receiving = await mail.start({ ...env, DATABASE_URL: urls.mail });
  t.after(() => closeService(receiving, urls.mail));
  const sending = await shop.start({ ...env, DATABASE_URL: urls.shop });
  t.after(() => closeService(sending, urls.shop));

  const table = tableOf({ monolith: sending.url }, 10_000, [{ method: 'POST', path: '/orders' }]);
  const { gateway } = await startTestGateway(t, table, { env });

  const headers = { 'x-key': 'order-1' };
  const answer = await fetch(`${gateway.url}/orders`, { method: 'POST', headers });
  const { traceparent } = (await answer.json()) as { traceparent: string };
  const shown = await jaeger.trace(traceparent.split('-')[1]!, (trace) =>
    WANTED.every((wanted) => trace.spans.some((span) => nameOf(span, trace) === wanted)),
  );
  const { spans, warnings } = shown;

  const byId = new Map(spans.map((span) => [span.spanID, span]));
  const parentOf = ({ references }: (typeof spans)[number]) =>
    references.find(({ refType }) => refType === 'CHILD_OF')?.spanID;
  const roots = spans.filter((span) => parentOf(span) === undefined);
  assert.deepEqual(
    roots.map((span) => nameOf(span, shown)),
    ['gateway: POST /orders'],
  );
  for (const span of spans) {
    const parent = parentOf(span);
    assert.ok(
      parent === undefined || byId.has(parent),
      `${span.operationName} has a parent that is not there`,
    );
    const warnings = (span.warnings ?? []).filter((warning) => !ROUNDED.test(warning));
    assert.deepEqual(warnings, [], span.operationName);
  }
  assert.deepEqual(warnings ?? [], []);
  const parentNameOf = (name: string) => {
    const parent = byId.get(parentOf(spans.find((span) => nameOf(span, shown) === name)!)!)!;
    return nameOf(parent, shown);
  };
  assert.equal(parentNameOf('mail: process OrderPlaced'), 'shop: publish OrderPlaced');
  const upstream = byId.get(parentOf(spans.find((span) => nameOf(span, shown) === 'shop: POST /orders')!)!)!;
  assert.equal(shown.processes[upstream.processID]?.serviceName, 'gateway', 'the attempt at the upstream');
  assert.equal(parentOf(upstream), roots[0]!.spanID);
});

const WANTED = [
  'gateway: POST /orders',
  'shop: POST /orders',
  'shop: publish OrderPlaced',
  'mail: process OrderPlaced',
];

/** Spans begin at a whole millisecond, so one may seem to end a little after the one around it. */
const ROUNDED = /^clock skew adjustment disabled; .* delta of -?(\d+µs|\d(\.\d+)?ms)$/;

function nameOf({ operationName, processID }: ShownSpan, { processes }: ShownTrace): string {
  return `${processes[processID]?.serviceName}: ${operationName}`;
}
