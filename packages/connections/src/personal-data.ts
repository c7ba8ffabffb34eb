import type { PersonalTable } from '@banyan/service';

/** What is kept of accounts elsewhere about people, and what becomes of it with theirs. */
export const connectionTables: readonly PersonalTable[] = [
  {
    table: 'oauth_connections',
    of: 'user_id = $1',
    archived: 'provider, account, scopes, state, created_at',
    erased: 'delete',
  },
  { table: 'oauth_attempts', of: 'user_id = $1', archived: null, erased: 'delete' },
  {
    table: 'oauth_revocations',
    of: 'user_id = $1',
    archived: null,
    kept: 'what gave access to accounts elsewhere, encrypted, until their providers have taken it back: a month at most',
  },
];
