import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { Type } from 'typebox';
import { serviceClient } from '../client/client.ts';
import { implement } from '../client/implement.ts';
import { operation } from '../client/operation.ts';
import { defineService } from '../lifecycle/define.ts';
import { registryAt } from './address.ts';
import { createDiscovery } from './discovery.ts';
import { discovery } from './part.ts';

const operations = {
  greet: operation({
    service: 'greetings',
    method: 'GET',
    path: '/greetings/:name',
    params: Type.Object({ name: Type.String() }),
    answer: Type.Object({ greeting: Type.String() }),
  }),
};

const greetings = defineService({
  name: 'greetings',
  schema: new URL('../testing/notes.sql', import.meta.url),
  use: { discovery: discovery() },
  routes: (app) => {
    implement(app, operations, { greet: ({ params }) => ({ greeting: `hello ${params.name}` }) });
  },
});

describe('a service with discovery', () => {
  it('is called by its name from when it listens until it is told to stop', async (t) => {
    const server = await testServer();
    const DISCOVERY_URL = await server.database('discovery');
    const env = { DISCOVERY_URL, LOG_LEVEL: 'silent' };
    const start = async () =>
      await greetings.start({ ...env, DATABASE_URL: await server.database('greetings') });
    const finder = createDiscovery(registryAt(DISCOVERY_URL));
    const calls = serviceClient(operations, { discovery: finder });
    t.after(async () => {
      await calls[Symbol.asyncDispose]();
      await finder.close();
    });
    const count = (wanted: number) =>
      new Promise<void>((resolve) => {
        const stop = finder.watch('greetings', (instances) => {
          if (instances.length !== wanted) return;
          queueMicrotask(() => stop());
          resolve();
        });
      });

    const first = await start();
    await count(1);
    assert.deepEqual(await calls.greet({ params: { name: 'Ann' } }), { greeting: 'hello Ann' });
    const second = await start();
    await count(2);
    await first.close();
    await count(1);
    assert.deepEqual((await finder.resolve('greetings'))[0]!.url, second.url);
    assert.deepEqual(await calls.greet({ params: { name: 'Bob' } }), { greeting: 'hello Bob' });
    await second.close();
    await count(0);
  });
});
