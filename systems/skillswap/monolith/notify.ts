import type pg from 'pg';
import type { Words } from './words.ts';

/** What somebody is told of: with the change of which it tells, in its transaction. */
export async function notify(
  client: pg.PoolClient,
  userId: string,
  kind: string,
  { title, body }: Words,
): Promise<void> {
  await client.query('INSERT INTO notifications (user_id, kind, title, body) VALUES ($1, $2, $3, $4)', [
    userId,
    kind,
    title,
    body,
  ]);
}
