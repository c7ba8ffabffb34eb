import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify from 'fastify';
import { limitJsonDepth } from './json-depth.ts';

test('a body that is nested too deeply is refused, and brackets in its texts do not count', async () => {
  const app = Fastify();
  limitJsonDepth(app);
  app.post('/', async (request) => Object.keys(request.body as object));
  const post = async (payload: string) =>
    (await app.inject({ method: 'POST', url: '/', headers: { 'content-type': 'application/json' }, payload }))
      .statusCode;
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  assert.equal(await post(nested(500)), 200);
  assert.equal(await post(nested(501)), 400);
  assert.equal(await post(JSON.stringify({ text: '['.repeat(2000), quoted: '\\"[[' })), 200);
  await app.close();
});
