import type { Db } from '@banyan/postgres';
import { withTransaction } from '@banyan/postgres';
import { mediaOf, type ServiceApp } from '@banyan/service';
import { Type } from 'typebox';
import { Id } from '../../../api/common.ts';
import { IdempotencyKey, Purchased } from '../../../api/credits.ts';
import { NewPurchase, OfProvider, PurchaseStatus } from '../../../api/payments.ts';
import { accessIn } from '../../../kit/access.ts';
import { callerOf } from '../../../kit/caller.ts';
import { ApiError } from '../../../kit/problems.ts';
import { noteDispute } from '../disputes/dispute.ts';
import { findWallet } from '../ledger/store.ts';
import type { MoneyBack } from '../money-back.ts';
import type { Screening } from '../risk/part.ts';
import type { Withdrawing } from '../withdrawals/part.ts';
import { lookAtPayout } from '../withdrawals/withdrawal.ts';
import { hasCardNumber } from './card-data.ts';
import { errors } from './errors.ts';
import type { Purchasing } from './part.ts';
import { ProviderError } from './provider.ts';
import { isOver, writeDown } from './purchase.ts';
import * as store from './store.ts';

type Context = {
  pool: Db;
  purchasing: Purchasing;
  moneyBack: MoneyBack;
  withdrawing: Withdrawing;
  screening: Screening;
};

/** Buying credits. */
export function purchaseRoutes(app: ServiceApp, context: Context): void {
  const { pool, purchasing, screening } = context;
  const { signedIn } = accessIn(pool, 'people');
  refuseCardData(app);

  app.post(
    '/payments/purchases',
    {
      ...signedIn(402, 404, 422, 503),
      schema: {
        headers: IdempotencyKey,
        body: NewPurchase,
        response: { 201: Purchased, 202: PurchaseStatus },
      },
    },
    async (request, reply) => {
      const { paymentMethodId: method, ...wanted } = request.body;
      const [userId, key] = [callerOf(request), request.headers['idempotency-key']];
      purchasing.providerOf(wanted.provider);
      const country = countryOf(request.headers[screening.countryHeader]);
      const written = await writeDown(pool, { ...wanted, userId, key, method }, (tx, purchase) =>
        screening.purchase(tx, purchase, country, new Date()),
      );
      const purchase = isOver(written) ? written : await purchasing.advance(written).catch(unavailable);
      if (purchase.reason === store.BLOCKED) throw errors('PURCHASE_BLOCKED');
      if (purchase.state === 'FAILED') throw new ApiError('PAYMENT_DECLINED');
      if (purchase.state !== 'PAID') return await reply.code(202).send(shown(purchase));
      const { balance } = await findWallet(pool, userId);
      const creditsAdded = purchase.bought + purchase.bonus;
      return await reply.code(201).send({ transactionId: purchase.id, creditsAdded, newBalance: balance });
    },
  );

  app.get(
    '/payments/purchases/:id',
    {
      ...signedIn(404),
      schema: { params: Id, response: { 200: PurchaseStatus } },
    },
    async (request) => {
      const purchase = await store.findPurchase(pool, request.params.id);
      if (purchase?.userId !== callerOf(request)) throw errors('PURCHASE_NOT_FOUND');
      return shown(purchase);
    },
  );

  app.register(async (scope: ServiceApp) => webhookRoute(scope, context));
}

/** What providers tell: taken once, and looked into with the provider, whatever order it comes in. */
function webhookRoute(scope: ServiceApp, { pool, purchasing, moneyBack, withdrawing }: Context): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MOST_BYTES }, (_request, body, done) =>
    done(null, body),
  );
  scope.post(
    '/payments/webhooks/:provider',
    {
      config: { allow: 'everybody', errors: [400, 404, 503] },
      schema: { params: OfProvider, body: mediaOf('*/*'), response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      const { provider: name } = request.params;
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const message = await purchasing
        .providerOf(name)
        .message(request.headers, body, new Date())
        .catch(unavailable);
      if (!message) throw errors('NOT_SIGNED');
      await withTransaction(pool, async (tx) => {
        if (!(await store.takeMessage(tx, name, message.id))) return;
        if (message.about?.kind === 'payment') await store.lookSoon(tx, name, message.about.id);
        if (message.about?.kind === 'dispute') await noteDispute(tx, name, message.about.id);
        if (message.about?.kind === 'payout') await lookAtPayout(tx, message.about.id);
      });
      purchasing.wake();
      moneyBack.wake();
      withdrawing.wake();
      return await reply.code(204).send(null);
    },
  );
}

const MOST_BYTES = 512 * 1024;

/** PCI DSS, SAQ A: data of cards goes from the payer to the provider, and never comes here. */
function refuseCardData(app: ServiceApp): void {
  app.addHook('preValidation', async (request) => {
    if (Buffer.isBuffer(request.body)) return;
    const { body, query, headers } = request;
    if (hasCardNumber([body, query, headers['idempotency-key']])) throw errors('CARD_DATA_REFUSED');
  });
}

function countryOf(header: string | string[] | undefined): string | null {
  return typeof header === 'string' && /^[A-Z]{2}$/.test(header) ? header : null;
}

function unavailable(cause: unknown): never {
  throw cause instanceof ProviderError ? new ApiError('PROVIDER_UNAVAILABLE', { cause }) : cause;
}

function shown({ state: status, bought, bonus, ...purchase }: store.Purchase) {
  const { id, provider, amount, currency, reason, clientSecret, actionUrl, createdAt } = purchase;
  const credits = bought + bonus;
  return { id, provider, status, amount, currency, credits, reason, clientSecret, actionUrl, createdAt };
}
