import { personalTables as ofPackage } from '@banyan/analytics';
import type { PersonalTables } from '@banyan/service';

const COUNTED = 'what happened, counted by ids without names: it is also the other one’s';

/** What analytics has about people, and what becomes of it with their account. */
export const personalTables: PersonalTables = {
  // Nothing that comes late lets them in again.
  first: async (tx, person) => {
    await tx.query('INSERT INTO people (id) VALUES ($1) ON CONFLICT DO NOTHING', [person]);
  },
  tables: [
    ...ofPackage.tables,
    {
      table: 'people',
      of: 'id = $1',
      erased: { set: `status = 'DELETED'`, still: `status <> 'DELETED'` },
      kept: 'that somebody of this id is gone, and since when they were there',
    },
    ...['completed_sessions', 'paid_sessions'].map((table) => ({
      ...{ table, of: '$1 IN (seeker_id, provider_id)', kept: COUNTED },
    })),
    { table: 'ratings', of: 'rated_id = $1', kept: COUNTED },
  ],
  impersonal: [...ofPackage.impersonal, 'skill_categories', 'skills'],
};
