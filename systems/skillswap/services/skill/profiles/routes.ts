import { withTransaction } from '@banyan/postgres';
import type { ServiceApp } from '@banyan/service';
import { UserId } from '../../../api/common.ts';
import { SkillProfile, SkillProfileChanges } from '../../../api/skills.ts';
import { isOwnOrAdmin, ofUserIn } from '../../../kit/of-user.ts';
import { ApiError } from '../../../kit/problems.ts';
import type { Given } from '../given.ts';
import { changedFields, isOfSkills } from './changes.ts';
import { findProfile, lockProfile, replaceProfile } from './store.ts';

/** What somebody teaches, and wants to learn. */
export function profileRoutes(app: ServiceApp, { pool, events }: Given): void {
  const forUsers = ofUserIn(pool);

  app.get(
    '/skills/profiles/:userId',
    { ...forUsers('USER_NOT_FOUND'), schema: { params: UserId, response: { 200: SkillProfile } } },
    async (request) => {
      const { userId } = request.params;
      return await findProfile(pool, userId, isOwnOrAdmin(request, userId));
    },
  );

  app.put(
    '/skills/profiles/:userId',
    {
      ...forUsers('FORBIDDEN', 'USER_NOT_FOUND', 'SKILL_NOT_FOUND', 'STALE_VERSION'),
      schema: { params: UserId, body: SkillProfileChanges, response: { 200: SkillProfile } },
    },
    async (request) => {
      const { userId } = request.params;
      if (!isOwnOrAdmin(request, userId)) throw new ApiError('FORBIDDEN');
      const { version, ...stated } = request.body;
      return await withTransaction(pool, async (tx) => {
        const before = await lockProfile(tx, userId, version);
        await replaceProfile(tx, userId, stated);
        const changed = changedFields(before, stated);
        if (changed.length > 0) await events.publish(tx, 'SkillProfileUpdated', { userId, changed });
        if (changed.some(isOfSkills)) await events.send(tx, 'RefreshRecommendations', { userId });
        return await findProfile(tx, userId, true);
      });
    },
  );
}
