import { type Db, horizon } from '@banyan/postgres';
import { asOfNow, RecentMap } from '@banyan/service';
import { matchOf } from '../../../kit/matching/score.ts';
import { weekOf } from './candidate.ts';
import { type Found, ProviderIndex } from './provider-index.ts';
import { type Changed, findSeeker, listChanged, type WantingSeeker } from './store.ts';

type Matches = { seeker: WantingSeeker; found: readonly Found[] };

/** Whom somebody may learn from, and how well two go together. */
export type Matching = {
  /** The best matches, the best first, of all that had been committed when it was asked. `maxDistanceKm` left out: wherever they are. */
  matchesOf(userId: string, maxDistanceKm?: number): Promise<Matches>;
  /** How well two go together, whatever the score. Undefined: nobody finds the provider. */
  pairOf(userId: string, providerId: string): Promise<{ seeker: WantingSeeker; found: Found } | undefined>;
  /** Brings what is held in memory up to date. */
  follow(): Promise<void>;
};

/** Seekers whose last answer is kept. */
const KEPT = 10_000;
/** Clocks are set at full quarters of an hour, and what a week is in UTC changes with them: an answer is kept until the next one. */
const QUARTER_MS = 15 * 60_000;

type Answer = Matches & {
  quarter: number;
  maxDistanceKm: number | undefined;
  /** Of each skill that is wanted. */
  turns: readonly number[];
};

/**
 * Holds the providers in memory (some 2 kB each), and asks the database at each question what has changed since the last one, whoever
 * changed it. An answer is kept until something changes that it is made of: the seeker, or anybody who offers a skill that they want.
 */
export function createMatching(pool: Db, clock: () => number): Matching {
  const index = new ProviderIndex();
  const answers = new RecentMap<Answer>(KEPT);
  /** By provider the transaction of which they are: some come again, and have not changed. */
  const seen = new Map<string, string>();
  /** By skill how often somebody changed who offers it. */
  const turns = new Map<string, number>();
  let since = '0';

  const current = asOfNow(async () => {
    // What changes while it is read comes again.
    const next = await horizon(pool);
    for await (const part of listChanged(pool, since)) part.forEach(take);
    since = next;
    index.moveTo(clock());
  });

  function take({ userId, xid, candidate }: Changed): void {
    if (seen.get(userId) === xid) return;
    const skills = [...(index.find(userId)?.offered ?? []), ...(candidate?.offered ?? [])];
    for (const skill of skills) turns.set(skill, (turns.get(skill) ?? 0) + 1);
    if (answers.get(userId)) answers.set(userId, noAnswer());
    if (candidate) {
      index.put(candidate);
      seen.set(userId, xid);
    } else {
      index.remove(userId);
      seen.delete(userId);
    }
  }

  const turnsOf = (skills: readonly string[]) => skills.map((skill) => turns.get(skill) ?? 0);
  const isGood = ({ seeker, turns }: Answer) =>
    turnsOf(seeker.wanted).every((turn, place) => turn === turns[place]);

  return {
    follow: current,
    async matchesOf(userId, maxDistanceKm) {
      await current();
      const now = clock();
      const quarter = Math.floor(now / QUARTER_MS);
      const kept = answers.get(userId);
      if (kept?.quarter === quarter && kept.maxDistanceKm === maxDistanceKm && isGood(kept)) return kept;
      const place = noAnswer();
      answers.set(userId, place);
      const seeker = await findSeeker(pool, userId, now);
      const found = index.best(seeker, { maxDistanceKm, now });
      const answer = { quarter, maxDistanceKm, seeker, found, turns: turnsOf(seeker.wanted) };
      // Unless the seeker has changed meanwhile, or somebody else has asked.
      if (answers.get(userId) === place) answers.set(userId, answer);
      return answer;
    },
    async pairOf(userId, providerId) {
      await current();
      const now = clock();
      const seeker = await findSeeker(pool, userId, now);
      const candidate = index.find(providerId);
      return candidate && { seeker, found: matchOf(seeker, { ...candidate, week: weekOf(candidate, now) }) };
    },
  };
}

/** In the place of an answer that is not there yet, or not good any more. */
function noAnswer(): Answer {
  const seeker = { userId: '', wanted: [], names: new Map(), week: [], budget: null, place: null };
  return { quarter: Number.NaN, maxDistanceKm: undefined, seeker, found: [], turns: [] };
}
