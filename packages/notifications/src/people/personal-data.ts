import type { PersonalTables } from '@banyan/service';
import type { PeopleSystem } from '../system.ts';

const whole = (table: string) => ({ table, of: 'user_id = $1', erased: 'delete' }) as const;

/** What every notification service has about people, in its tables of this package. */
export function personalTables({ mapped }: PeopleSystem): PersonalTables {
  return {
    // A deletion is for good: what comes late does not make somebody known again.
    first: async (tx, person) => {
      await tx.query('INSERT INTO people (user_id) VALUES ($1) ON CONFLICT DO NOTHING', [person]);
    },
    tables: [
      {
        table: 'blocked_addresses',
        of: `channel = 'email' AND address IN (
          SELECT lower(email) FROM people WHERE user_id = $1 UNION SELECT lower(email) FROM (${mapped}) AS mapped WHERE user_id = $1
          UNION SELECT lower(target) FROM deliveries WHERE user_id = $1)`,
        erased: 'delete',
      },
      {
        table: 'people',
        of: 'user_id = $1',
        erased: { set: 'email = NULL, name = NULL, deleted_at = now()', still: 'deleted_at IS NULL' },
        kept: 'that somebody of this id is gone, so that nothing makes them known again',
      },
      {
        table: 'deliveries',
        of: 'user_id = $1',
        // What it said is encrypted, and what of it people were told in the app is in the archive.
        archived: 'kind, channel, target, locale, state, created_at',
        // What is in hand just now cannot be taken back; it is settled as it ends, without a word of what it said.
        erased: {
          set: `target = id::text, content = NULL, state = CASE WHEN state = 'queued' THEN 'suppressed' ELSE state END,
            reason = CASE WHEN state = 'queued' THEN 'DELETED' ELSE reason END`,
          still: `target <> id::text OR content IS NOT NULL OR state = 'queued'`,
        },
        kept: 'how many messages went which way: neither where to nor what they said',
      },
      ...['in_app', 'feed_log', 'push_subscriptions', 'phones', 'preferences'].map(whole),
    ],
    // Administrators who made a template or a campaign are named by their ids.
    impersonal: ['template_versions', 'campaigns'],
  };
}
