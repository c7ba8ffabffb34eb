import type pg from 'pg';

/** What is kept of somebody in each table, by its name; $1 is who. Secrets (tokens, hashes) are no data about a person. */
const TABLES: Record<string, string> = {
  skillProfile: 'SELECT * FROM skill_profiles WHERE user_id = $1',
  offeredSkills: 'SELECT * FROM offered_skills WHERE user_id = $1',
  wantedSkills: 'SELECT * FROM wanted_skills WHERE user_id = $1',
  availability: 'SELECT * FROM availability WHERE user_id = $1',
  sessions: 'SELECT * FROM sessions WHERE seeker_id = $1 OR provider_id = $1',
  ratings: 'SELECT * FROM ratings WHERE rater_id = $1 OR rated_id = $1',
  disputes: 'SELECT * FROM disputes WHERE opened_by = $1',
  wallet: 'SELECT * FROM wallets WHERE user_id = $1',
  holds: 'SELECT * FROM credit_holds WHERE user_id = $1',
  transactions: 'SELECT * FROM transactions WHERE user_id = $1',
  notifications: 'SELECT * FROM notifications WHERE user_id = $1',
};

export async function exportOf(pool: pg.Pool, userId: string): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {};
  for (const [name, sql] of Object.entries(TABLES)) {
    const { rows } = await pool.query(`SELECT to_jsonb(one) AS row FROM (${sql}) one`, [userId]);
    found[name] = rows.map(({ row }) => row);
  }
  return found;
}
