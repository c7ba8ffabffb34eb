import type { Random } from '@banyan/random';
import { SESSION_MINUTES } from '../../kit/availability/slots.ts';
import { sessionCredits } from '../../kit/credits/prices.ts';
import type { SessionState } from '../../kit/sessions/transitions.ts';

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

/** How sessions go, and how many of a hundred. */
const PATHS: readonly (readonly [percent: number, path: readonly SessionState[]])[] = [
  [68, ['REQUESTED', 'ACCEPTED', 'SCHEDULED', 'IN_PROGRESS', 'COMPLETED']],
  [6, ['REQUESTED', 'DECLINED']],
  [4, ['REQUESTED', 'CANCELLED']],
  [6, ['REQUESTED', 'ACCEPTED', 'SCHEDULED', 'CANCELLED']],
  [5, ['REQUESTED']],
  [3, ['REQUESTED', 'ACCEPTED']],
  [8, ['REQUESTED', 'ACCEPTED', 'SCHEDULED']],
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
    const path = pathOf(random);
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

function pathOf(random: Random): readonly SessionState[] {
  let left = random.int(1, 100);
  for (const [percent, path] of PATHS) {
    left -= percent;
    if (left <= 0) return path;
  }
  return PATHS[0]![1];
}

/** Of those that were cancelled late some were paid in half or in full. */
function capturedOf(random: Random, path: readonly SessionState[], credits: number): number {
  if (path.at(-1) === 'COMPLETED') return credits;
  return path.includes('SCHEDULED') ? random.pick([0, 0, Math.floor(credits / 2), credits]) : 0;
}

function stars(random: Random): number {
  return random.pick([5, 5, 5, 5, 4, 4, 4, 3, 2, 1]);
}
