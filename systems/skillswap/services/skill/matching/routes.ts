import type { ServiceApp } from '@banyan/service';
import { type Static, Type } from 'typebox';
import { UserId } from '../../../api/common.ts';
import { Match, MatchExplanation, MatchQuery } from '../../../api/matches.ts';
import { callerOf } from '../../../kit/caller.ts';
import { ofUserIn } from '../../../kit/of-user.ts';
import { ApiError } from '../../../kit/problems.ts';
import type { Given } from '../given.ts';
import { isMatch, reasonsOf } from './explain.ts';
import type { Found } from './provider-index.ts';
import { ranked } from './ranking.ts';
import type { WantingSeeker } from './store.ts';

/** From whom somebody may learn what they want. */
export function matchRoutes(app: ServiceApp, { pool, matching, recommendation }: Given): void {
  const forUsers = ofUserIn(pool);

  app.get(
    '/matches',
    { ...forUsers(), schema: { querystring: MatchQuery, response: { 200: Type.Array(Match) } } },
    async (request) => {
      const userId = callerOf(request);
      const { seeker, found } = await matching.matchesOf(userId, request.query.maxDistanceKm);
      return (await ranked(recommendation, userId, found)).map((match) => shown(seeker, match));
    },
  );

  app.get(
    '/matches/:userId',
    {
      ...forUsers('USER_NOT_FOUND'),
      schema: { params: UserId, querystring: MatchQuery, response: { 200: MatchExplanation } },
    },
    async (request) => {
      const [userId, providerId] = [callerOf(request), request.params.userId];
      const pair = userId === providerId ? undefined : await matching.pairOf(userId, providerId);
      if (!pair) throw new ApiError('USER_NOT_FOUND');
      const { seeker, found } = pair;
      return {
        match: shown(seeker, found),
        isMatch: isMatch(found, request.query.maxDistanceKm),
        reasons: reasonsOf(seeker, found),
      };
    },
  );
}

function shown(
  { names }: WantingSeeker,
  { provider, score, shared, distanceKm }: Found,
): Static<typeof Match> {
  const { userId, fullName, headline, hourlyRate, rating } = provider;
  return {
    ...{ userId, fullName, headline, hourlyRate, rating },
    distanceKm: distanceKm === null ? null : Math.round(distanceKm * 10) / 10,
    skills: shared.map((skillId) => ({ skillId, name: names.get(skillId) ?? '' })),
    score,
  };
}
