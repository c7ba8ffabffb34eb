import { analyticsRoutes, completeSince, productRoutes } from '@banyan/analytics';
import type { ServiceApp } from '@banyan/service';
import { API } from '../../api/common.ts';
import { answerAsLegacy } from '../../kit/legacy-answers.ts';
import { careerCopilot as system } from './career-copilot.ts';
import { careersOf } from './careers/find.ts';
import { momentsIn, waysOf } from './careers/moments.ts';
import { careerRoutes } from './careers/routes.ts';
import { type Context, checkZone } from './context.ts';
import { ASKED } from './hear.ts';
import { overviewRoutes } from './overview/routes.ts';
import { momentsOfHours } from './overview/totals.ts';
import { PRODUCTS } from './products/products.ts';

export async function routes(app: ServiceApp, context: Context): Promise<void> {
  checkZone(context.config);
  const { pool, documents, overview, events, metrics } = context;
  const ownOf = async (userId: number | string) => await careersOf(documents, Number(userId));
  await app.register(
    async (api: ServiceApp) => {
      answerAsLegacy(api);
      careerRoutes(api, context);
      overviewRoutes(api, context);
      analyticsRoutes(api, system, {
        ...{ pool, events },
        momentsOf: async (userId) => {
          const { career, past } = await ownOf(userId);
          return momentsIn(waysOf(career, past));
        },
        momentsOfAll: () => {
          const latest = overview.latest();
          return latest && momentsOfHours(latest.totals);
        },
      });
      productRoutes(api, {
        ...{ system, overview, metrics, ownOf },
        access: system.access(pool),
        own: system.paths.own,
        products: PRODUCTS,
        completeSince: () => completeSince(events, ASKED),
      });
    },
    { prefix: API },
  );
}
