import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type Json, request } from '@banyan/harness/testing';
import type { Person, Teller } from './teller.ts';

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '00:00', to: '24:00' }));
/** What Ben asks for an hour. */
const RATE = 30;
/** Said by notification alone, and found where it says all. */
const MORE = ['welcome', 'credits_received', 'credits_released'];

export async function join(story: Teller): Promise<void> {
  const { cast } = story;
  cast.ada = await register(story, 'Ada');
  cast.ben = await register(story, 'Ben');
  cast.cleo = await register(story, 'Cleo');
}

async function register({ world, tell, sees }: Teller, name: string): Promise<Person> {
  const ask = (path: string, body: object) => request(world.gatewayUrl, 'POST', `/auth/${path}`, { body });
  const credentials = { email: `${name}-${randomUUID()}@story.example`, password: 'a good password' };
  const account = { ...credentials, fullName: `${name} Story` };
  const { user } = tell(`${name} registers`, await ask('register', account));
  const { accessToken: token } = tell(`${name} logs in`, await ask('login', credentials));
  const person = { name, id: user.id, token, wallet: { balance: 0, held: 0 }, told: [] };
  await sees(person, 'after they have come');
  return person;
}

export async function offer(story: Teller): Promise<void> {
  const {
    tell,
    as,
    cast: { ada, ben },
    world: { skillId },
  } = story;
  const hours = { zone: 'UTC', hours: EVERY_DAY };
  tell('Ben says when', await as(ben, 'PUT', `/bookings/availability/${ben.id}`, hours));
  const offered = [{ skillId, level: 'EXPERT' }];
  await say(story, ben, { headline: 'Patient', hourlyRate: RATE, offered, wanted: [] });
  await say(story, ada, { budget: RATE, offered: [], wanted: [{ skillId }] });
  tell('Ada reads what Ben offers', await as(ada, 'GET', `/skills/profiles/${ben.id}`));
}

async function say({ tell, as }: Teller, one: Person, changes: object): Promise<void> {
  const path = `/skills/profiles/${one.id}`;
  const { headline, hourlyRate, budget, city, latitude, longitude, version } = (await as(one, 'GET', path))
    .body;
  const stated = { headline, hourlyRate, budget, city, latitude, longitude, version };
  tell(`${one.name} says what they teach and want`, await as(one, 'PUT', path, { ...stated, ...changes }));
}

/** Ada finds Ben, among whoever else there is. */
export async function match(
  { tellWhen, as, cast: { ada, ben } }: Teller,
  { rating, stars }: { rating: number; stars: number | null },
): Promise<void> {
  const found = await tellWhen(
    'Ada finds Ben',
    async () => {
      const { status, body } = await as(ada, 'GET', '/matches');
      return { status, body: body.find?.(({ userId }: Json) => userId === ben.id) };
    },
    (now) => now?.rating === stars,
  );
  assert.deepEqual([found.score.skills, found.score.rating, found.rating], [1, rating, stars]);
}

/** All that happened, once. */
export async function lookBack(story: Teller, session: string): Promise<void> {
  const {
    tell,
    tellWhen,
    as,
    sees,
    cast: { ada, ben, cleo },
  } = story;
  for (const one of [ada, ben, cleo]) {
    tell(`${one.name} sees all sessions`, await as(one, 'GET', '/sessions?size=100'));
    const { content } = (await as(one, 'GET', '/transactions?size=100')).body;
    const sum = content.reduce((all: number, { credits }: Json) => all + credits, 0);
    assert.equal(sum, one.wallet.balance, one.name);
    await sees(one, 'at the end');
    await readsWhatTheyWereTold(story, one);
  }
  for (const one of [ada, ben]) {
    tell(`${one.name} sees how it went`, await as(one, 'GET', `/sessions/${session}/history`));
    await tellWhen(
      `${one.name} sees what they have learned and taught`,
      () => as(one, 'GET', '/analytics/summary'),
      ({ learned, taught, rating }) =>
        learned.sessions + taught.sessions === COMPLETED &&
        learned.credits + taught.credits === (one === ada ? PAID : EARNED) &&
        rating === (one === ada ? null : 5),
    );
  }
}

/** The session that went well, and the one that Ben alone says was held. */
const COMPLETED = 2;
/** For these, for what Ada has cancelled late, and for what she has missed. */
const PAID = 15 + 7 + 15 + 7 + 15;
const EARNED = 14 + 6 + 14 + 6 + 14;

/** In the words of whoever told it; where notification answers, what else it tells is beside it, and nothing twice. */
async function readsWhatTheyWereTold({ tell, as, toldIn }: Teller, one: Person): Promise<void> {
  const told = await toldIn(one);
  const words = told.map(({ kind, title, body }) => ({ kind, title, body }));
  tell(`${one.name} reads what they were told`, { status: 200, body: words });
  const { status, body } = await as(one, 'GET', '/notifications/feed?limit=100');
  if (status === 404) return;
  const [rows, others] = [[], []] as [Json[], Json[]];
  for (const item of body.items) (item.id.startsWith('n') ? rows : others).push(item);
  assert.deepEqual(rows.map(({ id }) => id).sort(), told.map(({ id }) => `n${id}`).sort());
  for (const { kind } of others) assert.ok(MORE.includes(kind), kind);
  assert.ok(others.filter(({ kind }) => kind === 'welcome').length <= 1);
}
