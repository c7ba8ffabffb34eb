import type { Db } from '@banyan/postgres';
import { mediaOf, type ServiceApp } from '@banyan/service';
import { Type } from 'typebox';
import { Done, Id, PageQuery } from '../../../api/common.ts';
import { IdempotencyKey, Transaction, Withdrawal as WantedWithdrawal } from '../../../api/credits.ts';
import {
  NewPayee,
  PayeeStatus,
  PayoutFileStatus,
  Settlement,
  WithdrawalStatus,
} from '../../../api/payments.ts';
import { accessIn } from '../../../kit/access.ts';
import { callerOf } from '../../../kit/caller.ts';
import { findTransaction } from '../ledger/transactions.ts';
import { hasCardNumber } from '../purchases/card-data.ts';
import { errors as purchaseErrors } from '../purchases/errors.ts';
import { findFiles, settleFile, takeFile } from './bank.ts';
import { errors } from './errors.ts';
import type { Withdrawing } from './part.ts';
import { findWithdrawals, requestWithdrawal, type Screen, type Withdrawal } from './withdrawal.ts';

type Context = { pool: Db; withdrawing: Withdrawing; screen: Screen };

/** What people have earned, and the money for it. */
export function withdrawalRoutes(app: ServiceApp, context: Context): void {
  ofOwners(app, context);
  ofAdministrators(app, context);
}

function ofOwners(app: ServiceApp, { pool, withdrawing: { payees }, screen }: Context): void {
  const { signedIn } = accessIn(pool, 'people');

  app.post(
    '/payments/withdrawals',
    {
      ...signedIn(409, 422),
      schema: { headers: IdempotencyKey, body: WantedWithdrawal, response: { 201: Transaction } },
    },
    async (request, reply) => {
      const [userId, key] = [callerOf(request), request.headers['idempotency-key']];
      const wanted = { userId, key, now: new Date(), ...request.body };
      const id = await requestWithdrawal(pool, screen, wanted);
      return await reply.code(201).send((await findTransaction(pool, userId, id))!);
    },
  );

  app.get(
    '/payments/withdrawals',
    {
      ...signedIn(),
      schema: { querystring: PageQuery, response: { 200: Type.Array(WithdrawalStatus) } },
    },
    async (request) => (await findWithdrawals(pool, callerOf(request), request.query)).map(shown),
  );

  app.put(
    '/payments/payee',
    {
      ...signedIn(400),
      schema: { body: NewPayee, response: { 204: Done } },
    },
    async (request, reply) => {
      // Digits of a bank account may look like those of a card.
      if (hasCardNumber(request.body.name)) throw purchaseErrors('CARD_DATA_REFUSED');
      await payees.keep(callerOf(request), request.body);
      return await reply.code(204).send(null);
    },
  );

  app.get(
    '/payments/payee',
    { ...signedIn(404), schema: { response: { 200: PayeeStatus } } },
    async (request) => {
      const payee = await payees.find(callerOf(request));
      if (!payee) throw errors('PAYEE_NOT_FOUND');
      const { method, name, country } = payee;
      const account = (payee.method === 'bank' ? payee.iban : payee.accountId).slice(-4);
      return { method, name, account, country };
    },
  );
}

function ofAdministrators(app: ServiceApp, { pool, withdrawing }: Context): void {
  const { admin } = accessIn(pool, 'people');

  app.get(
    '/admin/payments/payouts',
    {
      ...admin(),
      schema: { querystring: PageQuery, response: { 200: Type.Array(PayoutFileStatus) } },
    },
    async (request) => await findFiles(pool, request.query),
  );

  app.get(
    '/admin/payments/payouts/:id/file',
    {
      ...admin(404),
      schema: { params: Id, response: { 200: { description: 'The file.', ...mediaOf('text/csv') } } },
    },
    async (request, reply) => {
      const { id } = request.params;
      const text = await takeFile(pool, withdrawing.payees, id);
      return await reply
        .header('content-type', 'text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="payouts-${id}.csv"`)
        .send(text);
    },
  );

  app.post(
    '/admin/payments/payouts/:id/settlement',
    {
      ...admin(404, 409),
      schema: { params: Id, body: Settlement, response: { 204: Done } },
    },
    async (request, reply) => {
      await settleFile(pool, request.params.id, request.body.rejected);
      withdrawing.wake();
      return await reply.code(204).send(null);
    },
  );
}

function shown({ id, state: status, credits, amount, currency, createdAt }: Withdrawal) {
  return { id, status, credits, amount, currency, createdAt };
}
