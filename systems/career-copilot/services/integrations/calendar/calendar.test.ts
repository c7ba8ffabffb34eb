import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, beforeEach, describe, it } from 'node:test';
import {
  type CalDavDouble,
  type GoogleCalendar,
  icsOf,
  startCalDav,
  startGoogleCalendar,
} from '@banyan/calendars/testing';
import { contextOf } from '@banyan/connections';
import { createEncryption } from '@banyan/service';
import { until } from '../../../kit/testing/until.ts';
import { startWorld, type World } from '../testing/world.ts';

const TOKEN = 'a token of Google';
const KEYS = randomBytes(32).toString('base64url');
const at = (hour: number) => `2026-12-01T${String(hour).padStart(2, '0')}:00:00.000Z`;
const DAY = `from=${at(0)}&to=${at(23)}`;

let world: World;
let google: GoogleCalendar;
let dav: CalDavDouble;
let ada = 0;
let calendar = 0;

before(async () => {
  google = await startGoogleCalendar(TOKEN);
  dav = await startCalDav();
  world = await startWorld({
    answer: (asked, response) => {
      const job = { id: 5, title: 'Engineer', is_active: true, company: { name: 'Vault-Tec' } };
      const isThere = asked.url === '/api/v1/jobs/5';
      response
        .writeHead(isThere ? 200 : 404, { 'content-type': 'application/json' })
        .end(JSON.stringify(isThere ? job : {}));
    },
    env: {
      ENCRYPTION_KEYS: KEYS,
      GOOGLE_CALENDAR_URL: google.url,
      WEBHOOK_NETWORKS: '127.0.0.0/8',
      CALENDAR_LOOK_MS: '20',
      CALENDAR_EVERY_SECONDS: '3600',
    },
  });
});

after(async () => {
  await world?.stop();
  google?.close();
  await dav?.stop();
});

/** Somebody else each time, with the calendar connected and read once. */
beforeEach(async () => {
  await rested();
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

/** Resolves when nothing of those before is still on its way into the calendar, which all of them share. */
async function rested(): Promise<void> {
  await until(async () => {
    const { rowCount } = await world.service.pool.query(
      'SELECT FROM calendars WHERE leased_until IS NOT NULL OR due_at <= now()',
    );
    return rowCount === 0;
  });
}

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

  it('is made once though nobody noted that it was', async () => {
    const { body } = await interview(9, 10);
    await looked();
    await world.service.pool.query('DELETE FROM calendar_events WHERE calendar_id = $1', [calendar]);
    await looked();
    assert.equal(pushed().length, 1);
    await world.call(ada, 'DELETE', `/interviews/${body.id}`);
    await looked();
    assert.deepEqual(pushed(), []);
  });

  it('that the version of before has put there is known to be there', async () => {
    await interview(9, 10);
    await looked();
    const schema = await readFile(new URL('../schema.sql', import.meta.url), 'utf8');
    // Locked in full first: whoever looks for due calendars meanwhile could else hold what a later statement waits for.
    await world.service.pool.query(`LOCK TABLE calendars, calendar_events IN ACCESS EXCLUSIVE MODE;
      CREATE TABLE interviews_pushed AS SELECT interviews.id AS interview_id, calendar_id, pushed.version, removed_there
        FROM calendar_events AS pushed JOIN interviews USING (event_key);
      ALTER TABLE interviews_pushed ADD PRIMARY KEY (interview_id, calendar_id),
        ADD FOREIGN KEY (calendar_id) REFERENCES calendars ON DELETE CASCADE;
      DROP TABLE calendar_events;
      ${schema}`);
    google.asked.length = 0;
    assert.equal((await looked()).error, null);
    assert.deepEqual(google.asked, ['GET changes']);
  });

  it('that somebody has removed there does not come back, moved or not', async () => {
    const { body } = await interview(9, 10);
    await looked();
    google.cancel(pushed()[0]!.id);
    for (const hour of [11, 13]) {
      const moved = { starts_at: at(hour), ends_at: at(hour + 1) };
      assert.equal((await world.call(ada, 'PATCH', `/interviews/${body.id}`, moved)).status, 200);
      assert.equal((await looked()).error, null);
      assert.deepEqual(pushed(), []);
    }
    await world.call(ada, 'DELETE', `/interviews/${body.id}`);
    assert.equal((await looked()).error, null);
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
    await looked();
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

describe('an interview that follows from an application', () => {
  let applications = 500;
  let actions = 0;
  const nextHour = Math.ceil(Date.now() / 3_600_000) * 3_600_000;
  const later = (hours: number) => new Date(nextHour + hours * 3_600_000).toISOString();
  /** An application that has come to its interview. */
  async function atInterview(jobId = 5): Promise<number> {
    const applicationId = ++applications;
    const mine = { userId: ada, applicationId };
    await world.tell('ApplicationCreated', { ...mine, jobId, status: 'applied' });
    await world.tell('ApplicationStatusChanged', { ...mine, from: 'applied', to: 'interview' });
    return applicationId;
  }
  const next = async (applicationId: number, dueAt: string) =>
    await world.tell('NextActionSet', { userId: ada, applicationId, actionId: ++actions, dueAt });
  const known = async () =>
    (await world.call(ada, 'GET', `/interviews?from=${later(-48)}&to=${later(480)}`)).body.interviews;
  /** Resolves when so many are known and the calendar is as they are. */
  const inCalendar = async (...starts: string[]) => {
    await until(async () => {
      const all = await known();
      return (
        all.length === starts.length &&
        all.every(({ starts_at }: { starts_at: string }, index: number) => starts_at === starts[index])
      );
    });
    await looked();
    return pushed();
  };
  /** As `inCalendar`, of one that is called so: its name may come with a later look. */
  const named = async (summary: string, start: string) => {
    await inCalendar(start);
    return await until(async () => {
      await looked();
      const [one, ...others] = pushed();
      const isIt = one?.summary === summary && (one.start as { dateTime: string }).dateTime === start;
      return isIt && others.length === 0 && one;
    });
  };

  it('is made of its next action, called by its job, moves with it and goes with it', async () => {
    const id = await atInterview();
    await next(id, later(5));
    const made = await named('Interview: Engineer, Vault-Tec', later(5));
    await next(id, later(9));
    const moved = await named('Interview: Engineer, Vault-Tec', later(9));
    assert.equal(moved.id, made.id);
    await world.tell('NextActionDone', { userId: ada, applicationId: id, actionId: actions });
    assert.deepEqual(await inCalendar(), []);
  });

  it('is made of a step to the interview too, is gone when there is none any more, and comes again', async () => {
    const applicationId = ++applications;
    const mine = { userId: ada, applicationId };
    await next(applicationId, later(5));
    await world.tell('ApplicationStatusChanged', { ...mine, from: 'applied', to: 'interview' });
    // Of a job that nobody knows it goes by what it is.
    assert.deepEqual(
      (await inCalendar(later(5))).map(({ summary }) => summary),
      ['Interview'],
    );
    await world.tell('ApplicationStatusChanged', { ...mine, from: 'interview', to: 'ghosted' });
    assert.deepEqual(await inCalendar(), []);
    await world.tell('ApplicationStatusChanged', { ...mine, from: 'ghosted', to: 'interview' });
    assert.equal((await inCalendar(later(5))).length, 1);
    await world.tell('ApplicationRemoved', { ...mine, jobId: 5 });
    assert.deepEqual(await inCalendar(), []);
  });

  it('that its user has noted is not there twice, and one that they have removed there stays away', async () => {
    const id = await atInterview();
    const [starts_at, ends_at] = [later(5), later(6)];
    await world.call(ada, 'POST', '/interviews', { application_id: id, title: 'Own', starts_at, ends_at });
    await next(id, later(5));
    await next(id, later(8));
    const [own] = await inCalendar(later(8));
    assert.equal(own!.summary, 'Own');
    google.cancel(own!.id);
    await next(id, later(11));
    assert.deepEqual(await inCalendar(later(11)), []);
  });
});

describe('an account at a calendar server', () => {
  const connect = (more: object = {}) =>
    world.call(ada, 'POST', '/connections/caldav', { url: dav.url, ...dav.login, ...more });

  it('is connected by name and password, and its calendar has what Google`s has', async () => {
    const { status, body: connection } = await connect();
    assert.deepEqual([status, connection.provider], [201, 'caldav']);
    const { body: list } = await world.call(ada, 'GET', `/connections/${connection.id}/calendars`);
    assert.deepEqual(
      list.calendars.map(({ name }: { name: string }) => name),
      ['Work'],
    );
    const made = await world.call(ada, 'POST', '/calendars', { connection_id: connection.id });
    assert.deepEqual([made.status, made.body.calendar_id], [201, list.calendars[0].calendar_id]);
    calendar = made.body.id;
    const event = ['UID:a', 'SUMMARY:Choir', 'DTSTART:20261201T180000Z', 'DURATION:PT1H'];
    await dav.put('choir.ics', icsOf(event));
    await looked();
    assert.deepEqual(await busy(), ['Choir']);
    await interview(9, 10);
    await looked();
    assert.equal([...dav.objects.keys()].filter((path) => path.includes('ccinterv')).length, 1);
    const { rows } = await world.service.pool.query(
      'SELECT access_token FROM oauth_connections WHERE id = $1',
      [connection.id],
    );
    assert.ok(!rows[0].access_token.includes(dav.login.password));

    dav.changePassword('another one');
    assert.equal((await looked()).error, 'UNAUTHORIZED');
    assert.equal((await looked()).error, 'CONNECTION_LOST');
    const lost = (await world.said('ConnectionLost')).filter(({ userId }) => userId === ada);
    assert.deepEqual(lost, [{ userId: ada, connectionId: connection.id, provider: 'caldav' }]);
    dav.changePassword(dav.login.password);
    assert.equal((await connect()).body.id, connection.id);
    assert.equal((await looked()).error, null);
  });

  it('is not connected with a wrong password, nor where nobody may look, nor under an address that is none of it', async () => {
    for (const wrong of [
      { password: 'wrong' },
      { url: 'http://192.168.0.1/' },
      { url: 'http://calendar.example/' },
      { url: 'https://[::1]:8443/' },
      { url: 'nonsense' },
    ])
      assert.deepEqual([(await connect(wrong)).status, wrong], [422, wrong]);
    const { body: connection } = await connect();
    const elsewhere = { connection_id: connection.id, calendar_id: `${dav.url}/other/` };
    assert.equal((await world.call(ada, 'POST', '/calendars', elsewhere)).body.code, 'CALENDAR_NOT_FOUND');
    const eve = 1_000 + ada;
    assert.equal((await world.call(eve, 'GET', `/connections/${connection.id}/calendars`)).status, 404);
  });
});
