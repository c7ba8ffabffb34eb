import type { PersonalTable, PersonalTables } from '@banyan/service';

const ofUser = (table: string) => ({ table, of: 'user_id = $1', erased: 'delete' }) as const;
/** By links, while there are any. */
const brought = (one: PersonalTable): PersonalTable => ({ ...one, brought: true });
const LEARNED = 'who has learned what from whom, without names: it is also the other one’s';

/** What skill has about people, and what becomes of it with their account. */
export const personalTables: PersonalTables = {
  first: async (tx, person, { isBrought }) => {
    // Nobody endorses them meanwhile.
    await tx.query('SELECT FROM skill_profiles WHERE user_id = $1 FOR NO KEY UPDATE', [person]);
    // Nothing that comes late makes them known again. While links bring people, they bring this too.
    if (!isBrought)
      await tx.query(`INSERT INTO people (id, full_name) VALUES ($1, '') ON CONFLICT DO NOTHING`, [person]);
  },
  tables: [
    ofUser('endorsements'),
    // What they have said of others is of these; whoever made it is an id.
    {
      table: 'endorsements',
      of: 'endorser_id = $1',
      kept: 'what they have said of others’ skills, without a name: it is the others’',
    },
    ofUser('assessment_attempts'),
    ofUser('people_to_read'),
    brought({
      table: 'people',
      of: 'id = $1',
      erased: {
        set: `full_name = 'Deleted user', status = 'DELETED', privacy_settings = '{}'`,
        still: `status <> 'DELETED'`,
      },
      kept: 'that somebody of this id is gone',
    }),
    brought({
      table: 'skill_profiles',
      of: 'user_id = $1',
      erased: {
        set: 'headline = NULL, city = NULL, latitude = NULL, longitude = NULL',
        still: 'num_nonnulls(headline, city, latitude, longitude) > 0',
      },
      kept: 'how often and how they were rated, without a name',
    }),
    ...['offered_skills', 'wanted_skills', 'availability'].map((table) => brought(ofUser(table))),
    { table: 'sessions', of: '$1 IN (seeker_id, provider_id)', kept: LEARNED },
    { table: 'lessons', of: '$1 IN (learner_id, teacher_id)', kept: LEARNED },
    { table: 'match_changes', of: 'user_id = $1', archived: null, kept: 'that something of this id changed' },
  ],
  impersonal: [
    ...['skill_categories', 'skills', 'skill_names', 'skill_relations', 'esco_skills'],
    'assessments',
  ],
};
