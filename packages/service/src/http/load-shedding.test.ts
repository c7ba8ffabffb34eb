import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import Fastify from 'fastify';
import { Registry } from 'prom-client';
import { answerErrors } from './answers.ts';
import { problemAnswer } from './errors.ts';
import { KIT_ROUTE } from './health.ts';
import { overload, shedLoad } from './load-shedding.ts';
import type { ServiceApp } from './types.ts';

describe('overload', () => {
  const limits = { MAX_IN_FLIGHT: 10, MAX_EVENT_LOOP_LAG_MS: 100 };
  it('begins above either limit', () => {
    assert.equal(overload({ inFlight: 10, lagMs: 100 }, limits), undefined);
    assert.equal(overload({ inFlight: 11, lagMs: 0 }, limits), 'in-flight');
    assert.equal(overload({ inFlight: 0, lagMs: 101 }, limits), 'event-loop');
  });

  it('never begins where there is no limit', () => {
    assert.equal(
      overload({ inFlight: 1e6, lagMs: 1e6 }, { MAX_IN_FLIGHT: 0, MAX_EVENT_LOOP_LAG_MS: 0 }),
      undefined,
    );
  });
});

describe('an overloaded service', () => {
  it('sends requests away with Retry-After, answers its health, and takes requests again afterwards', async () => {
    const app = Fastify() as unknown as ServiceApp;
    answerErrors(app, problemAnswer);
    const load = shedLoad(app, { MAX_IN_FLIGHT: 1, MAX_EVENT_LOOP_LAG_MS: 60_000 }, new Registry());
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let enter = () => {};
    const entered = new Promise<void>((resolve) => {
      enter = resolve;
    });
    app.get('/slow', async () => {
      enter();
      await released;
      return 'done';
    });
    app.get('/health/live', KIT_ROUTE, async () => 'alive');
    const slow = app.inject('/slow');
    await entered;
    const refused = await app.inject('/slow');
    assert.deepEqual([refused.statusCode, refused.headers['retry-after']], [503, '1']);
    assert.deepEqual([refused.json().code, refused.json().reason], ['OVERLOADED', 'in-flight']);
    assert.equal((await app.inject('/health/live')).statusCode, 200);
    release();
    assert.equal((await slow).statusCode, 200);
    assert.equal((await app.inject('/slow')).statusCode, 200);
    load.lagMs = 60_001;
    assert.equal((await app.inject('/slow')).statusCode, 503);
    await app.close();
  });
});
