import {
  implement,
  personalDataRoutes,
  type ServiceApp,
  type ServiceContext,
  service,
} from '@banyan/service';
import { API } from '../../api/common.ts';
import { ASKER } from '../../contracts/personal-data.ts';
import { contracts } from '../../contracts/skill.ts';
import { answerAsMonolith } from '../../kit/problem-answers.ts';
import { assessmentRoutes } from './assessment/routes.ts';
import { importRoutes } from './catalogue/import-routes.ts';
import { catalogueRoutes } from './catalogue/routes.ts';
import { findSkill } from './catalogue/store.ts';
import type { Given } from './given.ts';
import { mapRoutes } from './map/routes.ts';
import type { Recommendation } from './matching/ranking.ts';
import { matchRoutes } from './matching/routes.ts';
import { personalTables } from './personal-data.ts';
import { profileRoutes } from './profiles/routes.ts';
import { findOffer } from './profiles/store.ts';
import { verificationRoutes } from './verification/routes.ts';

type Provided = Omit<Given, 'pool' | 'clock' | 'recommendation'> & { recommendation: Recommendation };
type Context = ServiceContext<{ RECOMMENDATION_URL?: string | undefined }, Provided>;

export function routesBy(clock: () => number) {
  return async (app: ServiceApp, context: Context): Promise<void> => {
    const recommendation = context.config.RECOMMENDATION_URL ? context.recommendation : undefined;
    const given: Given = { ...context, clock, recommendation };
    await app.register(
      async (scope: ServiceApp) => {
        answerAsMonolith(scope);
        catalogueRoutes(scope, given);
        await importRoutes(scope, given);
        profileRoutes(scope, given);
        verificationRoutes(scope, given);
        assessmentRoutes(scope, given);
        mapRoutes(scope, given);
        matchRoutes(scope, given);
      },
      { prefix: API },
    );
    internalRoutes(app, given);
  };
}

/** What other services ask. */
function internalRoutes(app: ServiceApp, { pool }: Given): void {
  app.register(async (scope: ServiceApp) => {
    answerAsMonolith(scope);
    const config = { allow: [service()], errors: [404] };
    implement(
      scope,
      contracts.operations,
      {
        getSkill: ({ params: { id } }) => findSkill(pool, id),
        getOffer: ({ params: { userId, skillId } }) => findOffer(pool, userId, skillId),
      },
      { getSkill: { config }, getOffer: { config } },
    );
    personalDataRoutes(scope, { pool, stated: personalTables, asker: ASKER });
  });
}
