import type { FastifyInstance } from 'fastify';
import { Id } from '../../api/common.ts';
import { Profile, ProfileChanges, PublicProfile } from '../../api/users.ts';
import { ApiError } from '../../kit/legacy-errors.ts';
import type { Context } from '../context.ts';
import { currentUser, USER_COLUMNS } from '../security.ts';

export function userRoutes(app: FastifyInstance, { pool, ofUser }: Context): void {
  app.get('/users/me', { ...ofUser(), schema: { response: { 200: Profile } } }, async (request) =>
    currentUser(request),
  );

  app.put<{ Body: ProfileChanges }>(
    '/users/me',
    { ...ofUser(), schema: { body: ProfileChanges, response: { 200: Profile } } },
    async (request) => {
      const user = currentUser(request);
      const changed = CHANGEABLE.filter((column) => request.body[column] !== undefined);
      if (changed.length === 0) return user;
      const assignments = changed.map((column, index) => `${column} = $${index + 2}`);
      const { rows } = await pool.query<Profile>(
        `UPDATE users SET ${assignments.join(', ')}, updated_at = now() WHERE id = $1 RETURNING ${USER_COLUMNS}`,
        [user.id, ...changed.map((column) => request.body[column])],
      );
      return rows[0];
    },
  );

  app.get<{ Params: Id }>(
    '/users/:id',
    { ...ofUser('USER_NOT_FOUND'), schema: { params: Id, response: { 200: PublicProfile } } },
    async ({ params }) => {
      const { rows } = await pool.query<PublicProfile>(
        'SELECT id, full_name, headline, location, skills FROM users WHERE id = $1 AND is_active',
        [params.id],
      );
      if (!rows[0]) throw new ApiError('USER_NOT_FOUND');
      return rows[0];
    },
  );
}

const CHANGEABLE = ['full_name', 'phone', 'location', 'headline', 'skills', 'preferences'] as const;
