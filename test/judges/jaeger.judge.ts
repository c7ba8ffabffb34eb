import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineContracts, event, eventing } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { defineService, traceCarrier } from '@banyan/service';
import { Type } from 'typebox';
import { closeService } from '../../packages/events/src/testing/close-service.ts';
import { startJaeger } from './jaeger.ts';

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

test('a request, the event that it publishes and what another service does of it are one trace in Jaeger', async (t) => {
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

  const answer = await fetch(`${sending.url}/orders`, { method: 'POST' });
  const { traceparent } = (await answer.json()) as { traceparent: string };
  const { spans, processes, warnings } = await jaeger.trace(traceparent.split('-')[1]!, ({ spans }) =>
    WANTED.every((wanted) => spans.some(({ operationName }) => operationName === wanted)),
  );

  const byId = new Map(spans.map((span) => [span.spanID, span]));
  const parentOf = ({ references }: (typeof spans)[number]) =>
    references.find(({ refType }) => refType === 'CHILD_OF')?.spanID;
  const roots = spans.filter((span) => parentOf(span) === undefined);
  assert.deepEqual(
    roots.map(({ operationName }) => operationName),
    ['POST /orders'],
  );
  for (const span of spans) {
    const parent = parentOf(span);
    assert.ok(
      parent === undefined || byId.has(parent),
      `${span.operationName} has a parent that is not there`,
    );
    assert.deepEqual(span.warnings ?? [], [], span.operationName);
  }
  assert.deepEqual(warnings ?? [], []);
  const processed = spans.find(({ operationName }) => operationName === 'process OrderPlaced')!;
  assert.equal(byId.get(parentOf(processed)!)?.operationName, 'publish OrderPlaced');
  assert.equal(processes[processed.processID]?.serviceName, 'mail');
  assert.equal(processes[roots[0]!.processID]?.serviceName, 'shop');
});

const WANTED = ['POST /orders', 'publish OrderPlaced', 'process OrderPlaced'];
