import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { Match, MatchQuery } from '../../api/matches.ts';
import { bestMatches } from '../../kit/matching/score.ts';
import { type Context, currentUser } from '../context.ts';
import { providersFor, seekerOf } from '../matching/candidates.ts';

export function matchRoutes(app: FastifyInstance, { pool, clock, ofUser }: Context): void {
  app.get<{ Querystring: MatchQuery }>(
    '/matches',
    { ...ofUser(), schema: { querystring: MatchQuery, response: { 200: Type.Array(Match) } } },
    async (request) => {
      const seeker = await seekerOf(pool, currentUser(request).id, clock());
      const providers = await providersFor(pool, seeker, clock());
      return bestMatches(seeker, providers, request.query).map(({ provider, score, shared, distanceKm }) => ({
        ...provider,
        distanceKm: distanceKm === null ? null : Math.round(distanceKm * 10) / 10,
        skills: shared.map((skillId) => ({ skillId, name: seeker.names.get(skillId) ?? '' })),
        score,
      }));
    },
  );
}
