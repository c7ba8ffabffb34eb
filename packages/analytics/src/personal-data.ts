import type { PersonalTables } from '@banyan/service';

/** What every analytics service has about people, in its tables of this package: what somebody has made here for themselves. */
export const personalTables: PersonalTables = {
  tables: [
    { table: 'dashboards', of: 'user_id = $1', erased: 'delete' },
    {
      table: 'reports',
      of: 'user_id = $1',
      // What was in it is in the archive of those who know it.
      archived: 'format, zone, state, created_at, ended_at',
      erased: 'delete',
    },
  ],
  impersonal: ['heard_until'],
};
