import type { Db } from '@banyan/postgres';
import type { ServiceApp } from '@banyan/service';
import { Type } from 'typebox';
import { Id } from '../../../api/common.ts';
import { CaseQuery, CaseStatus, CaseVerdict } from '../../../api/payments.ts';
import { accessIn } from '../../../kit/access.ts';
import { callerOf } from '../../../kit/caller.ts';
import type { Says } from '../ledger/credits.ts';
import { closeCase, findCases } from './cases.ts';

type Context = { pool: Db; events: Says };

/** What administrators look at. */
export function caseRoutes(app: ServiceApp, { pool, events }: Context): void {
  const { admin } = accessIn(pool, 'people');

  app.get(
    '/admin/payments/cases',
    { ...admin(), schema: { querystring: CaseQuery, response: { 200: Type.Array(CaseStatus) } } },
    async (request) => await findCases(pool, request.query),
  );

  app.post(
    '/admin/payments/cases/:id/verdict',
    {
      ...admin(404, 409),
      schema: { params: Id, body: CaseVerdict, response: { 200: CaseStatus } },
    },
    async (request) => {
      const { verdict: is, note, paymentId = null } = request.body;
      const by = callerOf(request);
      return await closeCase(pool, events, {
        id: request.params.id,
        is,
        note,
        by,
        now: new Date(),
        paymentId,
      });
    },
  );
}
