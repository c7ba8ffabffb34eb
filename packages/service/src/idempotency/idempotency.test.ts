import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { testServer } from '@banyan/postgres/testing';
import { Type } from 'typebox';
import { defineErrors, defineService, idempotency, type RunningService } from '../index.ts';
import { sweep } from './idempotency.ts';

const errors = defineErrors({ NOT_TODAY: [409, 'Not today.'] });
const Body = Type.Object({
  body: Type.String(),
  more: Type.Optional(Type.Object({ a: Type.Integer(), b: Type.Integer() })),
});

let service: RunningService;
let during: () => Promise<void> = async () => {};

before(async () => {
  service = await defineService({
    name: 'orders',
    schema: new URL('../testing/notes.sql', import.meta.url),
    use: { once: idempotency(), strictly: idempotency({ required: true }) },
    routes: (app, { once, strictly }) => {
      app.post('/notes', { schema: { body: Body } }, (request, reply) =>
        once(request, reply, async (tx) => {
          const { rows } = await tx.query('INSERT INTO notes (body) VALUES ($1) RETURNING id, body', [
            request.body.body,
          ]);
          await during();
          return {
            status: 201,
            headers: { location: `/notes/${rows[0].id}` },
            body: { ...rows[0], at: new Date() },
          };
        }),
      );
      app.post('/strict', (request, reply) => strictly(request, reply, async () => ({ status: 204 })));
    },
  }).start({ DATABASE_URL: await (await testServer()).database('once'), LOG_LEVEL: 'silent' });
});

after(async () => await service?.close());

beforeEach(async () => {
  during = async () => {};
  await service.pool.query('TRUNCATE notes, banyan_service.idempotency_keys');
});

const post = async (body: object, key?: string, path = '/notes') => {
  const response = await fetch(`${service.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key !== undefined && { 'idempotency-key': key }) },
    body: JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

const count = async () =>
  (await service.pool.query('SELECT count(*)::int AS n FROM notes')).rows[0].n as number;

describe('an idempotency key', () => {
  it('gives the first answer again, byte for byte, and has one effect', async () => {
    const first = await post({ body: 'x' }, 'k1');
    const second = await post({ body: 'x' }, '"k1"');
    assert.deepEqual([first.status, second.status], [201, 201]);
    assert.equal(second.text, first.text);
    assert.equal(second.headers.get('location'), first.headers.get('location'));
    assert.equal(first.headers.get('idempotency-replayed'), null);
    assert.equal(second.headers.get('idempotency-replayed'), 'true');
    assert.equal(await count(), 1);
  });

  it('is for one request: another body or path is refused, another order of members is not', async () => {
    await post({ body: 'x', more: { a: 1, b: 2 } }, 'k1');
    assert.equal((await post({ more: { b: 2, a: 1 }, body: 'x' }, 'k1')).status, 201);
    const reused = await post({ body: 'y' }, 'k1');
    assert.deepEqual([reused.status, JSON.parse(reused.text).code], [422, 'IDEMPOTENCY_KEY_REUSED']);
    assert.equal((await post({ body: 'x' }, 'k1', '/strict')).status, 422);
    assert.equal(await count(), 1);
  });

  it('may be used again when the effect failed, which leaves nothing behind', async () => {
    during = async () => {
      throw errors('NOT_TODAY');
    };
    assert.equal((await post({ body: 'x' }, 'k1')).status, 409);
    assert.equal(await count(), 0);
    during = async () => {};
    assert.equal((await post({ body: 'x' }, 'k1')).status, 201);
  });

  it('never lets two requests at the same time both have their effect', async () => {
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    during = () => {
      arrive();
      return released;
    };
    const first = post({ body: 'x' }, 'k1');
    await arrived;
    const meanwhile = await post({ body: 'x' }, 'k1');
    assert.equal(meanwhile.status, 409);
    assert.equal(meanwhile.headers.get('retry-after'), '1');
    release();
    assert.equal((await first).status, 201);
    const many = await Promise.all(Array.from({ length: 20 }, () => post({ body: 'x' }, 'k2')));
    assert.ok(many.every(({ status }) => status === 201 || status === 409));
    assert.equal(await count(), 2);
  });

  it('is not needed unless it is asked for, and must be a plausible one', async () => {
    assert.equal((await post({ body: 'x' })).status, 201);
    assert.equal((await post({ body: 'x' })).status, 201);
    assert.equal(JSON.parse((await post({}, undefined, '/strict')).text).code, 'IDEMPOTENCY_KEY_MISSING');
    assert.equal((await post({ body: 'x' }, 'a'.repeat(256))).status, 400);
    assert.equal(await count(), 2);
  });

  it('is forgotten when it expires', async () => {
    await post({ body: 'x' }, 'k1');
    await post({ body: 'x' }, 'k2');
    const expire = "UPDATE banyan_service.idempotency_keys SET expires_at = now() - interval '1 s'";
    await service.pool.query(expire);
    assert.equal((await post({ body: 'another' }, 'k1')).status, 201);
    assert.equal(await sweep(service.pool), 1);
    assert.equal(await count(), 3);
  });
});
