import { copy, defineMigration, env, rename, split, table } from '@banyan/banyan';

const MONOLITH = env('CAREER_MONOLITH_URL', 'http://127.0.0.1:8000');
const AUTH = env('CAREER_AUTH_URL', 'http://127.0.0.1:8001');
const USERS = env('CAREER_USERS_URL', 'http://127.0.0.1:8002');

/**
 * The first migration: auth and users leave the Career Copilot monolith. The one legacy table `users` is split over
 * both: auth owns its rows and what a login needs, users owns the columns of the profile.
 */
export default defineMigration({
  name: 'career-copilot',

  monolith: {
    url: MONOLITH,
    database: env('CAREER_MONOLITH_DATABASE_URL'),
    // It knows HS256 and its own secret only: tokens of the auth service are exchanged on their way to it.
    signAs: 'monolith',
  },

  control: {
    database: env('BANYAN_DATABASE_URL'),
    port: Number(env('BANYAN_CONTROL_PORT', '7070')),
    token: process.env.BANYAN_CONTROL_TOKEN,
  },

  gateway: {
    port: Number(env('CAREER_GATEWAY_PORT', '8080')),
    adminPort: Number(env('CAREER_GATEWAY_ADMIN_PORT', '7071')),
    workers: Number(env('CAREER_GATEWAY_WORKERS', '2')),
    issuers: [
      { name: 'monolith', issuer: 'career-copilot', algorithm: 'HS256', secret: env('CAREER_JWT_SECRET') },
      {
        name: 'auth',
        issuer: 'career-copilot-auth',
        algorithm: 'JWKS',
        jwksUrl: `${AUTH}/.well-known/jwks.json`,
      },
    ],
  },

  rollout: {
    steps: env('CAREER_STEPS', '1%,10%,50%,100%').split(','),
    maxFailureRatio: Number(env('CAREER_MAX_FAILURE_RATIO', '0.01')),
    observeSeconds: Number(env('CAREER_OBSERVE_SECONDS', '60')),
    maxVerificationAgeSeconds: Number(env('CAREER_VERIFICATION_AGE_SECONDS', '300')),
    minRequests: Number(env('CAREER_MIN_REQUESTS', '50')),
    copyRowsPerSecond: Number(env('CAREER_COPY_ROWS_PER_SECOND', '20000')),
    verifyRowsPerSecond: Number(env('CAREER_VERIFY_ROWS_PER_SECOND', '50000')),
    minCompared: Number(env('CAREER_MIN_COMPARED', '50')),
  },

  services: {
    auth: {
      url: AUTH,
      database: env('CAREER_AUTH_DATABASE_URL'),
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
        {
          route: 'POST /api/v1/auth/login',
          key: 'none',
          auth: 'none',
          writes: ['refresh_tokens'],
          rescueUnsafe: true,
        },
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
        {
          route: 'DELETE /api/v1/auth/me',
          key: 'token.sub',
          writes: ['users'],
          onMonolith: false,
          settle: true,
        },
      ],
    },

    users: {
      url: USERS,
      database: env('CAREER_USERS_DATABASE_URL'),
      tables: [
        table({
          legacy: 'users',
          service: { table: 'profiles', key: ['user_id'] },
          rows: 'foreign',
          owner: { by: 'key', legacyColumn: 'id', serviceColumn: 'user_id' },
          columns: [
            rename('id', 'user_id'),
            split('full_name', ['first_name', 'last_name']),
            copy('phone', 'location', 'headline', 'skills', 'preferences', 'updated_at'),
            copy('email', 'is_active', 'role', 'created_at', { flow: 'forward' }),
          ],
        }),
      ],
      routes: [
        { route: 'GET /api/v1/users/me', key: 'token.sub', ignore: { headers: ['etag'] } },
        { route: 'PUT /api/v1/users/me', key: 'token.sub', writes: ['users'] },
        { route: 'GET /api/v1/users/:id', key: 'params.id', ignore: { headers: ['etag'] } },
        { route: 'GET /api/v1/users/me/preferences', key: 'token.sub', onMonolith: false },
        { route: 'PUT /api/v1/users/me/preferences', key: 'token.sub', writes: ['users'], onMonolith: false },
        { route: 'GET /api/v1/users/me/privacy-settings', key: 'token.sub', onMonolith: false },
        { route: 'PUT /api/v1/users/me/privacy-settings', key: 'token.sub', onMonolith: false },
        { route: 'GET /api/v1/users/:id/privacy-settings', key: 'params.id', onMonolith: false },
        { route: 'GET /api/v1/users/me/picture', key: 'token.sub', onMonolith: false },
        { route: 'PUT /api/v1/users/me/picture', key: 'token.sub', onMonolith: false },
        { route: 'GET /api/v1/users/me/export', key: 'token.sub', onMonolith: false },
        { route: 'DELETE /api/v1/users/me', key: 'token.sub', writes: ['users'], onMonolith: false },
      ],
    },
  },
});
