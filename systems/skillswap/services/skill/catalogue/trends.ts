import type { Db } from '@banyan/postgres';
import type { Static } from 'typebox';
import type { Growth } from '../../../api/skill-trends.ts';
import type { Trend } from '../../../api/skills.ts';

/** What most people want to learn, and how many teach it. */
export async function listTrends(pool: Db): Promise<Static<typeof Trend>[]> {
  const { rows } = await pool.query<Static<typeof Trend>>(
    `SELECT skills.id AS "skillId", skills.name, wanted.count AS wanted,
       (SELECT count(*)::int FROM offered_skills WHERE skill_id = skills.id) AS offered
     FROM (SELECT skill_id, count(*)::int AS count FROM wanted_skills GROUP BY skill_id
       ORDER BY count DESC, skill_id LIMIT 20) wanted
     JOIN skills ON skills.id = skill_id ORDER BY wanted DESC, skills.name`,
  );
  return rows;
}

/** What more people have begun to want in the last `days` than in as many days before, the most of them first. `now` in ms since 1970. */
export async function listGrowth(
  pool: Db,
  { days, now }: { days: number; now: number },
): Promise<Static<typeof Growth>[]> {
  const { rows } = await pool.query<Static<typeof Growth>>(
    `SELECT skills.id AS "skillId", skills.name, wanted, lately, before
     FROM (SELECT skill_id, count(*)::int AS wanted,
             count(*) FILTER (WHERE created_at > $2::timestamptz - make_interval(days => $1::int))::int AS lately,
             count(*) FILTER (WHERE created_at <= $2::timestamptz - make_interval(days => $1::int)
               AND created_at > $2::timestamptz - make_interval(days => 2 * $1::int))::int AS before
           FROM wanted_skills GROUP BY skill_id) counted
     JOIN skills ON skills.id = skill_id
     WHERE lately > before ORDER BY lately - before DESC, skills.name, skills.id LIMIT 20`,
    [days, new Date(now)],
  );
  return rows;
}
