import type { PersonalTable, PersonalTables } from '@banyan/service';

const GONE = 'that somebody of this id was there and is gone';
/** By links, while there are any. */
const brought = (one: PersonalTable): PersonalTable => ({ ...one, brought: true });

/** What user has about people, and what becomes of it with their account. */
export const personalTables: PersonalTables = {
  tables: [
    brought({
      table: 'users',
      of: 'id = $1',
      archived: `id, email, first_name || coalesce(' ' || last_name, '') AS full_name, bio, profile_picture_url, time_zone, role, status,
        verified, privacy_settings, created_at, updated_at`,
      erased: {
        set: `email = 'deleted-' || id || '@invalid', password_hash = '!', first_name = 'Deleted', last_name = 'user', bio = NULL,
          profile_picture_url = NULL, time_zone = 'UTC', privacy_settings = '{}', status = 'DELETED', updated_at = now(),
          version = version + 1`,
        still: `status <> 'DELETED'`,
      },
      kept: GONE,
    }),
    brought({ table: 'refresh_tokens', of: 'user_id = $1', archived: null, erased: 'delete' }),
    // The files go after it, and are waited for.
    {
      table: 'picture_files',
      of: 'user_id = $1',
      archived: 'name',
      erased: { set: 'due_at = now()', still: 'due_at IS NULL' },
    },
    { table: 'archives', of: 'user_id = $1', archived: 'created_at, ready_at', erased: 'delete' },
    {
      table: 'sessions',
      of: '$1 IN (seeker_id, provider_id)',
      kept: 'who may see whom, by ids: also the other one’s',
    },
    ...['skill_profiles', 'wallets'].map((table) => ({
      ...{ table, of: 'user_id = $1', archived: null, kept: GONE },
    })),
    {
      table: 'erasures',
      of: 'user_id = $1',
      archived: null,
      kept: 'that it was asked for, when, and what was erased: how many rows of which table',
    },
  ],
  impersonal: ['erasure_proofs', 'signing_keys'],
};
