import type pg from 'pg';
import { demoPassword } from '../../monolith/generate.ts';

/** Whom the generator's rows are handed to, so that there is a page with much on it. */
const BUSY = 4;
/** The generator's first administrator. */
const ADMINISTRATOR = 1;

export type Credentials = { email: string; password: string };
/** People of a world, by what their pages are to show. */
export type DemoPeople = { busy: Credentials; administrator: Credentials };

/**
 * Hands applications, with all that belongs to them, and notifications to one user, in the monolith's database as the generator fills it: the same
 * each time. No more applications than there are jobs, since nobody applies for one twice.
 */
export async function shareOut(pool: pg.Pool, applications = 40): Promise<DemoPeople> {
  await pool.query(
    `WITH given AS (
       UPDATE applications SET user_id = $1
       WHERE id IN (
         SELECT min(id) FROM applications
         WHERE job_id NOT IN (SELECT job_id FROM applications WHERE user_id = $1)
         GROUP BY job_id ORDER BY min(id) LIMIT $2
       ) RETURNING id
     )
     UPDATE documents SET user_id = $1 FROM given WHERE application_id = given.id`,
    [BUSY, applications],
  );
  await pool.query('UPDATE notifications SET user_id = $1', [BUSY]);
  const credentials = async (id: number): Promise<Credentials> => {
    const { rows } = await pool.query<{ email: string }>('SELECT email FROM users WHERE id = $1', [id]);
    return { email: rows[0]!.email, password: demoPassword(id) };
  };
  return { busy: await credentials(BUSY), administrator: await credentials(ADMINISTRATOR) };
}
