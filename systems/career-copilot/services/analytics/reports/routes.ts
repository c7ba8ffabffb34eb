import { withTransaction } from '@banyan/postgres';
import { defineErrors, isZone, type ServiceApp } from '@banyan/service';
import { Type } from 'typebox';
import { Id, Nullable, Timestamp } from '../../../api/common.ts';
import { activeUser, callerOf } from '../../../kit/active-user.ts';
import type { Context } from '../context.ts';
import { type Format, findReport, listReports, orderReport } from './store.ts';

const errors = defineErrors({
  NO_SUCH_REPORT: [404, 'You have no such report.'],
  REPORT_NOT_DONE: [409, 'The report is not done: look at its state.'],
  TOO_MANY_REPORTS: [409, 'Others that you have ordered are not done yet.'],
  NO_SUCH_ZONE: [400, 'There is no zone of this name: give one such as Europe/Berlin.'],
});

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
export function reportRoutes(app: ServiceApp, { pool }: Context): void {
  const ofUser = activeUser(pool, { byEventsAlone: true });
  const withErrors = (...statuses: number[]) => {
    const { config, ...rest } = ofUser();
    return { ...rest, config: { ...config, errors: [...config.errors, ...statuses] } };
  };

  app.post(
    '/analytics/reports',
    { ...withErrors(400, 409), schema: { body: Order, response: { 202: Report } } },
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
    '/analytics/reports',
    { ...ofUser(), schema: { response: { 200: Type.Array(Report) } } },
    async (request) => await listReports(pool, callerOf(request)),
  );

  app.get(
    '/analytics/reports/:id',
    { ...withErrors(404), schema: { params: Id, response: { 200: Report } } },
    async (request) => {
      const report = await findReport(pool, callerOf(request), request.params.id);
      if (!report) throw errors('NO_SUCH_REPORT');
      return report;
    },
  );

  app.get(
    '/analytics/reports/:id/file',
    { ...withErrors(404, 409), schema: { params: Id, response: { 200: FILE } } },
    async (request, reply) => {
      const report = await findReport(pool, callerOf(request), request.params.id);
      if (!report) throw errors('NO_SUCH_REPORT');
      const { id, format, content } = report;
      if (content === null) throw errors('REPORT_NOT_DONE');
      return await reply
        .type(TYPES[format])
        .header('content-disposition', `attachment; filename="job-search-${id}.${format}"`)
        .header('x-content-type-options', 'nosniff')
        .send(content as never);
    },
  );
}
