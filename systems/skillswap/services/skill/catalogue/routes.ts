import { withTransaction } from '@banyan/postgres';
import type { ServiceApp } from '@banyan/service';
import { Type } from 'typebox';
import { Id, Page } from '../../../api/common.ts';
import { Growth, GrowthQuery } from '../../../api/skill-trends.ts';
import { Category, NewSkill, Skill, SkillQuery, Trend } from '../../../api/skills.ts';
import { ofAdminIn, ofUserIn } from '../../../kit/of-user.ts';
import type { Given } from '../given.ts';
import { findSkill, insertSkill, listCategories, listSkills } from './store.ts';
import { listGrowth, listTrends } from './trends.ts';

/** What can be taught. */
export function catalogueRoutes(app: ServiceApp, { pool, events, clock }: Given): void {
  const forUsers = ofUserIn(pool);

  app.get(
    '/skills',
    { ...forUsers(), schema: { querystring: SkillQuery, response: { 200: Page(Skill) } } },
    async ({ query }) => await listSkills(pool, query),
  );

  app.get(
    '/skills/categories',
    { ...forUsers(), schema: { response: { 200: Type.Array(Category) } } },
    async () => await listCategories(pool),
  );

  app.get(
    '/skills/trends',
    { ...forUsers(), schema: { response: { 200: Type.Array(Trend) } } },
    async () => await listTrends(pool),
  );

  app.get(
    '/skills/trends/growth',
    { ...forUsers(), schema: { querystring: GrowthQuery, response: { 200: Type.Array(Growth) } } },
    async ({ query: { days } }) => await listGrowth(pool, { days, now: clock() }),
  );

  app.get(
    '/skills/:id',
    { ...forUsers('SKILL_NOT_FOUND'), schema: { params: Id, response: { 200: Skill } } },
    async ({ params }) => await findSkill(pool, params.id),
  );

  app.post(
    '/skills',
    {
      ...ofAdminIn(pool)('CATEGORY_NOT_FOUND', 'SKILL_EXISTS'),
      schema: { body: NewSkill, response: { 201: Skill } },
    },
    async ({ body }, reply) => {
      const skill = await withTransaction(pool, async (tx) => {
        const id = await insertSkill(tx, body);
        await events.publish(tx, 'SkillAdded', { skillId: id, categoryId: body.categoryId, name: body.name });
        return await findSkill(tx, id);
      });
      return await reply.code(201).send(skill);
    },
  );
}
