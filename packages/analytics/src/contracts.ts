/** What analytics says to other services, in any system: each states its ids. */
import { event } from '@banyan/events';
import { type TSchema, Type } from 'typebox';

const text = (description: string) => Type.String({ description });

// What a system's ids are is not known here, so neither that they can be a key.
const of = { service: 'analytics', version: 1, key: 'userId' as never } as const;

/** Its events, for the contracts of a system. */
export function analyticsEvents<User extends TSchema>(userId: User) {
  return {
    MetricCalculated: event({
      ...of,
      key: 'metric',
      summary: 'A figure about all users has been calculated anew.',
      data: Type.Object({
        metric: text('Its name, e.g. `response_rate`.'),
        value: Type.Number(),
        calculatedAt: Type.String({ format: 'date-time' }),
      }),
    }),
    ReportGenerated: event({
      ...of,
      summary: 'A report that somebody has ordered can be fetched.',
      data: Type.Object({ userId, reportId: Type.Integer(), format: text('`csv` or `pdf`.') }),
    }),
    DashboardUpdated: event({
      ...of,
      summary: 'Somebody has made, changed or removed a dashboard of theirs.',
      data: Type.Object({ userId, name: text('Its name.'), change: text('`saved` or `removed`.') }),
    }),
  };
}
