import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { Type } from 'typebox';
import { defineService, type ServicePart } from '../index.ts';

const schema = new URL('../testing/notes.sql', import.meta.url);
let env: Record<string, string>;

before(async () => {
  env = { DATABASE_URL: await (await testServer()).database('parts'), LOG_LEVEL: 'silent' };
});

/** A part that tells when it is asked to do what. */
function telling(name: string, said: string[], failing: { start?: boolean; ready?: boolean } = {}) {
  return {
    start: async ({ service }) => {
      if (failing.start) throw new Error(`${name} cannot start`);
      said.push(`start ${name}`);
      return {
        provided: { hello: () => `${name} of ${service}` },
        open: async () => void said.push(`open ${name}`),
        ready: async () => {
          if (failing.ready) throw new Error('not now');
        },
        drain: async () => void said.push(`drain ${name}`),
        close: async () => void said.push(`close ${name}`),
      };
    },
  } satisfies ServicePart<{ hello(): string }>;
}

const stamp: ServicePart<string, ReturnType<typeof stampConfig>> = {
  config: stampConfig(),
  start: async ({ config }) => ({ provided: config.STAMP.toUpperCase(), close: async () => {} }),
};

function stampConfig() {
  return Type.Object({ STAMP: Type.String({ default: 'received' }) });
}

describe('the parts of a service', () => {
  it('start in order before the routes, open once it listens, and close backwards after the last answer', async () => {
    const said: string[] = [];
    const service = await defineService({
      name: 'parted',
      schema,
      use: { first: telling('first', said), second: telling('second', said) },
      routes: (app, { first, second }) => {
        said.push('routes');
        app.addHook('onClose', async () => void said.push('http closed'));
        app.get('/', async () => [first.hello(), second.hello()]);
      },
    }).start(env);
    assert.deepEqual(await (await fetch(service.url)).json(), ['first of parted', 'second of parted']);
    assert.equal(service.provided.first.hello(), 'first of parted');
    await service.close();
    assert.deepEqual(said, [
      'start first',
      'start second',
      'routes',
      'open first',
      'open second',
      'drain first',
      'drain second',
      'http closed',
      'close second',
      'close first',
    ]);
  });

  it('bring variables of their own', async () => {
    const service = await defineService({
      name: 'stamped',
      schema,
      use: { stamp },
      routes: (app, { stamp }) => void app.get('/', async () => ({ stamp })),
    }).start({ ...env, STAMP: 'paid' });
    assert.deepEqual(await (await fetch(service.url)).json(), { stamp: 'PAID' });
    await service.close();
  });

  it('may not give one variable two meanings', async () => {
    const own = Type.Object({ STAMP: Type.Integer() });
    const service = defineService({ name: 'stamped', schema, config: own, use: { stamp }, routes: () => {} });
    await assert.rejects(service.start(env), /redefines the variable STAMP/);
  });

  it('close again when one after them cannot start', async () => {
    const said: string[] = [];
    const use = { good: telling('good', said), bad: telling('bad', said, { start: true }) };
    await assert.rejects(
      defineService({ name: 'half', schema, use, routes: () => {} }).start(env),
      /bad cannot/,
    );
    assert.deepEqual(said, ['start good', 'close good']);
  });

  it('are asked whether the service is ready', async () => {
    const failing = { ready: true };
    const use = { queue: telling('queue', [], failing) };
    const service = await defineService({ name: 'asked', schema, use, routes: () => {} }).start(env);
    const ready = await fetch(`${service.url}/health/ready`);
    assert.equal(ready.status, 503);
    assert.deepEqual(await ready.json(), { status: 'unready', failed: ['queue'] });
    failing.ready = false;
    assert.equal((await fetch(`${service.url}/health/ready`)).status, 200);
    await service.close();
  });

  it('leave a service that is told to stop unready at once, while it still answers', async () => {
    let leave = () => {};
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const slow: ServicePart<undefined> = {
      start: async () => ({ provided: undefined, drain: () => left, close: async () => {} }),
    };
    const leaving = defineService({ name: 'leaving', schema, use: { slow }, routes: () => {} });
    const service = await leaving.start(env);
    const closed = service.close();
    const ready = await fetch(`${service.url}/health/ready`);
    assert.deepEqual([ready.status, await ready.json()], [503, { status: 'draining' }]);
    leave();
    await closed;
  });
});
