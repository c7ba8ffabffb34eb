import assert from 'node:assert/strict';
import type { Json } from '@banyan/harness/testing';
import type { Person, Teller } from './teller.ts';

const HOUR = 3_600_000;
/** As long as the grid of slots is wide: it ends on the day on which it begins, whenever this runs. */
export const MINUTES = 30;
/** What Ben asks for that. */
export const PRICE = 15;

/** Ada asks Ben, who has the time: the session's id. */
export async function book(story: Teller, inHours: number): Promise<string> {
  const {
    tell,
    as,
    moves,
    bothSee,
    cast: { ada, ben },
  } = story;
  const startsAt = inHoursFromNow(inHours);
  const to = new Date(Date.parse(startsAt) + HOUR).toISOString();
  const wanted = new URLSearchParams({ providerId: ben.id, minutes: `${MINUTES}`, from: startsAt, to });
  const slots = await as(ada, 'GET', `/bookings/slots?${wanted}`);
  assert.ok(slots.body.some((slot: Json) => slot.startsAt === startsAt));
  const { id } = tell('Ada asks Ben for half an hour', await ask(story, ada, startsAt, 'Hello'));
  moves(ada, { held: PRICE });
  moves(ben, { told: 'session_requested' });
  await bothSee('after Ada has asked', id, 'REQUESTED');
  return id;
}

/** Nobody else has Ben at that time, and nobody has him for nothing. */
export async function loseTheRace(story: Teller, session: string): Promise<void> {
  const {
    tellRefused,
    as,
    sees,
    cast: { ada, cleo },
  } = story;
  const { startsAt } = (await as(ada, 'GET', `/sessions/${session}`)).body;
  assert.equal(tellRefused('Cleo is late', await ask(story, cleo, startsAt)).code, 'SLOT_TAKEN');
  const poor = await ask(story, cleo, inHoursFromNow(60));
  assert.equal(tellRefused('Cleo cannot pay', poor).code, 'INSUFFICIENT_CREDITS');
  const curious = await as(cleo, 'GET', `/sessions/${session}`);
  assert.equal(tellRefused('Cleo is curious', curious).code, 'SESSION_NOT_FOUND');
  await sees(cleo, 'who has lost');
}

export async function meet(story: Teller, session: string): Promise<void> {
  const {
    tellRefused,
    as,
    moves,
    step,
    bothSee,
    world: { letItBe },
    cast: { ada, ben },
  } = story;
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

export async function rate(story: Teller, session: string): Promise<void> {
  const {
    tell,
    tellRefused,
    as,
    bothSee,
    cast: { ada, ben },
  } = story;
  const rating = (one: Person, stars: number) =>
    as(one, 'POST', `/sessions/${session}/ratings`, { stars, comment: `${one.name} says ${stars}` });
  tell('Ada rates', await rating(ada, 5));
  tell('Ben rates', await rating(ben, 4));
  assert.equal(tellRefused('Ada rates again', await rating(ada, 1)).code, 'ALREADY_RATED');
  for (const one of [ada, ben])
    tell(`${one.name} reads the ratings`, await as(one, 'GET', `/sessions/${session}/ratings`));
  await bothSee('after they have rated', session, 'COMPLETED');
}

function ask({ as, world, cast }: Teller, one: Person, startsAt: string, message?: string) {
  return as(one, 'POST', '/bookings', {
    ...{ providerId: cast.ben.id, skillId: world.skillId, startsAt, minutes: MINUTES },
    ...(message !== undefined && { message }),
  });
}

/** At the next slot after so many hours: less than half an hour later. */
function inHoursFromNow(hours: number): string {
  const step = HOUR / 2;
  return new Date(Math.ceil((Date.now() + hours * HOUR) / step) * step).toISOString();
}
