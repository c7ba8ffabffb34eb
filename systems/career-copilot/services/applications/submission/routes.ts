import { createHash, randomUUID } from 'node:crypto';
import type { ServiceApp } from '@banyan/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type pg from 'pg';
import { Type } from 'typebox';
import { NewSubmission, Submission, SubmissionPath, TRACKING, Tracked } from '../../../api/tracking.ts';
import { activeUser, callerOf } from '../../../kit/active-user.ts';
import { errors } from '../decide.ts';
import { findTracked } from '../tracking/store.ts';
import * as store from './store.ts';
import { begunAnew, type Outcome, outcomeOf, type SubmissionSagas, submit } from './submit.ts';

/** How long somebody waits for the outcome before they are told where to ask for it. */
const WAIT_MS = 8_000;

const IdempotencyKey = Type.Object({ 'idempotency-key': Type.Optional(Type.String()) });

/** Somebody applies by the saga create_application. */
export function submissionRoutes(
  api: ServiceApp,
  { pool, sagas }: { pool: pg.Pool; sagas(): SubmissionSagas },
): void {
  const { config, onRequest } = activeUser(pool)('JOB_NOT_FOUND');
  const ofUser = { onRequest, config: { ...config, errors: [...config.errors, 400, 409, 422, 503] } };

  api.post(
    '/',
    {
      ...ofUser,
      schema: {
        description:
          'With an Idempotency-Key it is one submission, however often it is sent. What failed with SUBMISSION_FAILED is tried anew.',
        headers: IdempotencyKey,
        body: NewSubmission,
        response: { 201: Tracked, 202: Submission },
      },
    },
    async (request, reply) => {
      const userId = callerOf(request);
      const id = submissionIdOf(request, userId);
      const asked = await store.keepSubmission(pool, { id, userId }, request.body);
      if (!asked) throw errors('KEY_REUSED');
      const host = { pool, sagas: sagas() };
      const outcome = await submit(host, await begunAnew(host, asked), WAIT_MS);
      if (outcome.state === 'failed') throw await refusal(outcome, asked);
      if (outcome.state === 'pending') return await accepted(reply, id);
      return await reply.code(201).send((await findTracked(pool, userId, outcome.applicationId))!);
    },
  );

  api.get(
    '/submissions/:submissionId',
    { ...ofUser, schema: { params: SubmissionPath, response: { 200: Submission } } },
    async (request) => {
      const { submissionId: id } = request.params;
      const asked = await store.findOwn(pool, callerOf(request), id);
      if (!asked) throw errors('SUBMISSION_NOT_FOUND');
      return shown(id, await outcomeOf(sagas(), asked));
    },
  );

  /** That somebody has applied already is told with what they have. */
  async function refusal({ reason }: Outcome & { state: 'failed' }, { userId, jobId }: store.Asked) {
    if (reason === null) return errors('SUBMISSION_FAILED', { headers: { 'retry-after': '5' } });
    if (reason !== 'ALREADY_APPLIED') return errors(reason);
    const one = await store.findForJob(pool, userId, jobId);
    return errors(reason, one && { fields: { application_id: one.id, status: one.status } });
  }
}

async function accepted(reply: FastifyReply, id: string): Promise<FastifyReply> {
  return await reply
    .code(202)
    .header('location', `${TRACKING}/submissions/${id}`)
    .send(shown(id, { state: 'pending' }));
}

function shown(id: string, outcome: Outcome) {
  return {
    id,
    state: outcome.state,
    application_id: outcome.state === 'done' ? outcome.applicationId : null,
    reason: outcome.state === 'failed' ? outcome.reason : null,
  };
}

/** Of the caller and the key, so that the same key is the same submission. */
function submissionIdOf(request: Pick<FastifyRequest, 'headers'>, userId: number): string {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string' || key === '') return randomUUID();
  const hash = createHash('sha256').update(`${userId}:${key}`).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}
