import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { PaymentProvider } from './payments/provider.ts';
import { completePending } from './payments/purchases.ts';
import { closeOverdue } from './sessions/moves.ts';
import { settleDue } from './sessions/settlements.ts';
import { contradictions } from './testing/ledger.ts';
import { type Json, type Person, startWorld, type World } from './testing/world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Monday. */
const MONDAY = Date.parse('2026-06-01T00:00:00Z');
let now = MONDAY;
let world: World;
let skill: string;

/** Charges once for each key, whatever it answers, and fails as it is told. */
const charges = new Map<string, number>();
let charge: PaymentProvider['charge'];

before(async () => {
  const payments: PaymentProvider = { charge: async (payment) => await charge(payment) };
  world = await startWorld({ clock: () => now, payments });
  [skill] = (await world.skills(1)) as [string];
});
after(async () => await world?.stop());

const charged: PaymentProvider['charge'] = async ({ key, amount }) => {
  charges.set(key, amount);
  return { status: 'SUCCEEDED', id: `pi_${key}` };
};

/** Teaches each day around the clock, for 10 credits an hour. */
async function provider(): Promise<Person> {
  const person = await world.person('A Provider');
  const hours = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '00:00', to: '24:00' }));
  const set = await person.call('PUT', `/bookings/availability/${person.id}`, {
    zone: 'Europe/Berlin',
    hours,
  });
  assert.equal(set.status, 200);
  const profile = {
    headline: null,
    hourlyRate: 10,
    budget: null,
    city: null,
    latitude: null,
    longitude: null,
    offered: [{ skillId: skill, level: 'EXPERT' }],
    wanted: [],
    version: 1,
  };
  assert.equal((await person.call('PUT', `/skills/profiles/${person.id}`, profile)).status, 200);
  return person;
}

async function seeker(credits: number): Promise<Person> {
  const person = await world.person('A Seeker');
  charge = charged;
  if (credits > 0) assert.equal((await buy(person, credits)).status, 201);
  return person;
}

/** Somebody who has taught, for so many credits before the fee. */
async function earner(paid: number): Promise<Person> {
  now = MONDAY;
  const [teacher, learner] = [await provider(), await seeker(paid)];
  await world.pool.query('UPDATE skill_profiles SET hourly_rate = $2 WHERE user_id = $1', [teacher.id, paid]);
  const { id } = (await book(learner, teacher, MONDAY + DAY)).body;
  await step(teacher, id, 'accept');
  now = MONDAY + DAY;
  // Too late for any refund.
  assert.equal((await step(learner, id, 'cancel')).status, 200);
  now = MONDAY;
  return teacher;
}

function buy(person: Person, credits: number, key: string = randomUUID()) {
  const wanted = { paymentMethodId: 'pm_card', amount: credits * 100, currency: 'EUR' };
  return person.call('POST', '/payments/purchases', wanted, { 'idempotency-key': key });
}

const book = (by: Person, of: Person, at: number, minutes = 60) =>
  by.call('POST', '/bookings', {
    providerId: of.id,
    skillId: skill,
    startsAt: new Date(at).toISOString(),
    minutes,
  });

const wallet = async (person: Person): Promise<Json> => {
  const { balance, held, available } = (await person.call('GET', '/credits')).body;
  return { balance, held, available };
};
const step = (by: Person, id: string, action: string) => by.call('POST', `/sessions/${id}/${action}`);

describe('a session', () => {
  it('is asked for, accepted, scheduled, held, paid and rated, and both are told', async () => {
    now = MONDAY;
    const [teacher, learner] = [await provider(), await seeker(30)];
    const booked = await book(learner, teacher, MONDAY + DAY);
    assert.equal(booked.status, 201, JSON.stringify(booked.body));
    const { id, credits, state } = booked.body;
    assert.deepEqual([credits, state], [10, 'REQUESTED']);
    assert.deepEqual(await wallet(learner), { balance: 30, held: 10, available: 20 });
    assert.equal((await step(learner, id, 'accept')).body.code, 'NOT_YOURS_TO_MOVE');
    assert.equal((await step(teacher, id, 'accept')).body.state, 'ACCEPTED');
    assert.equal((await step(teacher, id, 'accept')).body.code, 'BAD_STATE');
    assert.match((await step(teacher, id, 'schedule')).body.roomUrl, new RegExp(id));
    assert.equal((await step(learner, id, 'start')).body.code, 'NOT_THE_TIME');
    now = MONDAY + DAY;
    assert.equal((await step(learner, id, 'start')).body.state, 'IN_PROGRESS');
    assert.equal(
      (await learner.call('POST', `/sessions/${id}/ratings`, { stars: 5 })).body.code,
      'NOT_COMPLETED',
    );
    assert.equal((await step(teacher, id, 'complete')).body.code, 'NOT_THE_TIME');
    assert.equal((await step(learner, id, 'complete')).body.state, 'COMPLETED');
    assert.deepEqual(await wallet(learner), { balance: 20, held: 0, available: 20 });
    assert.deepEqual(await wallet(teacher), { balance: 9, held: 0, available: 9 });
    const [paid, ...bought] = (await learner.call('GET', '/transactions')).body.content;
    assert.deepEqual([paid.type, paid.credits, paid.reference], ['SESSION_PAYMENT', -10, `session:${id}`]);
    assert.equal(bought.length, 1);
    assert.deepEqual((await learner.call('GET', `/transactions/${paid.id}`)).body, paid);
    assert.equal((await learner.call('GET', '/credits/holds')).body.content[0].captured, 10);
    const rated = await learner.call('POST', `/sessions/${id}/ratings`, { stars: 4, comment: 'Good' });
    assert.equal(rated.body.ratedId, teacher.id);
    assert.equal((await teacher.call('POST', `/sessions/${id}/ratings`, { stars: 5 })).status, 201);
    assert.equal(
      (await learner.call('POST', `/sessions/${id}/ratings`, { stars: 1 })).body.code,
      'ALREADY_RATED',
    );
    const profile = (await learner.call('GET', `/skills/profiles/${teacher.id}`)).body;
    assert.deepEqual([profile.rating, profile.ratingCount], [4, 1]);
    const history = (await teacher.call('GET', `/sessions/${id}/history`)).body;
    assert.deepEqual(
      history.map(({ toState }: Json) => toState),
      ['REQUESTED', 'ACCEPTED', 'SCHEDULED', 'IN_PROGRESS', 'COMPLETED'],
    );
    assert.ok((await teacher.call('GET', '/notifications?unreadOnly=true')).body.totalElements > 0);
    const stranger = await world.person();
    assert.equal((await stranger.call('GET', `/sessions/${id}`)).body.code, 'SESSION_NOT_FOUND');
    assert.equal((await step(stranger, id, 'cancel')).body.code, 'SESSION_NOT_FOUND');
    assert.equal((await learner.call('GET', '/sessions?role=PROVIDER')).body.totalElements, 0);
    assert.equal((await teacher.call('GET', '/sessions?role=PROVIDER')).body.totalElements, 1);
  });

  it('that is cancelled gives back all, half or nothing by the notice', async () => {
    for (const [notice, balances] of [
      [24 * HOUR, [10, 0]],
      [24 * HOUR - 1, [5, 4]],
      [4 * HOUR - 1, [0, 9]],
    ] as const) {
      now = MONDAY;
      const [teacher, learner] = [await provider(), await seeker(10)];
      const startsAt = MONDAY + 3 * DAY;
      const { id } = (await book(learner, teacher, startsAt)).body;
      await step(teacher, id, 'accept');
      now = startsAt - notice;
      const cancelled = await learner.call('POST', `/sessions/${id}/cancel`, { reason: 'Ill' });
      assert.deepEqual([cancelled.body.state, cancelled.body.cancelReason], ['CANCELLED', 'Ill']);
      assert.deepEqual([(await wallet(learner)).available, (await wallet(teacher)).available], balances);
    }
  });

  it('that is declined, or that nobody answers or begins, gives back all, and its time', async () => {
    now = MONDAY;
    const [teacher, learner] = [await provider(), await seeker(30)];
    const at = MONDAY + DAY;
    const declined = (await book(learner, teacher, at)).body.id;
    assert.equal((await step(teacher, declined, 'decline')).body.state, 'DECLINED');
    const unanswered = (await book(learner, teacher, at)).body.id;
    const unbegun = (await book(learner, teacher, at + HOUR)).body.id;
    await step(teacher, unbegun, 'accept');
    const forgotten = (await book(learner, teacher, at + 2 * HOUR)).body.id;
    await step(teacher, forgotten, 'accept');
    await step(teacher, forgotten, 'schedule');
    assert.equal((await wallet(learner)).held, 30);
    now = at + 2 * HOUR;
    await step(teacher, forgotten, 'start');
    assert.ok((await closeOverdue(world.pool, now)) >= 1);
    now = at + 2 * DAY;
    assert.ok((await closeOverdue(world.pool, now)) >= 2);
    assert.equal(await closeOverdue(world.pool, now), 0);
    const states = await Promise.all(
      [unanswered, unbegun, forgotten].map(
        async (id) => (await learner.call('GET', `/sessions/${id}`)).body.state,
      ),
    );
    assert.deepEqual(states, ['CANCELLED', 'CANCELLED', 'COMPLETED']);
    assert.deepEqual(await wallet(learner), { balance: 30, held: 10, available: 20 });
    assert.equal(await settleDue(world.pool, now + DAY), 1);
    assert.deepEqual(await wallet(learner), { balance: 20, held: 0, available: 20 });
  });
});

describe('what only one says of a session', () => {
  /** A session that has begun, by the word of the provider. */
  async function begun(): Promise<{ teacher: Person; learner: Person; id: string; endsAt: number }> {
    now = MONDAY;
    const [teacher, learner] = [await provider(), await seeker(30)];
    const { id } = (await book(learner, teacher, MONDAY + DAY)).body;
    await step(teacher, id, 'accept');
    await step(teacher, id, 'schedule');
    now = MONDAY + DAY;
    await step(teacher, id, 'start');
    return { teacher, learner, id, endsAt: now + HOUR };
  }
  const contest = (by: Person, id: string) =>
    by.call('POST', `/sessions/${id}/dispute`, { reason: 'It was not so' });
  const balances = async (...people: Person[]) =>
    await Promise.all(people.map(async (one) => (await wallet(one)).available));
  const lastTold = async (one: Person) => (await one.call('GET', '/notifications')).body.content[0].kind;

  it('counts when the other one has not contested it within a day', async () => {
    const { teacher, learner, id, endsAt } = await begun();
    now = endsAt;
    assert.equal((await step(teacher, id, 'complete')).body.state, 'COMPLETED');
    assert.deepEqual(await balances(learner, teacher), [20, 0]);
    assert.equal((await teacher.call('DELETE', `/users/${teacher.id}`)).body.code, 'ACCOUNT_IN_USE');
    assert.equal(await settleDue(world.pool, endsAt + DAY - 1), 0);
    const both = await Promise.all([1, 2].map(() => settleDue(world.pool, endsAt + DAY)));
    assert.equal(both[0]! + both[1]!, 1);
    assert.deepEqual(await balances(learner, teacher), [20, 9]);
    assert.equal((await contest(learner, id)).body.code, 'NOT_CONTESTABLE');
  });

  it('that the other one did not come, gives the credits to who did', async () => {
    const { teacher, learner, id, endsAt } = await begun();
    now = endsAt;
    const { body } = await step(learner, id, 'no-show');
    assert.deepEqual([body.state, body.cancelReason], ['CANCELLED', 'noShow']);
    await settleDue(world.pool, endsAt + DAY);
    assert.deepEqual(await balances(learner, teacher), [30, 0]);
  });

  it('is contested once, by the other one, and decided by an administrator', async () => {
    for (const [outcome, credits] of [
      ['SEEKER', [30, 0]],
      ['PROVIDER', [20, 9]],
      ['SPLIT', [25, 4]],
    ] as const) {
      const { teacher, learner, id, endsAt } = await begun();
      assert.equal((await contest(learner, id)).body.code, 'NOT_CONTESTABLE');
      now = endsAt;
      await step(teacher, id, 'complete');
      assert.equal((await contest(teacher, id)).body.code, 'NOT_CONTESTABLE');
      const path = `/sessions/${id}/dispute`;
      assert.equal((await learner.call('GET', path)).body.code, 'DISPUTE_NOT_FOUND');
      const answers = await Promise.all([contest(learner, id), contest(learner, id)]);
      assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409]);
      assert.equal((await teacher.call('GET', path)).body.openedBy, learner.id);
      assert.equal(await lastTold(teacher), 'session_disputed');
      assert.equal(await settleDue(world.pool, endsAt + 2 * DAY), 0);
      const decide = (by: Person) => by.call('POST', `${path}/decision`, { outcome, note: 'Both' });
      assert.equal((await decide(learner)).status, 403);
      const admin = await world.admin();
      assert.equal((await decide(admin)).body.outcome, outcome);
      assert.equal((await decide(admin)).body.code, 'DISPUTE_DECIDED');
      assert.deepEqual(await balances(learner, teacher), credits);
      for (const one of [learner, teacher]) assert.equal(await lastTold(one), 'session_decided');
    }
  });

  it('and that nobody decides, ends in favour of who pays', async () => {
    const { teacher, learner, id, endsAt } = await begun();
    now = endsAt;
    await step(teacher, id, 'complete');
    const { decidesAt } = (await contest(learner, id)).body;
    assert.ok((await settleDue(world.pool, Date.parse(decidesAt))) >= 1);
    assert.deepEqual(await balances(learner, teacher), [30, 0]);
    assert.equal((await learner.call('GET', `/sessions/${id}/dispute`)).body.outcome, 'SEEKER');
  });
});

describe('slots', () => {
  it('that are offered can be booked, and are offered no more then', async () => {
    now = MONDAY;
    const [teacher, learner] = [await provider(), await seeker(100)];
    const range = `from=${new Date(MONDAY + DAY).toISOString()}&to=${new Date(MONDAY + DAY + 6 * HOUR).toISOString()}`;
    const slots = async () =>
      (await learner.call('GET', `/bookings/slots?providerId=${teacher.id}&${range}&minutes=60`)).body;
    const offered = await slots();
    assert.equal(offered.length, 12);
    const chosen = Date.parse(offered[4].startsAt);
    assert.equal((await book(learner, teacher, chosen)).status, 201);
    const left = (await slots()).map(({ startsAt }: Json) => Date.parse(startsAt));
    assert.deepEqual(
      left,
      offered
        .map(({ startsAt }: Json) => Date.parse(startsAt))
        .filter((at: number) => Math.abs(at - chosen) >= HOUR),
    );
    assert.equal((await book(learner, teacher, chosen + HOUR / 2)).body.code, 'SLOT_TAKEN');
    assert.equal((await book(learner, teacher, chosen + 2 * HOUR + 1000)).body.code, 'SLOT_NOT_OFFERED');
    assert.equal((await book(teacher, teacher, chosen + HOUR)).body.code, 'OWN_TIME');
    const elsewhere = {
      providerId: teacher.id,
      skillId: randomUUID(),
      startsAt: new Date(chosen + HOUR),
      minutes: 60,
    };
    assert.equal((await learner.call('POST', '/bookings', elsewhere)).body.code, 'SKILL_NOT_OFFERED');
  });

  it('are had by one of those who ask at once, also where they only overlap', async () => {
    now = MONDAY;
    const teacher = await provider();
    const learners = await Promise.all(Array.from({ length: 8 }, () => seeker(10)));
    const at = MONDAY + 2 * DAY;
    const answers = await Promise.all(
      learners.map((learner, index) => book(learner, teacher, at + (index % 2) * (HOUR / 2))),
    );
    assert.equal(answers.filter(({ status }) => status === 201).length, 1);
    assert.equal(answers.filter(({ body }) => body.code === 'SLOT_TAKEN').length, 7);
    const held = await Promise.all(learners.map(async (one) => (await wallet(one)).held));
    assert.equal(
      held.reduce((sum, one) => sum + one),
      10,
    );
  });

  it('of hours that cannot be are refused', async () => {
    const one = await world.person();
    const set = (body: object) => one.call('PUT', `/bookings/availability/${one.id}`, body);
    const hours = [{ weekday: 1, from: '10:00', to: '09:00' }];
    assert.equal((await set({ zone: 'UTC', hours })).body.code, 'BAD_HOURS');
    assert.equal((await set({ zone: 'Nowhere/None', hours: [] })).body.code, 'BAD_ZONE');
    assert.equal(
      (await set({ zone: 'UTC', hours: [{ weekday: 1, from: '25:00', to: '26:00' }] })).status,
      400,
    );
  });
});

describe('a wallet', () => {
  it('pays out what was earned, and nothing that was bought, whatever is asked at once', async () => {
    const person = await earner(10);
    await buy(person, 50);
    const answers = await Promise.all(
      Array.from({ length: 4 }, () =>
        person.call(
          'POST',
          '/payments/withdrawals',
          { credits: 6, currency: 'EUR' },
          { 'idempotency-key': randomUUID() },
        ),
      ),
    );
    assert.deepEqual(answers.map(({ body }) => body.code ?? body.type).sort(), [
      ...Array(3).fill('NOT_EARNED'),
      'WITHDRAWAL',
    ]);
    assert.equal((await wallet(person)).balance, 9 + 51 - 6);
  });

  it('is never below zero, whatever is asked of it at once', async () => {
    const learner = await earner(37);
    const teachers = await Promise.all(Array.from({ length: 6 }, () => provider()));
    const take = (key: string) =>
      learner.call(
        'POST',
        '/payments/withdrawals',
        { credits: 10, currency: 'EUR' },
        { 'idempotency-key': key },
      );
    const answers = await Promise.all([
      ...teachers.map((teacher) => book(learner, teacher, MONDAY + DAY)),
      ...['a', 'b', 'c'].map(take),
    ]);
    assert.equal(answers.filter(({ status }) => status === 201).length, 3);
    assert.equal(answers.filter(({ body }) => body.code === 'INSUFFICIENT_CREDITS').length, 6);
    const { balance, held, available } = await wallet(learner);
    assert.deepEqual([balance - held, available], [5, 5]);
  });

  it('and another pay each other at once without waiting for each other for ever', async () => {
    now = MONDAY;
    const [one, other] = [await provider(), await provider()];
    await Promise.all([buy(one, 50), buy(other, 50)]);
    const times = [1, 2, 3, 4].map((n) => MONDAY + n * DAY);
    const sessions = await Promise.all(
      times.flatMap((at) => [
        book(one, other, at).then(({ body }) => ({ id: body.id, by: other, payer: one, at })),
        book(other, one, at + 2 * HOUR).then(({ body }) => ({ id: body.id, by: one, payer: other, at })),
      ]),
    );
    for (const { id, by } of sessions) {
      await step(by, id, 'accept');
      await step(by, id, 'schedule');
    }
    for (const at of times) {
      const ofDay = sessions.filter((session) => session.at === at);
      // Too late for any refund: two transfers in opposite directions.
      now = at;
      const answers = await Promise.all(ofDay.map(({ id, payer }) => step(payer, id, 'cancel')));
      assert.deepEqual(
        answers.map(({ status }) => status),
        [200, 200],
      );
    }
    assert.equal((await wallet(one)).held + (await wallet(other)).held, 0);
  });

  it('is filled once for each key, also if it is sent again, at once or after a failure behind the charge', async () => {
    const person = await seeker(0);
    const before = charges.size;
    const answers = await Promise.all(Array.from({ length: 5 }, () => buy(person, 50, 'same')));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
    assert.equal(new Set(answers.map(({ body }) => body.transactionId)).size, 1);
    assert.equal((await wallet(person)).balance, 51);
    assert.equal(charges.size, before + 1);
    assert.equal((await buy(person, 51, 'same')).body.code, 'KEY_REUSED');

    charge = async (payment) => {
      await charged(payment);
      throw new Error('The connection was lost behind the charge');
    };
    assert.equal((await buy(person, 10, 'lost')).body.code, 'PROVIDER_UNAVAILABLE');
    assert.equal((await buy(person, 20, 'forgotten')).status, 503);
    assert.equal((await wallet(person)).balance, 51);
    charge = charged;
    assert.equal((await buy(person, 10, 'lost')).body.newBalance, 61);
    assert.equal(await completePending(world.pool, { charge: charged }, Date.now() + HOUR), 1);
    assert.equal((await wallet(person)).balance, 81);
    assert.equal(charges.size, before + 3);

    charge = async () => ({ status: 'DECLINED' });
    assert.equal((await buy(person, 10, 'declined')).body.code, 'PAYMENT_DECLINED');
    charge = charged;
    assert.equal((await buy(person, 10, 'declined')).body.code, 'PAYMENT_DECLINED');
    assert.equal((await buy(person, 0.5)).body.code, 'AMOUNT_TOO_SMALL');
  });

  it('is emptied once for each key', async () => {
    const person = await earner(32);
    const take = (credits: number) =>
      person.call('POST', '/payments/withdrawals', { credits, currency: 'EUR' }, { 'idempotency-key': 'w' });
    const answers = await Promise.all([take(10), take(10), take(10)]);
    assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
    assert.equal((await wallet(person)).balance, 20);
    assert.equal((await take(11)).body.code, 'KEY_REUSED');
    assert.equal((await person.call('DELETE', `/users/${person.id}`)).body.code, 'ACCOUNT_IN_USE');
  });
});

it('what was learned, taught and paid is counted, of oneself and of all', async () => {
  now = MONDAY;
  const [teacher, learner, admin] = [await provider(), await seeker(30), await world.admin()];
  const metrics = async () => (await admin.call('GET', '/analytics/platform')).body;
  const before = await metrics();
  const { id } = (await book(learner, teacher, MONDAY + DAY, 90)).body;
  await step(teacher, id, 'accept');
  await step(teacher, id, 'schedule');
  now = MONDAY + DAY;
  await step(learner, id, 'start');
  await step(learner, id, 'complete');
  const own = (await learner.call('GET', '/analytics/summary')).body;
  assert.deepEqual(own.learned, { sessions: 1, hours: 1.5, credits: 15 });
  const theirs = (await teacher.call('GET', '/analytics/summary')).body;
  assert.deepEqual(theirs.taught, { sessions: 1, hours: 1.5, credits: 14 });
  assert.equal(theirs.rating, null);
  const after = await metrics();
  assert.equal(after.revenue.sessionCredits - before.revenue.sessionCredits, 15);
  assert.equal(after.revenue.feeCredits - before.revenue.feeCredits, 1);
  const completed = ({ sessionsCompleted }: Json) =>
    sessionsCompleted.reduce((sum: number, { count }: Json) => sum + count, 0);
  assert.equal(completed(after) - completed(before), 1);
  assert.equal((await learner.call('GET', '/analytics/platform')).status, 403);
});

// Last: of all that the others have done.
it('nothing contradicts what always holds of wallets, holds and transactions', async () => {
  assert.deepEqual(await contradictions(world.pool), []);
});
