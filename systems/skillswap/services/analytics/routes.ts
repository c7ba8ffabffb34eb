import {
  analyticsRoutes,
  completeSince,
  type Overviews,
  productMetrics,
  productRoutes,
} from '@banyan/analytics';
import type { Events } from '@banyan/events';
import { personalDataRoutes, type ServiceApp, type ServiceContext } from '@banyan/service';
import { PlatformMetrics, Summary } from '../../api/analytics.ts';
import { API } from '../../api/common.ts';
import { ASKER } from '../../contracts/personal-data.ts';
import { callerOf } from '../../kit/caller.ts';
import { ofAdminIn, ofUserIn } from '../../kit/of-user.ts';
import { answerAsMonolith } from '../../kit/problem-answers.ts';
import { platformMetrics, summaryOf } from './figures.ts';
import { ASKED, type contracts } from './hear.ts';
import { personalTables } from './personal-data.ts';
import { type Overview, PRODUCTS } from './products.ts';
import { momentsOf, momentsOfAll } from './series.ts';
import { skillswap as system } from './skillswap.ts';

type Given = ServiceContext<
  unknown,
  { events: Events<typeof contracts>; overview: Overviews<Overview> },
  typeof productMetrics
>;

export { productMetrics as metrics };

export async function routes(app: ServiceApp, { pool, events, overview, metrics }: Given): Promise<void> {
  await app.register(
    async (api: ServiceApp) => {
      answerAsMonolith(api);
      api.get(
        '/analytics/summary',
        { ...ofUserIn(pool)(), schema: { response: { 200: Summary } } },
        async (request) => await summaryOf(pool, callerOf(request)),
      );
      api.get(
        '/analytics/platform',
        { ...ofAdminIn(pool)(), schema: { response: { 200: PlatformMetrics } } },
        async () => await platformMetrics(pool),
      );
      analyticsRoutes(api, system, {
        ...{ pool, events },
        momentsOf: (userId) => momentsOf(pool, String(userId)),
        momentsOfAll: () => momentsOfAll(pool),
      });
      productRoutes(api, {
        ...{ system, overview, metrics, access: system.access(pool), own: system.paths.own },
        products: PRODUCTS,
        ownOf: async (userId) => ({ summary: await summaryOf(pool, String(userId)) }),
        completeSince: () => completeSince(events, ASKED),
      });
    },
    { prefix: API },
  );
  personalDataRoutes(app, { pool, stated: personalTables, asker: ASKER });
}
