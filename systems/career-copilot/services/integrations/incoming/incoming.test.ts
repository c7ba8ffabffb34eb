import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { sweep } from '../sweep.ts';
import { startWorld, type World } from '../testing/world.ts';
import { signed } from '../webhooks/signature.ts';

let world: World;
let users = 0;

before(async () => {
  world = await startWorld();
});

after(async () => await world?.stop());

type Made = { id: number; path: string; secret: string };

async function source(userId: number, more: object = { scheme: 'standard' }): Promise<Made> {
  const { status, body } = await world.call(userId, 'POST', '/sources', { name: 'ATS', ...more });
  assert.equal(status, 201);
  return body;
}

async function send(path: string, body: string | Buffer, headers: Record<string, string>) {
  const response = await fetch(world.service.url + path, {
    method: 'POST',
    body: new Uint8Array(Buffer.from(body)),
    headers,
  });
  return {
    status: response.status,
    body: (await response.json()) as { duplicate?: boolean; reason?: string },
  };
}

const standard = (secret: string, body: string, id = 'msg_1', at = new Date()) => ({
  ...signed([secret], { id, at, body }),
  'content-type': 'application/json',
});

describe('a webhook that comes in', () => {
  it('is stored as its bytes were, told of once, and answered the same however often it comes', async () => {
    const ada = ++users;
    const { id, path, secret } = await source(ada);
    const body = '{ "a":1,\n"ä": "\\u0000" }';
    const first = await send(path, body, standard(secret, body));
    assert.deepEqual([first.status, first.body], [202, { duplicate: false }]);
    const later = new Date(Date.now() - 60_000);
    for (const headers of [standard(secret, body), standard(secret, body, 'msg_1', later)])
      assert.deepEqual((await send(path, body, headers)).body, { duplicate: true });
    const { body: list } = await world.call(ada, 'GET', `/sources/${id}/receipts`);
    assert.equal(list.items.length, 1);
    const [{ id: receiptId, message_id, bytes }] = list.items;
    assert.deepEqual([message_id, bytes], ['msg_1', Buffer.byteLength(body)]);
    const shown = await fetch(
      `${world.service.url}/api/v1/integrations/sources/${id}/receipts/${receiptId}/body`,
      { headers: { authorization: `Bearer ${world.gateway.token(ada)}` } },
    );
    assert.equal(await shown.text(), body);
    assert.equal(shown.headers.get('x-content-type-options'), 'nosniff');
    const said = (await world.said('IncomingWebhookReceived')).filter(({ userId }) => userId === ada);
    assert.deepEqual(said, [{ userId: ada, sourceId: id, receiptId }]);
  });

  it('at the same time twice has one effect', async () => {
    const ada = ++users;
    const { path, secret } = await source(ada);
    const sent = await Promise.all(Array.from({ length: 8 }, () => send(path, '{}', standard(secret, '{}'))));
    assert.equal(sent.filter(({ body }) => body.duplicate === false).length, 1);
    assert.equal(
      (await world.said('IncomingWebhookReceived')).filter(({ userId }) => userId === ada).length,
      1,
    );
  });

  it('is refused unsigned, too late, too large, or where there is no address', async () => {
    const ada = ++users;
    const { path, secret } = await source(ada);
    const bad = async (body: string, headers: Record<string, string>, to = path) =>
      (await send(to, body, headers)).status;
    assert.equal(await bad('{}', { 'content-type': 'application/json' }), 401);
    assert.equal(await bad('{"a":2}', standard(secret, '{}')), 401);
    const old = await send(path, '{}', standard(secret, '{}', 'msg_2', new Date(Date.now() - 400_000)));
    assert.deepEqual([old.status, old.body.reason], [401, 'TOO_OLD']);
    const large = 'x'.repeat(256 * 1024 + 1);
    assert.equal(await bad(large, standard(secret, large)), 413);
    assert.equal(await bad('{}', standard(secret, '{}'), `${path}x`), 404);
  });

  it('is believed by the sender`s own way of signing, whatever its type, and known again without an id', async () => {
    const ada = ++users;
    const settings = {
      signature_header: 'X-Sig',
      prefix: 'sha256=',
      encoding: 'hex',
      algorithm: 'sha256',
      signed: '{body}',
    };
    const secret = 'a secret of the sender';
    const { path } = await source(ada, { scheme: 'hmac', settings, secret });
    const body = Buffer.from([0, 255, 1, 2]);
    const headers = {
      'x-sig': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      'content-type': 'x/y',
    };
    assert.deepEqual((await send(path, body, headers)).body, { duplicate: false });
    assert.deepEqual((await send(path, body, headers)).body, { duplicate: true });
    for (const more of [
      { scheme: 'hmac', secret },
      { scheme: 'hmac', secret, settings: { ...settings, signed: 'x' } },
      // Read as base64 they would be no bytes, or a few of them.
      { scheme: 'standard', secret: 'whsec_!!!!!!!!!!' },
      { scheme: 'standard', secret: 'correct horse battery staple' },
    ])
      assert.equal((await world.call(ada, 'POST', '/sources', { name: 'x', ...more })).status, 422);
  });

  it('is refused beyond what one source may send in an hour', async () => {
    const ada = ++users;
    const { id, path, secret } = await source(ada);
    await world.service.pool.query(
      `INSERT INTO incoming_receipts (source_id, message_id, content_hash, content_type, body)
       SELECT $1, n::text, n::text, '', '' FROM generate_series(1, 600) n`,
      [id],
    );
    assert.equal((await send(path, '{}', standard(secret, '{}', 'msg_601'))).status, 429);
  });
});

it('what came is kept for 30 days', async () => {
  const ada = ++users;
  const { id } = await source(ada);
  await world.service.pool.query(
    `INSERT INTO incoming_receipts (source_id, message_id, content_hash, content_type, body, received_at)
     SELECT $1, n::text, n::text, '', '', now() - make_interval(days => n) FROM generate_series(28, 31) n`,
    [id],
  );
  await sweep(world.service.pool);
  const { body } = await world.call(ada, 'GET', `/sources/${id}/receipts`);
  assert.deepEqual(
    body.items.map(({ message_id }: { message_id: string }) => message_id),
    ['29', '28'],
  );
});

it('a source is seen and removed by whose it is only, and its address is nobody`s then', async () => {
  const [ada, grace] = [++users, ++users];
  const { id, path, secret } = await source(ada);
  assert.equal((await world.call(grace, 'DELETE', `/sources/${id}`)).status, 404);
  assert.equal((await world.call(grace, 'GET', `/sources/${id}/receipts`)).status, 404);
  assert.equal((await world.call(grace, 'GET', `/sources/${id}/receipts/1/body`)).status, 404);
  const { body } = await world.call(ada, 'GET', '/sources');
  assert.deepEqual([body.items.length, body.items[0].path], [1, path]);
  assert.ok(!JSON.stringify(body).includes(secret));
  assert.equal((await world.call(ada, 'DELETE', `/sources/${id}`)).status, 204);
  assert.equal((await send(path, '{}', standard(secret, '{}'))).status, 404);
});
