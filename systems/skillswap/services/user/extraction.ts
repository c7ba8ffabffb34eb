import { copy, extract, split, table } from '@banyan/banyan';
import { API } from '../../api/common.ts';
import { PICTURE_BYTES } from '../../api/users.ts';
import { placeOf } from '../../kit/plan.ts';

const ofUser = { by: 'key', legacyColumn: 'user_id', serviceColumn: 'user_id' } as const;
const ofEach = (table: string) => ({ table, key: ['user_id'] });

/** What the monolith has not got: for whoever is on this side. */
const own = { key: 'params.id', onMonolith: false } as const;

/** user takes over who may come in and who they are; what else begins with a registration is made here and kept elsewhere. */
export default extract({
  ...placeOf('user'),
  facts: import.meta.resolve('./facts.ts'),
  tables: [
    table({
      legacy: 'users_legacy',
      service: 'users',
      owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
      columns: [
        split('full_name', ['first_name', 'last_name']),
        copy(
          'id',
          'email',
          'password_hash',
          'bio',
          'profile_picture_url',
          'time_zone',
          'role',
          'status',
          'verified',
          'privacy_settings',
          'created_at',
          'updated_at',
          'version',
        ),
      ],
    }),
    // Written by login and logout, which come without a key: one side writes it.
    table({
      legacy: 'refresh_tokens',
      owner: { by: 'writer' },
      columns: [copy('id', 'user_id', 'token_hash', 'expires_at', 'revoked', 'created_at')],
    }),
    table({ legacy: ofEach('skill_profiles'), owner: ofUser, columns: [copy('user_id')] }),
    table({ legacy: ofEach('wallets'), owner: ofUser, columns: [copy('user_id')] }),
    // Read here, written by the monolith: who is deleted, and how much it has erased of them.
    table({
      legacy: ofEach('erasures'),
      rows: 'foreign',
      owner: ofUser,
      columns: [copy('user_id'), copy('erased', 'created_at', { flow: 'forward' })],
      mayBeEmpty: true,
    }),
    table({
      legacy: 'sessions',
      rows: 'foreign',
      owner: { by: 'writer' },
      columns: [copy('id'), copy('seeker_id', 'provider_id', { flow: 'forward' })],
    }),
  ],
  routes: [
    {
      route: `POST ${API}/auth/register`,
      key: 'none',
      auth: 'none',
      writes: ['users_legacy', 'refresh_tokens', 'skill_profiles', 'wallets'],
      rescueUnsafe: true,
    },
    {
      route: `POST ${API}/auth/login`,
      key: 'none',
      auth: 'none',
      writes: ['refresh_tokens'],
      rescueUnsafe: true,
    },
    { route: `POST ${API}/auth/refresh`, key: 'none', auth: 'none', writes: [], rescueUnsafe: true },
    { route: `POST ${API}/auth/logout`, key: 'none', auth: 'none', writes: ['refresh_tokens'] },
    // Of all users, of whom some have just registered on the other side: two answers of different moments may differ.
    { route: `GET ${API}/users`, key: 'token.sub', shadow: false },
    { route: `GET ${API}/users/:id`, key: 'params.id' },
    // What others show of somebody they take from the monolith's rows: it is there with the answer.
    { route: `PUT ${API}/users/:id`, key: 'params.id', writes: ['users_legacy'], settle: true },
    { route: `GET ${API}/users/:id/privacy-settings`, key: 'params.id' },
    {
      route: `PUT ${API}/users/:id/privacy-settings`,
      key: 'params.id',
      writes: ['users_legacy'],
      settle: true,
    },
    // Whoever is suspended is out at once, on whatever side they ask next.
    { route: `POST ${API}/users/:id/suspend`, key: 'params.id', writes: ['users_legacy'], settle: true },
    { route: `POST ${API}/users/:id/verify`, key: 'params.id', writes: ['users_legacy'], settle: true },
    // What the monolith has not got: the end of a suspension, whose row it has; and pictures, of which it knows the address.
    { route: `POST ${API}/users/:id/reinstate`, ...own, writes: ['users_legacy'], settle: true },
    {
      route: `PUT ${API}/users/:id/picture`,
      ...own,
      writes: ['users_legacy'],
      settle: true,
      bodyBytes: PICTURE_BYTES,
    },
    { route: `GET ${API}/users/:id/picture/:name`, ...own, auth: 'none' },
    // And archives of all services, and what became of somebody who is gone.
    { route: `POST ${API}/users/:id/archives`, ...own, writes: [] },
    { route: `GET ${API}/users/:id/archives/:archiveId`, ...own },
    { route: `GET ${API}/users/:id/erasure`, ...own },
    { route: `GET ${API}/users/:id/erasure/:key`, ...own, auth: 'none' },
  ],
});
