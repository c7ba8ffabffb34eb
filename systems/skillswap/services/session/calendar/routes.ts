import { hash, randomBytes } from 'node:crypto';
import { type Db, prepared } from '@banyan/postgres';
import { mediaOf, type ServiceApp } from '@banyan/service';
import { calendarOf } from '@banyan/service/calendar';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { API, Id, Text } from '../../../api/common.ts';
import { CalendarLink } from '../../../api/sessions.ts';
import { callerOf } from '../../../kit/caller.ts';
import type { OfUser } from '../../../kit/of-user.ts';
import { ApiError, statusesOf } from '../../../kit/problems.ts';
import { findSession, listSessions, type SessionRow } from '../sessions/store.ts';
import { eventOf } from './events.ts';
import { PRODUCT } from './system.ts';

const ICS = { 200: { description: 'A calendar (RFC 5545).', ...mediaOf('text/calendar') } };
const Token = Type.Object({ token: Text(100, 1) });
/** The latest ones; a calendar keeps what it has read. */
const SHOWN = 100;

/** Sessions for programs of calendars. */
export function calendarRoutes(app: ServiceApp, { pool, ofUser }: { pool: Db; ofUser: OfUser }): void {
  app.get(
    '/sessions/:id/calendar',
    { ...ofUser('SESSION_NOT_FOUND'), schema: { params: Id, response: ICS } },
    async (request, reply) =>
      await answer(reply, [await findSession(pool, request.params.id, callerOf(request))]),
  );

  app.post(
    '/sessions/calendar',
    { ...ofUser(), schema: { response: { 201: CalendarLink } } },
    async (request, reply) => {
      const token = randomBytes(32).toString('base64url');
      // The one before is good for nothing from then on.
      await pool.query(
        prepared(
          `INSERT INTO calendar_links (user_id, token_hash) VALUES ($1, $2)
           ON CONFLICT (user_id) DO UPDATE SET token_hash = excluded.token_hash`,
          [callerOf(request), hashOf(token)],
        ),
      );
      return await reply.code(201).send({ path: `${API}/sessions/calendar/${token}` });
    },
  );

  app.get(
    '/sessions/calendar/:token',
    {
      config: { allow: 'everybody', errors: statusesOf('NOT_FOUND') },
      schema: { params: Token, response: ICS },
    },
    async (request, reply) => {
      const { rows } = await pool.query<{ userId: string }>(
        prepared('SELECT user_id AS "userId" FROM calendar_links WHERE token_hash = $1', [
          hashOf(request.params.token),
        ]),
      );
      if (!rows[0]) throw new ApiError('NOT_FOUND');
      const { content } = await listSessions(pool, rows[0].userId, { page: 0, size: SHOWN });
      return await answer(reply, content);
    },
  );
}

async function answer(reply: FastifyReply, sessions: readonly SessionRow[]) {
  const calendar = calendarOf(sessions.map(eventOf), PRODUCT, new Date());
  return await reply.type('text/calendar; charset=utf-8').send(calendar as never);
}

/** Of a token by chance, which nobody guesses: no salt is needed. */
function hashOf(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
