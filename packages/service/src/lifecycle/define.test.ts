import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { testServer } from '@banyan/postgres/testing';
import { Type } from 'typebox';
import { ConfigError, defineErrors, defineService, type RunningService } from '../index.ts';

const errors = defineErrors({ NOTE_NOT_FOUND: [404, 'There is no such note.'] });

let release: () => void = () => {};
let entered: () => void = () => {};
let end: () => void = () => {};

const notes = defineService({
  name: 'notes',
  config: Type.Object({ GREETING: Type.String() }),
  schema: new URL('../testing/notes.sql', import.meta.url),
  routes: (app, { config, pool }) => {
    app.get('/greeting', async () => ({ greeting: config.GREETING }));
    app.get('/notes/:id', { schema: { params: Type.Object({ id: Type.Integer() }) } }, async ({ params }) => {
      throw errors('NOTE_NOT_FOUND', { fields: { id: params.id } });
    });
    app.post(
      '/notes',
      { schema: { body: Type.Object({ at: Type.String({ format: 'date-time' }) }) } },
      async ({ body }) => (await pool.query('SELECT $1::timestamptz AS at', [body.at])).rows[0],
    );
    app.get('/broken', async () => await pool.query('SELECT secret FROM nowhere'));
    app.get('/begun', async (_request, reply) => {
      const body = new PassThrough();
      body.write('begun, ');
      end = () => body.end('ended');
      return await reply.send(body);
    });
    app.get('/slow', async () => {
      entered();
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return { done: true };
    });
  },
});

let env: Record<string, string>;
let service: RunningService;

before(async () => {
  const server = await testServer();
  env = { DATABASE_URL: await server.database('notes'), GREETING: 'hello', LOG_LEVEL: 'silent' };
  service = await notes.start(env);
});

after(async () => await service?.close());

describe('a service', () => {
  it('has its configuration and its schema', async () => {
    assert.deepEqual(await (await fetch(`${service.url}/greeting`)).json(), { greeting: 'hello' });
    await service.pool.query(`INSERT INTO notes (body) VALUES ('x')`);
  });

  it('does not start without its variables', async () => {
    await assert.rejects(notes.start({ ...env, GREETING: undefined }), ConfigError);
  });

  it('answers its own errors as problem documents', async () => {
    const response = await fetch(`${service.url}/notes/7`, { headers: { 'x-request-id': 'r-1' } });
    assert.equal(response.headers.get('x-request-id'), 'r-1');
    assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
    assert.deepEqual(await response.json(), {
      type: 'urn:problem:note-not-found',
      title: 'Not Found',
      status: 404,
      detail: 'There is no such note.',
      code: 'NOTE_NOT_FOUND',
      request_id: 'r-1',
      id: 7,
    });
  });

  it('answers bad input and unknown paths as problem documents', async () => {
    const bad = await fetch(`${service.url}/notes/x`);
    assert.equal(bad.status, 400);
    assert.equal(((await bad.json()) as { code: string }).code, 'INVALID_REQUEST');
    assert.equal((await fetch(`${service.url}/nowhere`)).status, 404);
  });

  it('takes JSON alone where a route does not say otherwise, and no time that cannot be stored', async () => {
    const post = async (body: string, type = 'application/json') =>
      (await fetch(`${service.url}/notes`, { method: 'POST', headers: { 'content-type': type }, body }))
        .status;
    const at = (text: string) => post(JSON.stringify({ at: text }));
    assert.equal(await at('2026-11-27T05:00:00+14:00'), 200);
    for (const text of ['2026-11-27T05:00:00+20:00', '0000-01-01T00:00:00Z'])
      assert.equal(await at(text), 400);
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded'])
      assert.equal(await post('{"at":"2026-11-27T05:00:00Z"}', type), 415);
  });

  it('tells clients nothing about its insides when it fails', async () => {
    const response = await fetch(`${service.url}/broken`);
    assert.equal(response.status, 500);
    assert.doesNotMatch(await response.text(), /nowhere|secret|relation/);
  });

  it('is alive, ready, measured and described', async () => {
    assert.equal((await fetch(`${service.url}/health/live`)).status, 200);
    assert.equal((await fetch(`${service.url}/health/ready`)).status, 200);
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    assert.match(
      metrics,
      /^http_request_duration_seconds_count\{.*route="\/greeting",.*service="notes"\} 1$/m,
    );
    const openapi = (await (await fetch(`${service.url}/openapi.json`)).json()) as {
      paths: Record<string, { get: { responses: Record<string, { content?: object }> } }>;
    };
    const { responses } = openapi.paths['/notes/{id}']!.get;
    assert.deepEqual(Object.keys(responses['400']!.content!), ['application/problem+json']);
    assert.ok('200' in responses, 'an answer that is not described is one all the same');
  });

  it('is not ready when its database is away, though alive', async () => {
    const lonely = await notes.start(env);
    await lonely.pool.end();
    assert.equal((await fetch(`${lonely.url}/health/ready`)).status, 503);
    assert.equal((await fetch(`${lonely.url}/health/live`)).status, 200);
    await lonely.app.close();
  });

  it('answers what it has taken before it closes, and no connection is waited for', {
    // Of a connection that is kept the server lets go after 72 s by itself.
    timeout: 30_000,
  }, async () => {
    const closing = await notes.start(env);
    const inside = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const agent = new Agent({ keepAlive: true });
    const begun = await new Promise<IncomingMessage>((resolve, reject) => {
      request(`${closing.url}/begun`, { agent }, resolve).on('error', reject).end();
    });
    const slow = fetch(`${closing.url}/slow`);
    await inside;
    const closed = closing.close();
    // The end of `/begun` is what is answered last: its head went out before anybody knew.
    while (closing.app.server.listening) await setImmediate();
    release();
    const answer = await slow;
    assert.deepEqual([answer.status, answer.headers.get('connection')], [200, 'close']);
    end();
    assert.equal(await text(begun), 'begun, ended');
    await closed;
    await assert.rejects(fetch(`${closing.url}/greeting`));
    agent.destroy();
  });

  it('waits for no connection on which nobody has asked yet', { timeout: 10_000 }, async (t) => {
    const closing = await notes.start(env);
    const accepted = once(closing.app.server, 'connection');
    const silent = connect(Number(new URL(closing.url).port), '127.0.0.1').resume();
    t.after(() => silent.destroy());
    const gone = once(silent, 'close');
    await accepted;
    await closing.close();
    await gone;
  });
});
