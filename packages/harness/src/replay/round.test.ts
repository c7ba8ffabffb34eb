import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { RecordedRequest } from '@banyan/gateway/recording';
import { RecordedIds, Round } from './round.ts';
import { recordedRequest as request } from './testing/recorded-request.ts';

const MADE = request({
  method: 'POST',
  path: '/comments',
  body: { json: { body: 'x0123' } },
  ids: [['/comment/id', 700]],
});
const READ = request({ path: '/comments/:id', params: { id: '700' }, query: [['page', '2']] });

function round(requests: RecordedRequest[], keep: string[] = []) {
  const users: Record<string, string> = { xada: 'user7' };
  return new Round(new RecordedIds(requests, keep), (user) => users[user]);
}

it('names the row that the copy has made where the recording names the one that was made then', async () => {
  const once = round([MADE, READ], ['page']);
  const waiting = once.prepare(READ, 1);
  once.done(MADE, 0, { body: { comment: { id: 31 } }, location: undefined });
  assert.deepEqual(await waiting, {
    path: '/comments/31?page=2',
    headers: {},
    body: undefined,
    names: ['31', '2'],
  });
});

it('cannot make a request whose row no answer names, and says which part it is', async () => {
  for (const answer of [null, { body: { comment: {} }, location: undefined }]) {
    const once = round([MADE, READ]);
    once.done(MADE, 0, answer);
    assert.deepEqual(await once.prepare(READ, 1), {
      left: 'a row that no answer of the recording names (id)',
    });
  }
  assert.deepEqual(await round([READ]).prepare(READ, 0), {
    left: 'a row that no answer of the recording names (id)',
  });
});

it('follows the Location of a new row', async () => {
  const made = request({ method: 'POST', path: '/articles', ids: [['location', 'x1']] });
  const read = request({ path: '/articles/:slug', params: { slug: 'x1' } });
  const once = round([made, read]);
  once.done(made, 0, { body: undefined, location: 'https://shop.example/articles/a%20b?x' });
  const replayed = await once.prepare(read, 1);
  assert.equal('path' in replayed && replayed.path, '/articles/a%20b');
});

it('takes a value that was kept for the same row, unless a request of the recording has made it', async () => {
  const list = request({ path: '/articles', ids: [['/0/slug', 'old-1']] });
  const read = request({ path: '/articles/:slug', params: { slug: 'old-1' } });
  const listed = round([list, read], ['slug']);
  listed.done(list, 0, { body: [{ slug: 'old-2' }], location: undefined });
  const same = await listed.prepare(read, 1);
  assert.equal('path' in same && same.path, '/articles/old-1');

  const made = { ...list, method: 'POST', ids: [['/slug', 'old-1']] as [string, string][] };
  const after = round([made, read], ['slug']);
  after.done(made, 0, { body: { slug: 'old-1-2' }, location: undefined });
  const other = await after.prepare(read, 1);
  assert.equal('path' in other && other.path, '/articles/old-1-2');
});

it('puts the copy’s user where the recording names the recorded one', async () => {
  const read = request({ path: '/users/:id', params: { id: 'xada' } });
  const replayed = await round([read]).prepare(read, 0);
  assert.equal('path' in replayed && replayed.path, '/users/user7');
});

it('writes other texts each time, the same where they were the same, and those that were kept', async () => {
  const write = request({
    method: 'POST',
    path: '/comments',
    body: { json: { body: 'x0123', again: ['x0123'], stars: 48, state: 'open', public: true } },
  });
  const bodies = await Promise.all(
    [1, 2].map(async () => {
      const replayed = await round([write], ['state']).prepare(write, 0);
      return (replayed as { body: Record<string, unknown> }).body;
    }),
  );
  const [first, second] = bodies;
  assert.notEqual(first!.body, second!.body);
  for (const body of bodies) {
    assert.deepEqual(body.again, [body.body]);
    assert.match(String(body.stars), /^[1-9]\d$/);
    assert.deepEqual([body.state, body.public], ['open', true]);
  }
});

it('leaves out what the recording does not hold whole', async () => {
  const left = request({ method: 'POST', left: 'an encoded body' });
  assert.deepEqual(await round([left]).prepare(left, 0), { left: 'an encoded body' });
});
