import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, it } from 'node:test';
import { startWithGateway } from './kit/testing/world.ts';
import { startWorld, type World } from './monolith/testing/world.ts';
import { notification } from './services/notification/main.ts';

const start = () => startWithGateway(notification);
let world: Awaited<ReturnType<typeof start>>;
let monolith: World;

before(async () => {
  [world, monolith] = await Promise.all([start(), startWorld()]);
});

after(async () => {
  await world?.stop();
  await monolith?.stop();
});

it('the routes of the monolith are answered as it does, byte for byte', async () => {
  const { id: userId, call: ask } = await monolith.person();
  const ids = Array.from({ length: 3 }, () => randomUUID());
  const insert = `INSERT INTO notifications (id, user_id, kind, title, body, created_at)
    SELECT id, $1, 'session_accepted', 'A session has changed', 'It is “accepted”.', timestamptz '2026-06-01 12:00+02' + n * interval '1 h'
    FROM unnest($2::uuid[]) WITH ORDINALITY AS given (id, n)`;
  for (const pool of [monolith.pool, world.service.pool]) await pool.query(insert, [userId, ids]);
  await world.service.pool.query(`INSERT INTO users VALUES ($1, 'ada@example.com', 'ACTIVE')`, [userId]);
  for (const [method, path] of [
    ['GET', ''],
    ['GET', '?page=1&size=2'],
    ['GET', '?page=-1'],
    ['GET', '?size=1000'],
    ['PUT', `/${ids[1]}/read`],
    ['PUT', `/${ids[1]}/read`],
    ['PUT', `/${randomUUID()}/read`],
    ['PUT', '/nonsense/read'],
    ['GET', '?unreadOnly=true'],
    ['GET', '?unreadOnly=nonsense'],
    ['PUT', '/read-all'],
    ['GET', '?unreadOnly=true'],
  ] as const) {
    const legacy = await ask(method, `/notifications${path}`);
    const answer = await fetch(`${world.service.url}/api/v1/notifications${path}`, {
      method,
      headers: { authorization: `Bearer ${world.gateway.token(userId)}` },
    });
    const text = await answer.text();
    assert.deepEqual(
      [answer.status, answer.headers.get('content-type') ?? undefined, text],
      [legacy.status, legacy.type, legacy.body === null ? '' : JSON.stringify(legacy.body)],
      `${method} ${path}`,
    );
  }
});
