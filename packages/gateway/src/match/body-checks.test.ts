import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startBackend, startTestGateway, tableOf } from '../testing/gateway.ts';

const MIB = 1024 * 1024;

/** Sent in chunks, so that nothing says beforehand how long it is. */
function inChunks(bytes: number): ReadableStream {
  const chunk = new Uint8Array(MIB / 4);
  let left = bytes;
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(chunk.subarray(0, Math.min(left, chunk.length)));
      left -= chunk.length;
      if (left <= 0) controller.close();
    },
  });
}

describe('bodies', () => {
  const schema = {
    type: 'object',
    required: ['name'],
    properties: { name: { type: 'string', minLength: 2 }, age: { type: 'integer' } },
    additionalProperties: false,
  };

  async function bodyWorld(t: Parameters<typeof startBackend>[0]) {
    const monolith = await startBackend(t, 'monolith');
    const table = tableOf({ monolith: monolith.url }, 0, [
      { method: 'POST', path: '/checked', bodySchema: schema },
      { method: 'POST', path: '/small', limits: { bodyBytes: 10 } },
      { method: 'POST', path: '/large', limits: { bodyBytes: 3 * MIB } },
    ]);
    table.unmoved = [{ method: 'POST', path: '/stays/:id', settle: [], bodySchema: schema }];
    const { gateway } = await startTestGateway(t, table);
    const post = async (
      path: string,
      body: string | ReadableStream,
      type = 'application/json',
      more = {},
    ) => {
      const init = { method: 'POST', body, headers: { 'content-type': type, ...more }, duplex: 'half' };
      const response = await fetch(gateway.url + path, init as RequestInit);
      const answer = (await response.json()) as { code?: string; limitBytes?: number; errors?: unknown[] };
      return { status: response.status, ...answer };
    };
    return { monolith, gateway, post };
  }

  test('a body that matches the schema passes byte for byte', async (t) => {
    const { monolith, post } = await bodyWorld(t);
    const body = '{ "name":"Jo",\n "age": 7 }';
    assert.equal((await post('/checked', body)).status, 200);
    assert.equal(monolith.seen[0]?.body, body);
  });

  test('a body that does not match is refused with the places', async (t) => {
    const { monolith, post } = await bodyWorld(t);
    const refused = await post('/checked', '{"name":"J","age":"x"}');
    assert.deepEqual([refused.status, refused.code], [400, 'invalid-body']);
    assert.deepEqual(
      (refused.errors as { pointer: string }[]).map(({ pointer }) => pointer),
      ['/name', '/age'],
    );
    assert.equal((await post('/checked', '{"name"')).code, 'invalid-json');
    assert.equal((await post('/checked', '{"name":"Jo"}', 'text/plain')).code, 'unsupported-body');
    const encoded = { 'content-encoding': 'gzip' };
    assert.equal(
      (await post('/checked', '{"name":"Jo"}', 'application/json', encoded)).code,
      'unsupported-body',
    );
    assert.equal(monolith.seen.length, 0);
  });

  test('a body of a route that stays on the monolith is checked too', async (t) => {
    const { monolith, post } = await bodyWorld(t);
    for (const path of ['/stays/1', '/STAYS/1/', '/stays//1']) {
      const refused = await post(path, '{"name":"J"}');
      assert.deepEqual([refused.status, refused.code], [400, 'invalid-body'], path);
      assert.equal((await post(path, 'name=Jo', 'application/x-www-form-urlencoded')).status, 415);
    }
    assert.equal(monolith.seen.length, 0);
    assert.equal((await post('/stays/1', '{ "name": "Jo" }')).status, 200);
    assert.equal((await post('/stays/1/2', 'anything')).status, 200, 'another route');
    assert.deepEqual(
      monolith.seen.map(({ body }) => body),
      ['{ "name": "Jo" }', 'anything'],
    );
  });

  test('what has a default may be left out, and is not added', async (t) => {
    const monolith = await startBackend(t, 'monolith');
    const provider = { type: 'string', enum: ['stripe', 'paypal'], default: 'stripe' };
    const bodySchema = { type: 'object', required: ['provider'], properties: { provider } };
    const { gateway } = await startTestGateway(
      t,
      tableOf({ monolith: monolith.url }, 0, [{ method: 'POST', path: '/x', bodySchema }]),
    );
    const statusOf = async (body: string) =>
      (
        await fetch(`${gateway.url}/x`, {
          method: 'POST',
          body,
          headers: { 'content-type': 'application/json' },
        })
      ).status;
    assert.equal(await statusOf('{ }'), 200);
    assert.equal(monolith.seen[0]?.body, '{ }');
    assert.equal(await statusOf('{"provider":"cash"}'), 400);
  });

  test('a body over the limit is refused, told or streamed', async (t) => {
    const { monolith, post } = await bodyWorld(t);
    assert.equal((await post('/small', '0123456789')).status, 200);
    assert.equal((await post('/small', '0123456789a')).status, 413);
    assert.equal((await post('/small', inChunks(20))).status, 413);
    assert.equal(monolith.seen.length, 1, 'nothing was completed upstream');
  });

  test('a route may take more than the others do, and each says what it takes', async (t) => {
    const { monolith, post } = await bodyWorld(t);
    const type = 'application/octet-stream';
    const told = 'x'.repeat(2 * MIB);
    assert.equal((await post('/large', told, type)).status, 200);
    assert.equal((await post('/large', inChunks(2 * MIB), type)).status, 200);
    assert.deepEqual(
      monolith.seen.map(({ body }) => body.length),
      [2 * MIB, 2 * MIB],
    );
    for (const [path, limitBytes] of [
      ['/large', 3 * MIB],
      ['/other', MIB],
      ['/small', 10],
    ] as const)
      for (const body of ['x'.repeat(limitBytes + 1), inChunks(limitBytes + 1)]) {
        const { status, code, limitBytes: named } = await post(path, body, type);
        assert.deepEqual([status, code, named], [413, 'body-too-large', limitBytes], path);
      }
    assert.equal(monolith.seen.length, 2, 'nothing was completed upstream');
  });
});
