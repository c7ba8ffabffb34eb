import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { readTable } from '@banyan/gateway';
import { add, resolvePlan } from '@banyan/plan';
import { FULL_SHARE } from '@banyan/plan/stages';
import { aPlan } from '@banyan/plan/testing';
import { testServer } from '@banyan/postgres/testing';
import pino from 'pino';
import { startApplier } from '../applier/applier.ts';
import { serveApplier } from '../applier/server.ts';
import { startController } from './controller.ts';
import { createOperations } from './operations/operations.ts';
import { connectApplier } from './step/applier-client.ts';

const TOKEN = 'the token of a test, long enough';

test('a service that was added goes to everybody and back by the same steps, and nothing is put into a database for it', {
  timeout: 300_000,
}, async (t) => {
  const log = pino({ level: 'silent' });
  const instance = createServer((_request, response) => response.end('well')).listen(0, '127.0.0.1');
  await once(instance, 'listening');
  const server = await testServer();
  const [monolith, control] = await Promise.all(['monolith', 'control'].map((name) => server.database(name)));
  const billing = add({
    url: `http://127.0.0.1:${(instance.address() as AddressInfo).port}`,
    routes: [{ route: 'POST /invoices', key: 'token.sub' }],
    rollout: { observeSeconds: 0, minRequests: 0 },
  });
  const plan = resolvePlan(
    aPlan({
      monolith: { url: 'http://127.0.0.1:1', database: monolith!, health: null },
      control: { database: control! },
      services: { billing },
    }),
  );
  const applier = await startApplier({ plan, log });
  const served = await serveApplier(applier, { host: '127.0.0.1', port: 0, token: TOKEN });
  const { port } = served.server.address() as AddressInfo;
  const controller = await startController({
    plan,
    applier: connectApplier(`http://127.0.0.1:${port}`, TOKEN),
    log,
  });
  const operations = createOperations(controller.sources);
  t.after(async () => {
    await controller.stop();
    await served.close();
    await applier.stop();
    instance.close();
  });
  const arrived = async (stage: string) => {
    for (;;) {
      const [one] = (await operations.status()).services;
      if (one!.stage === stage) return one!;
      await delay(20, undefined, { signal: t.signal });
    }
  };
  const share = async () => (await readTable(controller.sources.pool))!.services.billing!.share;

  await operations.advance('billing', { stage: 'migrated', share: FULL_SHARE }, {});
  const there = await arrived('migrated');
  assert.deepEqual([there.links, there.verification, await share()], [[], [], FULL_SHARE]);
  const { things } = await operations.databases('billing');
  assert.deepEqual(things, []);
  await operations.rollback('billing', 'a wrong price');
  await arrived('monolith');
  assert.equal(await share(), 0);
});
