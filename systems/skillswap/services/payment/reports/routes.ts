import type { Db } from '@banyan/postgres';
import type { ServiceApp } from '@banyan/service';
import { Type } from 'typebox';
import { UserId } from '../../../api/common.ts';
import { Months, OfYear, RevenueShare, TaxDocument } from '../../../api/payments.ts';
import { accessIn } from '../../../kit/access.ts';
import { callerOf } from '../../../kit/caller.ts';
import type { Withdrawing } from '../withdrawals/part.ts';
import { revenueShare, taxDocument } from './reports.ts';

type Context = { pool: Db; withdrawing: Withdrawing };

/** What people and the platform have to tell of a year. */
export function reportRoutes(app: ServiceApp, { pool, withdrawing: { payees } }: Context): void {
  const { signedIn, admin } = accessIn(pool, 'people');
  const documentOf = async (userId: string, year: number) =>
    await taxDocument(pool, { userId, year, country: (await payees.find(userId))?.country ?? null });

  app.get(
    '/payments/tax-documents/:year',
    { ...signedIn(), schema: { params: OfYear, response: { 200: TaxDocument } } },
    async (request) => await documentOf(callerOf(request), request.params.year),
  );

  app.get(
    '/admin/payments/tax-documents/:userId/:year',
    {
      ...admin(),
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
      ...admin(),
      schema: { querystring: Months, response: { 200: Type.Array(RevenueShare) } },
    },
    async (request) => await revenueShare(pool, request.query),
  );
}
