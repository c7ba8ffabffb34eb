import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import type { Control } from '../control/control.ts';
import { statusWithOldNames, stepWithOldNames } from './old-names.ts';
import { apiError } from './problem.ts';
import { readTarget } from './target.ts';

const Service = Type.Object({ service: Type.String({ minLength: 1, maxLength: 64 }) });
const VerificationId = Type.Object({ id: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }) });
const limit = (standard: number) => Type.Integer({ minimum: 1, maximum: 1_000, default: standard });
const target = Type.String({ maxLength: 32, description: "'10%' or a stage" });
const closed = { additionalProperties: false };

const PlanQuery = Type.Object({ service: Type.Optional(Type.String()), to: Type.Optional(target) }, closed);
const StepsQuery = Type.Object(
  { service: Type.Optional(Type.String()), limit: Type.Optional(limit(50)) },
  closed,
);
const LimitQuery = Type.Object({ limit: Type.Optional(limit(20)) }, closed);
const AdvanceBody = Type.Object({ to: Type.Optional(target), force: Type.Optional(Type.Boolean()) }, closed);
const FailuresQuery = Type.Object(
  { service: Type.Optional(Type.String()), limit: Type.Optional(limit(20)) },
  closed,
);
const ReasonBody = Type.Object({ reason: Type.Optional(Type.String({ maxLength: 1_000 })) }, closed);
const RollbackBody = Type.Object(
  {
    ...ReasonBody.properties,
    force: Type.Optional(
      Type.Boolean({ description: 'also while a service with users is made of what it tells' }),
    ),
  },
  closed,
);
const VerifyBody = Type.Object({ repair: Type.Optional(Type.Boolean()) }, closed);
const DatabasesQuery = Type.Object({ service: Type.Optional(Type.String()) }, closed);
const RetireBody = Type.Object(
  {
    confirm: Type.String({ description: "the service's name" }),
    force: Type.Optional(Type.Boolean({ description: 'also if the monolith still refers to its rows' })),
  },
  closed,
);

type InService = { Params: Static<typeof Service> };

/** One route for each method of Control. */
export function addRoutes(app: FastifyInstance, control: Control): void {
  app.get('/v1/status', { schema: { summary: 'Where every service stands' } }, async () => {
    const status = await control.status();
    return { ...status, services: status.services.map(statusWithOldNames) };
  });

  app.get<{ Querystring: Static<typeof DatabasesQuery> }>(
    '/v1/databases',
    {
      schema: {
        summary: 'What Banyan has put into the databases, and the statement that removes what nothing needs',
        querystring: DatabasesQuery,
      },
    },
    ({ query }) => control.databases(query.service ?? null),
  );

  app.get<{ Querystring: Static<typeof PlanQuery> }>(
    '/v1/plan',
    {
      schema: {
        summary: 'Dry run: the steps to a target, each with its rollback impact',
        querystring: PlanQuery,
      },
    },
    async ({ query }) => {
      const target = query.to === undefined ? null : readTarget(query.to);
      const plans = await control.plan(query.service ?? null, target);
      return Object.fromEntries(
        Object.entries(plans).map(([service, steps]) => [service, steps.map(stepWithOldNames)]),
      );
    },
  );

  app.post<InService & { Body: Static<typeof AdvanceBody> }>(
    '/v1/services/:service/advance',
    { schema: { summary: 'Set the target; without `to` the next stop', params: Service, body: AdvanceBody } },
    async ({ params, body }) => {
      const target = body.to === undefined ? null : readTarget(body.to);
      return statusWithOldNames(
        await control.advance(params.service, target, { force: body.force ?? false }),
      );
    },
  );

  app.post<InService & { Body: Static<typeof RollbackBody> }>(
    '/v1/services/:service/rollback',
    { schema: { summary: 'Go back to the monolith', params: Service, body: RollbackBody } },
    async ({ params: { service }, body: { reason = '', force = false } }) =>
      statusWithOldNames(await control.rollback(service, reason, { force })),
  );

  app.post<InService & { Body: Static<typeof ReasonBody> }>(
    '/v1/services/:service/pause',
    {
      schema: {
        summary: 'Make no further step up; going back is always possible',
        params: Service,
        body: ReasonBody,
      },
    },
    async ({ params, body }) => statusWithOldNames(await control.pause(params.service, body.reason ?? '')),
  );

  app.post<InService>(
    '/v1/services/:service/resume',
    { schema: { summary: 'Go on to the target, with evidence from now on', params: Service } },
    async ({ params }) => statusWithOldNames(await control.resume(params.service)),
  );

  app.post<InService & { Body: Static<typeof VerifyBody> }>(
    '/v1/services/:service/verify',
    { schema: { summary: 'Start a full verification', params: Service, body: VerifyBody } },
    async ({ params, body }, reply) => {
      const started = await control.startVerification(params.service, body.repair ?? false);
      return reply.code(202).header('location', `/v1/verifications/${started.id}`).send(started);
    },
  );

  app.get<{ Params: Static<typeof VerificationId> }>(
    '/v1/verifications/:id',
    { schema: { summary: 'How a verification goes, or went', params: VerificationId } },
    ({ params }) => control.verification(params.id),
  );

  app.get<InService & { Querystring: Static<typeof LimitQuery> }>(
    '/v1/services/:service/mismatches',
    { schema: { summary: 'Answers that differed, newest first', params: Service, querystring: LimitQuery } },
    ({ params, query }) => control.mismatches(params.service, query.limit ?? 20),
  );

  app.post<InService & { Body: Static<typeof RetireBody> }>(
    '/v1/services/:service/retire',
    {
      schema: {
        summary: 'Cut the service loose from the monolith; no way back',
        params: Service,
        body: RetireBody,
      },
    },
    async ({ params, body }) => {
      if (body.confirm !== params.service)
        throw apiError('not_confirmed', `confirm is not '${params.service}'`);
      return statusWithOldNames(await control.retire(params.service, { force: body.force ?? false }));
    },
  );

  app.get<{ Querystring: Static<typeof FailuresQuery> }>(
    '/v1/failures',
    {
      schema: {
        summary:
          'Requests that failed and why, newest first; without `service` those of no route of the plan',
        querystring: FailuresQuery,
      },
    },
    ({ query }) => control.failures(query.service ?? null, query.limit ?? 20),
  );

  app.get<{ Querystring: Static<typeof StepsQuery> }>(
    '/v1/steps',
    { schema: { summary: 'Steps done, newest first', querystring: StepsQuery } },
    ({ query }) => control.steps(query.service ?? null, query.limit ?? 50),
  );
}
