import { withTransaction } from '@banyan/postgres';
import { defineErrors, type ServiceApp } from '@banyan/service';
import { Endorsements, OfferedSkill } from '../../../api/assessments.ts';
import { callerOf } from '../../../kit/caller.ts';
import { ofUserIn } from '../../../kit/of-user.ts';
import { ApiError } from '../../../kit/problems.ts';
import type { Given } from '../given.ts';
import { isPeer, PEERS_NEEDED } from './decide.ts';
import * as store from './store.ts';

const errors = defineErrors({
  NOT_A_PEER: [403, 'Only who teaches this skill at that level, or has learned it from them, can say so.'],
});

const PATH = '/skills/profiles/:userId/offered/:skillId/endorsements';

/** Peers say that somebody can what they offer. */
export function verificationRoutes(app: ServiceApp, { pool, events }: Given): void {
  const forUsers = ofUserIn(pool);

  app.get(
    PATH,
    {
      ...forUsers('SKILL_NOT_OFFERED'),
      schema: { params: OfferedSkill, response: { 200: Endorsements } },
    },
    async ({ params: { userId, skillId } }) => {
      const said = await store.countEndorsements(pool, userId, skillId);
      if (!said) throw new ApiError('SKILL_NOT_OFFERED');
      return { ...said, needed: PEERS_NEEDED };
    },
  );

  app.post(
    PATH,
    {
      ...forUsers('FORBIDDEN', 'SKILL_NOT_OFFERED'),
      schema: { params: OfferedSkill, response: { 201: Endorsements } },
    },
    async (request, reply) => {
      const [endorserId, { userId, skillId }] = [callerOf(request), request.params];
      const said = await withTransaction(pool, async (tx) => {
        // One after the other, so that the one who makes it enough sees all before.
        const offer = await store.lockOffer(tx, userId, skillId);
        if (!offer) throw new ApiError('SKILL_NOT_OFFERED');
        const { level, verified } = offer;
        const standing = await store.findStanding(tx, endorserId, { userId, skillId });
        if (endorserId === userId || !isPeer(level, standing)) throw errors('NOT_A_PEER');
        await store.endorse(tx, endorserId, { userId, skillId, level });
        const { count } = (await store.countEndorsements(tx, userId, skillId))!;
        if (verified || count < PEERS_NEEDED) return { count, verified };
        await store.markVerified(tx, userId, skillId);
        await events.publish(tx, 'SkillVerified', { userId, skillId, level, by: 'PEERS' });
        return { count, verified: true };
      });
      return await reply.code(201).send({ ...said, needed: PEERS_NEEDED });
    },
  );
}
