import { copy, extract, rename, table } from '@banyan/banyan';
import { placeOf } from '../../kit/plan.ts';

/** auth takes the legacy table `users` over with all that a login needs: it owns the rows. */
export default extract({
  ...placeOf('auth'),
  facts: import.meta.resolve('./facts.ts'),
  // Back at the monolith a password alone lets in who has a second factor: that is for a person to decide.
  rollout: { onFailure: 'pause' },
  tables: [
    table({
      legacy: 'users',
      service: 'accounts',
      owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'id' },
      columns: [
        copy('id', 'email', 'is_active', 'role', 'password_changed_at', 'created_at'),
        rename('hashed_password', 'password_hash'),
        // The name given at registration; from then on it is the users service's.
        rename('full_name', 'display_name', { flow: 'seed' }),
      ],
    }),
    // Written by login, refresh and logout, which come without a key: one side writes it.
    table({
      legacy: 'refresh_tokens',
      owner: { by: 'writer' },
      columns: [
        copy('id', 'token_hash', 'expires_at', 'revoked', 'created_at'),
        rename('user_id', 'account_id'),
      ],
    }),
  ],
  routes: [
    {
      route: 'POST /api/v1/auth/register',
      key: 'none',
      auth: 'none',
      writes: ['users', 'refresh_tokens'],
      rescueUnsafe: true,
    },
    // Not rescued: the monolith would let in by the password alone whoever has a second factor here.
    { route: 'POST /api/v1/auth/login', key: 'none', auth: 'none', writes: ['refresh_tokens'] },
    {
      route: 'POST /api/v1/auth/refresh',
      key: 'none',
      auth: 'none',
      writes: ['refresh_tokens'],
      rescueUnsafe: true,
    },
    { route: 'POST /api/v1/auth/logout', key: 'none', auth: 'none', writes: ['refresh_tokens'] },
    { route: 'GET /api/v1/auth/me', key: 'token.sub' },
    // The next login has no key and may be answered by either side: it must know the new password.
    { route: 'PUT /api/v1/users/me/password', key: 'token.sub', writes: ['users'], settle: true },
    {
      route: 'POST /api/v1/users/:id/suspend',
      key: 'params.id',
      writes: ['users'],
      onMonolith: false,
      settle: true,
    },
    {
      route: 'POST /api/v1/users/:id/reinstate',
      key: 'params.id',
      writes: ['users'],
      onMonolith: false,
      settle: true,
    },
    { route: 'POST /api/v1/users/:id/verify', key: 'params.id', writes: ['users'], onMonolith: false },
    { route: 'GET /api/v1/users', key: 'token.sub', onMonolith: false },
    // One side writes the sessions of all, so these come with the last of the shares.
    { route: 'GET /api/v1/auth/sessions', key: 'none', onMonolith: false },
    { route: 'DELETE /api/v1/auth/sessions', key: 'none', writes: ['refresh_tokens'], onMonolith: false },
    { route: 'DELETE /api/v1/auth/sessions/:id', key: 'none', writes: ['refresh_tokens'], onMonolith: false },
    // The legacy system would not ask for the code: a second factor begins when all log in here.
    { route: 'GET /api/v1/auth/second-factor', key: 'none', onMonolith: false },
    { route: 'POST /api/v1/auth/second-factor', key: 'none', writes: [], onMonolith: false },
    { route: 'POST /api/v1/auth/second-factor/confirm', key: 'none', writes: [], onMonolith: false },
    { route: 'POST /api/v1/auth/second-factor/remove', key: 'none', writes: [], onMonolith: false },
    // What a mail leads to sets passwords and ends sessions of anybody, so these come with the last of the shares too.
    { route: 'POST /api/v1/auth/password-reset', key: 'none', auth: 'none', writes: [], onMonolith: false },
    {
      route: 'POST /api/v1/auth/password-reset/confirm',
      key: 'none',
      auth: 'none',
      writes: ['users', 'refresh_tokens'],
      onMonolith: false,
    },
    { route: 'GET /api/v1/auth/email-verification', key: 'none', onMonolith: false },
    { route: 'POST /api/v1/auth/email-verification', key: 'none', writes: [], onMonolith: false },
    {
      route: 'POST /api/v1/auth/email-verification/confirm',
      key: 'none',
      auth: 'none',
      writes: ['users'],
      onMonolith: false,
    },
    // Clients of users come with the last of the shares: their tokens are good for services alone.
    { route: 'GET /.well-known/oauth-authorization-server', key: 'none', auth: 'none', onMonolith: false },
    { route: 'GET /.well-known/jwks.json', key: 'none', auth: 'none', onMonolith: false },
    { route: 'GET /api/v1/oauth/authorize', key: 'none', auth: 'none', onMonolith: false },
    { route: 'POST /api/v1/oauth/authorize', key: 'none', auth: 'none', writes: [], onMonolith: false },
    { route: 'POST /api/v1/oauth/token', key: 'none', auth: 'none', writes: [], onMonolith: false },
    { route: 'POST /api/v1/oauth/revoke', key: 'none', auth: 'none', writes: [], onMonolith: false },
    { route: 'POST /api/v1/oauth/introspect', key: 'none', auth: 'none', writes: [], onMonolith: false },
    { route: 'GET /api/v1/oauth/clients', key: 'none', onMonolith: false },
    { route: 'POST /api/v1/oauth/clients', key: 'none', writes: [], onMonolith: false },
    { route: 'DELETE /api/v1/oauth/clients/:id', key: 'none', writes: [], onMonolith: false },
    { route: 'GET /api/v1/oauth/grants', key: 'none', onMonolith: false },
    { route: 'DELETE /api/v1/oauth/grants/:id', key: 'none', writes: [], onMonolith: false },
    {
      route: 'DELETE /api/v1/auth/me',
      key: 'token.sub',
      writes: ['users'],
      onMonolith: false,
      settle: true,
    },
  ],
});
