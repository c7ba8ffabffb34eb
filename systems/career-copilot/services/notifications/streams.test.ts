import assert from 'node:assert/strict';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { logInFeed } from '@banyan/notifications';
import { withTransaction } from '@banyan/postgres';
import { type OpenEvents, openEvents } from '@banyan/service/testing';
import { type GatewayDouble, startGatewayDouble } from '../../kit/testing/gateway.ts';
import { until } from '../../kit/testing/until.ts';
import { notifications } from './main.ts';
import { variables } from './testing/start.ts';

let gateway: GatewayDouble;
let service: Awaited<ReturnType<typeof notifications.start>>;
const opened: OpenEvents[] = [];
let ids = 0;

before(async () => {
  gateway = await startGatewayDouble();
  service = await notifications.start(await variables({ API_URL: gateway.url }));
});
after(async () => {
  for (const each of opened) each.close();
  await service?.close();
  gateway?.close();
});

async function stream(userId: number, lastId?: string): Promise<OpenEvents> {
  const url = `${service.url}/api/v1/notifications/stream`;
  const events = await openEvents(url, { token: gateway.token(userId), lastId });
  opened.push(events);
  return events;
}

/** A row as whoever has the application makes it. */
async function told(userId: number): Promise<string> {
  const id = ++ids;
  await withTransaction(service.pool, async (tx) => {
    await tx.query(
      `INSERT INTO notifications (id, user_id, kind, title, body, created_at) VALUES ($1, $2, 'status_changed', 'T', 'B', now())`,
      [id, userId],
    );
    await logInFeed(tx, userId, `n${id}`);
  });
  return `n${id}`;
}

/** Many at once, in their order. */
async function toldMany(userId: number, count: number): Promise<string[]> {
  const many = Array.from({ length: count }, () => ++ids);
  await service.pool.query(
    `WITH made AS (INSERT INTO notifications (id, user_id, kind, title, body, created_at)
       SELECT id, $1, 'status_changed', 'T', 'B', now() FROM unnest($2::int[]) AS id)
     INSERT INTO feed_log (user_id, item) SELECT $1, 'n' || id FROM unnest($2::int[]) AS id`,
    [userId, many],
  );
  return many.map((id) => `n${id}`);
}

const seen = (events: OpenEvents) => events.all.map(({ data }) => (data as { id: string }).id);

describe('a stream', () => {
  it('has what its user is told from now on, in order, and nothing of others', async () => {
    await told(1);
    const [mine, others] = [await stream(1), await stream(2)];
    const ids = [await told(1), await told(1)];
    const other = await told(2);
    await until(() => mine.all.length === 2 && others.all.length === 1);
    assert.deepEqual([seen(mine), seen(others)], [ids, [other]]);
    assert.deepEqual(
      mine.all.map(({ type }) => type),
      ['notification', 'notification'],
    );
  });

  it('goes on after the last event that its client had, each once', async () => {
    const first = await stream(3);
    const ids = [await told(3)];
    await until(() => first.all.length === 1);
    first.close();
    ids.push(...(await toldMany(3, 120)));
    const again = await stream(3, first.all[0]!.id);
    ids.push(await told(3));
    await until(() => again.all.length === ids.length - 1);
    assert.deepEqual(seen(again), ids.slice(1));
  });

  it('tells who missed more than is kept for them to read the feed', async () => {
    await toldMany(4, 205);
    const events = await stream(4, '0');
    await until(() => events.all.length === 1);
    assert.equal(events.all[0]!.type, 'reload');
    const id = await told(4);
    await until(() => events.all.length === 2);
    assert.equal(seen(events)[1], id);
  });

  it('of one person takes no more than a few connections: the oldest ends', async () => {
    const all: OpenEvents[] = [];
    for (let times = 0; times < 6; times++) all.push(await stream(5));
    await until(() => all[0]!.isOver());
    assert.deepEqual(
      all.map((one) => one.isOver()),
      [true, false, false, false, false, false],
    );
  });

  it('takes no place for whoever has gone before it is open', async () => {
    const { streams } = service.provided;
    for (let times = 0; times < 500; times++) {
      const response = new ServerResponse(new IncomingMessage(new Socket()));
      response.destroy();
      await streams.open(8, undefined, response);
    }
    assert.ok(streams.hasRoom());
  });

  it('is refused without a token, and with a place that is none', async () => {
    const url = `${service.url}/api/v1/notifications/stream`;
    assert.equal((await fetch(url)).status, 401);
    const headers = { authorization: `Bearer ${gateway.token(6)}`, 'last-event-id': 'x' };
    assert.equal((await fetch(url, { headers })).status, 400);
  });

  it('ends when the service does', async () => {
    const events = await stream(7);
    await service.close();
    await until(() => events.isOver());
  });
});
