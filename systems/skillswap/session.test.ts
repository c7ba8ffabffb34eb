import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { until } from '@banyan/postgres/testing';
import { ApiError, problemOf } from './kit/problems.ts';
import type { Json } from './kit/testing/service.ts';
import { type BookingWorld, startBookingWorld } from './testing/booking-world.ts';
import { ahead, DAY, HOUR, sessionsIn } from './testing/people-of-sessions.ts';

/** The session service, with the payment service, which holds and pays what sessions cost. */

let world: BookingWorld;
let people: ReturnType<typeof sessionsIn>;

before(async () => {
  world = await startBookingWorld();
  people = sessionsIn(world);
});
after(async () => await world?.stop());
beforeEach(() => {
  world.faults.clear();
  world.time.shift = 0;
});

describe('a session', () => {
  it('is asked for, accepted, held, paid and rated by both, each once, and others hear of it', async () => {
    const at = ahead(2);
    const { seeker, provider, id, body } = await people.booked(at);
    assert.deepEqual(Object.keys(body), SESSION_MEMBERS);
    assert.deepEqual([body.credits, body.state, body.skillName], [10, 'REQUESTED', 'Juggling']);
    assert.deepEqual(await world.wallet(seeker), [30, 10, 20]);
    assert.equal((await people.step(seeker, id, 'accept')).body.code, 'NOT_YOURS_TO_MOVE');
    assert.equal((await people.step(provider, id, 'accept')).body.state, 'ACCEPTED');
    assert.equal((await people.step(provider, id, 'accept')).body.code, 'BAD_STATE');
    assert.match((await people.step(provider, id, 'schedule')).body.roomUrl, new RegExp(id));
    assert.equal((await people.step(seeker, id, 'start')).body.code, 'NOT_THE_TIME');
    people.letItBe(at);
    assert.equal((await people.step(seeker, id, 'start')).body.state, 'IN_PROGRESS');
    assert.equal((await people.step(seeker, id, 'ratings', { stars: 5 })).body.code, 'NOT_COMPLETED');
    assert.equal((await people.step(provider, id, 'complete')).body.code, 'NOT_THE_TIME');
    assert.equal((await people.step(seeker, id, 'complete')).body.state, 'COMPLETED');
    await world.settled(id);
    assert.deepEqual(await world.wallet(seeker), [20, 0, 20]);
    assert.deepEqual(await world.wallet(provider), [9, 0, 9]);
    const rated = await people.step(seeker, id, 'ratings', { stars: 4, comment: 'Good' });
    assert.deepEqual([rated.status, rated.body.ratedId], [201, provider]);
    assert.equal((await people.step(provider, id, 'ratings', { stars: 5 })).status, 201);
    const again = await Promise.all([1, 2].map((stars) => people.step(seeker, id, 'ratings', { stars })));
    assert.deepEqual(new Set(again.map((one) => one.body.code)), new Set(['ALREADY_RATED']));
    assert.deepEqual(
      await world.query('SELECT rating_sum, rating_count FROM skill_profiles WHERE user_id = $1', [provider]),
      [{ rating_sum: 4, rating_count: 1 }],
    );
    const history = (await world.call(provider, 'GET', `/sessions/${id}/history`)).body;
    assert.deepEqual(
      history.map(({ toState }: Json) => toState),
      ['REQUESTED', 'ACCEPTED', 'SCHEDULED', 'IN_PROGRESS', 'COMPLETED'],
    );
    assert.deepEqual(await world.said(id), [
      ...['SessionRequested', 'SessionAccepted', 'SessionScheduled', 'SessionStarted', 'SessionCompleted'],
      ...['SessionRated', 'SessionRated'],
    ]);
    assert.equal((await world.call(seeker, 'GET', `/sessions/${id}/ratings`)).body.length, 2);
    const stranger = await world.person();
    assert.equal((await world.call(stranger, 'GET', `/sessions/${id}`)).body.code, 'SESSION_NOT_FOUND');
    assert.equal((await people.step(stranger, id, 'cancel', {})).body.code, 'SESSION_NOT_FOUND');
    assert.equal((await world.call(seeker, 'GET', '/sessions?role=PROVIDER')).body.totalElements, 0);
    assert.deepEqual((await world.call(provider, 'GET', '/sessions?state=COMPLETED')).body.content[0].id, id);
  });

  it('that is cancelled gives back all, half or nothing by the notice, and once however often it is cancelled', async () => {
    for (const [notice, wallets] of [
      [25 * HOUR, [30, 0]],
      [23 * HOUR, [25, 4]],
      [3 * HOUR, [20, 9]],
    ] as const) {
      const at = ahead(3);
      const { seeker, provider, id } = await people.booked(at);
      await people.step(provider, id, 'accept');
      people.letItBe(at - notice);
      const answers = await Promise.all(
        [1, 2, 3].map(() => people.step(seeker, id, 'cancel', { reason: 'Ill' })),
      );
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409]);
      await world.settled(id);
      assert.deepEqual([(await world.wallet(seeker))[2], (await world.wallet(provider))[2]], wallets);
      assert.equal(await world.open(seeker), 0);
      world.time.shift = 0;
    }
  });

  it('that is declined, or that nobody answers, begins or ends, is closed, with its credits', async () => {
    const at = ahead(2);
    const declined = await people.booked(at);
    await people.step(declined.provider, declined.id, 'decline');
    const unanswered = await people.booked(at);
    const unbegun = await people.scheduled(at);
    const forgotten = await people.scheduled(at);
    people.letItBe(at);
    await people.step(forgotten.seeker, forgotten.id, 'start');
    people.letItBe(at + HOUR + DAY);
    await world.restart();
    await until(async () => (await world.said(forgotten.id)).includes('SessionCompleted'));
    await people.itIsTime(forgotten.id);
    for (const { id } of [declined, unanswered, unbegun, forgotten]) await world.settled(id);
    const free = await Promise.all([declined, unanswered, unbegun].map(({ seeker }) => world.wallet(seeker)));
    assert.deepEqual(free, Array(3).fill([30, 0, 30]));
    assert.deepEqual(await world.wallet(forgotten.provider), [9, 0, 9]);
    assert.equal((await world.said(unanswered.id)).at(-1), 'SessionCancelled');
  });
});

describe('a time', () => {
  it('that is offered can be booked, and is offered no more then', async () => {
    const [seeker, provider, from] = [await world.seeker(100), await world.provider(), ahead(1)];
    const range = `from=${new Date(from).toISOString()}&to=${new Date(from + 6 * HOUR).toISOString()}`;
    const slots = async (): Promise<number[]> => {
      const { body } = await world.call(
        seeker,
        'GET',
        `/bookings/slots?providerId=${provider}&${range}&minutes=60`,
      );
      return body.map(({ startsAt }: Json) => Date.parse(startsAt));
    };
    const offered = await slots();
    assert.equal(offered.length, 12);
    const chosen = offered[4]!;
    assert.equal((await world.book(seeker, provider, chosen)).status, 201);
    assert.deepEqual(
      await slots(),
      offered.filter((at) => Math.abs(at - chosen) >= HOUR),
    );
    assert.equal((await world.book(seeker, provider, chosen + HOUR / 2)).body.code, 'SLOT_TAKEN');
    assert.equal(
      (await world.book(seeker, provider, chosen + 2 * HOUR + 1000)).body.code,
      'SLOT_NOT_OFFERED',
    );
    assert.equal((await world.book(provider, provider, chosen)).body.code, 'OWN_TIME');
    assert.equal((await world.book(seeker, randomUUID(), chosen)).body.code, 'USER_NOT_FOUND');
    const other = { providerId: provider, skillId: randomUUID(), startsAt: new Date(chosen), minutes: 60 };
    assert.equal((await world.call(seeker, 'POST', '/bookings', other)).body.code, 'SKILL_NOT_OFFERED');
  });

  it('is had by one of those who ask at once, also where they only overlap, and only their credits are held', async () => {
    const [provider, at] = [await world.provider(), ahead(1)];
    const seekers = await Promise.all(Array.from({ length: 12 }, () => world.seeker(10)));
    const answers = await Promise.all(
      seekers.map((seeker, index) => world.book(seeker, provider, at + (index % 2) * (HOUR / 2))),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(11).fill(409)]);
    assert.equal(answers.filter(({ body }) => body.code === 'SLOT_TAKEN').length, 11);
    const held = await Promise.all(seekers.map(async (one) => (await world.wallet(one))[1]));
    assert.equal(
      held.reduce((sum, one) => sum + one),
      10,
    );
  });

  it('of hours that cannot be is refused, and nobody sets those of others', async () => {
    const [one, other] = [await world.person(), await world.person()];
    const set = (as: string, body: object, role?: string) =>
      world.call(as, 'PUT', `/bookings/availability/${one}`, body, role);
    const hours = [{ weekday: 1, from: '10:00', to: '09:00' }];
    assert.equal((await set(one, { zone: 'UTC', hours })).body.code, 'BAD_HOURS');
    assert.equal((await set(one, { zone: 'Nowhere/None', hours: [] })).body.code, 'BAD_ZONE');
    assert.equal((await set(other, { zone: 'UTC', hours: [] })).body.code, 'FORBIDDEN');
    const good = { zone: 'UTC', hours: [{ weekday: 2, from: '22:30', to: '24:00' }] };
    assert.deepEqual((await set(other, good, 'ADMIN')).body, good);
    assert.deepEqual((await world.call(other, 'GET', `/bookings/availability/${one}`)).body, good);
    assert.deepEqual(await world.said(one), ['AvailabilityChanged']);
  });
});

describe('a session that is moved', () => {
  const reschedule = (as: string, id: string, at: number) =>
    people.step(as, id, 'reschedule', { startsAt: new Date(at).toISOString() });

  it('is asked for anew at another time, with the same credits, and its old time is free', async () => {
    const at = ahead(3);
    const { seeker, provider, id } = await people.scheduled(at);
    assert.equal((await reschedule(provider, id, at + DAY)).body.code, 'NOT_YOURS_TO_MOVE');
    assert.equal((await reschedule(seeker, id, at + DAY + 1_000)).body.code, 'SLOT_NOT_OFFERED');
    assert.equal((await reschedule(seeker, id, at + 40 * DAY)).body.code, 'SLOT_NOT_OFFERED');
    const other = await world.seeker(10);
    assert.equal((await world.book(other, provider, at + DAY)).status, 201);
    assert.equal((await reschedule(seeker, id, at + DAY)).body.code, 'SLOT_TAKEN');
    const { body } = await reschedule(seeker, id, at + HOUR / 2);
    assert.deepEqual(
      [body.state, Date.parse(body.startsAt), body.roomUrl],
      ['REQUESTED', at + HOUR / 2, null],
    );
    assert.equal((await world.book(await world.seeker(10), provider, at - HOUR / 2)).status, 201);
    assert.deepEqual(await world.wallet(seeker), [30, 10, 20]);
    assert.equal((await people.step(provider, id, 'accept')).body.state, 'ACCEPTED');
    assert.deepEqual((await world.said(id)).slice(-2), ['SessionRescheduled', 'SessionAccepted']);
    people.letItBe(at - 20 * HOUR);
    assert.equal((await reschedule(seeker, id, at + HOUR)).body.code, 'NOT_THE_TIME');
  });

  it('has people reminded of the time that it has then, once each, by whichever process is there', async () => {
    const at = ahead(3);
    const { seeker, provider, id } = await people.booked(at);
    await people.step(provider, id, 'accept');
    const due = async () => {
      const rows = await world.query(
        'SELECT minutes, due_at FROM reminders WHERE session_id = $1 AND due_at IS NOT NULL ORDER BY due_at',
        [id],
      );
      return rows.map(({ minutes, due_at }) => [minutes, due_at.getTime()]);
    };
    const before = (start: number) => [24 * 60, 60].map((minutes) => [minutes, start - minutes * 60_000]);
    assert.deepEqual(await due(), before(at));
    await reschedule(seeker, id, at + DAY);
    assert.deepEqual(await due(), []);
    await people.step(provider, id, 'accept');
    assert.deepEqual(await due(), before(at + DAY));
    await world.restart();
    await world.query('UPDATE reminders SET due_at = now() WHERE session_id = $1 AND minutes = 60', [id]);
    await until(async () => (await due()).length === 1);
    const reminders = async () =>
      (await world.said(id)).filter((type) => type === 'SessionReminderDue').length;
    assert.equal(await reminders(), 1);
    await people.step(seeker, id, 'cancel', {});
    assert.deepEqual([await due(), await reminders()], [[], 1]);
  });
});

describe('a room', () => {
  const enter = (as: string, id: string) => people.step(as, id, 'room');

  it('is open for both from shortly before a session until it is over, and is closed then', async () => {
    const at = ahead(2);
    const { seeker, provider, id } = await people.scheduled(at);
    assert.equal((await enter(seeker, id)).body.code, 'ROOM_CLOSED');
    people.letItBe(at - 10 * 60_000);
    assert.equal((await enter(await world.person(), id)).body.code, 'SESSION_NOT_FOUND');
    world.livekit.down = 1;
    assert.equal((await enter(seeker, id)).body.code, 'ROOM_UNAVAILABLE');
    for (const one of [seeker, provider]) {
      const { status, body } = await enter(one, id);
      assert.equal(status, 200, JSON.stringify(body));
      assert.equal(body.isRecorded, true);
      const expires = Date.parse(body.expiresAt);
      assert.equal(expires, at + HOUR + 30 * 60_000);
      const admitted = (ms: number) => world.livekit.admits(body.token, new Date(ms));
      assert.deepEqual(await admitted(expires - 1_000), { room: id, identity: one });
      assert.equal(await admitted(expires + 1_000), undefined);
    }
    assert.equal(world.livekit.rooms.get(id)!.max_participants, 3);
    people.letItBe(at);
    await people.step(seeker, id, 'start');
    await people.step(seeker, id, 'complete');
    assert.equal((await enter(seeker, id)).body.code, 'ROOM_CLOSED');
    await until(() => !world.livekit.rooms.has(id));
  });
});

it('programs of calendars read a session, and all by a link, until there is another link', async () => {
  const { seeker, provider, id } = await people.booked(ahead(2));
  const link = async () => (await world.call(seeker, 'POST', '/sessions/calendar')).body.path as string;
  const read = async (path: string) => await fetch(world.url() + path);
  const first = await link();
  const before = await (await read(first)).text();
  assert.match(before, new RegExp(`UID:session-${id}@skillswap`));
  assert.match(before, /STATUS:TENTATIVE/);
  await people.step(provider, id, 'accept');
  await people.step(provider, id, 'schedule');
  const answer = await read(first);
  assert.match(answer.headers.get('content-type')!, /^text\/calendar/);
  const [calendar] = (await answer.text()).split('END:VEVENT');
  assert.match(calendar!, /SEQUENCE:3\r\n/);
  assert.match(calendar!, /STATUS:CONFIRMED\r\nSUMMARY:Juggling\r\nLOCATION:https:/);
  assert.equal((await read(await link())).status, 200);
  assert.equal((await read(first)).status, 404);
});

it('who is locked, or not signed in, is answered in the words of the monolith', async () => {
  const one = await world.person();
  await world.query(`UPDATE people SET status = 'SUSPENDED' WHERE id = $1`, [one]);
  const { status, body } = await world.call(one, 'GET', '/sessions');
  assert.deepEqual(
    [status, body.code, body.type, body.instance],
    [403, 'ACCOUNT_INACTIVE', 'about:blank', '/api/v1/sessions'],
  );
  const invalid = await world.call(await world.person(), 'GET', '/sessions/7');
  assert.deepEqual(
    [invalid.status, invalid.body.errors],
    [400, [{ pointer: '/params/id', detail: 'must match format "uuid"' }]],
  );
  const unsigned = await world.call(null, 'GET', '/sessions');
  assert.deepEqual(unsigned.body, problemOf(new ApiError('NOT_AUTHENTICATED'), '/api/v1/sessions').body);
});

/** As the monolith's answers have them, in their order. */
const SESSION_MEMBERS = [
  ...['id', 'seekerId', 'providerId', 'skillId', 'skillName', 'startsAt', 'endsAt', 'state', 'hourlyRate'],
  ...['credits', 'message', 'roomUrl', 'cancelReason', 'createdAt', 'updatedAt', 'version'],
];
