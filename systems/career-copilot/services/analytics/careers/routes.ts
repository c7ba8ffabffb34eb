import type { ServiceApp } from '@banyan/service';
import { Funnel, Summary, Weeks } from '../../../api/analytics.ts';
import { activeUser, callerOf } from '../../../kit/active-user.ts';
import type { Context } from '../context.ts';
import { funnel, type PastSteps, summary, weekly, withPast } from './answers.ts';
import { type Career, NOBODY } from './career.ts';

/** What the monolith told people of their search, out of their documents. */
export function careerRoutes(
  app: ServiceApp,
  { pool, documents, config: { LEGACY_ZONE: zone } }: Context,
): void {
  const ofUser = activeUser(pool, { byEventsAlone: true });
  const careerOf = async (userId: number) =>
    (await documents.find<Career>('careers', [userId])).get(userId) ?? NOBODY;

  app.get('/analytics/summary', { ...ofUser(), schema: { response: { 200: Summary } } }, async (request) =>
    summary(await careerOf(callerOf(request))),
  );

  app.get('/analytics/funnel', { ...ofUser(), schema: { response: { 200: Funnel } } }, async (request) => {
    const career = await careerOf(callerOf(request));
    const past: PastSteps = await documents.find('past_steps', withPast(career));
    return funnel(career, past);
  });

  app.get('/analytics/weekly', { ...ofUser(), schema: { response: { 200: Weeks } } }, async (request) =>
    weekly(await careerOf(callerOf(request)), zone),
  );
}
