import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, it, type TestContext } from 'node:test';
import { legacyToken } from '@banyan/harness';
import type { Environment } from '@banyan/harness/run';
import { type Answer, good, type Json, request } from '@banyan/harness/testing';
import { hear } from '@banyan/harness/testing/events';
import { goTo, noConflicts, startTestEnvironment, verified } from '@banyan/harness/testing/system';
import { createPool } from '@banyan/postgres';
import { until } from '@banyan/postgres/until';
import type pg from 'pg';
import { contracts as notificationContracts } from './contracts/notification.ts';
import { contracts as skillContracts } from './contracts/skill.ts';
import { contracts as userContracts } from './contracts/user.ts';
import { LEGACY_ISSUER } from './kit/tokens.ts';
import data from './monolith/data.ts';
import { userId } from './monolith/generate.ts';
import { system } from './system.ts';

/** Sessions, credits and what is counted of them leave in tests of their own. */
const LEAVING = ['user', 'skill', 'notification'];
const ADMIN = 1;
const DAY = 86_400_000;

let environment: Environment;
let pools: Record<'monolith' | 'user' | 'skill' | 'notification', pg.Pool>;

before(async () => {
  environment = await startTestEnvironment(system, 'skillswap', { users: 40, services: LEAVING });
  const pool = (name: string) => createPool(environment.databases.get(name)!, { max: 1 });
  pools = {
    monolith: pool('monolith'),
    user: pool('user'),
    skill: pool('skill'),
    notification: pool('notification'),
  };
});

after(async () => {
  await Promise.all(Object.values(pools ?? {}).map((pool) => pool.end()));
  await environment?.stop();
});

const call = (method: string, path: string, token?: string, body?: unknown): Promise<Answer> =>
  request(environment.gatewayUrl, method, path, { ...(token === undefined ? {} : { token }), body });

type Person = { id: string; email: string; fullName: string };

/** Somebody registers and changes who they are, and finds at once what they have written, and what the rest of the system has made for them. */
async function join(): Promise<Person> {
  const credentials = { email: `${randomUUID()}@example.com`, password: 'a good password' };
  const account = { ...credentials, fullName: 'Zoë  d’Arc' };
  const { user, accessToken, refreshToken } = await good(
    'register',
    call('POST', '/auth/register', undefined, account),
  );
  const path = `/users/${user.id}`;
  const change = { fullName: `New ${user.id}`, version: user.version };
  const changed = await good('change', call('PUT', path, accessToken, change));
  assert.equal(changed.version, user.version + 1);
  assert.equal((await call('PUT', path, accessToken, change)).body.code, 'STALE_VERSION');
  const login = await good('log in', call('POST', '/auth/login', undefined, credentials));
  for (const token of [accessToken, login.accessToken]) {
    assert.equal((await good('read', call('GET', path, token))).fullName, change.fullName);
    assert.equal((await good('wallet', call('GET', '/credits', token))).balance, 0);
    assert.equal((await good('skills', call('GET', `/skills/profiles/${user.id}`, token))).userId, user.id);
  }
  await good('refresh', call('POST', '/auth/refresh', undefined, { refreshToken }));
  assert.equal((await call('POST', '/auth/logout', undefined, { refreshToken })).status, 204);
  assert.equal((await call('POST', '/auth/refresh', undefined, { refreshToken })).status, 401);
  return { id: user.id, email: credentials.email, fullName: change.fullName };
}

it('users leave the monolith and come back, whoever comes meanwhile is there on both sides, and is told of once', async (t) => {
  const { control, busUrl } = environment;
  const heard = await hear(t, { busUrl, events: userContracts.events });
  const admin = data.token(userId(ADMIN), environment.secret);
  const people: Person[] = [];
  await goTo(control, 'user', 'copying');
  await goTo(control, 'user', 'shadowing');
  for (const [stage, share] of [
    ['shadowing', 0],
    ['canary', 5_000],
    ['migrated', 10_000],
  ] as const) {
    await goTo(control, 'user', stage, share);
    for (let n = 0; n < 4; n++) people.push(await join());
    const { id, email } = people.at(-1)!;
    const login = { email, password: 'a good password' };
    const { refreshToken } = await good('log in', call('POST', '/auth/login', undefined, login));
    await good('suspend', call('POST', `/users/${id}/suspend`, admin));
    const refreshed = await call('POST', '/auth/refresh', undefined, { refreshToken });
    assert.deepEqual([refreshed.status, refreshed.body.code], [403, 'ACCOUNT_INACTIVE']);
    assert.equal((await call('POST', '/auth/login', undefined, login)).body.code, 'ACCOUNT_INACTIVE');
    const page = await good('list', call('GET', `/users?query=${id}`, admin));
    assert.deepEqual(
      page.content.map((one: Person) => one.id),
      [id],
    );
  }
  // Erased over all that the monolith has, by the monolith, and of what is the service's by now with the answer.
  const leaving = people.at(-2)!;
  const { accessToken } = await good(
    'log in',
    call('POST', '/auth/login', undefined, { email: leaving.email, password: 'a good password' }),
  );
  assert.equal(
    (await good('export', call('GET', `/users/${leaving.id}/export`, accessToken))).wallet.length,
    1,
  );
  const { id: archiveId } = await good('ask', call('POST', `/users/${leaving.id}/archives`, accessToken));
  await found('SELECT FROM archives WHERE id = $1 AND ready_at IS NOT NULL', archiveId);
  const { content } = await good(
    'archive',
    call('GET', `/users/${leaving.id}/archives/${archiveId}`, accessToken),
  );
  assert.equal(content.user.users[0].email, leaving.email);
  assert.deepEqual([content.monolith.wallet.length, content.skill.people.length], [1, 1]);
  assert.equal((await call('DELETE', `/users/${leaving.id}`, accessToken)).status, 204);
  assert.equal((await call('GET', `/users/${leaving.id}`, accessToken)).body.code, 'ACCOUNT_INACTIVE');
  for (const [pool, table] of [
    [pools.user, 'users'],
    [pools.monolith, 'users_legacy'],
  ] as const) {
    const { rows } = await pool.query(`SELECT to_jsonb(one)::text AS row FROM ${table} one WHERE id = $1`, [
      leaving.id,
    ]);
    assert.match(rows[0].row, /"DELETED"/);
    assert.ok(!rows[0].row.includes(leaving.email) && !rows[0].row.includes('New '));
  }
  const { monolith, user } = await provenOf(leaving.id, admin);
  assert.deepEqual([monolith.erased.users_legacy, user.kept.users.rows], [1, 1]);
  Object.assign(leaving, { email: `deleted-${leaving.id}@invalid`, fullName: 'Deleted user' });

  await verified(control, 'user');
  await noConflicts(pools.monolith, pools.user);
  await t.test(
    'skills leave while users have left, and come back, and both sides show what either has just done',
    skillsMove,
  );

  await goTo(control, 'user', 'monolith');
  people.push(await join());
  const { rows } = await pools.monolith.query<Person>(
    `SELECT id, email, full_name AS "fullName" FROM users_legacy WHERE id = ANY ($1)`,
    [people.map(({ id }) => id)],
  );
  const byId = (all: Person[]) => all.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  assert.deepEqual(byId(rows), byId(people));

  // The last one has come when nobody followed the monolith any more.
  const told = people.slice(0, -1);
  const types = (id: string) => heard.filter(({ subject }) => subject === id).map(({ type }) => type);
  const expected = (n: number) => [
    'UserRegistered',
    'UserProfileUpdated',
    ...(n % 4 === 3 ? ['UserSuspended'] : []),
    ...(told[n] === leaving ? ['UserDeleted'] : []),
  ];
  await until(() => told.every(({ id }, n) => types(id).length >= expected(n).length));
  for (const [n, { id }] of told.entries()) assert.deepEqual(types(id), expected(n));
});

/** The proof that somebody is gone from everywhere, once it is there. */
async function provenOf(id: string, admin: string): Promise<Json> {
  await found('SELECT FROM erasure_proofs WHERE user_id = $1 AND proof IS NOT NULL', id);
  const { proof } = await good('proof', call('GET', `/users/${id}/erasure`, admin));
  return JSON.parse(proof);
}

/** Waits until user has it: whoever asks through the gateway again and again is asked to wait. */
async function found(sql: string, id: string): Promise<void> {
  await until(async () => (await pools.user.query(sql, [id])).rowCount === 1);
}

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '00:00', to: '24:00' }));
const SLOT = new Date(Math.ceil(Date.now() / DAY + 2) * DAY).toISOString();

type Taught = { teacher: Newcomer; skillId: string; headline: string; isOnService: boolean };

async function skillsMove(t: TestContext): Promise<void> {
  const { control, busUrl } = environment;
  const heard = await hear(t, { busUrl, events: skillContracts.events, group: 'of-skills' });
  const admin = legacyToken({ id: userId(ADMIN), role: 'ADMIN', issuer: LEGACY_ISSUER }, environment.secret);
  const [{ id: categoryId }] = await good('categories', call('GET', '/skills/categories', admin));
  const taught: Taught[] = [];
  const added: string[] = [];
  const teachSomething = async () => {
    const skill = { name: `Something ${randomUUID()}`, description: '', categoryId };
    const { id } = await good('add a skill', call('POST', '/skills', admin, skill));
    added.push(id);
    for (let n = 0; n < 3; n++) taught.push(await teach(id));
  };
  await goTo(control, 'skill', 'copying');
  for (const [stage, share] of [
    ['shadowing', 0],
    ['canary', 5_000],
    ['migrated', 10_000],
  ] as const) {
    await goTo(control, 'skill', stage, share);
    await teachSomething();
  }
  assert.deepEqual(
    [0, 1, 2, 6, 7, 8].map((n) => taught[n]!.isOnService),
    [false, false, false, true, true, true],
  );
  // Who goes is gone here too, with what nobody but the service had of them.
  const { teacher: gone } = taught.pop()!;
  assert.equal((await call('DELETE', `/users/${gone.id}`, gone.token)).status, 204);
  assert.equal((await call('GET', `/skills/profiles/${gone.id}`, admin)).body.code, 'USER_NOT_FOUND');
  await until(async () => {
    const { rows } = await pools.skill.query(
      `SELECT (SELECT count(*)::int FROM offered_skills WHERE user_id = $1) AS offered,
         (SELECT count(*)::int FROM endorsements WHERE user_id = $1) AS endorsements, headline
       FROM skill_profiles WHERE user_id = $1`,
      [gone.id],
    );
    assert.deepEqual([rows[0].offered, rows[0].headline], [0, null]);
    return rows[0].endorsements === 0;
  });
  const proof = await provenOf(gone.id, admin);
  assert.equal(proof.monolith.erased.offered_skills, 1);
  assert.equal(proof.skill.erased.endorsements, 1);
  assert.deepEqual([proof.session, proof.payment], [null, null]);
  assert.deepEqual(await control.mismatches('skill', 5), []);
  await verified(control, 'skill');
  await noConflicts(pools.monolith, pools.skill);

  await goTo(control, 'skill', 'monolith');
  await teachSomething();
  for (const { teacher, skillId, headline } of taught) {
    const { rows } = await pools.monolith.query(
      `SELECT headline, rating_sum, (SELECT level FROM offered_skills WHERE user_id = $1 AND skill_id = $2) AS level
       FROM skill_profiles WHERE user_id = $1`,
      [teacher.id, skillId],
    );
    assert.deepEqual(rows, [{ headline, rating_sum: 5, level: 'EXPERT' }]);
  }

  // The last ones have come when nobody followed the monolith any more.
  const told = (key: string) =>
    heard.filter(({ subject }) => subject === key).map(({ data }) => data.changed ?? []);
  const ofTeacher = (id: string) => (told(id) as string[][]).flat().sort();
  await until(
    () =>
      taught.slice(0, -3).every(({ teacher }) => ofTeacher(teacher.id).length >= 3) &&
      added.slice(0, -1).every((id) => told(id).length > 0),
  );
  for (const { teacher } of taught.slice(0, -3))
    assert.deepEqual(ofTeacher(teacher.id), ['headline', 'hourlyRate', 'offered']);
  for (const id of added.slice(0, -1)) assert.equal(told(id).length, 1);
}

/** Two newcomers: one says what they teach, the other one finds, books, rates and endorses them, each with what was done just before. */
async function teach(skillId: string): Promise<Taught> {
  const [teacher, learner, another] = [await register(), await register(), await register()];
  const headline = `Teaches as ${teacher.id}`;
  const offered = [{ skillId, level: 'EXPERT' }];
  const hours = { zone: 'UTC', hours: EVERY_DAY };
  await good('hours', call('PUT', `/bookings/availability/${teacher.id}`, teacher.token, hours));
  const said = await say(teacher, { headline, hourlyRate: 0, offered });
  assert.deepEqual([said.headline, said.version], [headline, 2]);
  await say(another, { offered });
  await say(learner, { wanted: [{ skillId }] });
  const found = async (id: string) => {
    const matches: Json[] = await good('matches', call('GET', '/matches', learner.token));
    return matches.find(({ userId }) => userId === id);
  };
  const { hourlyRate, score } = await found(teacher.id);
  assert.deepEqual([hourlyRate, score.skills, score.rating, score.availability], [0, 1, 0.7, 1]);

  // Who is hidden is found by nobody, from the answer on.
  assert.ok(await found(another.id));
  const privacy = { profileVisibility: 'PRIVATE', showEmail: false, showCity: false };
  await good('hide', call('PUT', `/users/${another.id}/privacy-settings`, another.token, privacy));
  assert.equal(await found(another.id), undefined);

  const booking = { providerId: teacher.id, skillId, startsAt: SLOT, minutes: 30 };
  const session = await good('book', call('POST', '/bookings', learner.token, booking));
  assert.equal(session.hourlyRate, 0);
  await pools.monolith.query(`UPDATE sessions SET state = 'COMPLETED' WHERE id = $1`, [session.id]);
  await good('rate', call('POST', `/sessions/${session.id}/ratings`, learner.token, { stars: 5 }));
  assert.equal((await found(teacher.id)).score.rating, 1);
  const path = `/skills/profiles/${teacher.id}`;
  const endorsed = await call('POST', `${path}/offered/${skillId}/endorsements`, learner.token);
  assert.ok([201, 404].includes(endorsed.status), JSON.stringify(endorsed));
  const { rating, ratingCount } = await good('read', call('GET', path, learner.token));
  assert.deepEqual([rating, ratingCount], [5, 1]);
  return { teacher, skillId, headline, isOnService: endorsed.status === 201 };
}

type Newcomer = { id: string; token: string };

async function register(): Promise<Newcomer> {
  const account = {
    email: `${randomUUID()}@example.com`,
    password: 'a good password',
    fullName: 'A Newcomer',
  };
  const { user, accessToken } = await good('register', call('POST', '/auth/register', undefined, account));
  return { id: user.id, token: accessToken };
}

/** Changes what somebody new says of themselves, which they find at once and cannot change again as of before. */
async function say({ id, token }: Newcomer, changes: object): Promise<Json> {
  const path = `/skills/profiles/${id}`;
  const { headline, hourlyRate, budget, city, latitude, longitude, version } = await good(
    'read',
    call('GET', path, token),
  );
  const stated = {
    headline,
    hourlyRate,
    budget,
    city,
    latitude,
    longitude,
    version,
    offered: [],
    wanted: [],
  };
  await good('say', call('PUT', path, token, { ...stated, ...changes }));
  assert.equal((await call('PUT', path, token, { ...stated, ...changes })).body.code, 'STALE_VERSION');
  return await good('read', call('GET', path, token));
}

const as = (n: number) => data.token(userId(n), environment.secret);
const newest = async (token: string, query = ''): Promise<Json> =>
  (await good('list', call('GET', `/notifications?size=1${query}`, token))).content[0];

/** The monolith has just told somebody of something, with an answer: they find it at once, and read it. Its id. */
async function isTold(token: string, kind: string, { stale }: Answer): Promise<string> {
  const look = async () => {
    const found = await newest(token);
    return found.kind === kind && !found.isRead && found;
  };
  // Only where its writer was told so may it come later.
  const told = stale ? await until(look) : await look();
  assert.ok(told, `${kind} is not the newest`);
  assert.equal((await newest(token, '&unreadOnly=true')).id, told.id);
  assert.equal((await good('read', call('PUT', `/notifications/${told.id}/read`, token))).isRead, true);
  assert.equal((await newest(token)).isRead, true);
  assert.notEqual((await newest(token, '&unreadOnly=true'))?.id, told.id);
  return told.id;
}

async function buy(token: string): Promise<string> {
  const bought = await request(environment.gatewayUrl, 'POST', '/payments/purchases', {
    token,
    headers: { 'idempotency-key': randomUUID() },
    body: { paymentMethodId: 'pm_card_visa', amount: 1_000, currency: 'EUR' },
  });
  assert.equal(bought.status, 201, JSON.stringify(bought.body));
  return await isTold(token, 'credits_added', bought);
}

it('what people are told leaves the monolith and comes back: they find it at once, are told of it once, and what they have read stays read', async (t) => {
  const { control, busUrl } = environment;
  const heard = await hear(t, { busUrl, events: notificationContracts.events, group: 'of-notifications' });
  const people = [11, 12, 13, 14, 15, 16].map(as);
  const [seeker, provider] = [as(21), await register()];
  const { rows } = await pools.monolith.query('SELECT id AS skill_id FROM skills LIMIT 1');
  const skillId = rows[0].skill_id;
  const hours = { zone: 'UTC', hours: EVERY_DAY };
  await good('hours', call('PUT', `/bookings/availability/${provider.id}`, provider.token, hours));
  await say(provider, { hourlyRate: 0, offered: [{ skillId, level: 'EXPERT' }] });
  const told: string[] = [];
  let at = Date.parse(SLOT);
  const book = async (token: string) => {
    at += DAY;
    const startsAt = new Date(at).toISOString();
    const wanted = { providerId: provider.id, skillId, startsAt, minutes: 30 };
    const booked = await call('POST', '/bookings', token, wanted);
    told.push(await isTold(provider.token, 'session_requested', booked));
    return booked.body.id;
  };
  for (const [stage, share, sides] of [
    ['shadowing', 0, [404]],
    ['canary', 5_000, [200, 404]],
    ['migrated', 10_000, [200]],
  ] as const) {
    await goTo(control, 'notification', stage, share);
    const ofService = await Promise.all(people.map((one) => call('GET', '/notifications/feed/unread', one)));
    assert.deepEqual([...new Set(ofService.map(({ status }) => status))].sort(), sides);
    for (const one of people) told.push(await buy(one));
    const id = await book(seeker);
    const accepted = await call('POST', `/sessions/${id}/accept`, provider.token);
    told.push(await isTold(seeker, 'session_accepted', accepted));
  }
  // By e-mail, too, as by any way that there is: nobody has said here by which server.
  const ofRows = async () =>
    (
      await pools.notification.query(
        `SELECT user_id, fact, channel, reason FROM deliveries WHERE fact LIKE 'row:%' ORDER BY fact`,
      )
    ).rows;
  const facts = told.map((id) => `row:${id}`);
  const byMail = (await until(async () => {
    const all = await ofRows();
    return all.length >= facts.length && all;
  })) as Json[];
  assert.deepEqual(
    byMail.map(({ fact, channel, reason }) => [fact, channel, reason]),
    facts.toSorted().map((fact) => [fact, 'email', 'CHANNEL_OFF']),
  );

  // What somebody was told goes with them.
  const { id: leaving, token } = await register();
  const declined = await call('POST', `/sessions/${await book(token)}/decline`, provider.token);
  const last = await isTold(token, 'session_declined', declined);
  // What they have read would else meet its deletion on the way, which is told as a conflict.
  await until(async () => {
    const { rows } = await pools.monolith.query('SELECT is_read FROM notifications WHERE id = $1', [last]);
    return rows[0].is_read;
  });
  assert.equal((await call('DELETE', `/users/${leaving}`, token)).status, 204);
  assert.equal((await call('GET', '/notifications', token)).body.code, 'ACCOUNT_INACTIVE');
  const left = await pools.notification.query('SELECT FROM notifications WHERE user_id = $1', [leaving]);
  assert.equal(left.rowCount, 0);

  await verified(control, 'notification');
  await noConflicts(pools.monolith, pools.notification);
  const listed = () => Promise.all(people.map((one) => good('list', call('GET', '/notifications', one))));
  const onService = await listed();
  await goTo(control, 'notification', 'monolith');
  assert.deepEqual(await listed(), onService);
  for (const one of people) await buy(one);

  const of = (id: string) => heard.filter(({ data }) => data.notificationId === id).map(({ type }) => type);
  await until(() => told.every((id) => of(id).length >= 2));
  for (const id of told) assert.deepEqual(of(id), ['NotificationSent', 'NotificationRead']);
});
