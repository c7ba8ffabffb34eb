import { type Cell, type ReportContent, seriesOf, type UserId } from '@banyan/analytics';
import type { Db } from '@banyan/postgres';
import { summaryOf } from './figures.ts';
import { momentsOf } from './series.ts';

const HEADINGS = ['session', 'side', 'category', 'began', 'minutes', 'credits'];
const WEEKS = 12;

/** What a report tells somebody of what they have learned and taught. */
export async function contentOf(
  { pool }: { pool: Db },
  { userId, zone, now }: { userId: UserId; zone: string; now: Date },
): Promise<ReportContent> {
  const id = String(userId);
  const [{ learned, taught, rating }, rows] = [await summaryOf(pool, id), await sessionsOf(pool, id)];
  const span = { from: new Date(now.getTime() - (WEEKS - 1) * 7 * 86_400_000), to: now };
  const moments = momentsOf(pool, id);
  const weeks = async (metric: string) =>
    seriesOf(await moments(metric, span), { unit: 'week', zone, ...span }).map(
      ({ period: label, count }) => ({
        label,
        count,
      }),
    );
  const lineOf = (what: string, { sessions, hours, credits }: typeof learned) =>
    `${what}: ${sessions} sessions, ${hours} hours, ${credits} credits`;
  return {
    table: [HEADINGS, ...rows],
    printed: {
      title: 'My sessions',
      sections: [
        {
          heading: 'Summary',
          lines: [
            lineOf('Learned', learned),
            lineOf('Taught', taught),
            `Rating: ${rating === null ? 'none yet' : `${rating} of 5`}`,
          ],
        },
        { heading: 'Learned by week', bars: await weeks('sessions.learned') },
        { heading: 'Taught by week', bars: await weeks('sessions.taught') },
        {
          heading: 'All sessions',
          lines: rows.map(([, ...cells]) => cells.filter((cell) => cell !== null).join(', ')),
        },
      ],
    },
  };
}

/** The latest first. */
async function sessionsOf(pool: Db, userId: string): Promise<Cell[][]> {
  const { rows } = await pool.query(
    `SELECT session.id, session.provider_id = $1 AS taught, skill_categories.name AS category, starts_at,
       round(extract(epoch FROM ends_at - starts_at) / 60)::int AS minutes,
       (SELECT sum(CASE WHEN session.provider_id = $1 THEN earned ELSE credits END)::int FROM paid_sessions
         WHERE session_id = session.id) AS credits
     FROM completed_sessions session LEFT JOIN skills ON skills.id = skill_id
     LEFT JOIN skill_categories ON skill_categories.id = category_id
     WHERE session.seeker_id = $1 OR session.provider_id = $1 ORDER BY starts_at DESC, session.id`,
    [userId],
  );
  return rows.map(({ id, taught, category, starts_at, minutes, credits }) => [
    ...[id, taught ? 'taught' : 'learned', category, starts_at.toISOString(), minutes, credits],
  ]);
}
