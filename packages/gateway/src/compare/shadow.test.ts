import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Route, RouteTable } from '../control/route-table.ts';
import { sendJson, startBackend, startTestGateway, tableOf, until } from '../testing/gateway.ts';
import { type Answer, differencesOf, shapeOf } from './compare.ts';
import { redactAnswer, redactValue, toCurl } from './redact.ts';

const answer = (body: unknown, more: Partial<Answer> = {}): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
  ...more,
});
const pointers = (a: unknown, b: unknown, ignore = {}) =>
  differencesOf(answer(a), answer(b), ignore).map(({ pointer }) => pointer);

describe('comparison', () => {
  test('equal values are equal whatever the order of their keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const reversed = JSON.parse(JSON.stringify(value), (_key, inner) =>
          inner && typeof inner === 'object' && !Array.isArray(inner)
            ? Object.fromEntries(Object.entries(inner).reverse())
            : inner,
        );
        assert.deepEqual(pointers(value, reversed), []);
      }),
    );
  });

  test('names the place of each difference as a JSON pointer', () => {
    assert.deepEqual(pointers({ a: { 'b/c': 1 }, d: [1, 2] }, { a: { 'b/c': 2 }, d: [1, 3] }), [
      '/a/b~1c',
      '/d/1',
    ]);
    assert.deepEqual(pointers({ a: 1 }, { b: 1 }), ['/a', '/b']);
    assert.deepEqual(pointers([1], [1, 2]), ['/1']);
    assert.deepEqual(pointers({ a: null }, {}), ['/a']);
    assert.deepEqual(pointers({ id: 7 }, { id: '7' }), ['/id']);
  });

  test('ignores fields, order and headers that it is told to', () => {
    const a = {
      at: 1,
      list: [
        { id: 1, at: 2 },
        { id: 2, at: 3 },
      ],
    };
    const b = {
      at: 9,
      list: [
        { id: 2, at: 8 },
        { id: 1, at: 7 },
      ],
    };
    assert.deepEqual(pointers(a, b, { fields: ['/at', '/list/*/at'] }), ['/list/0/id', '/list/1/id']);
    const noTimes = (value: typeof a) => ({ list: value.list.map(({ id }) => ({ id })) });
    assert.deepEqual(pointers(noTimes(a), noTimes(b), { arrayOrder: ['/list'] }), []);
    const html = answer({}, { headers: { 'content-type': 'text/html' } });
    assert.deepEqual(differencesOf(answer({}), html)[0]?.pointer, '#header/content-type');
    assert.deepEqual(differencesOf(answer(1), { ...html, body: '1' }, { headers: ['Content-Type'] }), []);
  });

  test('a charset in the content type is not a difference, another status is', () => {
    const other = answer({ a: 1 }, { headers: { 'content-type': 'application/json; charset=utf-8' } });
    assert.deepEqual(differencesOf(answer({ a: 1 }), other), []);
    assert.equal(differencesOf(answer({}), answer({}, { status: 404 }))[0]?.pointer, '#status');
  });

  test('bodies that are not JSON are compared as they are', () => {
    const text = (body: string): Answer => ({ status: 200, headers: { 'content-type': 'text/plain' }, body });
    assert.equal(differencesOf(text('a'), text('b'))[0]?.pointer, '#body');
    assert.deepEqual(differencesOf(text('a'), text('a')), []);
  });

  test('a shape stands for all elements of an array', () => {
    assert.equal(shapeOf('/items/12/a'), '/items/*/a');
    assert.equal(shapeOf('#status'), '#status');
  });
});

describe('redaction', () => {
  test('a curl command can be pasted and tells no secret', () => {
    const curl = toCurl('GET', 'http://m', "/a?token=abc&q=it's", [
      'authorization',
      'Bearer secret',
      'Cookie',
      'a=secret',
      'accept',
      "a'b",
    ]);
    assert.equal(
      curl,
      `curl -H 'authorization: REDACTED' -H 'Cookie: REDACTED' -H 'accept: a'\\''b' 'http://m/a?token=REDACTED&q=it'\\''s'`,
    );
  });

  test('secrets in answers and differences are replaced, names and all else stay', () => {
    const { headers, body } = redactAnswer({
      status: 200,
      headers: { 'set-cookie': 'a', etag: 'b' },
      body: JSON.stringify({
        user: { password_hash: 'x', name: 'y', resetToken: 'z', twoFactorSecret: null },
      }),
    });
    assert.deepEqual(headers, { 'set-cookie': 'REDACTED', etag: 'b' });
    assert.deepEqual(JSON.parse(body), {
      user: { password_hash: 'REDACTED', name: 'y', resetToken: 'REDACTED', twoFactorSecret: null },
    });
    assert.equal(redactValue('/user/password', 'x'), 'REDACTED');
    assert.deepEqual(redactValue('/user', { apiKey: 'x', id: 1 }), { apiKey: 'REDACTED', id: 1 });
    assert.equal(redactValue('/user/name', 'x'), 'x');
  });
});

describe('shadow', () => {
  async function world(t: TestContext, route: Partial<Route> = {}, more: Partial<RouteTable> = {}) {
    const [monolith, service] = [await startBackend(t, 'monolith'), await startBackend(t, 'service')];
    const routes = [{ method: '*', path: '/me', mode: 'monolith' as const, shadow: true, ...route }];
    const table = tableOf({ monolith: monolith.url, service: service.url }, 0, routes, more);
    const { gateway, source } = await startTestGateway(t, table);
    const same = { name: 'Jo' };
    monolith.answer = (_req, res) => sendJson(res, 200, same);
    service.answer = (_req, res) => sendJson(res, 200, same);
    const call = (method = 'GET') =>
      fetch(`${gateway.url}/me?token=s`, {
        method,
        headers: { authorization: 'Bearer secret', 'x-key': '1' },
      });
    const count = async (name: string) =>
      Number(new RegExp(`banyan_gateway_${name} (\\d+)`).exec(await gateway.metrics())?.[1]);
    const compared = async (n: number) =>
      until(() => source.outcomes.reduce((sum, outcome) => sum + outcome.compared, 0) >= n);
    return { monolith, service, gateway, source, call, count, compared };
  }

  test('sends a safe request to the other side too, marked, and compares', async (t) => {
    const { service, source, call, compared } = await world(t);
    await call();
    await compared(1);
    const { headers, url } = service.seen[0]!;
    assert.deepEqual(
      [url, headers['x-banyan-shadow'], headers.authorization],
      ['/me?token=s', '1', 'Bearer secret'],
    );
    assert.deepEqual(source.mismatches, []);
    const outcome = source.outcomes.find(({ compared: n }) => n > 0)!;
    assert.deepEqual(
      [outcome.side, outcome.compared, outcome.mismatched, outcome.requests],
      ['service', 1, 0, 0],
    );
  });

  test('stores a real difference with both answers and a curl command without secrets', async (t) => {
    const { service, source, call } = await world(t);
    service.answer = (_req, res) => sendJson(res, 200, { name: 'Joe', password: 'x' });
    assert.deepEqual(await (await call()).json(), { name: 'Jo' }, 'the client gets the primary answer');
    await until(() => source.mismatches.length === 1);
    const [mismatch] = source.mismatches;
    assert.deepEqual(mismatch?.differences, [
      { pointer: '/name', monolith: 'Jo', service: 'Joe' },
      { pointer: '/password', monolith: undefined, service: 'REDACTED' },
    ]);
    assert.match(mismatch!.curl, /^curl .*authorization: REDACTED.*token=REDACTED/);
    assert.doesNotMatch(JSON.stringify(mismatch), /secret/);
    assert.equal(mismatch?.answers.service.body, '{"name":"Joe","password":"REDACTED"}');
  });

  test('what the primary says differently by itself is noise', async (t) => {
    const { monolith, service, source, call, compared, count } = await world(t);
    let at = 0;
    monolith.answer = (_req, res) => sendJson(res, 200, { name: 'Jo', at: at++ });
    service.answer = (_req, res) => sendJson(res, 200, { name: 'Jo', at: 1000 + at++ });
    await call();
    await compared(1);
    assert.deepEqual(source.mismatches, []);
    assert.equal(await count('shadow_noise_total'), 1);
  });

  test('noise in one field does not hide a difference in another', async (t) => {
    const { monolith, service, source, call } = await world(t);
    let at = 0;
    monolith.answer = (_req, res) => sendJson(res, 200, { name: 'Jo', at: at++ });
    service.answer = (_req, res) => sendJson(res, 200, { name: 'Joe', at: at++ });
    await call();
    await until(() => source.mismatches.length === 1);
    assert.deepEqual(
      source.mismatches[0]?.differences.map(({ pointer }) => pointer),
      ['/name'],
    );
  });

  test('a row in flight agrees once the stream has caught up', async (t) => {
    const { service, source, call, compared } = await world(t, {
      settle: { monolith: [['users.forward']], service: [] },
    });
    let arrived = false;
    source.settle = async (waves) => {
      assert.deepEqual(waves, [['users.forward']]);
      arrived = true;
      return true;
    };
    service.answer = (_req, res) => sendJson(res, 200, { name: arrived ? 'Jo' : 'old' });
    await call();
    await compared(1);
    assert.deepEqual(source.mismatches, []);
  });

  test('what was there for a moment only, and is gone before the primary is asked again, is no mismatch', async (t) => {
    const { monolith, service, source, call, compared } = await world(t, {
      settle: { monolith: [['users.forward']], service: [] },
    });
    let held = 0;
    const answer = (_req: unknown, res: Parameters<typeof monolith.answer>[1]) =>
      sendJson(res, 200, { held });
    monolith.answer = answer;
    let settled = 0;
    source.settle = async () => {
      // Held while the other side is asked, and given back before the primary is.
      held = ++settled === 1 ? 10 : 0;
      return true;
    };
    service.answer = (req, res) => {
      if (settled === 0) return sendJson(res, 200, { held: 5 });
      answer(req, res);
      held = 0;
    };
    await call();
    await compared(1);
    assert.deepEqual([source.mismatches, settled], [[], 2]);
  });

  test('a service that is not there says nothing about its answers, and does the client no harm', async (t) => {
    const { service, source, call, count } = await world(t);
    await service.stop();
    assert.equal((await call()).status, 200);
    await until(async () => (await count('shadow_skipped_total')) === 1);
    assert.deepEqual(source.mismatches, []);
  });

  test('a difference is no mismatch while the other side has not caught up', async (t) => {
    const { service, source, call, count } = await world(t);
    source.settle = async () => false;
    service.answer = (_req, res) => sendJson(res, 200, { name: 'old' });
    await call();
    await until(async () => (await count('shadow_skipped_total')) === 1);
    assert.deepEqual(source.mismatches, []);
  });

  describe('of a service that hears by events', () => {
    const hearing = async (t: TestContext, mayLagMs: number) => {
      const sides = await world(t);
      const { source, gateway, monolith, service } = sides;
      const table = tableOf({ monolith: monolith.url, service: service.url }, 0, [
        { method: '*', path: '/me', mode: 'monolith', shadow: true },
      ]);
      source.settle = async () => assert.fail('no link brings anything to it');
      source.publish({
        ...table,
        version: 2,
        services: { users: { ...table.services.users!, mayLagMs } },
      });
      await until(() => gateway.version() === 2);
      return sides;
    };

    test('an answer that is behind is waited for, and is no mismatch', async (t) => {
      const { service, source, call, compared } = await hearing(t, 60_000);
      let asked = 0;
      service.answer = (_req, res) => sendJson(res, 200, { name: ++asked >= 3 ? 'Jo' : 'old' });
      await call();
      await compared(1);
      assert.deepEqual([source.mismatches, asked], [[], 3]);
    });

    test('an answer that is other for longer than it may be behind is a mismatch', async (t) => {
      const { service, source, call } = await hearing(t, 50);
      service.answer = (_req, res) => sendJson(res, 200, { name: 'old' });
      await call();
      await until(() => source.mismatches.length === 1);
      assert.ok(service.seen.length >= 3);
    });
  });

  test('a slow shadow delays no answer', async (t) => {
    const { service, call, gateway } = await world(t);
    service.answer = () => {};
    assert.equal((await call()).status, 200);
    await until(() => service.seen.length === 1);
    assert.match(await gateway.metrics(), /shadow_compared_total 1/);
    await service.stop();
  });

  test('unsafe requests are never sent twice', async (t) => {
    const { service, monolith, call, gateway } = await world(t);
    await call('POST');
    await gateway.stop();
    assert.deepEqual([monolith.seen.length, service.seen.length], [1, 0]);
  });

  test('encoded bodies are compared by what they mean', async (t) => {
    const { monolith, source, call, compared } = await world(t);
    monolith.answer = (_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      res.end(gzipSync('{"name":"Jo"}'));
    };
    await call();
    await compared(1);
    assert.deepEqual(source.mismatches, []);
  });

  test('too long answers and too many at once are left out and counted', async (t) => {
    const { monolith, service, call, count } = await world(
      t,
      {},
      { shadow: { maxBodyBytes: 10, maxConcurrent: 1 } },
    );
    monolith.answer = (_req, res) => sendJson(res, 200, { name: 'a long name' });
    await call();
    await until(async () => (await count('shadow_skipped_total')) === 1);
    monolith.answer = (_req, res) => sendJson(res, 200, {});
    let release = () => {};
    service.answer = (_req, res) => {
      release = () => sendJson(res, 200, {});
    };
    const before = service.seen.length;
    await call();
    await until(() => service.seen.length > before);
    await call();
    assert.equal(await count('shadow_skipped_total'), 2);
    release();
  });

  test('a sample rate of 0 compares nothing', async (t) => {
    const { service, call, gateway } = await world(t, {}, { shadow: { sampleRate: 0 } });
    await call();
    await gateway.stop();
    assert.equal(service.seen.length, 0);
  });

  test('the side that answers is the service when the key is there, and the monolith is compared', async (t) => {
    const { monolith, service, gateway, source } = await world(t, { mode: 'migrated' });
    const table = tableOf({ monolith: monolith.url, service: service.url }, 10_000, [
      { method: '*', path: '/me', shadow: true },
    ]);
    source.publish({ ...table, version: 2 });
    await until(() => gateway.version() === 2);
    monolith.answer = (_req, res) => sendJson(res, 200, { name: 'old' });
    const response = await fetch(`${gateway.url}/me`, { headers: { 'x-key': '1' } });
    assert.deepEqual(await response.json(), { name: 'Jo' });
    await until(() => source.mismatches.length === 1);
    assert.deepEqual(source.mismatches[0]?.differences[0], {
      pointer: '/name',
      monolith: 'old',
      service: 'Jo',
    });
  });
});
