import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import {
  type CalDavDouble,
  type GoogleCalendar,
  startCalDav,
  startGoogleCalendar,
} from '@banyan/calendars/testing';
import { type ProviderDouble, startProvider } from '@banyan/connections/testing';
import { withTransaction } from '@banyan/postgres';
import { until } from '@banyan/postgres/testing';
import { archiveOf, erasePerson } from '@banyan/service';
import { personalTables } from './services/session/personal-data.ts';
import { type BookingWorld, startBookingWorld } from './testing/booking-world.ts';
import { ahead, DAY, sessionsIn } from './testing/people-of-sessions.ts';

/** Sessions in the calendars that people have elsewhere: at Google by OAuth, and at a server of CalDAV. */

const TOKEN = 'a token of Google';

let world: BookingWorld;
let people: ReturnType<typeof sessionsIn>;
let google: GoogleCalendar;
let dav: CalDavDouble;
let provider: ProviderDouble;

before(async () => {
  google = await startGoogleCalendar(TOKEN);
  dav = await startCalDav();
  provider = await startProvider();
  world = await startBookingWorld({
    GOOGLE_CALENDAR_URL: google.url,
    CALENDAR_NETWORKS: '127.0.0.0/8',
    CALENDAR_LOOK_MS: '20',
    REVOCATION_LOOK_MS: '20',
    FORGET_MS: '20',
    OAUTH_PROVIDERS: JSON.stringify([{ ...provider.entry, name: 'google', scopes: ['openid', 'email'] }]),
  });
  people = sessionsIn(world);
});
after(async () => {
  await world?.stop();
  await provider?.stop();
  google?.close();
  await dav?.stop();
});

beforeEach(async () => {
  // Nothing of those before is still on its way into the calendars, which all of them share.
  await world.query('DELETE FROM calendars');
  google.failWith(null);
  google.events.clear();
  google.asked.length = 0;
  for (const name of dav.objects.keys()) await dav.remove(name.split('/').at(-1)!);
  provider.reset();
  provider.onToken = ({ body }) => Object.assign(body as object, { access_token: TOKEN });
  world.time.shift = 0;
});

const PLACE = '/integrations';
const call = (as: string, method: string, path: string, body?: unknown) =>
  world.call(as, method, PLACE + path, body);

/** Connects Google's by OAuth, as a person does it. */
async function withGoogle(as: string): Promise<{ connection: number; calendar: number }> {
  const begun = await call(as, 'POST', '/connections', { provider: 'google' });
  assert.equal(begun.status, 201, JSON.stringify(begun.body));
  const query = await provider.sayYes(begun.body.authorizationUrl);
  const made = await call(as, 'POST', '/connections/complete', { query });
  assert.deepEqual([made.status, made.body.account], [201, 'ada@example.com'], JSON.stringify(made.body));
  return await linked(as, made.body.id);
}

async function withCalDav(as: string): Promise<{ connection: number; calendar: number }> {
  const made = await call(as, 'POST', '/connections/caldav', { url: dav.url, ...dav.login });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const { body } = await call(as, 'GET', `/connections/${made.body.id}/calendars`);
  assert.deepEqual(
    body.calendars.map(({ name }: { name: string }) => name),
    ['Work'],
  );
  return await linked(as, made.body.id);
}

async function linked(as: string, connection: number) {
  const { status, body } = await call(as, 'POST', '/calendars', { connectionId: connection });
  assert.equal(status, 201, JSON.stringify(body));
  return { connection, calendar: body.id };
}

/** Resolves with what the last look has found wrong, when none is due or under way. */
async function looked(calendar: number): Promise<string | null> {
  const row = await until(
    async () =>
      (
        await world.query(
          'SELECT error FROM calendars WHERE id = $1 AND leased_until IS NULL AND due_at > now()',
          [calendar],
        )
      )[0],
  );
  return row.error;
}

const again = (calendar: number) =>
  world.query('UPDATE calendars SET due_at = now() WHERE id = $1', [calendar]);

type Shown = { title: unknown; at: string; where: unknown; status: unknown };
const inGoogle = (): Shown[] =>
  [...google.events.values()]
    .filter(({ status }) => status !== 'cancelled')
    .map(({ id, summary, start, location, status }) => {
      assert.match(id, /^ssession[0-9a-f]{32}$/);
      const { dateTime: at } = start as { dateTime: string };
      return { title: summary, at, where: location, status: String(status).toUpperCase() };
    });

const inCalDav = (): Shown[] =>
  [...dav.objects].map(([path, { ics }]) => {
    assert.match(path, /\/ssession[0-9a-f]{32}\.ics$/);
    const plain = ics.replaceAll('\r\n ', '');
    const value = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(plain)?.[1]?.trim() ?? '';
    assert.match(plain, /PRODID:-\/\/Banyan\/\/SkillSwap\/\/EN/);
    const at = new Date(value('DTSTART').replace(/^(....)(..)(..T..)(..)/, '$1-$2-$3:$4:')).toISOString();
    return { title: value('SUMMARY'), at, where: value('LOCATION'), status: value('STATUS') };
  });

/** The seeker has theirs at Google, the provider at a server of CalDAV; both are shown as they are after a look. */
async function connectedPair(at: number) {
  const made = await people.booked(at);
  const theirs = { seeker: await withGoogle(made.seeker), provider: await withCalDav(made.provider) };
  const shown = async () => {
    for (const { calendar } of [theirs.seeker, theirs.provider]) assert.equal(await looked(calendar), null);
    return { google: inGoogle(), caldav: inCalDav() };
  };
  return { ...made, theirs, shown };
}

/** Resolves when the service has forgotten somebody who was gone. */
async function forgotten(): Promise<void> {
  const gone = await world.person();
  await world.query(`INSERT INTO calendar_links VALUES ($1, sha256($1::uuid::text::bytea))`, [gone]);
  await world.query(`UPDATE people SET status = 'DELETED' WHERE id = $1`, [gone]);
  const links = () => world.query('SELECT FROM calendar_links WHERE user_id = $1', [gone]);
  await until(async () => (await links()).length === 0);
}

describe('a session in the calendars of both', () => {
  it('is there from when it is accepted, once, moves with it, and goes with it', async () => {
    const at = ahead(5);
    const { seeker, provider: teacher, id, shown } = await connectedPair(at);
    const nowhere = { google: [], caldav: [] };
    assert.deepEqual(await shown(), nowhere);
    await people.step(teacher, id, 'accept');
    const expect = (start: number, where: unknown, status: string) => {
      const one = { title: 'Juggling', at: new Date(start).toISOString(), where, status };
      return { google: [one], caldav: [one] };
    };
    assert.deepEqual(await shown(), expect(at, '', 'CONFIRMED'));
    const { roomUrl } = (await people.step(teacher, id, 'schedule')).body;
    assert.deepEqual(await shown(), expect(at, roomUrl, 'CONFIRMED'));
    const later = at + DAY;
    const moved = await people.step(seeker, id, 'reschedule', { startsAt: new Date(later).toISOString() });
    assert.equal(moved.status, 200, JSON.stringify(moved.body));
    assert.deepEqual(await shown(), expect(later, '', 'TENTATIVE'));
    await people.step(teacher, id, 'accept');
    assert.deepEqual(await shown(), expect(later, '', 'CONFIRMED'));
    await people.step(seeker, id, 'cancel', {});
    assert.deepEqual(await shown(), nowhere);
  });

  it('is not there when it was declined, and goes when it is after it was moved', async () => {
    const at = ahead(5);
    const { seeker, provider: teacher, id, shown } = await connectedPair(at);
    const { body } = await world.book(seeker, teacher, at + DAY);
    await people.step(teacher, body.id, 'decline');
    await people.step(teacher, id, 'accept');
    assert.equal((await shown()).google.length, 1);
    const startsAt = new Date(at + 2 * DAY).toISOString();
    await people.step(seeker, id, 'reschedule', { startsAt });
    await people.step(teacher, id, 'decline');
    assert.deepEqual(await shown(), { google: [], caldav: [] });
  });

  it('comes there as it is by then, once, however the calendar fails, whatever dies, and though nobody noted it', async () => {
    const at = ahead(5);
    const { seeker, provider: teacher, id, theirs, shown } = await connectedPair(at);
    await shown();
    google.failWith(500);
    await people.step(teacher, id, 'accept');
    await until(async () => (await looked(theirs.seeker.calendar)) === 'UNREACHABLE');
    const { body } = await call(seeker, 'GET', '/calendars');
    assert.equal(body.calendars[0].error, 'UNREACHABLE');
    await people.step(teacher, id, 'schedule');
    await world.restart();
    google.failWith(null);
    await again(theirs.seeker.calendar);
    const { google: there } = await shown();
    assert.match(String(there[0]?.where), /^https:/);
    // Of a process that died after it had put it there.
    await world.query('DELETE FROM calendar_events');
    await again(theirs.seeker.calendar);
    await again(theirs.provider.calendar);
    const { google: one, caldav: other } = await shown();
    assert.deepEqual([one.length, other.length], [1, 1]);
  });

  it('is left to who has removed it there', async () => {
    const { provider: teacher, id, shown } = await connectedPair(ahead(5));
    await people.step(teacher, id, 'accept');
    await shown();
    for (const event of [...google.events.keys()]) google.cancel(event);
    await people.step(teacher, id, 'schedule');
    const { google: mine, caldav: theirs } = await shown();
    assert.deepEqual([mine.length, theirs.length], [0, 1]);
  });

  it('is not asked of calendars while the monolith writes, and is there as it is when the service does again', async () => {
    const at = ahead(5);
    const { provider: teacher, id, theirs, shown } = await connectedPair(at);
    await people.step(teacher, id, 'accept');
    await shown();
    const share = (points: number | null) =>
      world.query(
        `INSERT INTO banyan.shares VALUES ('session', $1) ON CONFLICT (service) DO UPDATE SET share = $1`,
        [points],
      );
    await world.query('CREATE SCHEMA banyan');
    await world.query('CREATE TABLE banyan.shares (service text PRIMARY KEY, share integer)');
    try {
      await share(0);
      google.asked.length = 0;
      // As a link brings what the monolith does.
      await world.query(
        `UPDATE sessions SET version = version + 1, starts_at = starts_at + interval '1 h', ends_at = ends_at + interval '1 h' WHERE id = $1`,
        [id],
      );
      await again(theirs.seeker.calendar);
      // What the service does by itself goes on: by then it would have looked.
      for (let rounds = 0; rounds < 3; rounds++) await forgotten();
      assert.deepEqual(google.asked, []);
      await share(10_000);
      await again(theirs.provider.calendar);
      const start = new Date(at + 3_600_000).toISOString();
      const { google: mine, caldav: other } = await shown();
      assert.deepEqual([mine[0]?.at, other[0]?.at], [start, start]);
    } finally {
      await world.query('DROP SCHEMA banyan CASCADE');
    }
  });
});

describe('a calendar', () => {
  it('is connected by what its server takes, at places that may be asked only', async () => {
    const ada = await world.person();
    for (const [url, status] of [
      ['http://10.1.2.3/', 422],
      ['http://example.com/', 422],
      ['file:///etc/passwd', 422],
      [`${dav.url.replace('http://', 'http://ada@')}`, 422],
    ] as const) {
      const { body, ...answer } = await call(ada, 'POST', '/connections/caldav', { url, ...dav.login });
      assert.deepEqual([answer.status, body.code], [status, 'SERVER_REFUSED'], url);
    }
    const wrong = { url: dav.url, ...dav.login, password: 'wrong' };
    assert.equal((await call(ada, 'POST', '/connections/caldav', wrong)).body.code, 'SERVER_REFUSED');
    assert.deepEqual((await call(ada, 'GET', '/connections')).body.connections, []);
    const { connection } = await withCalDav(ada);
    const kept = JSON.stringify(
      await world.query('SELECT * FROM oauth_connections WHERE id = $1', [connection]),
    );
    assert.ok(!kept.includes(dav.login.password));
  });

  it('is seen, and let go, by whose it is only; then nothing more comes into it', async () => {
    const { seeker, provider: teacher, id, theirs, shown } = await connectedPair(ahead(5));
    await people.step(teacher, id, 'accept');
    await shown();
    const { connection, calendar } = theirs.seeker;
    const eve = await world.person();
    for (const [method, path, body] of [
      ['GET', `/connections/${connection}/calendars`],
      ['POST', `/connections/${connection}/check`],
      ['POST', '/calendars', { connectionId: connection }],
      ['DELETE', `/calendars/${calendar}`],
      ['DELETE', `/connections/${connection}`],
    ] as const)
      assert.equal((await call(eve, method, path, body)).status, 404, path);
    assert.equal((await world.call(null as never, 'GET', `${PLACE}/calendars`)).status, 401);
    assert.equal((await call(seeker, 'DELETE', `/connections/${connection}`)).status, 204);
    assert.deepEqual((await call(seeker, 'GET', '/calendars')).body.calendars, []);
    await until(() => provider.asked.some(({ path }) => path === 'revoke'));
    google.asked.length = 0;
    await people.step(teacher, id, 'schedule');
    assert.equal(await looked(theirs.provider.calendar), null);
    assert.deepEqual(google.asked, []);
  });

  it('whose server takes the password no more is lost, which is told once', async () => {
    const ada = await world.person();
    const { connection, calendar } = await withCalDav(ada);
    await looked(calendar);
    const { password } = dav.login;
    dav.changePassword('another one');
    try {
      await world.query(
        `INSERT INTO sessions (seeker_id, provider_id, skill_id, starts_at, ends_at, state, hourly_rate, credits)
         VALUES ($1, gen_random_uuid(), gen_random_uuid(), now() + interval '1 day', now() + interval '25 h', 'ACCEPTED', 0, 0)`,
        [ada],
      );
      await again(calendar);
      await until(async () => (await looked(calendar)) !== null);
      for (let looks = 0; looks < 2; looks++) {
        await again(calendar);
        await until(async () => (await looked(calendar)) === 'CONNECTION_LOST');
      }
    } finally {
      dav.changePassword(password);
    }
    assert.deepEqual(await world.said(ada), ['AccountConnected', 'ConnectionLost']);
    const { body } = await call(ada, 'GET', '/connections');
    assert.deepEqual(body.connections[0].state, 'lost');
    assert.equal((await call(ada, 'POST', `/connections/${connection}/check`)).status, 409);
  });
});

describe('what is kept of calendars', () => {
  it('is in the archive of a person without what gives access, and goes with them; that is taken back', async () => {
    const { seeker, provider: teacher, id, shown } = await connectedPair(ahead(5));
    await people.step(teacher, id, 'accept');
    await shown();
    const { pool } = { pool: world.databases().session };
    const archive = await archiveOf(pool, personalTables.tables, seeker);
    assert.deepEqual(
      archive.oauth_connections!.map((one) => (one as { account: string }).account),
      ['ada@example.com'],
    );
    assert.ok(!/token/i.test(JSON.stringify(archive.oauth_connections)));
    assert.equal(archive.calendars!.length, 1);
    provider.asked = [];
    await withTransaction(pool, (tx) => erasePerson(tx, personalTables, seeker));
    for (const table of ['calendars', 'oauth_connections', 'oauth_attempts'])
      assert.deepEqual(await world.query(`SELECT FROM ${table} WHERE user_id = $1`, [seeker]), [], table);
    await until(() => provider.asked.some(({ path }) => path === 'revoke'));
    // The other one's is theirs.
    assert.equal((await call(teacher, 'GET', '/calendars')).body.calendars.length, 1);
  });

  it('goes too when the monolith deletes an account, which its row tells', async () => {
    const ada = await world.person();
    await withGoogle(ada);
    provider.asked = [];
    await world.query(`UPDATE people SET status = 'DELETED' WHERE id = $1`, [ada]);
    await until(
      async () => (await world.query('SELECT FROM oauth_connections WHERE user_id = $1', [ada])).length === 0,
    );
    await until(() => provider.asked.some(({ path }) => path === 'revoke'));
  });
});
