/** What analytics says to other services, in any system: each states its ids. */
import { type TSchema, Type } from 'typebox';

const text = (description: string) => Type.String({ description });

const of = { service: 'analytics', version: 1, key: 'userId' } as const;

/** What each event is, to be declared by `event()`. */
export function analyticsEvents<User extends TSchema>(userId: User) {
  return {
    MetricCalculated: {
      ...of,
      key: 'metric' as const,
      summary: 'A figure about all users has been calculated anew.',
      data: Type.Object({
        metric: text('Its name, e.g. `response_rate`.'),
        value: Type.Number(),
        calculatedAt: Type.String({ format: 'date-time' }),
      }),
    },
    ReportGenerated: {
      ...of,
      summary: 'A report that somebody has ordered can be fetched.',
      data: Type.Object({ userId, reportId: Type.Integer(), format: text('`csv` or `pdf`.') }),
    },
    DashboardUpdated: {
      ...of,
      summary: 'Somebody has made, changed or removed a dashboard of theirs.',
      data: Type.Object({ userId, name: text('Its name.'), change: text('`saved` or `removed`.') }),
    },
  };
}
