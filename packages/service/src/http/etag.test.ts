import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import Fastify from 'fastify';
import { etagOf, ifMatch, preconditionFailed, tag } from './etag.ts';

const given = (header?: string) => ({ headers: header === undefined ? {} : { 'if-match': header } });

describe('If-Match', () => {
  it('names the versions that a write is meant for', () => {
    assert.deepEqual(ifMatch(given(etagOf(7))), ['7']);
    assert.deepEqual(ifMatch(given('"1", "2-x" ,"3"')), ['1', '2-x', '3']);
    assert.equal(ifMatch(given('*')), undefined);
  });

  it('matches nothing when its tags are weak or none', () => {
    assert.deepEqual(ifMatch(given('W/"7"')), []);
    assert.deepEqual(ifMatch(given('7')), []);
    assert.deepEqual(ifMatch(given('"7')), []);
    assert.deepEqual(ifMatch(given('')), []);
  });

  it('is asked for with 428 where it is needed, and answered with 412 when it fails', () => {
    assert.throws(() => ifMatch(given()), { status: 428, code: 'PRECONDITION_REQUIRED' });
    assert.equal(ifMatch(given(), { required: false }), undefined);
    assert.equal((preconditionFailed() as Error & { status: number }).status, 412);
  });
});

describe('If-None-Match', () => {
  it('spares a client what it has already', async () => {
    const app = Fastify();
    app.get('/', (request, reply) => (tag(request, reply, 7) ? reply.code(304).send() : reply.send('seven')));
    const get = (tags: string) => app.inject({ url: '/', headers: { 'if-none-match': tags } });
    for (const tags of ['"7"', 'W/"7"', '"1", "7"', '*']) {
      const answer = await get(tags);
      assert.deepEqual([answer.statusCode, answer.headers.etag], [304, '"7"'], tags);
    }
    assert.deepEqual([(await get('"8"')).body, (await app.inject('/')).body], ['seven', 'seven']);
  });
});
