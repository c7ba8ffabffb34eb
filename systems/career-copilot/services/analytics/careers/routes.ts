import type { ServiceApp } from '@banyan/service';
import { Funnel, Summary, Weeks } from '../../../api/analytics.ts';
import { activeUser, callerOf } from '../../../kit/active-user.ts';
import type { Context } from '../context.ts';
import { funnel, summary, weekly } from './answers.ts';
import { careersOf } from './find.ts';

/** What the monolith told people of their search, out of their documents. */
export function careerRoutes(
  app: ServiceApp,
  { pool, documents, config: { LEGACY_ZONE: zone } }: Context,
): void {
  const ofUser = activeUser(pool, { byEventsAlone: true });

  app.get('/analytics/summary', { ...ofUser(), schema: { response: { 200: Summary } } }, async (request) => {
    const { career } = await careersOf(documents, callerOf(request));
    return summary(career);
  });

  app.get('/analytics/funnel', { ...ofUser(), schema: { response: { 200: Funnel } } }, async (request) => {
    const { career, past } = await careersOf(documents, callerOf(request));
    return funnel(career, past);
  });

  app.get('/analytics/weekly', { ...ofUser(), schema: { response: { 200: Weeks } } }, async (request) => {
    const { career } = await careersOf(documents, callerOf(request));
    return weekly(career, zone);
  });
}
