/** What analytics says to other services, in any system: each states its ids and its service's name. */
import { type TSchema, Type } from 'typebox';

const text = (description: string) => Type.String({ description });

/** What each event says, with its summary; `event()` of it and what the system has besides (service, version, key) is the contract. */
export function analyticsEvents<User extends TSchema>(userId: User) {
  return {
    MetricCalculated: {
      summary: 'A figure about all users has been calculated anew.',
      data: Type.Object({
        metric: text('Its name, e.g. `response_rate`.'),
        value: Type.Number(),
        calculatedAt: Type.String({ format: 'date-time' }),
      }),
    },
    ReportGenerated: {
      summary: 'A report that somebody has ordered can be fetched.',
      data: Type.Object({ userId, reportId: Type.Integer(), format: text('`csv` or `pdf`.') }),
    },
    DashboardUpdated: {
      summary: 'Somebody has made, changed or removed a dashboard of theirs.',
      data: Type.Object({ userId, name: text('Its name.'), change: text('`saved` or `removed`.') }),
    },
  };
}
