import { type Db, errorCode, prepared } from '@banyan/postgres';
import type pg from 'pg';
import type { NewSkill, Skill, SkillQuery } from '../../../api/skills.ts';
import { pageOf } from '../../../kit/pages.ts';
import { ApiError } from '../../../kit/problems.ts';

const SKILLS = `SELECT skills.id, skills.name, skills.description, category_id AS "categoryId",
  skill_categories.name AS "categoryName" FROM skills JOIN skill_categories ON skill_categories.id = category_id`;

/** Ids of the category $2 and of those below it. */
const BELOW = `WITH RECURSIVE below AS (
    SELECT id FROM skill_categories WHERE id = $2
    UNION SELECT child.id FROM skill_categories child JOIN below ON child.parent_id = below.id
  ) SELECT id FROM below`;

export async function listSkills(pool: Db, query: SkillQuery) {
  const { query: part = null, categoryId = null } = query;
  const text = `${SKILLS} WHERE ($1::text IS NULL OR strpos(lower(skills.name), lower($1)) > 0)
    AND ($2::uuid IS NULL OR category_id IN (${BELOW}))`;
  return await pageOf<Skill>(
    pool,
    { text, values: [part, categoryId], order: 'skills.name, skills.id' },
    query,
  );
}

export async function listCategories(
  pool: Db,
): Promise<{ id: string; name: string; parentId: string | null }[]> {
  const { rows } = await pool.query(
    prepared('SELECT id, name, parent_id AS "parentId" FROM skill_categories ORDER BY name, id', []),
  );
  return rows;
}

/** Throws `SKILL_NOT_FOUND`. */
export async function findSkill(db: Db | pg.PoolClient, id: string): Promise<Skill> {
  const { rows } = await db.query<Skill>(prepared(`${SKILLS} WHERE skills.id = $1`, [id]));
  if (!rows[0]) throw new ApiError('SKILL_NOT_FOUND');
  return rows[0];
}

/** Skills in whose name, or another one of theirs, there is this text: those that begin with it first, then short ones. */
export async function suggestSkills(
  pool: Db,
  text: string,
): Promise<{ skillId: string; name: string; foundBy: string }[]> {
  const { rows } = await pool.query(
    `SELECT "skillId", name, "foundBy" FROM (
       SELECT DISTINCT ON (id) id AS "skillId", skills.name, called.name AS "foundBy", strpos(lower(called.name), lower($1)) AS place
       FROM (SELECT id AS skill_id, name FROM skills UNION ALL SELECT skill_id, name FROM skill_names) called
         JOIN skills ON skills.id = skill_id
       WHERE strpos(lower(called.name), lower($1)) > 0 ORDER BY id, place, length(called.name), called.name
     ) found ORDER BY place <> 1, length("foundBy"), name, "skillId" LIMIT 20`,
    [text],
  );
  return rows;
}

/** Its id. Throws `CATEGORY_NOT_FOUND` or `SKILL_EXISTS`. */
export async function insertSkill(
  tx: pg.PoolClient,
  { name, description, categoryId }: NewSkill,
): Promise<string> {
  const { rows } = await tx
    .query<{ id: string }>(
      'INSERT INTO skills (name, description, category_id) VALUES ($1, $2, $3) RETURNING id',
      [name, description, categoryId],
    )
    .catch((error: unknown) => {
      throw errorCode(error) === UNIQUE_VIOLATION ? new ApiError('SKILL_EXISTS') : error;
    });
  const { rowCount } = await tx.query('SELECT FROM skill_categories WHERE id = $1', [categoryId]);
  if (!rowCount) throw new ApiError('CATEGORY_NOT_FOUND');
  return rows[0]!.id;
}

const UNIQUE_VIOLATION = '23505';
