import type { Random } from '@banyan/random';
import { SESSION_MINUTES } from '../../kit/availability/slots.ts';
import { sessionCredits } from '../../kit/credits/prices.ts';
import type { SessionState } from '../../kit/sessions/transitions.ts';

type SessionMinutes = (typeof SESSION_MINUTES)[number];

const DAY = 86_400_000;
const HOUR = 3_600_000;

/** A session with all that has become of it. Users and skills by their numbers. */
export type PlannedSession = {
  n: number;
  seeker: number;
  provider: number;
  skill: number;
  startsAt: number;
  endsAt: number;
  hourlyRate: number;
  credits: number;
  path: readonly SessionState[];
  /** What the provider was paid of, before the fee; null: it is still held. */
  captured: number | null;
  /** Stars; null: not given. */
  ofProvider: number | null;
  ofSeeker: number | null;
};

const TO_BEGIN: readonly SessionState[] = ['REQUESTED', 'ACCEPTED', 'SCHEDULED'];

/** How sessions go, and how many of a hundred. */
const PATHS: readonly (readonly [percent: number, path: readonly SessionState[]])[] = [
  [68, ['REQUESTED', 'ACCEPTED', 'SCHEDULED', 'IN_PROGRESS', 'COMPLETED']],
  [6, ['REQUESTED', 'DECLINED']],
  [4, ['REQUESTED', 'CANCELLED']],
  [6, ['REQUESTED', 'ACCEPTED', 'SCHEDULED', 'CANCELLED']],
  [5, ['REQUESTED']],
  [3, ['REQUESTED', 'ACCEPTED']],
  [8, TO_BEGIN],
];
const ENDED: readonly SessionState[] = ['COMPLETED', 'DECLINED', 'CANCELLED'];

/** Sessions that are still to come are so whenever the generator runs: the clock would close them. */
const TO_COME = Date.UTC(2099, 0, 1);
/** What is over was within so many days. */
const PAST_DAYS = 360;

/**
 * Sessions with those who offer something, each in turn, and never two of one of them on a day. `offered` has the skills of each user; users are
 * numbered from 1 on.
 */
export function planSessions(
  random: Random,
  {
    count,
    users,
    offered,
    rates,
    asOf,
  }: {
    count: number;
    users: number;
    offered: ReadonlyMap<number, readonly number[]>;
    rates: readonly number[];
    asOf: number;
  },
): PlannedSession[] {
  const providers = [...offered.keys()];
  const rounds = Math.ceil(count / providers.length);
  if (rounds > PAST_DAYS) throw new RangeError('More sessions than days of those who offer something.');
  const stride = Math.floor(PAST_DAYS / rounds);
  return Array.from({ length: count }, (_, index) => {
    const provider = providers[index % providers.length]!;
    const seeker = 1 + ((provider - 1 + random.int(1, users - 1)) % users);
    const path = drawn(random, PATHS);
    const isOver = ENDED.includes(path.at(-1)!);
    const day = Math.floor(index / providers.length) * stride + random.int(0, stride - 1);
    const startsAt =
      (isOver ? asOf - (day + 2) * DAY : TO_COME + day * DAY) + random.int(14, 40) * (HOUR / 2);
    const minutes = random.pick(SESSION_MINUTES);
    const hourlyRate = rates[provider]!;
    const credits = sessionCredits(hourlyRate, minutes);
    const isCompleted = path.at(-1) === 'COMPLETED';
    return {
      n: index + 1,
      seeker,
      provider,
      skill: random.pick(offered.get(provider)!),
      startsAt,
      endsAt: startsAt + minutes * 60_000,
      hourlyRate,
      credits,
      path,
      captured: isOver ? capturedOf(random, path, credits) : null,
      ofProvider: isCompleted && random.chance(0.7) ? stars(random) : null,
      ofSeeker: isCompleted && random.chance(0.4) ? stars(random) : null,
    };
  });
}

/** Sessions of the day on which somebody looks: when they begin, in minutes from that moment, and how many of a hundred. */
const OF_TODAY: readonly (readonly [
  percent: number,
  kind: { path: readonly SessionState[]; from: number; to: number; lasts: readonly SessionMinutes[] },
])[] = [
  [60, { path: TO_BEGIN, from: -5, to: 25, lasts: [30, 60, 90] }],
  // Nobody has begun it in time: who was there may say so.
  [20, { path: TO_BEGIN, from: -90, to: -20, lasts: [30, 60] }],
  // It goes on, or should be over.
  [20, { path: [...TO_BEGIN, 'IN_PROGRESS'], from: -45, to: -20, lasts: [30, 60] }],
];

/**
 * Sessions of the day of `now`: about to begin, under way, or over by the clock and not yet by anybody's word. Of so many, as far as there are people who
 * offer something among the first `near`; nobody teaches twice, and all may ask for things (`isActive`). The first has the number `first`.
 */
export function planToday(
  random: Random,
  {
    count,
    first,
    near,
    isActive,
    offered,
    rates,
    now,
  }: {
    count: number;
    first: number;
    near: number;
    isActive(n: number): boolean;
    offered: ReadonlyMap<number, readonly number[]>;
    rates: readonly number[];
    now: number;
  },
): PlannedSession[] {
  const people = Array.from({ length: near }, (_, index) => index + 1).filter(isActive);
  const providers = people.filter((n) => offered.has(n)).slice(0, count);
  return providers.map((provider, index) => {
    const seeker = people[(people.indexOf(provider) + random.int(1, people.length - 1)) % people.length]!;
    const { path, from, to, lasts } = drawn(random, OF_TODAY);
    const startsAt = now + random.int(from * 60, to * 60) * 1_000;
    const minutes = random.pick(lasts);
    const hourlyRate = rates[provider]!;
    return {
      n: first + index,
      seeker,
      provider,
      skill: random.pick(offered.get(provider)!),
      startsAt,
      endsAt: startsAt + minutes * 60_000,
      hourlyRate,
      credits: sessionCredits(hourlyRate, minutes),
      path,
      captured: null,
      ofProvider: null,
      ofSeeker: null,
    };
  });
}

/** One of these, by how many of a hundred each is. */
function drawn<T>(random: Random, shares: readonly (readonly [percent: number, one: T])[]): T {
  let left = random.int(1, 100);
  for (const [percent, one] of shares) {
    left -= percent;
    if (left <= 0) return one;
  }
  return shares[0]![1];
}

/** Of those that were cancelled late some were paid in half or in full. */
function capturedOf(random: Random, path: readonly SessionState[], credits: number): number {
  if (path.at(-1) === 'COMPLETED') return credits;
  return path.includes('SCHEDULED') ? random.pick([0, 0, Math.floor(credits / 2), credits]) : 0;
}

function stars(random: Random): number {
  return random.pick([5, 5, 5, 5, 4, 4, 4, 3, 2, 1]);
}
