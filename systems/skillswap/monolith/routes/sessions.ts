import { transaction, UNIQUE_VIOLATION } from '@banyan/monolith';
import type { FastifyInstance } from 'fastify';
import type pg from 'pg';
import { type Static, Type } from 'typebox';
import { Id, Page } from '../../api/common.ts';
import { Cancellation, HistoryEntry, NewRating, Rating, Session, SessionQuery } from '../../api/sessions.ts';
import { pageOf } from '../../kit/pages.ts';
import { ApiError } from '../../kit/problems.ts';
import type { SessionAction } from '../../kit/sessions/transitions.ts';
import { type Context, currentUser } from '../context.ts';
import { move } from '../sessions/moves.ts';

/** What people do with a session, by the last part of the path; cancelling it may have a reason, and has a route of its own. */
const STEPS = {
  accept: 'accept',
  decline: 'decline',
  schedule: 'schedule',
  start: 'start',
  complete: 'complete',
  'no-show': 'noShow',
} as const satisfies Record<string, SessionAction>;

export function sessionRoutes(app: FastifyInstance, { pool, clock, ofUser }: Context): void {
  app.get<{ Querystring: SessionQuery }>(
    '/sessions',
    { ...ofUser(), schema: { querystring: SessionQuery, response: { 200: Page(Session) } } },
    async (request) => {
      const { role = null, state = null } = request.query;
      const text = `${SESSIONS} WHERE (seeker_id = $1 AND $2::text IS DISTINCT FROM 'PROVIDER'
          OR provider_id = $1 AND $2::text IS DISTINCT FROM 'SEEKER') AND ($3::text IS NULL OR state = $3)`;
      const values = [currentUser(request).id, role, state];
      return await pageOf(pool, { text, values, order: 'starts_at DESC, sessions.id' }, request.query);
    },
  );

  app.get<{ Params: Id }>(
    '/sessions/:id',
    { ...ofUser('SESSION_NOT_FOUND'), schema: { params: Id, response: { 200: Session } } },
    async (request) => await findSession(pool, request.params.id, currentUser(request).id),
  );

  for (const [path, action] of Object.entries(STEPS))
    app.post<{ Params: Id }>(
      `/sessions/:id/${path}`,
      {
        ...ofUser('SESSION_NOT_FOUND', 'NOT_YOURS_TO_MOVE', 'BAD_STATE', 'NOT_THE_TIME'),
        schema: { params: Id, response: { 200: Session } },
      },
      async (request) => {
        const [sessionId, actorId] = [request.params.id, currentUser(request).id];
        await move(pool, { sessionId, action, actorId, now: clock() });
        return await findSession(pool, sessionId, actorId);
      },
    );

  app.post<{ Params: Id; Body: Static<typeof Cancellation> }>(
    '/sessions/:id/cancel',
    {
      ...ofUser('SESSION_NOT_FOUND', 'BAD_STATE'),
      schema: { params: Id, body: Cancellation, response: { 200: Session } },
    },
    async (request) => {
      const [sessionId, actorId] = [request.params.id, currentUser(request).id];
      const note = request.body?.reason;
      await move(pool, { sessionId, action: 'cancel', actorId, now: clock(), note });
      return await findSession(pool, sessionId, actorId);
    },
  );

  app.get<{ Params: Id }>(
    '/sessions/:id/history',
    {
      ...ofUser('SESSION_NOT_FOUND'),
      schema: { params: Id, response: { 200: Type.Array(HistoryEntry) } },
    },
    async (request) => {
      await findSession(pool, request.params.id, currentUser(request).id);
      const { rows } = await pool.query(
        `SELECT from_state AS "fromState", to_state AS "toState", actor_id AS "actorId", note, created_at AS "createdAt"
         FROM session_history WHERE session_id = $1 ORDER BY created_at, id`,
        [request.params.id],
      );
      return rows;
    },
  );

  app.get<{ Params: Id }>(
    '/sessions/:id/ratings',
    { ...ofUser('SESSION_NOT_FOUND'), schema: { params: Id, response: { 200: Type.Array(Rating) } } },
    async (request) => {
      await findSession(pool, request.params.id, currentUser(request).id);
      const { rows } = await pool.query(
        `SELECT ${RATING} FROM ratings WHERE session_id = $1 ORDER BY created_at, id`,
        [request.params.id],
      );
      return rows;
    },
  );

  app.post<{ Params: Id; Body: NewRating }>(
    '/sessions/:id/ratings',
    {
      ...ofUser('SESSION_NOT_FOUND', 'NOT_COMPLETED', 'ALREADY_RATED'),
      schema: { params: Id, body: NewRating, response: { 201: Rating } },
    },
    async (request, reply) => {
      const raterId = currentUser(request).id;
      const session = await findSession(pool, request.params.id, raterId);
      if (session.state !== 'COMPLETED') throw new ApiError('NOT_COMPLETED');
      return await reply.code(201).send(await rate(pool, session, raterId, request.body));
    },
  );
}

type SessionRow = Static<typeof Session>;

const SESSIONS = `SELECT sessions.id, seeker_id AS "seekerId", provider_id AS "providerId", skill_id AS "skillId",
  skills.name AS "skillName", starts_at AS "startsAt", ends_at AS "endsAt", state, hourly_rate AS "hourlyRate", credits,
  message, room_url AS "roomUrl", cancel_reason AS "cancelReason", sessions.created_at AS "createdAt",
  updated_at AS "updatedAt", version FROM sessions JOIN skills ON skills.id = skill_id`;

const RATING = 'rater_id AS "raterId", rated_id AS "ratedId", stars, comment, created_at AS "createdAt"';

/** A session of others is not found, so that ids tell nothing. */
export async function findSession(pool: pg.Pool, id: string, userId: string): Promise<SessionRow> {
  const { rows } = await pool.query<SessionRow>(
    `${SESSIONS} WHERE sessions.id = $1 AND $2 IN (seeker_id, provider_id)`,
    [id, userId],
  );
  if (!rows[0]) throw new ApiError('SESSION_NOT_FOUND');
  return rows[0];
}

async function rate(
  pool: pg.Pool,
  { id, seekerId, providerId }: SessionRow,
  raterId: string,
  { stars, comment = null }: NewRating,
): Promise<unknown> {
  const ratedId = raterId === seekerId ? providerId : seekerId;
  return await transaction(pool, async (client) => {
    const { rows } = await client.query(
      `INSERT INTO ratings (session_id, rater_id, rated_id, stars, comment) VALUES ($1, $2, $3, $4, $5)
       RETURNING ${RATING}`,
      [id, raterId, ratedId, stars, comment],
    );
    if (ratedId === providerId)
      await client.query(
        'UPDATE skill_profiles SET rating_sum = rating_sum + $2, rating_count = rating_count + 1 WHERE user_id = $1',
        [providerId, stars],
      );
    return rows[0];
  }).catch((error: pg.DatabaseError) => {
    throw error.code === UNIQUE_VIOLATION ? new ApiError('ALREADY_RATED') : error;
  });
}
