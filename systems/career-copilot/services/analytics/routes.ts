import type { ServiceApp } from '@banyan/service';
import { API } from '../../api/common.ts';
import { answerAsLegacy } from '../../kit/legacy-answers.ts';
import { careerRoutes } from './careers/routes.ts';
import { type Context, checkZone } from './context.ts';
import { dashboardRoutes } from './dashboards/routes.ts';
import { overviewRoutes } from './overview/routes.ts';
import { productRoutes } from './products/routes.ts';
import { reportRoutes } from './reports/routes.ts';

export async function routes(app: ServiceApp, context: Context): Promise<void> {
  checkZone(context.config);
  await app.register(
    async (api: ServiceApp) => {
      answerAsLegacy(api);
      careerRoutes(api, context);
      overviewRoutes(api, context);
      dashboardRoutes(api, context);
      reportRoutes(api, context);
      productRoutes(api, { ...context, base: API });
    },
    { prefix: API },
  );
}
