import { type Db, prepared } from '@banyan/postgres';
import type pg from 'pg';
import type { SkillLevel } from '../../../api/skills.ts';

type Tx = pg.PoolClient;

export type Offer = { level: SkillLevel; verified: boolean };

/** What somebody offers of a skill, which nobody changes until the transaction ends: whoever does locks the profile first. Undefined: nothing. */
export async function lockOffer(tx: Tx, userId: string, skillId: string): Promise<Offer | undefined> {
  await tx.query(prepared('SELECT FROM skill_profiles WHERE user_id = $1 FOR NO KEY UPDATE', [userId]));
  const { rows } = await tx.query<Offer>(
    prepared('SELECT level, verified FROM offered_skills WHERE user_id = $1 AND skill_id = $2', [
      userId,
      skillId,
    ]),
  );
  return rows[0];
}

export async function markVerified(tx: Tx, userId: string, skillId: string): Promise<void> {
  await tx.query(
    prepared('UPDATE offered_skills SET verified = true WHERE user_id = $1 AND skill_id = $2', [
      userId,
      skillId,
    ]),
  );
}

/** What makes somebody a peer of a teacher. */
export async function findStanding(
  tx: Tx,
  endorserId: string,
  { userId, skillId }: { userId: string; skillId: string },
): Promise<{ offers: SkillLevel | undefined; hasLearned: boolean }> {
  const { rows } = await tx.query(
    prepared(
      `SELECT (SELECT level FROM offered_skills WHERE user_id = $1 AND skill_id = $3) AS offers,
         EXISTS (SELECT FROM lessons WHERE learner_id = $1 AND teacher_id = $2 AND skill_id = $3)
           OR EXISTS (SELECT FROM sessions WHERE seeker_id = $1 AND provider_id = $2 AND skill_id = $3 AND state = 'COMPLETED')
           AS "hasLearned"`,
      [endorserId, userId, skillId],
    ),
  );
  return { offers: rows[0].offers ?? undefined, hasLearned: rows[0].hasLearned };
}

/** Once for each peer; of another level than it was, it is said anew. */
export async function endorse(
  tx: Tx,
  endorserId: string,
  { userId, skillId, level }: { userId: string; skillId: string; level: SkillLevel },
): Promise<void> {
  await tx.query(
    prepared(
      `INSERT INTO endorsements (user_id, skill_id, endorser_id, level) VALUES ($1, $2, $3, $4)
       ON CONFLICT (user_id, skill_id, endorser_id) DO UPDATE SET level = excluded.level, created_at = now()
         WHERE endorsements.level <> excluded.level`,
      [userId, skillId, endorserId, level],
    ),
  );
}

/** Of an offered skill, at the level at which it is offered. Undefined: it is not. */
export async function countEndorsements(
  db: Db | Tx,
  userId: string,
  skillId: string,
): Promise<{ count: number; verified: boolean } | undefined> {
  const { rows } = await db.query(
    prepared(
      `SELECT verified, (SELECT count(*)::int FROM endorsements e
         WHERE e.user_id = o.user_id AND e.skill_id = o.skill_id AND e.level = o.level) AS count
       FROM offered_skills o WHERE user_id = $1 AND skill_id = $2`,
      [userId, skillId],
    ),
  );
  return rows[0];
}

/** Somebody has learned something from somebody. */
export async function addLesson(
  tx: Tx,
  { seekerId, providerId, skillId }: { seekerId: string; providerId: string; skillId: string },
): Promise<void> {
  await tx.query(
    prepared(
      'INSERT INTO lessons (learner_id, teacher_id, skill_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [seekerId, providerId, skillId],
    ),
  );
}
