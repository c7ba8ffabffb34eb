import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createEncryption } from '@banyan/service';
import { until } from '../../../kit/testing/until.ts';
import { contextOf } from '../connections/store.ts';
import { type GoogleCalendar, startGoogleCalendar } from '../testing/google-calendar.ts';
import { startWorld, type World } from '../testing/world.ts';

const TOKEN = 'a token of Google';
const KEYS = randomBytes(32).toString('base64url');
const at = (hour: number) => `2026-12-01T${String(hour).padStart(2, '0')}:00:00.000Z`;
const DAY = `from=${at(0)}&to=${at(23)}`;

let world: World;
let google: GoogleCalendar;
let ada = 0;
let calendar = 0;

before(async () => {
  google = await startGoogleCalendar(TOKEN);
  world = await startWorld({
    env: {
      ENCRYPTION_KEYS: KEYS,
      GOOGLE_CALENDAR_URL: google.url,
      CALENDAR_LOOK_MS: '20',
      CALENDAR_EVERY_SECONDS: '3600',
    },
  });
});

after(async () => {
  await world?.stop();
  google?.close();
});

/** Somebody else each time, with the calendar connected and read once. */
beforeEach(async () => {
  ada++;
  google.events.clear();
  google.failWith(null);
  const { rows } = await world.service.pool.query(
    `INSERT INTO oauth_connections (user_id, provider, account, scopes, access_token) VALUES ($1, 'google', '', '{}', $2) RETURNING id`,
    [ada, await createEncryption(KEYS).encrypt(TOKEN, contextOf(ada))],
  );
  const made = await world.call(ada, 'POST', '/calendars', { connection_id: rows[0].id });
  assert.equal(made.status, 201);
  calendar = made.body.id;
  await looked();
  google.asked.length = 0;
});

/** Resolves when the calendar was looked at, after what was done before. */
async function looked(): Promise<{ error: string | null }> {
  await world.service.pool.query('UPDATE calendars SET due_at = now() WHERE id = $1', [calendar]);
  return await until(async () => {
    const { rows } = await world.service.pool.query(
      'SELECT error FROM calendars WHERE id = $1 AND leased_until IS NULL AND due_at > now()',
      [calendar],
    );
    return rows[0];
  });
}

const meeting = (id: string, from: number, to: number, more: object = {}) => ({
  id,
  summary: id,
  start: { dateTime: at(from) },
  end: { dateTime: at(to) },
  ...more,
});
const busy = async () =>
  (await world.call(ada, 'GET', `/calendars/busy?${DAY}`)).body.busy.map(
    ({ title }: { title: string }) => title,
  );
const interview = (from: number, to: number) =>
  world.call(ada, 'POST', '/interviews', {
    application_id: 3,
    title: 'Acme: first talk',
    starts_at: at(from),
    ends_at: at(to),
  });
/** Those of ours that are in the calendar. */
const pushed = () =>
  [...google.events.values()].filter(({ id, status }) => id.startsWith('ccinterv') && status !== 'cancelled');

describe('what is in a calendar', () => {
  it('is read page by page to the last one, then only what has changed', async () => {
    for (const hour of [1, 3, 5, 7, 9]) google.put(meeting(`m${hour}`, hour, hour + 1));
    await looked();
    assert.deepEqual(await busy(), ['m1', 'm3', 'm5', 'm7', 'm9']);
    google.cancel('m3');
    google.put(meeting('m5', 10, 11));
    google.put(meeting('free', 12, 13, { transparency: 'transparent' }));
    await looked();
    assert.deepEqual(await busy(), ['m1', 'm7', 'm9', 'm5']);
    assert.deepEqual(new Set(google.asked), new Set(['GET changes']));
  });

  it('is read anew when the token is over, and what has gone meanwhile is gone', async () => {
    google.put(meeting('old', 1, 2));
    await looked();
    google.events.delete('old');
    google.put(meeting('new', 3, 4));
    google.forgetTokens();
    await looked();
    assert.deepEqual(await busy(), ['new']);
    assert.deepEqual(google.asked.slice(-2), ['GET changes', 'GET all']);
  });

  it('stays as it was known while the calendar fails, which is told', async () => {
    google.put(meeting('m1', 1, 2));
    await looked();
    for (const [status, error] of [
      [500, 'UNREACHABLE'],
      [403, 'BUSY'],
      [401, 'UNAUTHORIZED'],
    ] as const) {
      google.failWith(status);
      assert.equal((await looked()).error, error);
    }
    assert.deepEqual(await busy(), ['m1']);
    google.failWith(null);
    assert.equal((await looked()).error, null);
  });
});

describe('an interview', () => {
  it('is one event, which moves with it and goes with it', async () => {
    const { body } = await interview(9, 10);
    await looked();
    assert.deepEqual(
      pushed().map(({ summary, start }) => [summary, start]),
      [['Acme: first talk', { dateTime: at(9) }]],
    );
    await world.call(ada, 'PATCH', `/interviews/${body.id}`, { starts_at: at(14), ends_at: at(15) });
    await looked();
    assert.deepEqual(
      pushed().map(({ start }) => start),
      [{ dateTime: at(14) }],
    );
    assert.equal((await world.call(ada, 'DELETE', `/interviews/${body.id}`)).status, 204);
    await looked();
    assert.deepEqual(pushed(), []);
    const { body: list } = await world.call(ada, 'GET', `/interviews?${DAY}`);
    assert.deepEqual(list.interviews, []);
  });

  it('is made once though nobody noted that it was, and its removal by somebody there is no error', async () => {
    const { body } = await interview(9, 10);
    await looked();
    await world.service.pool.query('DELETE FROM interviews_pushed WHERE calendar_id = $1', [calendar]);
    await looked();
    assert.equal(pushed().length, 1);
    google.cancel(pushed()[0]!.id);
    await world.call(ada, 'DELETE', `/interviews/${body.id}`);
    assert.equal((await looked()).error, null);
    assert.deepEqual(pushed(), []);
  });

  it('is no conflict of itself; what else is then is told with it', async () => {
    google.put(meeting('before', 8, 9));
    google.put(meeting('meanwhile', 9, 11));
    await looked();
    const { body } = await interview(9, 10);
    assert.deepEqual(
      body.conflicts.map(({ title }: { title: string }) => title),
      ['meanwhile'],
    );
    await looked();
    const { body: moved } = await world.call(ada, 'PATCH', `/interviews/${body.id}`, {
      starts_at: at(12),
      ends_at: at(13),
    });
    assert.deepEqual(moved.conflicts, []);
  });

  it('that would end before it starts is none', async () => {
    assert.deepEqual((await interview(10, 10)).body.code, 'BAD_TIMES');
  });

  it('and a calendar are seen and changed by whose they are only', async () => {
    const { body } = await interview(9, 10);
    const eve = 1_000 + ada;
    for (const [method, path, sent] of [
      ['PATCH', `/interviews/${body.id}`, { title: 'x' }],
      ['DELETE', `/interviews/${body.id}`],
      ['DELETE', `/calendars/${calendar}`],
    ] as const)
      assert.equal((await world.call(eve, method, path, sent)).status, 404, path);
    const { body: own } = await world.call(ada, 'GET', '/calendars');
    const connection = own.calendars[0].connection_id;
    assert.equal((await world.call(eve, 'POST', '/calendars', { connection_id: connection })).status, 404);
    assert.deepEqual((await world.call(eve, 'GET', `/interviews?${DAY}`)).body.interviews, []);
    assert.equal((await world.call(ada, 'DELETE', `/calendars/${calendar}`)).status, 204);
  });
});
