import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { startAdmin } from '../gateway.ts';
import { startTestCluster } from '../testing/cluster.ts';
import { startBackend, tableOf, until } from '../testing/gateway.ts';
import { RECORDING_PATH, type RecordedRequest, type RecordingHead, type RecordingTail } from './recording.ts';
import { RecordingSessions } from './recording-sessions.ts';

const TOKEN = 'the-token-of-banyan-up';
const WISH = { share: 1, keep: ['id'], also: [], seconds: 600, bytes: 1_000_000 };
const START = 'return startGateway({ source: memorySource(JSON.parse(process.env.TABLE)), port });';

async function world(t: TestContext) {
  const monolith = await startBackend(t, 'monolith');
  const table = tableOf({ monolith: monolith.url }, 0, [{ method: 'GET', path: '/users/:id' }]);
  const cluster = await startTestCluster(t, START, { TABLE: JSON.stringify(table), TOKEN });
  const record = (wish: object = WISH, token = TOKEN, signal?: AbortSignal) =>
    fetch(cluster.admin + RECORDING_PATH, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, connection: 'close' },
      body: JSON.stringify(wish),
      signal,
    });
  const get = (id: number) => fetch(`${cluster.url}/users/${id}`, { headers: { connection: 'close' } });
  return { ...cluster, record, get };
}

/** Reads a recording as it comes. */
function reading(response: Response) {
  const lines: unknown[] = [];
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const ended = (async () => {
    let text = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += value;
      const whole = text.split('\n');
      text = whole.pop()!;
      for (const line of whole) lines.push(JSON.parse(line));
    }
  })();
  return { lines, ended };
}

test('all workers record into one recording, that of a worker that starts meanwhile too, until it is as large as it may be', async (t) => {
  const { record, get, events, pids } = await world(t);
  const told = () => events.filter(({ kind }) => kind.startsWith('recording')).map(({ kind }) => kind);
  const { lines, ended } = reading(await record({ ...WISH, bytes: 6_000 }));
  const isOver = () => told().length === 2;
  for (let id = 1; !isOver(); id++) {
    await get(id);
    if (id === 5) process.kill(pids[0]!, 'SIGKILL');
    if (id === 5) await until(() => events.filter(({ kind }) => kind === 'worker-started').length === 3);
  }
  await ended;
  const [head, ...rest] = lines as [RecordingHead, ...(RecordedRequest | RecordingTail)[]];
  const tail = rest.pop() as RecordingTail;
  assert.deepEqual([head.banyan, head.version, head.share, head.keep], ['traffic', 1, 1, ['id']]);
  const ids = (rest as RecordedRequest[]).map(({ params }) => Number(params.id));
  assert.ok(ids.length > 5 && new Set(ids).size === ids.length);
  assert.equal(tail.recorded, ids.length);
  const size = rest.reduce((sum, line) => sum + JSON.stringify(line).length + 1, 0);
  assert.ok(size <= 6_000, `${size} bytes`);
  assert.deepEqual(told(), ['recording-started', 'recording-ended']);

  // Nobody listens any more: it ends, and the next one may begin.
  const leaving = new AbortController();
  const left = reading(await record(WISH, TOKEN, leaving.signal));
  assert.equal((await record()).status, 409, 'one at a time');
  leaving.abort();
  await assert.rejects(left.ended);
  await until(() => told().length === 4);
  const short = reading(await record({ ...WISH, seconds: 0.5 }));
  await short.ended;
  assert.equal((short.lines.at(-1) as RecordingTail).recorded, 0);
});

/** The admin port of a gateway without workers. */
async function admin(t: TestContext, token: string | null) {
  const sessions = new RecordingSessions({ token, tell: () => 0, onEvent: () => {} });
  const server = await startAdmin(0, async () => '', sessions.handle);
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${RECORDING_PATH}`;
  return (wish: object | null, given = TOKEN) =>
    fetch(url, {
      method: wish === null ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${given}`, connection: 'close' },
      body: wish === null ? null : JSON.stringify(wish),
    });
}

test('is for who has the token, and asks for what there is', async (t) => {
  const record = await admin(t, TOKEN);
  for (const given of ['another', '', TOKEN.slice(1)]) assert.equal((await record(WISH, given)).status, 401);
  assert.equal((await record(null)).status, 405);
  const wrong: [object, RegExp][] = [
    [{ ...WISH, share: 0 }, /share/],
    [{ ...WISH, share: 1.1 }, /share/],
    [{ ...WISH, seconds: 1e9 }, /seconds/],
    [{ ...WISH, bytes: -1 }, /bytes/],
    [{ ...WISH, keep: 'id' }, /keep/],
    [{ ...WISH, also: [{ method: 'TRACE', path: '/' }] }, /also/],
    [{ ...WISH, also: [{ method: 'GET', path: '/a(' }] }, /also/],
    [{ ...WISH, also: [1, 2].map((n) => ({ method: 'GET', path: `/a/:p${n}` })) }, /twice/],
    [{ ...WISH, keep: ['x'.repeat(100_000)] }, /too long/],
    [[], /share/],
  ];
  for (const [wish, says] of wrong) {
    const refused = await record(wish);
    assert.equal(refused.status, 400);
    assert.match(await refused.text(), says);
  }
});

test('is for nobody where no token was given', async (t) => {
  const record = await admin(t, null);
  for (const given of ['', 'null', TOKEN]) assert.equal((await record(WISH, given)).status, 401);
});
