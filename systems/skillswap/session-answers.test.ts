import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { legacyToken } from '@banyan/harness';
import { differencesOfApi } from '@banyan/harness/testing/parity';
import { labelsBy } from '@banyan/harness/testing/story';
import type { Json } from './kit/testing/service.ts';
import { LEGACY_ISSUER } from './kit/tokens.ts';
import { startWorld, type World } from './monolith/testing/world.ts';
import { type BookingWorld, startBookingWorld } from './testing/booking-world.ts';
import { ahead, DAY, HOUR } from './testing/people-of-sessions.ts';

/**
 * The same requests to the monolith and to the session service, over the same people, at the same moment: to the byte nobody can tell who answers,
 * but by ids of what was made and by moments of the writing. Each is sent to both, so that what it writes is on both too.
 */

const MINUTE = 60_000;
const WRITTEN_AT = /^(created|updated|opened|decides|decided)At$/;

let world: BookingWorld;
let monolith: World;
/** A session that was made has two ids. */
const made = new Map<string, { legacy: string; ours: string }>();

before(async () => {
  world = await startBookingWorld();
  monolith = await startWorld({ clock: () => Date.now() + world.time.shift });
  await monolith.pool.query(
    `WITH category AS (INSERT INTO skill_categories (name) VALUES ('Circus') RETURNING id)
     INSERT INTO skills (id, category_id, name) SELECT $1, id, 'Juggling' FROM category`,
    [world.skill],
  );
});
after(async () => {
  await monolith?.stop();
  await world?.stop();
});
beforeEach(() => {
  world.time.shift = 0;
});

type Method = 'GET' | 'POST' | 'PUT';
const ADMIN = 'ADMIN';

/** Both answers, which have to be one, with ids of sessions by the names that `made` has for them; `:name` in a path is one. */
async function same(
  as: string | null,
  method: Method,
  path: string,
  body?: object,
  { role = 'USER', name }: { role?: 'USER' | 'ADMIN'; name?: string } = {},
): Promise<{ status: number; body: Json }> {
  const of = (side: 'legacy' | 'ours') => path.replace(/:(\w+)/, (_, name) => made.get(name)![side]);
  const headers: Record<string, string> =
    as === null ? {} : { authorization: `Bearer ${legacyTokenOf(as, role)}` };
  const theirs = await monolith.nobody(method, of('legacy'), body, headers);
  const ours = await world.call(as, method, of('ours'), body, role === ADMIN ? ADMIN : undefined);
  if (name !== undefined && theirs.body?.id && ours.body?.id)
    made.set(name, { legacy: theirs.body.id, ours: ours.body.id });
  const shown = ({ status, body }: { status: number; body: Json }) => JSON.stringify([status, labels(body)]);
  assert.equal(shown(ours), shown(theirs), `${method} ${path} ${JSON.stringify(body)}`);
  return { status: ours.status, body: ours.body };
}

const legacyTokenOf = (id: string, role: 'USER' | 'ADMIN') =>
  legacyToken({ id, role, issuer: LEGACY_ISSUER }, 'secret');

const labels = labelsBy((key, value) => {
  if (WRITTEN_AT.test(key)) return typeof value;
  if (typeof value !== 'string') return value;
  return [...made].reduce(
    (text, [name, { legacy, ours }]) => text.replaceAll(legacy, name).replaceAll(ours, name),
    value,
  );
});

/** Whoever is there on the service's side, on the monolith's too. */
async function alsoInMonolith(id: string, { credits = 0, role = 'USER' } = {}): Promise<string> {
  await monolith.pool.query(
    `INSERT INTO users_legacy (id, email, password_hash, full_name, role) VALUES ($1::uuid, $1::text || '@example.com', '!', 'A Person', $2)`,
    [id, role],
  );
  await monolith.pool.query('INSERT INTO skill_profiles (user_id) VALUES ($1)', [id]);
  await monolith.pool.query('INSERT INTO wallets (user_id, balance) VALUES ($1, $2)', [id, credits]);
  return id;
}

const seeker = async (credits: number) => await alsoInMonolith(await world.seeker(credits), { credits });

/** Teaches each day around the clock, for 10 credits an hour. */
async function provider(): Promise<string> {
  const id = await alsoInMonolith(await world.provider());
  await monolith.pool.query(
    `INSERT INTO offered_skills (user_id, skill_id, level) VALUES ($1, $2, 'EXPERT')`,
    [id, world.skill],
  );
  const hours = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '00:00', to: '24:00' }));
  await same(id, 'PUT', `/bookings/availability/${id}`, { zone: 'Europe/Berlin', hours });
  return id;
}

const booking = (providerId: string, at: number, more: object = {}) => ({
  ...{ providerId, skillId: world.skill, startsAt: new Date(at).toISOString(), minutes: 60, ...more },
});

/** A session that is named, of two new people. */
async function scheduled(name: string, at: number): Promise<{ learner: string; teacher: string }> {
  const [learner, teacher] = [await seeker(30), await provider()];
  await same(learner, 'POST', '/bookings', booking(teacher, at), { name });
  for (const step of ['accept', 'schedule']) await same(teacher, 'POST', `/sessions/:${name}/${step}`);
  return { learner, teacher };
}

it('each operation of sessions is described alike', async () => {
  const legacy = (await monolith.nobody('GET', '/openapi.json')).body;
  const own = await (await fetch(`${world.url()}/openapi.json`)).json();
  // The monolith answers it too, and does not say so.
  const differences = differencesOfApi(legacy, own).filter((each) => !each.includes('answers 415'));
  assert.deepEqual(differences, []);
});

describe('what the session service answers as the monolith does', () => {
  it('hours and slots, whatever is wrong with them', async () => {
    const [teacher, learner] = [await provider(), await seeker(0)];
    const path = `/bookings/availability/${teacher}`;
    const hours = (from: string, to: string, zone = 'UTC') => ({ zone, hours: [{ weekday: 1, from, to }] });
    await same(learner, 'GET', path);
    await same(null, 'GET', path);
    await same(learner, 'PUT', path, hours('09:00', '10:00'));
    for (const wrong of [
      hours('10:00', '09:00'),
      hours('10:00', '10:00'),
      hours('09:00', '10:00', 'Mars/Olympus'),
      hours('9', '10'),
      {},
    ])
      await same(teacher, 'PUT', path, wrong);
    await same(teacher, 'PUT', path, hours('09:30', '12:00', 'Asia/Kathmandu'));
    await same(learner, 'GET', path);
    for (const id of [randomUUID(), 'nobody']) await same(learner, 'GET', `/bookings/availability/${id}`);
    const day = ahead(2);
    const slots = (query: object) =>
      same(
        learner,
        'GET',
        `/bookings/slots?${new URLSearchParams({
          providerId: teacher,
          from: new Date(day).toISOString(),
          to: new Date(day + 9 * DAY).toISOString(),
          minutes: '60',
          ...query,
        })}`,
      );
    assert.ok((await slots({})).body.length > 0);
    for (const wrong of [
      { minutes: '45' },
      { providerId: randomUUID() },
      { providerId: 'nobody' },
      { from: 'today' },
      { to: new Date(day - DAY).toISOString() },
    ])
      await slots(wrong);
  });

  it('bookings, and why they are none', async () => {
    const [teacher, learner, poor, at] = [await provider(), await seeker(30), await seeker(9), ahead(3)];
    for (const [who, wrong] of [
      [teacher, booking(teacher, at)],
      [learner, booking(randomUUID(), at)],
      [learner, booking(teacher, at, { skillId: randomUUID() })],
      [learner, booking(teacher, at, { minutes: 61 })],
      [learner, booking(teacher, at, { startsAt: 'soon' })],
      [learner, booking(teacher, at + 1)],
      [learner, booking(teacher, Date.now())],
      [learner, {}],
      [poor, booking(teacher, at)],
      [null, booking(teacher, at)],
    ] as const)
      await same(who, 'POST', '/bookings', wrong);
    await same(learner, 'POST', '/bookings', booking(teacher, at, { message: 'Hello' }), { name: 'booked' });
    await same(poor, 'POST', '/bookings', booking(teacher, at));
    await same(poor, 'POST', '/bookings', booking(teacher, at + HOUR / 2));
    for (const who of [learner, teacher, poor]) {
      await same(who, 'GET', '/sessions/:booked');
      for (const query of [
        '',
        '?role=SEEKER',
        '?role=PROVIDER&state=REQUESTED',
        '?state=OVER',
        '?page=1&size=1',
        '?size=0',
      ])
        await same(who, 'GET', `/sessions${query}`);
    }
    for (const id of [randomUUID(), 'none'])
      for (const part of ['', '/history', '/ratings', '/dispute'])
        await same(learner, 'GET', `/sessions/${id}${part}`);
  });

  it('each step of a session, in and out of its turn, by whomever', async () => {
    const [learner, teacher, stranger, at] = [await seeker(30), await provider(), await seeker(0), ahead(4)];
    await same(learner, 'POST', '/bookings', booking(teacher, at), { name: 'one' });
    const anybody = async () => {
      for (const step of ['accept', 'decline', 'schedule', 'start', 'complete', 'no-show'])
        await same(stranger, 'POST', `/sessions/:one/${step}`);
      for (const step of ['accept', 'decline', 'schedule', 'start', 'complete', 'no-show'])
        await same(learner, 'POST', `/sessions/:one/${step}`);
    };
    await anybody();
    await same(teacher, 'POST', '/sessions/:one/schedule');
    await same(teacher, 'POST', '/sessions/:one/accept');
    await same(teacher, 'POST', '/sessions/:one/accept');
    await same(teacher, 'POST', '/sessions/:one/schedule');
    await same(learner, 'GET', '/sessions/:one');
    await same(learner, 'POST', '/sessions/:one/ratings', { stars: 5 });
    world.time.shift = at - Date.now();
    await same(teacher, 'POST', '/sessions/:one/start');
    await same(teacher, 'POST', '/sessions/:one/complete');
    await same(learner, 'POST', '/sessions/:one/cancel');
    await same(learner, 'POST', '/sessions/:one/complete');
    await anybody();
    for (const wrong of [{ stars: 6 }, { stars: '5' }, {}, { stars: 5, comment: 5 }])
      await same(learner, 'POST', '/sessions/:one/ratings', wrong);
    for (const [who, rating] of [
      [learner, { stars: 5, comment: 'Good' }],
      [teacher, { stars: 4 }],
      [learner, { stars: 1 }],
      [stranger, { stars: 1 }],
    ] as const)
      await same(who, 'POST', '/sessions/:one/ratings', rating);
    for (const who of [learner, teacher, stranger])
      for (const part of ['', '/history', '/ratings', '/dispute'])
        await same(who, 'GET', `/sessions/:one${part}`);
  });

  it('refusals and cancellations, at each notice', async () => {
    const [learner, teacher, at] = [await seeker(100), await provider(), ahead(5)];
    for (const [n, [notice, reason]] of (
      [
        [25, { reason: 'Ill' }],
        [24, {}],
        [23, undefined],
        [3, { reason: '' }],
      ] as const
    ).entries()) {
      const name = `cancelled${n}`;
      world.time.shift = 0;
      await same(learner, 'POST', '/bookings', booking(teacher, at + n * HOUR), { name });
      await same(teacher, 'POST', `/sessions/:${name}/accept`);
      world.time.shift = at + n * HOUR - notice * HOUR - Date.now();
      await same(learner, 'POST', `/sessions/:${name}/cancel`, { reason: 'x'.repeat(501) });
      await same(learner, 'POST', `/sessions/:${name}/cancel`, reason);
      await same(teacher, 'GET', `/sessions/:${name}/history`);
    }
    world.time.shift = 0;
    await same(learner, 'POST', '/bookings', booking(teacher, at + 10 * HOUR), { name: 'declined' });
    await same(teacher, 'POST', '/sessions/:declined/decline');
    await same(teacher, 'GET', '/sessions?role=PROVIDER');
    await same(learner, 'GET', '/sessions/:declined/history');
  });

  it('what only one says, what the other one says to it, and what is decided', async () => {
    const at = ahead(6);
    const admin = await alsoInMonolith(await world.person(), { role: ADMIN });
    const { learner, teacher } = await scheduled('missed', at);
    world.time.shift = at + 14 * MINUTE - Date.now();
    await same(teacher, 'POST', '/sessions/:missed/no-show');
    world.time.shift = at + 16 * MINUTE - Date.now();
    await same(learner, 'POST', '/sessions/:missed/dispute', { reason: 'Too early' });
    await same(teacher, 'POST', '/sessions/:missed/no-show');
    const decision = (outcome: string) => ({ outcome, note: 'Both were right' });
    const decide = (who: string, role: 'USER' | 'ADMIN', body: object) =>
      same(who, 'POST', '/sessions/:missed/dispute/decision', body, { role });
    await decide(admin, ADMIN, decision('SPLIT'));
    for (const [who, body] of [
      [teacher, { reason: 'I say so' }],
      [learner, {}],
      [learner, { reason: '' }],
      [admin, { reason: 'Why not' }],
      [learner, { reason: 'I was there' }],
      [learner, { reason: 'I was there' }],
    ] as const)
      await same(who, 'POST', '/sessions/:missed/dispute', body);
    for (const who of [learner, teacher, admin]) await same(who, 'GET', '/sessions/:missed/dispute');
    await decide(learner, 'USER', decision('SEEKER'));
    await decide(admin, ADMIN, decision('NOBODY'));
    await decide(admin, ADMIN, decision('SPLIT'));
    await decide(admin, ADMIN, decision('SEEKER'));
    await same(learner, 'GET', '/sessions/:missed/dispute');
    await same(learner, 'GET', '/sessions/:missed');
    await same(learner, 'GET', '/sessions/:missed/history');

    // Nobody has said yet how it went.
    world.time.shift = 0;
    const { learner: early } = await scheduled('ahead', at + 2 * DAY);
    await same(early, 'POST', '/sessions/:ahead/dispute', { reason: 'Too early' });
  });
});
