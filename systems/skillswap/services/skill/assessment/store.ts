import { randomUUID } from 'node:crypto';
import { type Db, prepared } from '@banyan/postgres';
import type pg from 'pg';
import type { Assessment, NewAssessment } from '../../../api/assessments.ts';
import type { SkillLevel } from '../../../api/skills.ts';

type Tx = pg.PoolClient;

const ASSESSMENT = 'id, skill_id AS "skillId", level, minutes, pass_percent AS "passPercent", asked';

/** In the place of the one of this skill and level, which nobody begins any more. */
export async function replaceAssessment(
  tx: Tx,
  skillId: string,
  { level, minutes, passPercent, asked, questions }: NewAssessment,
): Promise<Assessment> {
  // One after the other: a skill has one of each level.
  await tx.query('SELECT FROM skills WHERE id = $1 FOR NO KEY UPDATE', [skillId]);
  await tx.query(
    'UPDATE assessments SET replaced_at = now() WHERE skill_id = $1 AND level = $2 AND replaced_at IS NULL',
    [skillId, level],
  );
  const { rows } = await tx.query<Assessment>(
    `INSERT INTO assessments (skill_id, level, minutes, pass_percent, asked, questions)
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${ASSESSMENT}`,
    [skillId, level, minutes, passPercent, asked, JSON.stringify(questions)],
  );
  return rows[0]!;
}

export async function listAssessments(pool: Db, skillId: string): Promise<Assessment[]> {
  const { rows } = await pool.query<Assessment>(
    prepared(
      `SELECT ${ASSESSMENT} FROM assessments WHERE skill_id = $1 AND replaced_at IS NULL ORDER BY level`,
      [skillId],
    ),
  );
  return rows;
}

export type WholeAssessment = Omit<Assessment, 'level'> &
  Pick<NewAssessment, 'questions'> & { level: SkillLevel; isReplaced: boolean };

export async function findAssessment(db: Db | Tx, id: string): Promise<WholeAssessment | undefined> {
  const { rows } = await db.query<WholeAssessment>(
    prepared(
      `SELECT ${ASSESSMENT}, questions, replaced_at IS NOT NULL AS "isReplaced" FROM assessments WHERE id = $1`,
      [id],
    ),
  );
  return rows[0];
}

/** When somebody has begun an assessment of this skill for the last time. Whoever asks has locked what is offered. */
export async function lastBegan(tx: Tx, userId: string, skillId: string): Promise<Date | undefined> {
  const { rows } = await tx.query<{ began_at: Date }>(
    prepared(
      `SELECT began_at FROM assessment_attempts WHERE user_id = $1 AND skill_id = $2
       ORDER BY began_at DESC LIMIT 1`,
      [userId, skillId],
    ),
  );
  return rows[0]?.began_at;
}

export async function insertAttempt(
  tx: Tx,
  { id: assessmentId, skillId, minutes }: Pick<Assessment, 'id' | 'skillId' | 'minutes'>,
  { userId, now }: { userId: string; now: number },
): Promise<{ id: string; dueAt: Date }> {
  const [id, dueAt] = [randomUUID(), new Date(now + minutes * 60_000)];
  await tx.query(
    `INSERT INTO assessment_attempts (id, assessment_id, user_id, skill_id, began_at, due_at)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [id, assessmentId, userId, skillId, new Date(now), dueAt],
  );
  return { id, dueAt };
}

export type OpenAttempt = { assessmentId: string; skillId: string; dueAt: Date; isJudged: boolean };

/** Somebody's own, locked until the transaction ends. */
export async function lockAttempt(tx: Tx, id: string, userId: string): Promise<OpenAttempt | undefined> {
  const { rows } = await tx.query<OpenAttempt>(
    prepared(
      `SELECT assessment_id AS "assessmentId", skill_id AS "skillId", due_at AS "dueAt", passed IS NOT NULL AS "isJudged"
       FROM assessment_attempts WHERE id = $1 AND user_id = $2 FOR NO KEY UPDATE`,
      [id, userId],
    ),
  );
  return rows[0];
}

export async function judge(
  tx: Tx,
  id: string,
  { correct, passed }: { correct: number; passed: boolean },
): Promise<void> {
  await tx.query(
    prepared('UPDATE assessment_attempts SET correct = $2, passed = $3 WHERE id = $1', [id, correct, passed]),
  );
}
