import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { Type } from 'typebox';
import { discovery } from '../discovery/part.ts';
import { defineService } from '../lifecycle/define.ts';
import { implement } from './implement.ts';
import { operation } from './operation.ts';
import { calls } from './part.ts';

const operations = {
  greet: operation({
    service: 'greetings',
    method: 'GET',
    path: '/greetings/:name',
    params: Type.Object({ name: Type.String() }),
    answer: Type.Object({ greeting: Type.String() }),
  }),
};
const Urls = Type.Object({ GREETINGS_URL: Type.Optional(Type.String()) });
const schema = new URL('../testing/notes.sql', import.meta.url);

const greetings = defineService({
  name: 'greetings',
  schema,
  use: { discovery: discovery() },
  routes: (app) =>
    implement(app, operations, { greet: ({ params }) => ({ greeting: `hello ${params.name}` }) }),
});

const letters = defineService({
  name: 'letters',
  schema,
  use: {
    greetings: calls(operations, {
      config: Urls,
      urls: ({ GREETINGS_URL }) => ({ greetings: GREETINGS_URL }),
      identity: 'none',
    }),
  },
  routes: (app, { greetings }) => {
    app.get('/letter', async () => await greetings.greet({ params: { name: 'Ann' } }));
  },
});

let env: { DATABASE_URL: string; DISCOVERY_URL: string; LOG_LEVEL: string };

before(async () => {
  const server = await testServer();
  env = {
    DATABASE_URL: await server.database('calls'),
    DISCOVERY_URL: await server.database('discovery'),
    LOG_LEVEL: 'silent',
  };
});

describe('a service that states whom it calls', () => {
  it('says so before it runs', () => {
    assert.deepEqual(letters.takes, [
      { by: 'call', service: 'greetings', name: 'greet', route: 'GET /greetings/:name' },
    ]);
    assert.deepEqual(greetings.takes, []);
  });

  it('calls it at the address of its variable, and counts the calls', async (t) => {
    const called = await greetings.start(env);
    const service = await letters.start({ ...env, GREETINGS_URL: called.url });
    t.after(async () => {
      await service.close();
      await called.close();
    });
    const answer = await fetch(`${service.url}/letter`);
    assert.deepEqual(await answer.json(), { greeting: 'hello Ann' });
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    assert.match(metrics, /client_call_duration_seconds_count\{.*operation="greet".*\} 1/);
  });

  it('fails its call, and not its start, while nobody says where the other is', async (t) => {
    const service = await letters.start(env);
    t.after(() => service.close());
    assert.equal((await fetch(`${service.url}/letter`)).ok, false);
  });

  it('finds it by discovery that is listed before, and does not start without', async (t) => {
    const use = {
      found: discovery(),
      greetings: calls(operations, { discovery: 'found', identity: 'none' }),
    };
    const finding = (parts: Pick<typeof use, 'greetings'>) =>
      defineService({
        name: 'finding',
        schema,
        use: parts,
        routes: (app, { greetings }) => {
          app.get('/letter', async () => await greetings.greet({ params: { name: 'Bob' } }));
        },
      });
    await assert.rejects(
      finding({ greetings: use.greetings }).start(env),
      /list discovery\(\) under that name before it/,
    );
    const called = await greetings.start(env);
    const service = await finding(use).start(env);
    t.after(async () => {
      await service.close();
      await called.close();
    });
    assert.deepEqual(await (await fetch(`${service.url}/letter`)).json(), { greeting: 'hello Bob' });
  });
});
