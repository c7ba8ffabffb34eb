import type { FastifyInstance } from 'fastify';
import type { Static } from 'typebox';
import { Id } from '../../api/common.ts';
import { Dispute, DisputeDecision, NewDispute } from '../../api/sessions.ts';
import { ApiError } from '../../kit/problems.ts';
import { type Context, currentUser } from '../context.ts';
import { decideDispute, findDispute, openDispute } from '../sessions/disputes.ts';
import { findSession } from './sessions.ts';

/** Contesting what the other one says of a session, and deciding it. */
export function disputeRoutes(app: FastifyInstance, { pool, clock, ofUser, ofAdmin }: Context): void {
  app.post<{ Params: Id; Body: Static<typeof NewDispute> }>(
    '/sessions/:id/dispute',
    {
      ...ofUser('SESSION_NOT_FOUND', 'NOT_CONTESTABLE'),
      schema: { params: Id, body: NewDispute, response: { 201: Dispute } },
    },
    async (request, reply) => {
      const openedBy = currentUser(request).id;
      const session = await findSession(pool, request.params.id, openedBy);
      const { reason } = request.body;
      return await reply.code(201).send(await openDispute(pool, session, { openedBy, reason, now: clock() }));
    },
  );

  app.get<{ Params: Id }>(
    '/sessions/:id/dispute',
    {
      ...ofUser('SESSION_NOT_FOUND', 'DISPUTE_NOT_FOUND'),
      schema: { params: Id, response: { 200: Dispute } },
    },
    async (request) => {
      const { id } = await findSession(pool, request.params.id, currentUser(request).id);
      const dispute = await findDispute(pool, id);
      if (!dispute) throw new ApiError('DISPUTE_NOT_FOUND');
      return dispute;
    },
  );

  app.post<{ Params: Id; Body: Static<typeof DisputeDecision> }>(
    '/sessions/:id/dispute/decision',
    {
      ...ofAdmin('DISPUTE_NOT_FOUND', 'DISPUTE_DECIDED'),
      schema: { params: Id, body: DisputeDecision, response: { 200: Dispute } },
    },
    async (request) => {
      const { outcome, note = null } = request.body;
      const decision = { outcome, note, decidedBy: currentUser(request).id };
      return await decideDispute(pool, request.params.id, decision);
    },
  );
}
