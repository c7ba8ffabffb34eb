import { counter, createMetrics, distribution, repeatedWork, type ServicePart, timer } from '@banyan/service';
import type pg from 'pg';
import { Type } from 'typebox';

const CountingConfig = Type.Object({
  /** How often a process looks for what is in no metric yet, ms. */
  COUNT_LOOK_MS: Type.Integer({ minimum: 10, default: 1_000 }),
  /** How long a completed session waits for the skill that nobody has told of yet, ms. */
  SKILL_WAIT_MS: Type.Integer({ minimum: 0, default: 60_000 }),
});

const MINUTE = 60;
/** Figures of the business. A dot becomes an underscore in what is exposed. */
const METRICS = {
  'sessions.completed': counter('Sessions that were completed.', ['skill_category', 'provider_rating']),
  'sessions.duration': timer(
    'How long completed sessions were, in seconds.',
    [],
    [...[15, 30, 45, 60, 90, 120, 180, 240, 480].map((minutes) => minutes * MINUTE)],
  ),
  'revenue.session.amount': distribution(
    'Credits that were paid for a session; their sum is what seekers have paid.',
  ),
};

/** Counted at a time. */
const MOST = 500;

/**
 * Counts what has happened in this process's metrics, each session and payment in one of all processes, once: it is marked first, and a
 * process that dies then takes its metrics along. What was rolled back, or told twice, is never counted.
 */
export const counting: ServicePart<undefined, typeof CountingConfig> = {
  config: CountingConfig,
  async start(host) {
    const { config, pool } = host;
    const metrics = createMetrics(METRICS, host.metrics);

    async function count(): Promise<boolean> {
      const [sessions, payments] = [await takeSessions(pool, config.SKILL_WAIT_MS), await takePayments(pool)];
      for (const { category, rating, seconds } of sessions) {
        metrics.count('sessions.completed', { skill_category: category, provider_rating: rating });
        metrics.observe('sessions.duration', {}, seconds);
      }
      for (const { credits } of payments) metrics.observe('revenue.session.amount', {}, credits);
      return sessions.length === MOST || payments.length === MOST;
    }

    const work = repeatedWork(host, {
      'count what has happened': { everyMs: config.COUNT_LOOK_MS, run: count },
    });
    return { provided: undefined, ...work };
  },
};

type Db = Pick<pg.Pool, 'query'>;

/**
 * The category of their skill, and the provider's stars, rounded, as of when they were completed. A session waits for a skill that nobody has told
 * of yet: events of different owners may come in any order.
 */
async function takeSessions(
  pool: Db,
  waitMs: number,
): Promise<{ category: string; rating: string; seconds: number }[]> {
  const { rows } = await pool.query(
    `WITH taken AS (
       UPDATE completed_sessions SET is_counted = true WHERE id IN (
         SELECT id FROM completed_sessions AS session WHERE NOT is_counted AND (
           heard_at < now() - $2 * interval '1 ms' OR EXISTS (
             SELECT FROM skills JOIN skill_categories ON skill_categories.id = category_id WHERE skills.id = session.skill_id))
         ORDER BY heard_at LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING *
     )
     SELECT coalesce(skill_categories.name, 'UNKNOWN') AS category, extract(epoch FROM ends_at - starts_at)::float AS seconds,
       coalesce((SELECT round(avg(stars))::text FROM stars_of_providers
         WHERE stars_of_providers.provider_id = taken.provider_id AND rated_at <= completed_at), 'none') AS rating
     FROM taken LEFT JOIN skills ON skills.id = skill_id LEFT JOIN skill_categories ON skill_categories.id = category_id`,
    [MOST, waitMs],
  );
  return rows;
}

async function takePayments(pool: Db): Promise<{ credits: number }[]> {
  const { rows } = await pool.query(
    `UPDATE paid_sessions SET is_counted = true WHERE session_id IN (
       SELECT session_id FROM paid_sessions WHERE NOT is_counted AND seeker_id IS NOT NULL
       ORDER BY paid_at LIMIT $1 FOR UPDATE SKIP LOCKED)
     RETURNING credits`,
    [MOST],
  );
  return rows;
}
