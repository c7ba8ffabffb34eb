import { defineErrors, type ServiceApp, signedIn } from '@banyan/service';
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import { Type } from 'typebox';
import { RESUME_BYTES } from '../../api/bodies.ts';
import { Timestamp } from '../../api/common.ts';
import { Resume } from '../../api/resume.ts';
import { Profile, ProfileChanges } from '../../api/users.ts';
import { ApiError } from '../../kit/legacy-errors.ts';
import { readRoute } from '../../kit/resumes/read-route.ts';
import type { Skills } from '../../kit/skills/skills.ts';
import { columnsOf } from './decide.ts';
import type { Caller } from './newcomer.ts';
import type { ChangeProfile } from './personal-routes.ts';
import * as store from './store.ts';

const errors = defineErrors({
  UNAUTHENTICATED: [401, 'A valid access token of an active user is needed.'],
  RESUME_NOT_FOUND: [404, 'You have confirmed no résumé.'],
});

const Confirmed = Type.Object({ resume: Resume, confirmed_at: Timestamp });

type Given = { pool: pg.Pool; caller: Caller; change: ChangeProfile; skills: Skills };

/**
 * A résumé in two calls: the first says what was understood of a file and keeps nothing; the second keeps what its owner confirmed and
 * puts what they want of it into their profile.
 */
export function resumeRoutes(app: ServiceApp, { pool, caller, change, skills }: Given): void {
  const find = async (request: FastifyRequest) => {
    request.profile = await caller(request).catch((cause: unknown) => {
      const headers = { 'www-authenticate': 'Bearer' };
      throw cause instanceof ApiError ? errors('UNAUTHENTICATED', { headers, cause }) : cause;
    });
  };
  const ofUser = (...statuses: number[]) => ({
    config: { allow: [signedIn], errors: [401, ...statuses] },
    onRequest: find,
  });

  readRoute(app, '/users/me/resume', { ofUser, skills });

  app.put(
    '/users/me/resume',
    {
      ...ofUser(),
      bodyLimit: RESUME_BYTES,
      schema: {
        body: Type.Object({ resume: Resume, profile: Type.Optional(ProfileChanges) }),
        response: { 200: Type.Object({ resume: Resume, profile: Profile }) },
      },
    },
    async (request) => {
      const { id } = request.profile!;
      const { resume, profile = {} } = request.body;
      const columns = columnsOf(profile);
      const changed = await change(id, columns, async (tx) => {
        await store.putResume(tx, id, resume);
        return Object.keys(columns).length === 0
          ? request.profile!
          : await store.updateProfile(tx, id, columns);
      });
      return { resume, profile: changed! };
    },
  );

  app.get(
    '/users/me/resume',
    { ...ofUser(404), schema: { response: { 200: Confirmed } } },
    async (request) => {
      const kept = await store.findResume(pool, request.profile!.id);
      if (!kept) throw errors('RESUME_NOT_FOUND');
      return kept;
    },
  );

  app.delete(
    '/users/me/resume',
    { ...ofUser(), schema: { response: { 204: Type.Null() } } },
    async (request, reply) => {
      await store.deleteResume(pool, request.profile!.id);
      return await reply.code(204).send(null);
    },
  );
}
