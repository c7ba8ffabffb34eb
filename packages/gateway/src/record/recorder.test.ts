import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { SignJWT } from 'jose';
import { sendJson, startBackend, startTestGateway, tableOf, until } from '../testing/gateway.ts';
import { MONOLITH, now, SECRET } from '../testing/tokens.ts';
import type { RecordedBatch, RecorderSettings } from './recorder.ts';
import type { RecordedRequest } from './recording.ts';

const ROUTES = [
  { method: 'GET', path: '/articles/:slug/comments' },
  { method: 'POST', path: '/articles/:slug/comments' },
  { method: 'PUT', path: '/comments/:id' },
];
const EVERYBODY = { key: Buffer.alloc(32, 1).toString('base64'), share: 1, keep: [], also: [] };

const tokenOf = (sub: string) =>
  new SignJWT({ sub })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(now() + 600)
    .sign(new TextEncoder().encode(SECRET));

async function world(t: TestContext, settings: Partial<RecorderSettings> = {}) {
  const monolith = await startBackend(t, 'monolith');
  monolith.answer = (_req, res) => sendJson(res, 201, { comment: { id: 4711, body: 'hello' } });
  const table = tableOf({ monolith: monolith.url }, 0, ROUTES, { issuers: [MONOLITH] });
  const { gateway } = await startTestGateway(t, table);
  const batches: RecordedBatch[] = [];
  await gateway.record({ ...EVERYBODY, startedAt: Date.now(), ...settings }, async (batch) => {
    batches.push(batch);
  });
  const ask = async (
    method: string,
    path: string,
    options: { user?: string; body?: string; type?: string } = {},
  ) => {
    const { user, body, type = 'application/json' } = options;
    const response = await fetch(gateway.url + path, {
      method,
      headers: {
        ...(user && { authorization: `Bearer ${await tokenOf(user)}` }),
        ...(body !== undefined && { 'content-type': type }),
      },
      body,
    });
    await response.arrayBuffer();
    return response.status;
  };
  const recorded = async () => {
    await gateway.record(null);
    return batches.flatMap(({ lines }) => lines.map((line) => JSON.parse(line) as RecordedRequest));
  };
  const counted = (name: 'dropped' | 'unmatched') =>
    batches.reduce((sum, { counts }) => sum + counts[name], 0);
  return { monolith, gateway, ask, batches, recorded, counted };
}

test('a recording has who asked for what by which route, and how it was answered', async (t) => {
  const { ask, recorded, batches } = await world(t, { keep: ['slug'] });
  await ask('POST', '/Articles/old-1/comments/?draft=secret-draft', {
    user: 'ada',
    body: '{"body":"hello","stars":5}',
  });
  await ask('PUT', '/comments/4711', { user: 'ada', body: '{"body":"hello"}' });
  await ask('GET', '/articles/old-2/comments', { user: 'bob' });
  const [made, changed, read] = await recorded();
  assert.deepEqual(
    [made!.method, made!.path, made!.params, made!.status],
    ['POST', ROUTES[1]!.path, { slug: 'old-1' }, 201],
  );
  assert.equal(changed!.user, made!.user);
  assert.notEqual(read!.user, made!.user);
  // What the answer calls the new row is what the next request asks for.
  assert.deepEqual(made!.ids, [['/comment/id', Number(changed!.params.id)]]);
  const { body } = (made!.body as { json: { body: string } }).json;
  assert.deepEqual(changed!.body, { json: { body } });
  const text = JSON.stringify([made, changed, read]);
  for (const secret of ['hello', 'ada', 'bob', '4711', 'secret-draft', 'eyJ'])
    assert.ok(!text.includes(secret), secret);
  assert.deepEqual(
    batches.reduce((sum, { counts }) => sum + (counts.replaced.body ?? 0), 0),
    2,
  );
});

test('a user is recorded with all that they ask for, or with nothing', async (t) => {
  const { ask, recorded } = await world(t, { share: 0.5 });
  const users = Array.from({ length: 20 }, (_, n) => `user${n}`);
  for (const user of [...users, ...users]) await ask('GET', '/articles/a/comments', { user });
  const times = new Map<string | null, number>();
  for (const { user } of await recorded()) times.set(user, (times.get(user) ?? 0) + 1);
  // The key decides who is in the share, and it is the same in each run of this test.
  assert.ok(times.size > 0 && times.size < users.length, `${times.size} of ${users.length}`);
  assert.deepEqual(new Set(times.values()), new Set([2]));
});

test('a path that nobody has named is counted and not written down', async (t) => {
  const { ask, recorded, counted } = await world(t, { also: [{ method: 'POST', path: '/articles' }] });
  await ask('POST', '/articles', { body: '{}' });
  await ask('GET', '/reset/the-token-of-a-password');
  assert.deepEqual(
    (await recorded()).map(({ method, path }) => `${method} ${path}`),
    ['POST /articles'],
  );
  assert.equal(counted('unmatched'), 1);
});

test('a body that streams through, or is too strange to be written down, is left out and said', async (t) => {
  const { ask, recorded } = await world(t);
  await ask('POST', '/articles/a/comments', { body: JSON.stringify({ body: 'x'.repeat(100_000) }) });
  await ask('POST', '/articles/a/comments', { body: 'abc', type: 'image/png' });
  assert.deepEqual(
    (await recorded()).map(({ left }) => left),
    ['a body that was passed on as it came', 'a body that is neither JSON nor a form'],
  );
});

test('whoever takes the recording slowly has requests dropped and counted, and none of them waits', async (t) => {
  const monolith = await startBackend(t, 'monolith');
  monolith.answer = (_req, res) =>
    sendJson(
      res,
      200,
      Array.from({ length: 50 }, (_, id) => ({ id: `comment ${id}` })),
    );
  const { gateway } = await startTestGateway(t, tableOf({ monolith: monolith.url }, 0, ROUTES));
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const batches: RecordedBatch[] = [];
  await gateway.record({ ...EVERYBODY, startedAt: Date.now() }, async (batch) => {
    batches.push(batch);
    await held;
  });
  const ask = async () => (await fetch(`${gateway.url}/articles/a/comments`)).arrayBuffer();
  await ask();
  await until(() => batches.length === 1);
  // More than a worker writes down in a second.
  for (let i = 0; i < 15; i++) await Promise.all(Array.from({ length: 40 }, ask));
  assert.equal(monolith.seen.length, 601);
  assert.equal(batches.length, 1);
  release();
  await gateway.record(null);
  const recorded = batches.reduce((sum, { lines }) => sum + lines.length, 0);
  const dropped = batches.reduce((sum, { counts }) => sum + counts.dropped, 0);
  assert.equal(recorded + dropped, 601);
});

test('an answer whose client goes away is counted, not written down', async (t) => {
  const { gateway, monolith, counted, recorded } = await world(t);
  monolith.answer = (_req, res) => {
    res.writeHead(200, { 'content-type': 'application/json' });
    res.write('{"id":');
  };
  const going = new AbortController();
  const response = await fetch(`${gateway.url}/articles/a/comments`, { signal: going.signal });
  going.abort();
  await response.text().catch(() => {});
  await until(() => counted('dropped') === 1);
  assert.deepEqual(await recorded(), []);
});
