import type { Db } from '@banyan/postgres';
import type { SkillMap } from '../../../api/skill-trends.ts';
import { IS_FOUND, SHOWS_CITY } from '../profiles/sql.ts';

/** Of fewer people than this nothing is told, and of more in such steps: what differs between two answers is nobody's place. */
const STEP = 5;

/** How many teach and want a skill in which cell; `cell` in degrees. Of those whom others find, and who show where they are. */
export async function mapOf(pool: Db, skillId: string, cell: number): Promise<SkillMap['cells']> {
  const { rows } = await pool.query<SkillMap['cells'][number]>(
    `SELECT south, west, offered / $3 * $3 AS offered, wanted / $3 * $3 AS wanted
     FROM (SELECT (floor(least(latitude, 89.999) / $2) * $2)::int AS south, (floor(least(longitude, 179.999) / $2) * $2)::int AS west,
             count(*) FILTER (WHERE teaches)::int AS offered, count(*) FILTER (WHERE NOT teaches)::int AS wanted
           FROM (SELECT user_id, true AS teaches FROM offered_skills WHERE skill_id = $1
                 UNION ALL SELECT user_id, false FROM wanted_skills WHERE skill_id = $1) counted
             JOIN skill_profiles p USING (user_id) JOIN people u ON u.id = p.user_id
           WHERE ${IS_FOUND} AND ${SHOWS_CITY} AND latitude IS NOT NULL AND longitude IS NOT NULL
           GROUP BY 1, 2) cells
     WHERE greatest(offered, wanted) >= $3 ORDER BY south, west`,
    [skillId, cell, STEP],
  );
  return rows;
}
