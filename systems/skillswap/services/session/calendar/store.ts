/** SQL of what is kept for calendars. */
import type { Queryable } from '@banyan/postgres';

/** Whoever deletes an account in the monolith asks nobody here to erase it: its row says so. What gives access goes then, and nobody reads by a link. */
export async function forgetGone(db: Queryable): Promise<void> {
  for (const table of ['oauth_connections', 'oauth_attempts', 'calendar_links'])
    await db.query(
      `DELETE FROM ${table} USING people WHERE people.id = ${table}.user_id AND people.status = 'DELETED'`,
    );
}
