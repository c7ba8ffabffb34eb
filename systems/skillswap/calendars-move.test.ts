import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { type CalDavDouble, startCalDav } from '@banyan/calendars/testing';
import type { Environment } from '@banyan/harness/run';
import { type Answer, good, request } from '@banyan/harness/testing';
import { goTo, noConflicts, startTestEnvironment } from '@banyan/harness/testing/system';
import { createPool } from '@banyan/postgres';
import { until } from '@banyan/postgres/until';
import type pg from 'pg';
import data from './monolith/data.ts';
import { userId } from './monolith/generate.ts';
import { system } from './system.ts';

/** Sessions leave the monolith and come back, and go again: calendars elsewhere are the service's, while it writes, and have then all as it is. */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const [SEEKER, TEACHER] = [11, 12];

let environment: Environment;
let pools: Record<'monolith' | 'session', pg.Pool>;
let dav: CalDavDouble;
let skill: string;
let at = Math.ceil(Date.now() / DAY) * DAY + 3 * DAY;

before(async () => {
  dav = await startCalDav();
  const withCalendars: typeof system = {
    ...system,
    environment: (of) => ({
      ...system.environment(of),
      ...(of.process === 'session' && { CALENDAR_NETWORKS: '127.0.0.0/8', CALENDAR_LOOK_MS: '100' }),
    }),
  };
  const services = ['session', 'payment'];
  environment = await startTestEnvironment(withCalendars, 'calendars-move', { users: 40, services });
  const pool = (name: string) => createPool(environment.databases.get(name)!, { max: 2 });
  pools = { monolith: pool('monolith'), session: pool('session') };
  skill = (await pools.monolith.query('SELECT skill_id FROM offered_skills LIMIT 1')).rows[0].skill_id;
});

after(async () => {
  await Promise.all(Object.values(pools ?? {}).map((pool) => pool.end()));
  await environment?.stop();
  await dav?.stop();
});

const call = (n: number, method: string, path: string, body?: unknown): Promise<Answer> =>
  request(environment.gatewayUrl, method, path, { token: data.token(userId(n), environment.secret), body });

async function accepted(): Promise<{ id: string; at: string }> {
  at += HOUR;
  const startsAt = new Date(at).toISOString();
  const wanted = { providerId: userId(TEACHER), skillId: skill, startsAt, minutes: 60 };
  const { id } = await good('book', call(SEEKER, 'POST', '/bookings', wanted));
  await good('accept', call(TEACHER, 'POST', `/sessions/${id}/accept`));
  return { id, at: startsAt };
}

const act = (n: number, id: string, action: string, body?: unknown) =>
  good(action, call(n, 'POST', `/sessions/${id}/${action}`, body));

/** When what is in the calendar begins, and whether it has a place, by its session. */
const inCalendar = () =>
  new Map(
    [...dav.objects].map(([path, { ics }]) => {
      const begins = /^DTSTART:(....)(..)(..T..)(..)(.*)\r$/m.exec(ics)!;
      const [, year, month, day, minute, rest] = begins;
      const start = new Date(`${year}-${month}-${day}:${minute}:${rest}`).toISOString();
      return [
        /ssession([0-9a-f]+)\.ics$/.exec(path)![1]!,
        { start, isHeld: /^LOCATION:/m.test(ics) },
      ] as const;
    }),
  );

type Wanted = { id: string; at: string; isHeld: boolean };

const wantedOf = (...sessions: Wanted[]) =>
  new Map(sessions.map(({ id, at: start, isHeld }) => [id.replaceAll('-', ''), { start, isHeld }]));

/** Resolves when the calendar has these, and nothing else. */
async function calendarHas(...sessions: Wanted[]): Promise<void> {
  const wanted = wantedOf(...sessions);
  await until(async () => isSame(wanted)).catch((error: unknown) => {
    assert.deepEqual(inCalendar(), wanted, String(error));
  });
}

function isSame(wanted: ReturnType<typeof inCalendar>): boolean {
  try {
    assert.deepEqual(inCalendar(), wanted);
    return true;
  } catch {
    return false;
  }
}

async function leave(): Promise<void> {
  await goTo(environment.control, 'session', 'copying');
  for (const [stage, share] of [
    ['shadowing', 0],
    ['canary', 5_000],
    ['migrated', 10_000],
  ] as const)
    await goTo(environment.control, 'session', stage, share);
}

it('calendars have what the service writes, nothing of it while the monolith does, and all as it is when it is the service’s again', async () => {
  await pools.monolith.query('UPDATE skill_profiles SET hourly_rate = 0 WHERE user_id = $1', [
    userId(TEACHER),
  ]);
  await pools.monolith.query(
    `INSERT INTO offered_skills (user_id, skill_id, level) VALUES ($1, $2, 'EXPERT') ON CONFLICT DO NOTHING`,
    [userId(TEACHER), skill],
  );
  const hours = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '00:00', to: '24:00' }));
  await good(
    'hours',
    call(TEACHER, 'PUT', `/bookings/availability/${userId(TEACHER)}`, { zone: 'UTC', hours }),
  );
  const server = { url: dav.url, ...dav.login };
  assert.equal((await call(SEEKER, 'POST', '/integrations/connections/caldav', server)).status, 404);
  const before = await accepted();
  await leave();
  const { id: connectionId } = await good(
    'connect',
    call(SEEKER, 'POST', '/integrations/connections/caldav', server),
  );
  await good('link', call(SEEKER, 'POST', '/integrations/calendars', { connectionId }));
  const first = await accepted();
  await calendarHas({ ...before, isHeld: false }, { ...first, isHeld: false });

  await goTo(environment.control, 'session', 'monolith');
  assert.equal((await call(SEEKER, 'GET', '/integrations/calendars')).status, 404);
  await pools.session.query('UPDATE calendars SET due_at = now()');
  await act(TEACHER, first.id, 'schedule');
  await act(SEEKER, before.id, 'cancel', { reason: 'Ill' });
  const second = await accepted();
  // Nobody has looked meanwhile: that would have said when it is due again.
  const { rowCount } = await pools.session.query('SELECT FROM calendars WHERE due_at <= now()');
  assert.equal(rowCount, 1);
  assert.equal(isSame(wantedOf({ ...before, isHeld: false }, { ...first, isHeld: false })), true);

  await leave();
  await calendarHas({ ...first, isHeld: true }, { ...second, isHeld: false });
  await act(TEACHER, first.id, 'cancel', {});
  await calendarHas({ ...second, isHeld: false });
  await noConflicts(pools.monolith, pools.session);
});
