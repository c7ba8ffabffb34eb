import { copy, extract, rename, split, table } from '@banyan/banyan';
import { RESUME_BYTES } from '../../api/bodies.ts';
import { placeOf } from '../../kit/plan.ts';

/** users takes the columns of the profile over: rows of `users` are made and deleted by auth. */
export default extract({
  ...placeOf('users'),
  facts: import.meta.resolve('./facts.ts'),
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
    { route: 'POST /api/v1/users/me/resume', key: 'token.sub', onMonolith: false, bodyBytes: RESUME_BYTES },
    {
      route: 'PUT /api/v1/users/me/resume',
      key: 'token.sub',
      writes: ['users'],
      onMonolith: false,
      bodyBytes: RESUME_BYTES,
    },
    { route: 'GET /api/v1/users/me/resume', key: 'token.sub', onMonolith: false },
    { route: 'DELETE /api/v1/users/me/resume', key: 'token.sub', onMonolith: false },
    { route: 'GET /api/v1/users/me/export', key: 'token.sub', onMonolith: false },
    { route: 'DELETE /api/v1/users/me', key: 'token.sub', writes: ['users'], onMonolith: false },
  ],
});
