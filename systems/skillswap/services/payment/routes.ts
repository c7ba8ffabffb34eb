import {
  implement,
  personalDataRoutes,
  type ServiceApp,
  type ServiceContext,
  service,
} from '@banyan/service';
import { API, Id, Page, PageQuery } from '../../api/common.ts';
import { Hold as ShownHold, Transaction, Wallet } from '../../api/credits.ts';
import { contracts } from '../../contracts/payment.ts';
import { ASKER } from '../../contracts/personal-data.ts';
import { accessIn } from '../../kit/access.ts';
import { callerOf } from '../../kit/caller.ts';
import { answerAsMonolith } from '../../kit/problem-answers.ts';
import { ApiError } from '../../kit/problems.ts';
import type { Credits, Says } from './ledger/credits.ts';
import type { Hold } from './ledger/decide.ts';
import { findWallet } from './ledger/store.ts';
import { findHolds, findTransaction, findTransactions } from './ledger/transactions.ts';
import type { MoneyBack } from './money-back.ts';
import { personalTables } from './personal-data.ts';
import type { Purchasing } from './purchases/part.ts';
import { purchaseRoutes } from './purchases/routes.ts';
import { refundRoutes } from './refunds/routes.ts';
import { reportRoutes } from './reports/routes.ts';
import type { Screening } from './risk/part.ts';
import { caseRoutes } from './risk/routes.ts';
import type { Withdrawing } from './withdrawals/part.ts';
import { withdrawalRoutes } from './withdrawals/routes.ts';

/** What routes are given. */
export type Given = {
  events: Says;
  credits: Credits;
  purchasing: Purchasing;
  moneyBack: MoneyBack;
  screening: Screening;
  withdrawing: Withdrawing;
};

export async function routes(app: ServiceApp, context: ServiceContext<unknown, Given>): Promise<void> {
  await app.register(
    async (scope: ServiceApp) => {
      answerAsMonolith(scope);
      creditRoutes(scope, context);
      purchaseRoutes(scope, context);
      refundRoutes(scope, context);
      caseRoutes(scope, context);
      reportRoutes(scope, context);
    },
    { prefix: API },
  );
  // Not where numbers like those of cards are refused: those of bank accounts look alike.
  await app.register(
    async (scope: ServiceApp) => {
      answerAsMonolith(scope);
      withdrawalRoutes(scope, { ...context, screen: context.screening.withdrawal });
    },
    { prefix: API },
  );
  internalRoutes(app, context);
}

function creditRoutes(app: ServiceApp, { pool }: ServiceContext<unknown, Given>): void {
  const { signedIn } = accessIn(pool, 'people');

  app.get('/credits', { ...signedIn(), schema: { response: { 200: Wallet } } }, async (request) => {
    const userId = callerOf(request);
    const { balance, held, debt } = await findWallet(pool, userId);
    return { userId, balance, held, available: balance - held, debt };
  });

  app.get(
    '/transactions',
    {
      ...signedIn(),
      schema: { querystring: PageQuery, response: { 200: Page(Transaction) } },
    },
    async (request) => await findTransactions(pool, callerOf(request), request.query),
  );

  app.get(
    '/transactions/:id',
    {
      ...signedIn(404),
      schema: { params: Id, response: { 200: Transaction } },
    },
    async (request) => {
      const transaction = await findTransaction(pool, callerOf(request), request.params.id);
      if (!transaction) throw new ApiError('TRANSACTION_NOT_FOUND');
      return transaction;
    },
  );

  app.get(
    '/credits/holds',
    {
      ...signedIn(),
      schema: { querystring: PageQuery, response: { 200: Page(ShownHold) } },
    },
    async (request) => await findHolds(pool, callerOf(request), request.query),
  );
}

/** What other services do with credits. */
function internalRoutes(app: ServiceApp, { pool, credits }: ServiceContext<unknown, Given>): void {
  const config = { allow: [service()], errors: [404, 409, 422] };
  implement(
    app,
    contracts.operations,
    {
      holdCredits: async ({ body: { key, userId: owner, credits: amount, reference, expiresAt } }) => {
        const request = { key, owner, amount, reference: reference ?? null, expiresAt: new Date(expiresAt) };
        return shown(await credits.hold(request));
      },
      captureHold: async ({ params, body: { key, toUserId: to, credits: amount } }) => {
        const request = { key, holdId: params.id, to, amount, now: new Date() };
        const { id, fee, provider, ...transfer } = await credits.transfer(request);
        const { amount: paid } = transfer;
        return { transactionId: id, amount: paid, platformFee: fee, providerCredits: provider };
      },
      releaseHold: async ({ params }) => shown(await credits.release(params.id)),
    },
    { holdCredits: { config }, captureHold: { config }, releaseHold: { config } },
  );
  personalDataRoutes(app, {
    ...{ pool, stated: personalTables, asker: ASKER },
    // Credits would be lost; what is held is part of the balance.
    isInUse: async (person) => (await findWallet(pool, person)).balance > 0,
  });
}

function shown({ id, owner: userId, amount: credits, captured, state, reference, expiresAt }: Hold) {
  return { id, userId, credits, captured, state, reference, expiresAt };
}
