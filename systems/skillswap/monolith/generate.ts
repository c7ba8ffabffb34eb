import { createHash } from 'node:crypto';
import { hashRefreshToken } from '@banyan/monolith';
import {
  copyRows,
  demoHashes,
  demoRefreshToken,
  emailOf,
  fillEmpty,
  fullName,
  generatorCommand,
  moment,
  timestamp,
  type Value,
} from '@banyan/monolith/generator';
import { Random } from '@banyan/random';
import type pg from 'pg';
import { divided, purchasedCredits } from '../kit/credits/prices.ts';
import { heldUntil } from '../kit/sessions/settlement.ts';
import { CATEGORIES, SKILLS } from '../kit/taxonomy.ts';
import { connect, createTables } from './database.ts';
import { PLACES } from './generator/places.ts';
import { type PlannedSession, planSessions, planToday } from './generator/sessions.ts';

export { demoPassword, demoRefreshToken } from '@banyan/monolith/generator';

export type Size = {
  users: number;
  skills: number;
  offered: number;
  wanted: number;
  sessions: number;
  /** Sessions of the day on which it runs, beside the others, at most: their times are not the same twice. */
  today: number;
};

const TOUR_SIZE: Size = {
  ...{ users: 20_000, skills: 400, offered: 30_000, wanted: 20_000, sessions: 30_000 },
  today: 0,
};

/** Everything was made before this moment, whenever the generator runs: the same seed gives the same rows, but for the times of sessions of the day. */
export const AS_OF = Date.UTC(2026, 5, 1);
const DAY = 86_400_000;
/** Users 1 to 3 are administrators. */
const ADMINS = 3;

/** Whoever has a session today is one of so many: those who come most often. */
const NEAR = 2_000;

/** Each hundredth generated user was suspended long ago. */
export function isActive(n: number): boolean {
  return n % 100 !== 0;
}

/** The id of the nth generated user, from 1 on. */
export function userId(n: number): string {
  return idOf('user', n);
}

/** Who decides what people contest. */
export function adminIds(): string[] {
  return Array.from({ length: ADMINS }, (_, index) => userId(index + 1));
}

/**
 * Fills an empty legacy database and returns the rows of each table. All in one transaction; throws if there are users already. Balances are the
 * sums of their transactions, and what is held is the sum of the holds. `bcryptCost` is that of the demo passwords, default 10.
 */
export async function generate(
  pool: pg.Pool,
  {
    seed = 1,
    bcryptCost = 10,
    now = Date.now(),
    ...size
  }: Partial<Size> & { seed?: number; bcryptCost?: number; now?: number } = {},
): Promise<Record<string, number>> {
  const { users, skills, offered, wanted, sessions, today } = { ...TOUR_SIZE, ...size };
  if (skills > SKILLS.length) throw new RangeError(`There are ${SKILLS.length} skills at most.`);
  await createTables(pool);
  const hashOf = await demoHashes(bcryptCost);
  const random = new Random(seed);
  return await fillEmpty(pool, 'users_legacy', async (client) => {
    const offers = spread(random, offered, users, skills);
    const wishes = spread(random, wanted, users, skills);
    const rates = Array.from({ length: users + 1 }, () => random.int(5, 40));
    const before = planSessions(random, { count: sessions, users, offered: offers, rates, asOf: AS_OF });
    const places = Array.from({ length: users + 1 }, () => random.pick(PLACES));
    const plan = [
      ...before,
      ...planToday(random, {
        ...{ count: today, first: sessions + 1, near: Math.min(users, NEAR), isActive },
        ...{ offered: offers, rates, now },
      }),
    ];
    const books = booksOf(random, users, plan);
    const copy = (table: string, columns: string, rows: Rows) =>
      copyRows(client, table, columns.split(' '), rows);
    return {
      users_legacy: await copy('users_legacy', USER, userRows(random, users, hashOf, places)),
      refresh_tokens: await copy('refresh_tokens', TOKEN, tokenRows(random, users)),
      skill_categories: await copy('skill_categories', 'id name parent_id', categoryRows()),
      skills: await copy('skills', 'id category_id name description created_at', skillRows(skills)),
      skill_profiles: await copy('skill_profiles', PROFILE, profileRows(random, users, rates, places, plan)),
      offered_skills: await copy('offered_skills', OFFERED, offeredRows(random, offers)),
      wanted_skills: await copy('wanted_skills', 'id user_id skill_id created_at', wantedRows(wishes)),
      availability: await copy('availability', HOURS, hourRows(random, [...offers.keys()], places)),
      sessions: await copy('sessions', SESSION, sessionRows(plan)),
      session_history: await copy('session_history', HISTORY, historyRows(plan)),
      ratings: await copy('ratings', RATING, ratingRows(plan)),
      wallets: await copy('wallets', 'user_id balance held updated_at', walletRows(books)),
      credit_holds: await copy('credit_holds', HOLD, holdRows(plan)),
      transactions: await copy('transactions', TRANSACTION, transactionRows(books, plan)),
      notifications: await copy('notifications', NOTIFICATION, notificationRows(plan)),
    };
  });
}

const USER = 'id email password_hash full_name bio time_zone role status verified created_at updated_at';
const TOKEN = 'id user_id token_hash expires_at revoked created_at';
const PROFILE =
  'user_id headline hourly_rate budget city latitude longitude rating_sum rating_count updated_at';
const OFFERED = 'id user_id skill_id level verified created_at';
const HOURS = 'id user_id weekday from_time to_time zone';
const SESSION = `id seeker_id provider_id skill_id starts_at ends_at state hourly_rate credits room_url cancel_reason created_at updated_at version`;
const HISTORY = 'id session_id from_state to_state actor_id created_at';
const RATING = 'id session_id rater_id rated_id stars created_at';
const HOLD = 'id user_id session_id amount captured status expires_at created_at resolved_at';
const TRANSACTION = `id user_id type status credits amount currency session_id payment_method_id payment_id idempotency_key created_at updated_at`;
const NOTIFICATION = 'id user_id kind title body is_read created_at';

type Rows = Iterable<readonly Value[]>;
type Places = readonly (typeof PLACES)[number][];

/** Always the same for the nth of a kind, in the form of version 8 (RFC 9562: of one's own making). */
function idOf(kind: string, n: number): string {
  const hex = createHash('sha256').update(`skillswap ${kind} ${n}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** So many pairs of a user and a skill, none twice: a user's skills are neighbours on a circle, from a start by chance. */
function spread(random: Random, count: number, users: number, skills: number): Map<number, number[]> {
  if (count > users * skills) throw new RangeError('More skills of users than pairs of both.');
  const starts = Array.from({ length: users }, () => random.int(0, skills - 1));
  const by = new Map<number, number[]>();
  for (let index = 0; index < count; index++) {
    // Some have nothing, others more.
    const user = Math.floor(index / 2) % users;
    const own = by.get(user + 1) ?? [];
    by.set(user + 1, [...own, ((starts[user]! + own.length) % skills) + 1]);
  }
  return by;
}

function* userRows(random: Random, count: number, hashOf: (n: number) => string, places: Places): Rows {
  for (let n = 1; n <= count; n++) {
    const name = fullName(random);
    const created = moment(random, AS_OF - 1500 * DAY, AS_OF - 400 * DAY);
    yield [
      userId(n),
      emailOf(name, n),
      hashOf(n),
      name,
      random.chance(0.5) ? `Learns and teaches in ${places[n]!.city}.` : null,
      places[n]!.zone,
      n <= ADMINS ? 'ADMIN' : 'USER',
      isActive(n) ? 'ACTIVE' : 'SUSPENDED',
      random.chance(0.6),
      timestamp(random, created),
      timestamp(random, moment(random, created, AS_OF)),
    ];
  }
}

/** Each user's session of before; of each tenth one that was ended. */
function* tokenRows(random: Random, users: number): Rows {
  const never = new Date(Date.UTC(2099, 11, 31));
  for (let n = 1; n <= users; n++) {
    const created = timestamp(random, moment(random, AS_OF - 30 * DAY, AS_OF));
    yield [idOf('token', n), userId(n), hashRefreshToken(demoRefreshToken(n)), never, n % 10 === 0, created];
  }
}

const categoryId = (name: string) => idOf(`category ${name}`, 0);
/** The id of the nth generated skill, from 1 on. */
export const skillId = (n: number) => idOf('skill', n);
const sessionId = (n: number) => idOf('session', n);

function* categoryRows(): Rows {
  for (const { name, parent } of CATEGORIES) yield [categoryId(name), name, parent && categoryId(parent)];
}

function* skillRows(count: number): Rows {
  for (const [index, { name, category }] of SKILLS.slice(0, count).entries())
    yield [
      skillId(index + 1),
      categoryId(category),
      name,
      `What there is to know of ${name}.`,
      new Date(AS_OF - 1600 * DAY),
    ];
}

function* profileRows(
  random: Random,
  users: number,
  rates: readonly number[],
  places: Places,
  plan: readonly PlannedSession[],
): Rows {
  const given = new Map<number, number[]>();
  for (const { provider, ofProvider } of plan)
    if (ofProvider !== null) given.set(provider, [...(given.get(provider) ?? []), ofProvider]);
  for (let n = 1; n <= users; n++) {
    const stars = given.get(n) ?? [];
    const isPlaced = random.chance(0.9);
    const { city, latitude, longitude } = places[n]!;
    // Not all of a city live in one house.
    const near = () => (random.next() - 0.5) / 5;
    yield [
      userId(n),
      random.chance(0.7) ? 'Ask me anything' : null,
      rates[n]!,
      random.chance(0.6) ? random.int(10, 40) : null,
      isPlaced ? city : null,
      isPlaced ? latitude + near() : null,
      isPlaced ? longitude + near() : null,
      stars.reduce((sum, one) => sum + one, 0),
      stars.length,
      timestamp(random, moment(random, AS_OF - 300 * DAY, AS_OF)),
    ];
  }
}

function* offeredRows(random: Random, offers: Map<number, number[]>): Rows {
  for (const [user, skills] of offers)
    for (const skill of skills) {
      const level = random.pick(['BEGINNER', 'INTERMEDIATE', 'ADVANCED', 'ADVANCED', 'EXPERT']);
      const id = idOf(`offer of ${user}`, skill);
      yield [id, userId(user), skillId(skill), level, random.chance(0.3), new Date(AS_OF - 390 * DAY)];
    }
}

function* wantedRows(wishes: Map<number, number[]>): Rows {
  for (const [user, skills] of wishes)
    for (const skill of skills)
      yield [idOf(`wish of ${user}`, skill), userId(user), skillId(skill), new Date(AS_OF - 390 * DAY)];
}

function* hourRows(random: Random, providers: number[], places: Places): Rows {
  for (const n of providers)
    for (const weekday of random.some([1, 2, 3, 4, 5, 6, 7], 4)) {
      const from = random.int(7, 16);
      const [start, end] = [from, from + random.int(2, 8)].map(
        (hour) => `${String(hour).padStart(2, '0')}:00`,
      );
      yield [idOf(`hours of ${n}`, weekday), userId(n), weekday, start!, end!, places[n]!.zone];
    }
}

/** One change after the other, the last of them a while before the session begins if it never did. */
function changesOf({ path, startsAt, endsAt }: PlannedSession): { state: string; at: number }[] {
  const asked = Math.min(startsAt, AS_OF) - 20 * DAY;
  const times: Record<string, number> = { IN_PROGRESS: startsAt, COMPLETED: endsAt };
  return path.map((state, step) => ({ state, at: times[state] ?? asked + step * DAY }));
}

function* sessionRows(plan: readonly PlannedSession[]): Rows {
  for (const session of plan) {
    const { n, seeker, provider, skill, startsAt, endsAt, hourlyRate, credits, path } = session;
    const changes = changesOf(session);
    const state = path.at(-1)!;
    yield [
      sessionId(n),
      userId(seeker),
      userId(provider),
      skillId(skill),
      new Date(startsAt),
      new Date(endsAt),
      state,
      hourlyRate,
      credits,
      path.includes('SCHEDULED') ? `https://meet.skillswap.example/${sessionId(n)}` : null,
      state === 'CANCELLED' ? 'Something came up' : null,
      new Date(changes[0]!.at),
      new Date(changes.at(-1)!.at),
      path.length,
    ];
  }
}

function* historyRows(plan: readonly PlannedSession[]): Rows {
  for (const session of plan) {
    let from: string | null = null;
    for (const [step, { state, at }] of changesOf(session).entries()) {
      const by = state === 'REQUESTED' || state === 'CANCELLED' ? session.seeker : session.provider;
      yield [idOf(`change ${step}`, session.n), sessionId(session.n), from, state, userId(by), new Date(at)];
      from = state;
    }
  }
}

function* ratingRows(plan: readonly PlannedSession[]): Rows {
  for (const { n, seeker, provider, endsAt, ofProvider, ofSeeker } of plan) {
    const at = new Date(endsAt + 3_600_000);
    if (ofProvider !== null)
      yield [idOf('rating by seeker', n), sessionId(n), userId(seeker), userId(provider), ofProvider, at];
    if (ofSeeker !== null)
      yield [idOf('rating by provider', n), sessionId(n), userId(provider), userId(seeker), ofSeeker, at];
  }
}

/** What somebody has bought, earned, paid and set aside. */
type Book = { user: number; amount: number; bought: number; balance: number; held: number };

/** Whoever learns has bought what it takes, and some more. */
function booksOf(random: Random, users: number, plan: readonly PlannedSession[]): Book[] {
  const books = Array.from({ length: users }, (_, index) => ({
    user: index + 1,
    spent: 0,
    earned: 0,
    held: 0,
  }));
  for (const { seeker, provider, credits, captured } of plan) {
    const payer = books[seeker - 1]!;
    if (captured === null) payer.held += credits;
    else {
      payer.spent += captured;
      books[provider - 1]!.earned += divided(captured).provider;
    }
  }
  return books.map(({ user, spent, earned, held }) => {
    const needed = spent + held;
    const amount = needed > 0 || random.chance(0.5) ? (needed + random.int(1, 100)) * 100 : 0;
    const { bought, bonus } = purchasedCredits(amount, 'EUR');
    return { user, amount, bought: bought + bonus, balance: bought + bonus + earned - spent, held };
  });
}

function* walletRows(books: readonly Book[]): Rows {
  for (const { user, balance, held } of books) yield [userId(user), balance, held, new Date(AS_OF)];
}

function* holdRows(plan: readonly PlannedSession[]): Rows {
  for (const session of plan) {
    const { n, seeker, credits, captured, endsAt } = session;
    const changes = changesOf(session);
    const ended = captured === null ? null : new Date(changes.at(-1)!.at);
    const status = captured === null ? 'HELD' : 'RESOLVED';
    const [expires, made] = [new Date(heldUntil(endsAt)), new Date(changes[0]!.at)];
    yield [idOf('hold', n), userId(seeker), sessionId(n), credits, captured, status, expires, made, ended];
  }
}

function* transactionRows(books: readonly Book[], plan: readonly PlannedSession[]): Rows {
  for (const { user, amount, bought } of books) {
    if (bought === 0) continue;
    const id = idOf('purchase', user);
    const at = new Date(AS_OF - 395 * DAY);
    const paid = ['pm_card_visa', `pi_${id}`, `first-purchase-${user}`];
    yield [id, userId(user), 'PURCHASE', 'COMPLETED', bought, amount, 'EUR', null, ...paid, at, at];
  }
  for (const session of plan) {
    const { n, seeker, provider, captured } = session;
    if (!captured) continue;
    const at = new Date(changesOf(session).at(-1)!.at);
    const { fee, provider: earned } = divided(captured);
    const moved = (kind: string, user: string | null, credits: number): Value[] => [
      ...[idOf(kind, n), user, kind, 'COMPLETED', credits, null, null],
      ...[sessionId(n), null, null, null, at, at],
    ];
    yield moved('SESSION_PAYMENT', userId(seeker), -captured);
    yield moved('SESSION_EARNING', userId(provider), earned);
    yield moved('PLATFORM_FEE', null, fee);
  }
}

function* notificationRows(plan: readonly PlannedSession[]): Rows {
  for (const session of plan) {
    const { n, provider, path } = session;
    const [asked] = changesOf(session);
    const told = ['session_requested', 'A session is asked for', 'Somebody asks you for a session.'];
    yield [idOf('notification', n), userId(provider), ...told, path.length > 1, new Date(asked!.at)];
  }
}

if (import.meta.main)
  await generatorCommand({
    title: 'SkillSwap',
    defaults: { ...TOUR_SIZE, seed: 1, bcryptCost: 10 },
    connect,
    generate,
  });
