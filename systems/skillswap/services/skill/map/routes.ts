import type { ServiceApp } from '@banyan/service';
import { Id } from '../../../api/common.ts';
import { MapQuery, SkillMap } from '../../../api/skill-trends.ts';
import { ofUserIn } from '../../../kit/of-user.ts';
import { findSkill } from '../catalogue/store.ts';
import type { Given } from '../given.ts';
import { mapOf } from './store.ts';

/** Where on earth a skill is taught and wanted. */
export function mapRoutes(app: ServiceApp, { pool }: Given): void {
  app.get(
    '/skills/:id/map',
    {
      ...ofUserIn(pool)('SKILL_NOT_FOUND'),
      schema: { params: Id, querystring: MapQuery, response: { 200: SkillMap } },
    },
    async ({ params: { id }, query: { cell = 5 } }) => {
      await findSkill(pool, id);
      return { cell, cells: await mapOf(pool, id, cell) };
    },
  );
}
