import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { defineService, type ServicePart } from '@banyan/service';
import { otlpReceiver } from '@banyan/service/testing';
import { Type } from 'typebox';
import { defineSaga, type Sagas } from './index.ts';
import { createSagas } from './sagas.ts';

const trip = defineSaga('trip', {
  input: Type.Object({}),
  signals: { go: Type.Object({}) },
  steps: (saga) =>
    saga
      .step('pack', { action: async () => {} })
      .wait('wait', { until: (ctx) => ctx.signal('go') })
      .step('fly', { action: async () => {} }),
});

const sagasPart: ServicePart<Sagas<typeof trip>> = {
  async start({ service, databaseUrl, pool, log, metrics, instance }) {
    const sagas = await createSagas({
      service,
      databaseUrl,
      pool,
      sagas: [trip],
      log,
      metrics,
      instance,
      pollMs: 20,
    });
    return { provided: sagas, close: () => sagas.close() };
  },
};

const travel = defineService({
  name: 'travel',
  use: { sagas: sagasPart },
  routes: (app, { sagas }) => {
    app.post('/trips', async () => ({ id: (await sagas.start('trip', {}, { id: 'trip-1' })).id }));
  },
});

test('a saga is one trace with the request that started it, over a restart of its process', async (t) => {
  const collector = await otlpReceiver();
  t.after(() => collector.close());
  const env = {
    DATABASE_URL: await (await testServer()).database('travel'),
    LOG_LEVEL: 'silent',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_TRACES_SAMPLER: 'always_on',
    OTEL_BSP_SCHEDULE_DELAY: '10',
  };
  const first = await travel.start(env);
  await fetch(`${first.url}/trips`, { method: 'POST' });
  while (!(await first.provided.sagas.show('trip-1')).waitsFor) await new Promise(setImmediate);
  await first.close();
  const second = await travel.start(env);
  await second.provided.sagas.signal('trip-1', 'go', {});
  const spans = await collector.until((all) => all.some(({ name }) => name === 'saga trip'));
  await second.close();
  const ofTrip = spans.filter(({ name }) => name === 'POST /trips' || name.startsWith('saga trip'));
  assert.deepEqual(ofTrip.map(({ name }) => name).sort(), [
    'POST /trips',
    'saga trip',
    'saga trip fly',
    'saga trip pack',
    'saga trip start',
  ]);
  assert.equal(new Set(ofTrip.map(({ traceId }) => traceId)).size, 1);
});
