import type { ServiceApp } from '@banyan/service';
import { Id } from '../../../api/common.ts';
import { Dispute, DisputeDecision, NewDispute } from '../../../api/sessions.ts';
import { callerOf } from '../../../kit/caller.ts';
import type { OfUser } from '../../../kit/of-user.ts';
import { ApiError } from '../../../kit/problems.ts';
import type { MovingHost } from '../sessions/move.ts';
import { findSession } from '../sessions/store.ts';
import { decideDispute, openDispute } from './decide.ts';
import { findDispute } from './store.ts';

/** Contesting what the other one says of a session, and deciding it. */
export function disputeRoutes(app: ServiceApp, host: MovingHost & { ofUser: OfUser; ofAdmin: OfUser }): void {
  const { pool, wake, ofUser, ofAdmin } = host;

  app.post(
    '/sessions/:id/dispute',
    {
      ...ofUser('SESSION_NOT_FOUND', 'NOT_CONTESTABLE'),
      schema: { params: Id, body: NewDispute, response: { 201: Dispute } },
    },
    async (request, reply) => {
      const dispute = await openDispute(host, request.params.id, callerOf(request), request.body.reason);
      return await reply.code(201).send(dispute);
    },
  );

  app.get(
    '/sessions/:id/dispute',
    {
      ...ofUser('SESSION_NOT_FOUND', 'DISPUTE_NOT_FOUND'),
      schema: { params: Id, response: { 200: Dispute } },
    },
    async (request) => {
      const { id } = await findSession(pool, request.params.id, callerOf(request));
      const dispute = await findDispute(pool, id);
      if (!dispute) throw new ApiError('DISPUTE_NOT_FOUND');
      return dispute;
    },
  );

  app.post(
    '/sessions/:id/dispute/decision',
    {
      ...ofAdmin('DISPUTE_NOT_FOUND', 'DISPUTE_DECIDED'),
      schema: { params: Id, body: DisputeDecision, response: { 200: Dispute } },
    },
    async (request) => {
      const { outcome, note = null } = request.body;
      const decision = { outcome, note, decidedBy: callerOf(request) };
      const decided = await decideDispute(host, request.params.id, decision);
      wake();
      return decided;
    },
  );
}
