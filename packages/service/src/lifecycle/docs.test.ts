import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPool } from '@banyan/postgres';
import { testServer } from '@banyan/postgres/testing';
import { blocksOf, moduleOf } from '../../../../scripts/documentation.ts';
import type { Service } from '../index.ts';

test('the example of idempotency, ETags, pages and business metrics does what docs/services.md says', async (t) => {
  const [body] = blocksOf('docs/services.md', 'ts kit');
  const { notes } = await moduleOf<{ notes: Service }>(body!);
  const DATABASE_URL = await (await testServer()).database('notes');
  const pool = createPool(DATABASE_URL);
  await pool.query(
    'CREATE TABLE notes (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text NOT NULL, version integer NOT NULL DEFAULT 1)',
  );
  await pool.end();
  const { url, close } = await notes.start({ DATABASE_URL, LOG_LEVEL: 'silent', PORT: '0' });
  t.after(() => close());
  const ask = async (method: string, path: string, headers: Record<string, string> = {}, json?: object) => {
    const content = json ? { 'content-type': 'application/json' } : {};
    const init = json ? { body: JSON.stringify(json) } : {};
    return await fetch(url + path, { method, headers: { ...headers, ...content }, ...init });
  };
  const key = { 'idempotency-key': 'one' };
  assert.equal((await ask('POST', '/notes', key, { text: 'a' })).status, 201);
  assert.equal((await ask('POST', '/notes', key, { text: 'a' })).headers.get('idempotency-replayed'), 'true');
  assert.equal((await ask('POST', '/notes', key, { text: 'b' })).status, 422);
  await ask('POST', '/notes', {}, { text: 'b' });
  const first = (await (await ask('GET', '/notes?limit=1')).json()) as {
    items: object[];
    next_cursor: string;
  };
  const second = await (await ask('GET', `/notes?limit=1&cursor=${first.next_cursor}`)).json();
  assert.deepEqual(second, { items: [{ id: 2, text: 'b', version: 1 }], next_cursor: null });
  assert.equal((await ask('GET', '/notes?cursor=x')).status, 400);
  const etag = (await ask('GET', '/notes/1')).headers.get('etag')!;
  assert.equal((await ask('GET', '/notes/1', { 'if-none-match': etag })).status, 304);
  assert.equal((await ask('PUT', '/notes/1', {}, { text: 'c' })).status, 428);
  assert.equal((await ask('PUT', '/notes/1', { 'if-match': etag }, { text: 'c' })).status, 200);
  assert.equal((await ask('PUT', '/notes/1', { 'if-match': etag }, { text: 'd' })).status, 412);
  assert.match(
    await (await ask('GET', '/metrics')).text(),
    /notes_written\{how="changed",service="notes"\} 1/,
  );
});
