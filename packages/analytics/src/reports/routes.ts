import { INTEGER, Nullable, Timestamp } from '@banyan/monolith/api';
import { withTransaction } from '@banyan/postgres';
import { isZone, type ServiceApp } from '@banyan/service';
import { Type } from 'typebox';
import { errors } from '../errors.ts';
import type { RoutesHost } from '../routes-host.ts';
import { type Format, findReport, listReports, orderReport } from './store.ts';

const TYPES: Record<Format, string> = { csv: 'text/csv; charset=utf-8', pdf: 'application/pdf' };
const OfFormat = Type.Unsafe<Format>({ type: 'string', enum: Object.keys(TYPES) });
const Order = Type.Object({
  format: OfFormat,
  zone: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Of weeks. Default UTC.' })),
});
const Report = Type.Object({
  id: Type.Integer(),
  format: OfFormat,
  state: Type.String({ description: 'waiting, running, done, failed' }),
  created_at: Timestamp,
  ended_at: Nullable<Date>(Timestamp),
});
const Id = Type.Object({ id: Type.Integer({ ...INTEGER, minimum: 1 }) });
const FILE = {
  description: 'The report',
  content: {
    'text/csv': { schema: Type.String() },
    'application/pdf': { schema: Type.String({ format: 'binary' }) },
  },
};
/** Of one user that are not done yet. */
const MOST = 5;

/** Reports are ordered, made in the background, and fetched when they are done. */
export function reportRoutes(app: ServiceApp, { pool, system, access, own }: RoutesHost): void {
  const { signedIn, callerOf } = access;

  app.post(
    `${own}/reports`,
    { ...signedIn(400, 409), schema: { body: Order, response: { 202: Report } } },
    async (request, reply) => {
      const { format, zone = 'UTC' } = request.body;
      if (!isZone(zone)) throw errors('NO_SUCH_ZONE');
      const order = { format, zone, most: MOST };
      const ordered = await withTransaction(pool, (tx) => orderReport(tx, callerOf(request), order));
      if (!ordered) throw errors('TOO_MANY_REPORTS');
      return await reply.code(202).send(ordered);
    },
  );

  app.get(
    `${own}/reports`,
    { ...signedIn(), schema: { response: { 200: Type.Array(Report) } } },
    async (request) => await listReports(pool, callerOf(request)),
  );

  app.get(
    `${own}/reports/:id`,
    { ...signedIn(404), schema: { params: Id, response: { 200: Report } } },
    async (request) => {
      const report = await findReport(pool, callerOf(request), request.params.id);
      if (!report) throw errors('NO_SUCH_REPORT');
      return report;
    },
  );

  app.get(
    `${own}/reports/:id/file`,
    { ...signedIn(404, 409), schema: { params: Id, response: { 200: FILE } } },
    async (request, reply) => {
      const report = await findReport(pool, callerOf(request), request.params.id);
      if (!report) throw errors('NO_SUCH_REPORT');
      const { id, format, content } = report;
      if (content === null) throw errors('REPORT_NOT_DONE');
      return await reply
        .type(TYPES[format])
        .header('content-disposition', `attachment; filename="${system.reportName}-${id}.${format}"`)
        .header('x-content-type-options', 'nosniff')
        .send(content as never);
    },
  );
}
