/** Series of what was kept: how much of each metric there was in each quarter of an hour, with which no zone is at odds. */
import type { Moments } from '@banyan/analytics';
import { type Db, prepared } from '@banyan/postgres';

type Source = { from: 'completed_sessions' | 'paid_sessions' | 'people'; at: string; count: string };

const SESSIONS = { from: 'completed_sessions', at: 'completed_at' } as const;
const PAYMENTS = { from: 'paid_sessions', at: 'paid_at' } as const;
const HOW_MANY = 'count(*)';
const MINUTES = 'sum(extract(epoch FROM ends_at - starts_at) / 60)';

const OWN = {
  'sessions.learned': { ...SESSIONS, party: 'seeker_id', count: HOW_MANY },
  'sessions.taught': { ...SESSIONS, party: 'provider_id', count: HOW_MANY },
  'minutes.learned': { ...SESSIONS, party: 'seeker_id', count: MINUTES },
  'minutes.taught': { ...SESSIONS, party: 'provider_id', count: MINUTES },
  'credits.spent': { ...PAYMENTS, party: 'seeker_id', count: 'sum(credits)' },
  'credits.earned': { ...PAYMENTS, party: 'provider_id', count: 'sum(earned)' },
} as const satisfies Record<string, Source & { party: string }>;

const ALL = {
  'users.registered': { from: 'people', at: 'registered_at', count: HOW_MANY },
  'sessions.completed': { ...SESSIONS, count: HOW_MANY },
  'sessions.duration': { ...SESSIONS, count: MINUTES },
  'revenue.session.amount': { ...PAYMENTS, count: 'sum(credits)' },
  'revenue.session.fee': { ...PAYMENTS, count: 'sum(fee)' },
} as const satisfies Record<string, Source>;

export const METRICS = { own: Object.keys(OWN), all: Object.keys(ALL) };

/** Of somebody. `sessions.duration` and `minutes.…` are minutes, amounts are credits. */
export function momentsOf(pool: Db, userId: string): Moments {
  return async (metric, { from, to }) => {
    const source = OWN[metric as keyof typeof OWN];
    return await countedIn(pool, textOf(source, `AND ${source.party} = $3`), [from, to, userId]);
  };
}

export function momentsOfAll(pool: Db): Moments {
  return async (metric, { from, to }) =>
    await countedIn(pool, textOf(ALL[metric as keyof typeof ALL], ''), [from, to]);
}

/** What falls into the quarter in which the span begins counts from then on. */
function textOf({ from, at, count }: Source, also: string): string {
  return `SELECT greatest(date_bin('15 minutes', ${at}, timestamptz 'epoch'), $1) AS at, round(${count})::int AS count
    FROM ${from} WHERE ${at} >= $1 AND ${at} <= $2 ${also} GROUP BY 1`;
}

async function countedIn(pool: Db, text: string, values: unknown[]): Promise<[Date, number][]> {
  const { rows } = await pool.query<{ at: Date; count: number }>(prepared(text, values));
  return rows.map(({ at, count }) => [at, count]);
}
