import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startBackend, startTestGateway, tableOf } from '../testing/gateway.ts';

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
    ]);
    const { gateway } = await startTestGateway(t, table);
    const post = async (
      path: string,
      body: string | ReadableStream,
      type = 'application/json',
      more = {},
    ) => {
      const init = { method: 'POST', body, headers: { 'content-type': type, ...more }, duplex: 'half' };
      const response = await fetch(gateway.url + path, init as RequestInit);
      const answer = (await response.json()) as { code?: string; errors?: unknown[] };
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

  test('a body over the limit is refused, told or streamed', async (t) => {
    const { monolith, post } = await bodyWorld(t);
    assert.equal((await post('/small', '0123456789')).status, 200);
    assert.equal((await post('/small', '0123456789a')).status, 413);
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('0123456789'));
        controller.enqueue(new TextEncoder().encode('abcdefghij'));
        controller.close();
      },
    });
    assert.equal((await post('/small', stream)).status, 413);
    assert.equal(monolith.seen.length, 1, 'nothing was completed upstream');
  });
});
