import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { RunningService } from '@banyan/service';
import { type GatewayDouble, startGatewayDouble } from '../../kit/testing/gateway.ts';
import { request } from '../../kit/testing/request.ts';
import { variablesOf } from '../../kit/testing/variables.ts';
import { notifications } from './main.ts';

const ADA = 7;
const GRACE = 8;
const LOCKED = 9;
let service: RunningService;
let gateway: GatewayDouble;

before(async () => {
  gateway = await startGatewayDouble();
  service = await notifications.start(await variablesOf('notifications', { API_URL: gateway.url }));
  await service.pool.query('INSERT INTO users VALUES ($1, true), ($2, false)', [ADA, LOCKED]);
  await service.pool.query(
    `INSERT INTO notifications (id, user_id, kind, title, body, created_at)
     SELECT id, CASE WHEN id <= 3 THEN $1::int ELSE $2::int END, 'status_changed', 'Application updated', id::text, now()
     FROM generate_series(1, 4) AS id`,
    [ADA, GRACE],
  );
});

after(async () => {
  gateway?.close();
  await service?.close();
});

const call = (as: number, method: string, path: string) =>
  request(service.url, method, `/notifications${path}`, { token: gateway.token(as) });

/** What the service has said of somebody: ids of notifications that were read. */
async function told(userId: number): Promise<number[]> {
  const { rows } = await service.pool.query(
    `SELECT message -> 'data' ->> 'notificationId' AS id FROM banyan_events.outbox
     WHERE message ->> 'type' = 'NotificationRead' AND message -> 'data' ->> 'userId' = $1 ORDER BY seq`,
    [String(userId)],
  );
  return rows.map(({ id }) => Number(id));
}

it('that something was read is told once, however often it is said', async () => {
  for (let times = 0; times < 2; times++)
    assert.equal((await call(ADA, 'PUT', '/2/read')).body.is_read, true);
  assert.deepEqual(await told(ADA), [2]);
  for (let times = 0; times < 2; times++) assert.equal((await call(ADA, 'PUT', '/read-all')).status, 200);
  assert.deepEqual((await told(ADA)).toSorted(), [1, 2, 3]);
});

it('nobody sees or reads what somebody else was told', async () => {
  assert.equal((await call(ADA, 'PUT', '/4/read')).status, 404);
  const { body } = await call(GRACE, 'GET', '?unread_only=true');
  assert.deepEqual(
    body.notifications.map((one: { body: string }) => one.body),
    ['4'],
  );
  assert.deepEqual(await told(GRACE), []);
});

it('who is locked out of their account is so here', async () => {
  for (const [method, path] of [
    ['GET', ''],
    ['PUT', '/1/read'],
    ['PUT', '/read-all'],
  ] as const)
    assert.equal((await call(LOCKED, method, path)).status, 403);
});
