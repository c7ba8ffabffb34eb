/** What a recommendation service does for the others, where there is one. */
import { command, defineContracts } from '@banyan/events';
import { operation } from '@banyan/service';
import { Type } from 'typebox';
import { Uuid } from '../api/common.ts';
import { MOST_MATCHES } from '../kit/matching/score.ts';
import { SYSTEM } from './common.ts';

export const contracts = defineContracts({
  system: SYSTEM,
  events: {},
  commands: {
    RefreshRecommendations: command({
      service: 'recommendation',
      summary: 'What was learned of somebody is to be made anew: they teach or want something else now.',
      version: 1,
      key: 'userId',
      data: Type.Object({ userId: Uuid }),
    }),
  },
  operations: {
    /** The order in which somebody should be shown their matches; the scores are given, the best first. */
    rankMatches: operation({
      service: 'recommendation',
      method: 'POST',
      path: '/internal/recommendations/matches',
      body: Type.Object({
        userId: Uuid,
        matches: Type.Array(Type.Object({ userId: Uuid, score: Type.Number({ minimum: 0, maximum: 1 }) }), {
          maxItems: MOST_MATCHES,
        }),
      }),
      answer: Type.Object({ userIds: Type.Array(Uuid, { maxItems: MOST_MATCHES }) }),
      idempotent: true,
    }),
  },
});
