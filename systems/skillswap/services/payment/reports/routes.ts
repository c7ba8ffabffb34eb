import type { Db } from '@banyan/postgres';
import { role, type ServiceApp, signedIn } from '@banyan/service';
import { Type } from 'typebox';
import { UserId } from '../../../api/common.ts';
import { Months, OfYear, RevenueShare, TaxDocument } from '../../../api/payments.ts';
import { callerOf } from '../../../kit/caller.ts';
import type { Withdrawing } from '../withdrawals/part.ts';
import { revenueShare, taxDocument } from './reports.ts';

type Context = { pool: Db; withdrawing: Withdrawing };

/** What people and the platform have to tell of a year. */
export function reportRoutes(app: ServiceApp, { pool, withdrawing: { payees } }: Context): void {
  const documentOf = async (userId: string, year: number) =>
    await taxDocument(pool, { userId, year, country: (await payees.find(userId))?.country ?? null });

  app.get(
    '/payments/tax-documents/:year',
    { config: { allow: [signedIn] }, schema: { params: OfYear, response: { 200: TaxDocument } } },
    async (request) => await documentOf(callerOf(request), request.params.year),
  );

  app.get(
    '/admin/payments/tax-documents/:userId/:year',
    {
      config: { allow: [role('ADMIN')] },
      schema: {
        params: Type.Object({ ...UserId.properties, ...OfYear.properties }),
        response: { 200: TaxDocument },
      },
    },
    async (request) => await documentOf(request.params.userId, request.params.year),
  );

  app.get(
    '/admin/payments/revenue',
    {
      config: { allow: [role('ADMIN')] },
      schema: { querystring: Months, response: { 200: Type.Array(RevenueShare) } },
    },
    async (request) => await revenueShare(pool, request.query),
  );
}
