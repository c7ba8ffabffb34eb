import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type Json, request } from '@banyan/harness/testing';
import { labelsBy, type Told, tellingOf } from '@banyan/harness/testing/story';
import { until } from '@banyan/postgres/until';

const HOUR = 3_600_000;
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '00:00', to: '24:00' }));
/** As long as the grid of slots is wide: it ends on the day on which it begins, whenever this runs. */
const MINUTES = 30;
/** What Ben asks for an hour, and for half of one. */
const RATE = 30;
const PRICE = 15;
/** Told by the notification service alone, once it is there. */
const WELCOME = 'welcome';

export type StoryWorld = {
  gatewayUrl: string;
  /** A skill that is taught. */
  skillId: string;
  /** Of an administrator. */
  adminToken: string;
  /** Lets it be so many minutes after the beginning of a session that was asked for: moves the session, since no clock can be moved here. */
  letItBe(sessionId: string, minutesAfterBeginning: number): Promise<void>;
};

type Wallet = { balance: number; held: number };

/** Somebody of the story, with what is theirs by now: every page that they look at has to say so. */
type Person = { name: string; id: string; token: string; wallet: Wallet; told: string[] };

/**
 * Ada learns from Ben, and Cleo is in their way, through the public API: from the registration to the withdrawal of what was earned, and what else may
 * become of a session. After each step both are asked what they see. `begin` ends with a session that both count on; `end` is what comes then.
 */
export function storyOf({ gatewayUrl, skillId, adminToken, letItBe }: StoryWorld): {
  told: Told[];
  begin(): Promise<void>;
  end(): Promise<void>;
} {
  const { told, tell, tellRefused } = tellingOf(labelsOfIds());
  let ada: Person;
  let ben: Person;
  let cleo: Person;
  let session: string;
  const as = (one: Person, method: string, path: string, body?: unknown, headers = {}) =>
    request(gatewayUrl, method, path, { token: one.token, headers, ...(body !== undefined && { body }) });

  return {
    told,
    async begin() {
      [ada, ben, cleo] = [await join('Ada'), await join('Ben'), await join('Cleo')];
      await offer();
      await match({ rating: 0.7, stars: null });
      await buy();
      session = await book(ada, 50);
      await loseTheRace();
      await step(ben, session, 'accept', 'ACCEPTED');
    },
    async end() {
      await meet();
      await rate();
      await withdraw();
      await decline();
      // What the seeker gives up by the notice: nothing, half, all; and nothing if it is not them who cancels.
      await cancel(ada, { hours: 30, kept: 0, earned: 0 });
      await cancel(ada, { hours: 10, kept: 7, earned: 6 });
      await cancel(ada, { hours: 3, kept: PRICE, earned: 14 });
      await cancel(ben, { hours: 2.25, kept: 0, earned: 0 });
      await contest();
      await lookBack();
    },
  };

  async function join(name: string): Promise<Person> {
    const credentials = { email: `${name}-${randomUUID()}@story.example`, password: 'a good password' };
    const account = { ...credentials, fullName: `${name} Story` };
    const { user } = tell(
      `${name} registers`,
      await request(gatewayUrl, 'POST', '/auth/register', { body: account }),
    );
    const { accessToken: token } = tell(
      `${name} logs in`,
      await request(gatewayUrl, 'POST', '/auth/login', { body: credentials }),
    );
    const person = { name, id: user.id, token, wallet: { balance: 0, held: 0 }, told: [] };
    await sees(person, 'after they have come');
    return person;
  }

  async function offer(): Promise<void> {
    const hours = { zone: 'UTC', hours: EVERY_DAY };
    tell('Ben says when', await as(ben, 'PUT', `/bookings/availability/${ben.id}`, hours));
    await say(ben, {
      headline: 'Patient',
      hourlyRate: RATE,
      offered: [{ skillId, level: 'EXPERT' }],
      wanted: [],
    });
    await say(ada, { budget: RATE, offered: [], wanted: [{ skillId }] });
    tell('Ada reads what Ben offers', await as(ada, 'GET', `/skills/profiles/${ben.id}`));
  }

  async function say(one: Person, changes: object): Promise<void> {
    const path = `/skills/profiles/${one.id}`;
    const { headline, hourlyRate, budget, city, latitude, longitude, version } = (await as(one, 'GET', path))
      .body;
    const stated = { headline, hourlyRate, budget, city, latitude, longitude, version };
    tell(`${one.name} says what they teach and want`, await as(one, 'PUT', path, { ...stated, ...changes }));
  }

  /** Ada finds Ben, among whoever else there is. */
  async function match({ rating, stars }: { rating: number; stars: number | null }): Promise<void> {
    const { status, body } = await as(ada, 'GET', '/matches');
    const found = body.find?.(({ userId }: Json) => userId === ben.id);
    tell('Ada finds Ben', { status, body: found });
    assert.deepEqual([found.score.skills, found.score.rating, found.rating], [1, rating, stars]);
  }

  async function buy(): Promise<void> {
    const wanted = { paymentMethodId: 'pm_card_visa', amount: 10_000, currency: 'EUR' };
    const key = { 'idempotency-key': randomUUID() };
    const once = tell('Ada buys', await as(ada, 'POST', '/payments/purchases', wanted, key));
    const again = tell('Ada asks again', await as(ada, 'POST', '/payments/purchases', wanted, key));
    assert.deepEqual([once.creditsAdded, once.newBalance], [103, 103]);
    assert.equal(again.transactionId, once.transactionId);
    moves(ada, { balance: 103, told: 'credits_added' });
    await bothSee('after Ada has bought');
  }

  async function book(one: Person, inHours: number): Promise<string> {
    const startsAt = inHoursFromNow(inHours);
    const day = { from: startsAt, to: new Date(Date.parse(startsAt) + HOUR).toISOString() };
    const slots = await as(
      one,
      'GET',
      `/bookings/slots?${new URLSearchParams({ providerId: ben.id, minutes: `${MINUTES}`, ...day })}`,
    );
    assert.ok(slots.body.some((slot: Json) => slot.startsAt === startsAt));
    const { id } = tell(
      'Ada asks Ben for half an hour',
      await as(one, 'POST', '/bookings', bookingAt(startsAt, 'Hello')),
    );
    moves(one, { held: PRICE });
    moves(ben, { told: 'session_requested' });
    await bothSee('after Ada has asked', id, 'REQUESTED');
    return id;
  }

  /** Nobody else has Ben at that time, and nobody has him for nothing. */
  async function loseTheRace(): Promise<void> {
    const { startsAt } = (await as(ada, 'GET', `/sessions/${session}`)).body;
    const race = tellRefused('Cleo is late', await as(cleo, 'POST', '/bookings', bookingAt(startsAt)));
    assert.equal(race.code, 'SLOT_TAKEN');
    const poor = await as(cleo, 'POST', '/bookings', bookingAt(inHoursFromNow(60)));
    assert.equal(tellRefused('Cleo cannot pay', poor).code, 'INSUFFICIENT_CREDITS');
    const curious = await as(cleo, 'GET', `/sessions/${session}`);
    assert.equal(tellRefused('Cleo is curious', curious).code, 'SESSION_NOT_FOUND');
    await sees(cleo, 'who has lost');
  }

  /** One of the two takes a step: the other one is told of it, and both see it. */
  async function step(one: Person, id: string, action: string, state: string, body?: object): Promise<Json> {
    const moved = tell(`${one.name}: ${action}`, await as(one, 'POST', `/sessions/${id}/${action}`, body));
    moves(one === ada ? ben : ada, { told: `session_${state.toLowerCase()}` });
    return moved;
  }

  async function meet(): Promise<void> {
    const { roomUrl } = await step(ben, session, 'schedule', 'SCHEDULED');
    assert.ok(roomUrl.startsWith('https://'), roomUrl);
    await bothSee('where they meet', session, 'SCHEDULED', { roomUrl });
    const early = await as(ben, 'POST', `/sessions/${session}/start`);
    assert.equal(tellRefused('Ben is early', early).code, 'NOT_THE_TIME');
    await letItBe(session, 1);
    await step(ben, session, 'start', 'IN_PROGRESS');
    await bothSee('while they meet', session, 'IN_PROGRESS');
    const eager = await as(ben, 'POST', `/sessions/${session}/complete`);
    assert.equal(tellRefused('Ben cannot end it before its end', eager).code, 'NOT_THE_TIME');
    await step(ada, session, 'complete', 'COMPLETED');
    // 5 % of it, rounded up, is the platform's.
    moves(ada, { held: -PRICE, balance: -PRICE });
    moves(ben, { balance: 14 });
    await bothSee('after they have met', session, 'COMPLETED');
  }

  async function rate(): Promise<void> {
    const rating = (one: Person, stars: number) =>
      as(one, 'POST', `/sessions/${session}/ratings`, { stars, comment: `${one.name} says ${stars}` });
    tell('Ada rates', await rating(ada, 5));
    tell('Ben rates', await rating(ben, 4));
    assert.equal(tellRefused('Ada rates again', await rating(ada, 1)).code, 'ALREADY_RATED');
    for (const one of [ada, ben])
      tell(`${one.name} reads the ratings`, await as(one, 'GET', `/sessions/${session}/ratings`));
    // Of five stars by the one who was taught, and of nobody else.
    await match({ rating: 1, stars: 5 });
    await bothSee('after they have rated', session, 'COMPLETED');
  }

  async function withdraw(): Promise<void> {
    const take = (one: Person, credits: number, key = randomUUID()) =>
      as(one, 'POST', '/payments/withdrawals', { credits, currency: 'EUR' }, { 'idempotency-key': key });
    const key = randomUUID();
    const [once, again] = [await take(ben, 14, key), await take(ben, 14, key)];
    assert.equal(again.body.id, once.body.id);
    tell('Ben withdraws', once);
    moves(ben, { balance: -14 });
    await bothSee('after Ben has withdrawn');
    assert.equal(tellRefused('Ada has earned nothing', await take(ada, 1)).code, 'NOT_EARNED');
    assert.equal(tellRefused('Ben has no more', await take(ben, 1)).code, 'INSUFFICIENT_CREDITS');
  }

  async function decline(): Promise<void> {
    const id = await book(ada, 40);
    await step(ben, id, 'decline', 'DECLINED');
    moves(ada, { held: -PRICE });
    await bothSee('after Ben has declined', id, 'DECLINED');
  }

  async function cancel(
    by: Person,
    { hours, kept, earned }: { hours: number; kept: number; earned: number },
  ): Promise<void> {
    const id = await book(ada, hours);
    await step(ben, id, 'accept', 'ACCEPTED');
    await step(by, id, 'cancel', 'CANCELLED', { reason: 'Ill' });
    moves(ada, { held: -PRICE, balance: -kept });
    moves(ben, { balance: earned });
    await bothSee(`after ${by.name} has cancelled ${hours} hours before`, id, 'CANCELLED', {
      cancelReason: 'Ill',
    });
    tell('Ada sees how it went', await as(ada, 'GET', `/sessions/${id}/history`));
  }

  /** What only one says in their own favour: the other one contests it, and an administrator decides. */
  async function contest(): Promise<void> {
    const taught = await agreed();
    await letItBe(taught, 1);
    await step(ben, taught, 'start', 'IN_PROGRESS');
    await letItBe(taught, MINUTES + 1);
    await step(ben, taught, 'complete', 'COMPLETED');
    await dispute(ada, taught, 'COMPLETED');
    await decide(taught, 'SPLIT', { kept: 7, earned: 6 });

    const missed = await agreed();
    await letItBe(missed, 16);
    await step(ada, missed, 'no-show', 'CANCELLED');
    await dispute(ben, missed, 'CANCELLED');
    await decide(missed, 'PROVIDER', { kept: PRICE, earned: 14 });
  }

  async function agreed(): Promise<string> {
    const id = await book(ada, 50);
    await step(ben, id, 'accept', 'ACCEPTED');
    await step(ben, id, 'schedule', 'SCHEDULED');
    return id;
  }

  async function dispute(by: Person, id: string, state: string): Promise<void> {
    const path = `/sessions/${id}/dispute`;
    const other = by === ada ? ben : ada;
    // Its credits are held still.
    await bothSee(`before ${by.name} contests it`, id, state);
    const own = await as(other, 'POST', path, { reason: 'I say so' });
    assert.equal(tellRefused(`${other.name} cannot contest their own word`, own).code, 'NOT_CONTESTABLE');
    assert.equal(
      tellRefused('Nobody has contested it', await as(other, 'GET', path)).code,
      'DISPUTE_NOT_FOUND',
    );
    tell(`${by.name} contests it`, await as(by, 'POST', path, { reason: 'It was not so' }));
    moves(other, { told: 'session_disputed' });
    await bothSee(`after ${by.name} has contested it`, id, state);
  }

  async function decide(
    id: string,
    outcome: string,
    { kept, earned }: { kept: number; earned: number },
  ): Promise<void> {
    const path = `/sessions/${id}/dispute`;
    const body = { outcome, note: 'I have heard both' };
    const decision = (token: string) => request(gatewayUrl, 'POST', `${path}/decision`, { token, body });
    assert.equal(tellRefused('Ada cannot decide it', await decision(ada.token)).code, 'FORBIDDEN');
    tell('An administrator decides', await decision(adminToken));
    assert.equal(tellRefused('It is decided once', await decision(adminToken)).code, 'DISPUTE_DECIDED');
    moves(ada, { held: -PRICE, balance: -kept, told: 'session_decided' });
    moves(ben, { balance: earned, told: 'session_decided' });
    for (const one of [ada, ben]) tell(`${one.name} reads how it was decided`, await as(one, 'GET', path));
    await bothSee('after it was decided', id);
  }

  /** All that happened, once. */
  async function lookBack(): Promise<void> {
    for (const one of [ada, ben, cleo]) {
      tell(`${one.name} sees all sessions`, await as(one, 'GET', '/sessions?size=100'));
      const { content } = (await as(one, 'GET', '/transactions?size=100')).body;
      const sum = content.reduce((all: number, { credits }: Json) => all + credits, 0);
      assert.equal(sum, one.wallet.balance, one.name);
      await sees(one, 'at the end');
    }
    for (const one of [ada, ben])
      tell(`${one.name} sees how it went`, await as(one, 'GET', `/sessions/${session}/history`));
  }

  function moves(
    one: Person,
    { balance = 0, held = 0, told: kind }: { balance?: number; held?: number; told?: string },
  ): void {
    one.wallet = { balance: one.wallet.balance + balance, held: one.wallet.held + held };
    if (kind !== undefined) one.told.push(kind);
  }

  async function bothSee(when: string, id?: string, state?: string, also: object = {}): Promise<void> {
    for (const one of [ada, ben]) {
      if (id !== undefined) {
        const seen = tell(`${one.name} looks ${when}`, await as(one, 'GET', `/sessions/${id}`));
        assert.deepEqual(
          { ...seen, ...also, ...(state !== undefined && { state }) },
          seen,
          `${one.name} ${when}`,
        );
      }
      await sees(one, when);
    }
  }

  /** Their credits, and what they were told, each once. */
  async function sees(one: Person, when: string): Promise<void> {
    const { balance, held } = one.wallet;
    const wallet = { userId: one.id, balance, held, available: balance - held, debt: 0 };
    assert.deepEqual(
      tell(`${one.name} has ${when}`, await as(one, 'GET', '/credits')),
      wallet,
      `${one.name} ${when}`,
    );
    const kinds = await until(async () => {
      const all = await notificationsOf(one);
      return all.length >= one.told.length && all;
    });
    assert.deepEqual(kinds, one.told, `${one.name} ${when}`);
  }

  async function notificationsOf(one: Person): Promise<string[]> {
    const { status, body } = await as(one, 'GET', '/notifications?size=100');
    assert.equal(status, 200, JSON.stringify(body));
    const kinds = body.content.map(({ kind }: Json) => kind).reverse() as string[];
    assert.ok(kinds.filter((kind) => kind === WELCOME).length <= 1);
    return kinds.filter((kind) => kind !== WELCOME);
  }

  function bookingAt(startsAt: string, message?: string): object {
    return {
      providerId: ben.id,
      skillId,
      startsAt,
      minutes: MINUTES,
      ...(message !== undefined && { message }),
    };
  }
}

/** At the next slot after so many hours: less than half an hour later. */
function inHoursFromNow(hours: number): string {
  const step = HOUR / 2;
  return new Date(Math.ceil((Date.now() + hours * HOUR) / step) * step).toISOString();
}

/** Without what differs by nature: ids by when they were told first, moments, tokens, addresses. */
function labelsOfIds(): (body: Json) => Json {
  const ids = new Map<string, string>();
  const idOf = (uuid: string) => {
    const known = ids.get(uuid) ?? `id ${ids.size + 1}`;
    ids.set(uuid, known);
    return known;
  };
  return labelsBy((key, value) => {
    if (/(At|Token)$/.test(key)) return typeof value;
    return typeof value === 'string' ? value.replaceAll(UUID, idOf) : value;
  });
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
