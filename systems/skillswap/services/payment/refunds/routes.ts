import type { Db } from '@banyan/postgres';
import type { ServiceApp } from '@banyan/service';
import { type Static, Type } from 'typebox';
import { Id, PageQuery } from '../../../api/common.ts';
import { DisputeStatus, RefundRequest, RefundStatus } from '../../../api/payments.ts';
import { accessIn } from '../../../kit/access.ts';
import { callerOf } from '../../../kit/caller.ts';
import { COLUMNS as DISPUTE } from '../disputes/dispute.ts';
import type { MoneyBack } from '../money-back.ts';
import { type Refund, requestRefund } from './refund.ts';

type Context = { pool: Db; moneyBack: MoneyBack };

/** Purchases that are taken back, and payments that are contested. */
export function refundRoutes(app: ServiceApp, { pool, moneyBack }: Context): void {
  const { signedIn, admin } = accessIn(pool, 'people');
  const answers = { params: Id, body: RefundRequest, response: { 202: RefundStatus } };

  app.post(
    '/payments/purchases/:id/refund',
    { ...signedIn(404, 409), schema: answers },
    async (request, reply) => {
      const userId = callerOf(request);
      const asked = { buyer: userId, requestedBy: userId, ...request.body };
      const refund = await requestRefund(pool, { purchaseId: request.params.id, now: new Date(), ...asked });
      moneyBack.wake();
      return await reply.code(202).send(shown(refund));
    },
  );

  app.post(
    '/admin/payments/purchases/:id/refund',
    { ...admin(404, 409), schema: answers },
    async (request, reply) => {
      const asked = { buyer: null, requestedBy: callerOf(request), ...request.body };
      const refund = await requestRefund(pool, { purchaseId: request.params.id, now: new Date(), ...asked });
      moneyBack.wake();
      return await reply.code(202).send(shown(refund));
    },
  );

  app.get(
    '/admin/payments/disputes',
    {
      ...admin(),
      schema: { querystring: PageQuery, response: { 200: Type.Array(DisputeStatus) } },
    },
    async (request) => {
      const { page, size } = request.query;
      const { rows } = await pool.query<Static<typeof DisputeStatus>>(
        `SELECT ${DISPUTE} FROM disputes ORDER BY created_at DESC, id OFFSET $1 LIMIT $2`,
        [page * size, size],
      );
      return rows;
    },
  );
}

function shown({ id, purchaseId, state: status, createdAt }: Refund) {
  return { id, purchaseId, status, createdAt };
}
