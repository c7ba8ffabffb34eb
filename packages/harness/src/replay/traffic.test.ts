import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import type { RecordedRequest } from '@banyan/gateway/recording';
import { startLoad } from '../load/engine.ts';
import { recordedRequest } from './testing/recorded-request.ts';
import type { WritingRoute } from './traffic-rows.ts';

const ROWS = { load: 'comments', promise: 'row of public.comments' };
const WRITES: WritingRoute[] = [
  { route: 'POST /articles/:slug/comments', rows: ROWS, keys: ['id'] },
  { route: 'DELETE /comments/:id', rows: ROWS, keys: ['id'] },
];
const HEAD = {
  banyan: 'traffic',
  version: 1,
  startedAt: '2026-11-26T00:00:00.000Z',
  share: 1,
  keep: ['slug'],
};
const PEOPLE = `export default { users: ['ada', 'bob'], tokenFor: (user) => 'token of ' + user };`;

type Seen = { method: string; url: string; user: string; body: unknown };

/** A copy that numbers its comments from 31, and the requests that it has seen. */
async function copyOfShop(t: TestContext, readStatus: () => number = () => 200) {
  const seen: Seen[] = [];
  let lastId = 30;
  const answer = async (req: IncomingMessage): Promise<[number, object]> => {
    const { method = '', url = '', headers } = req;
    const body = method === 'POST' ? await json(req) : null;
    seen.push({ method, url, user: String(headers.authorization).replace('Token token of ', ''), body });
    if (method === 'POST') return [201, { comment: { id: ++lastId } }];
    return [method === 'GET' ? readStatus() : 200, {}];
  };
  const server = createServer((req, res) => {
    void answer(req).then(([status, body]) =>
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const asked = (at: number, user: string, more: Partial<RecordedRequest>): RecordedRequest =>
  recordedRequest({ at, user, client: user, path: '/comments/:id', ...more });

/** Replays them until `enough` says so, and tells what the journal and the figures have. */
async function replayed(
  t: TestContext,
  gatewayUrl: string,
  requests: RecordedRequest[],
  enough: () => boolean,
  stages: (load: Awaited<ReturnType<typeof startLoad>>) => void = () => {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'replay '));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [trafficFile, peopleFile, journalFile] = ['traffic.ndjson', 'users.mjs', 'journal.jsonl'].map(
    (name) => join(folder, name),
  );
  writeFileSync(trafficFile!, [HEAD, ...requests].map((line) => `${JSON.stringify(line)}\n`).join(''));
  writeFileSync(peopleFile!, PEOPLE);
  const issuers = [
    { name: 'shop', issuer: 'shop', algorithm: 'HS256' as const, secret: 'not asked', scheme: 'Token' },
  ];
  const load = await startLoad({
    trafficFile: trafficFile!,
    peopleFile: peopleFile!,
    database: 'postgres://nobody.invalid/none',
    facts: { users: { issuers, claims: [], owners: [] }, writes: WRITES },
    gatewayUrl,
    journalFile: journalFile!,
    ratePerSecond: 200,
    rampSeconds: 0,
    stage: 'comments:monolith',
  });
  while (!enough()) {
    stages(load);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const stats = await load.stop();
  const journal = readFileSync(journalFile!, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { at: string; key: string; n: number; promise: string });
  return { stats, replay: stats.replay!, journal };
}

const MAKE = { method: 'POST', path: '/articles/:slug/comments', params: { slug: 'old-1' }, status: 201 };

test('asks as the recorded users did, each in their order, for the rows of the copy, and keeps what was promised', async (t) => {
  const { seen, url } = await copyOfShop(t);
  const requests = [
    asked(0, 'x1', { ...MAKE, body: { json: { body: 'x0123456' } }, ids: [['/comment/id', 700]] }),
    asked(0, 'x1', { params: { id: '700' } }),
    asked(0, 'x2', { params: { id: '700' } }),
    asked(1, 'x1', { method: 'DELETE', params: { id: '700' } }),
    asked(2, 'x1', { params: { id: '999' } }),
  ];
  const by = (name: string) => seen.filter(({ user }) => user === name);
  // Who asked most has the place of the copy's first user.
  const twice = () => by('ada').length >= 6 && by('bob').length >= 2;
  const { stats, replay, journal } = await replayed(t, url, requests, twice);
  assert.equal(stats.failures, 0);
  const life = (id: number) => [
    'POST /articles/old-1/comments',
    `GET /comments/${id}`,
    `DELETE /comments/${id}`,
  ];
  assert.deepEqual(
    by('ada')
      .slice(0, 6)
      .map(({ method, url: path }) => `${method} ${path}`),
    [...life(31), ...life(32)],
  );
  assert.deepEqual(
    by('bob')
      .slice(0, 2)
      .map(({ url: path }) => path),
    ['/comments/31', '/comments/32'],
  );
  const [first, second] = by('ada')
    .filter(({ method }) => method === 'POST')
    .map(({ body }) => (body as { body: string }).body);
  assert.notEqual(first, second);
  assert.deepEqual(
    journal.filter(({ key }) => key === '31').map(({ at, n }) => `${at} ${n}`),
    ['ack 1', 'try 2', 'ack 2'],
  );
  assert.deepEqual(Object.keys(replay.left), ['a row that no answer of the recording names (id)']);
  assert.equal(replay.replayed, stats.requests);
  assert.deepEqual([replay.different, replay.untold, replay.rows.doubtful], [{}, {}, 0]);
});

test('an answer of another class that the monolith never gave so is a failure; one that it gave too is told', async (t) => {
  for (const monolithSays of [200, 404]) {
    let isMoved = false;
    const { seen, url } = await copyOfShop(t, () => (isMoved ? 404 : monolithSays));
    const requests = [asked(0, 'x1', { path: '/me' }), asked(1, 'x2', { path: '/me' })];
    let before = 0;
    const { stats, replay } = await replayed(
      t,
      url,
      requests,
      () => isMoved && seen.length > before + 4,
      (load) => {
        if (isMoved || seen.length < 4) return;
        load.stage('comments:canary 10%');
        isMoved = true;
        before = seen.length;
      },
    );
    const { onMonolith, later } = replay.different['GET /me: 2xx → 4xx']!;
    assert.equal(onMonolith > 0, monolithSays === 404);
    assert.ok(later > 0);
    assert.equal(stats.failures > 0, monolithSays === 200);
  }
});

test('a server error is a failure whenever it comes', async (t) => {
  const { seen, url } = await copyOfShop(t, () => 500);
  const { stats } = await replayed(t, url, [asked(0, 'x1', { path: '/me' })], () => seen.length >= 1);
  assert.ok(stats.failures > 0);
});
