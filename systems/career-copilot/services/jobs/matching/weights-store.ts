import type pg from 'pg';
import type { Learned } from './learn.ts';
import type { Decision } from './measure.ts';
import type { Weights } from './score.ts';

/** What was shown and then left alone for so long was passed over. */
const IGNORED_AFTER = '7 days';
/** The latest decisions that are learned from at most: some tenths of a second, in which nobody is answered. */
const MOST_DECISIONS = 20_000;
/** Of one person: who decides about everything says no more of what others want than who decides about some. */
const MOST_OF_PERSON = 200;

export async function listDecisions(db: pg.Pool | pg.PoolClient): Promise<Decision[]> {
  const { rows } = await db.query<{ user_id: number; fit: number[]; outcome: Decision['outcome'] }>(
    `WITH decided AS (
       SELECT user_id, job_id, fit, coalesce(outcome, 'ignored') AS outcome, coalesce(outcome_at, shown_at, told_at) AS at
       FROM job_matches
       WHERE outcome IS NOT NULL OR greatest(shown_at, told_at) < now() - interval '${IGNORED_AFTER}'),
     numbered AS (SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY at DESC, job_id) AS number FROM decided)
     SELECT user_id, fit, outcome FROM numbered WHERE number <= ${MOST_OF_PERSON}
     ORDER BY at DESC, user_id, job_id LIMIT ${MOST_DECISIONS}`,
  );
  return rows.map(({ user_id, fit, outcome }) => ({ userId: user_id, values: fit, outcome }));
}

export type KeptWeights = {
  weights: Weights;
  measured: Learned['measured'];
  used: boolean;
  learned_at: Date;
};

export async function insertWeights(
  db: pg.Pool | pg.PoolClient,
  { weights, measured, better }: Learned,
): Promise<KeptWeights> {
  const { rows } = await db.query<KeptWeights>(
    `INSERT INTO match_weights (weights, measured, used) VALUES ($1, $2, $3)
     RETURNING weights, measured, used, learned_at`,
    [weights, measured, better],
  );
  return rows[0]!;
}

/** The latest first. */
export async function listWeights(db: pg.Pool, limit: number): Promise<KeptWeights[]> {
  const { rows } = await db.query<KeptWeights>(
    'SELECT weights, measured, used, learned_at FROM match_weights ORDER BY id DESC LIMIT $1',
    [limit],
  );
  return rows;
}

/** Whether it is this process's turn: nobody has learned for a day, and nobody does in this transaction's time. */
export async function isTurnToLearn(tx: pg.PoolClient): Promise<boolean> {
  const { rows } = await tx.query<{ turn: boolean }>(
    `SELECT pg_try_advisory_xact_lock(hashtextextended('match_weights', 0))
       AND NOT EXISTS (SELECT FROM match_weights WHERE learned_at > now() - interval '1 day') AS turn`,
  );
  return rows[0]!.turn;
}
