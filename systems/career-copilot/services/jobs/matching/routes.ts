import { isDeepStrictEqual } from 'node:util';
import { type ServiceApp, signedIn } from '@banyan/service';
import type pg from 'pg';
import { Type } from 'typebox';
import { Id } from '../../../api/common.ts';
import {
  JobMatch,
  Matches,
  MatchQuery,
  MatchRequest,
  MatchSettings,
  Verdict,
} from '../../../api/matching.ts';
import { callerOf } from '../../../kit/active-user.ts';
import { errors } from './errors.ts';
import * as store from './matches-store.ts';
import { type KnownProfile, personOf, saidIn, saidInRequest } from './person.ts';
import { type ProfileSource, profileOfCaller } from './profile-of-caller.ts';
import { matchJob, type Ranking, rankJobs } from './rank-jobs.ts';

/** Before anybody has said otherwise. */
const UNSAID: MatchSettings = {
  notify: false,
  threshold: 60,
  titles: [],
  places: [],
  remote: null,
  least_salary: null,
};

/** What routes are given by the parts of the service. */
export type MatchingGiven = Omit<Ranking, 'pool'> & { api: ProfileSource };

/** Jobs by how well they fit somebody, and why. */
export function matchRoutes(
  app: ServiceApp,
  { pool, api, ...given }: MatchingGiven & { pool: pg.Pool },
): void {
  const { skills } = given;
  const ranking: Ranking = { pool, ...given };
  const config = { allow: [signedIn], errors: [401, 403, 404, 503] };

  app.get(
    '/jobs/matches',
    { config, schema: { querystring: MatchQuery, response: { 200: Matches } } },
    async (request) => {
      const userId = callerOf(request);
      const [profile, settings, outcomes] = await Promise.all([
        profileOfCaller(api),
        store.findSettings(pool, userId),
        store.listOutcomes(pool, userId),
      ]);
      const { answer, shown } = await rankJobs(ranking, saidIn(profile, settings), request.query, outcomes);
      await store.noteShown(pool, userId, shown);
      if (settings && isOther(profile, settings.profile)) await keep(userId, settings, profile);
      return answer;
    },
  );

  app.post(
    '/jobs/matches',
    {
      config: { ...config, errors: [...config.errors, 422] },
      schema: {
        description: 'For what the request says; nothing of it is kept.',
        querystring: MatchQuery,
        body: MatchRequest,
        response: { 200: Matches },
      },
    },
    async ({ body: { profile, resume }, query }) => {
      if (!profile && !resume) throw errors('NOTHING_SAID');
      return (await rankJobs(ranking, saidInRequest(profile, resume), query, new Map())).answer;
    },
  );

  app.get(
    '/jobs/matches/:id',
    {
      config,
      schema: {
        description: 'How well one open job fits, among the best or not. It does not count as shown.',
        params: Id,
        response: { 200: JobMatch },
      },
    },
    async (request) => {
      const userId = callerOf(request);
      const [profile, settings] = await Promise.all([profileOfCaller(api), store.findSettings(pool, userId)]);
      const match = await matchJob(ranking, saidIn(profile, settings), request.params.id);
      if (!match) throw errors('JOB_NOT_FOUND');
      return match;
    },
  );

  app.put(
    '/jobs/matches/:id',
    { config, schema: { params: Id, body: Verdict, response: { 200: Verdict } } },
    async (request) => {
      const { outcome } = request.body;
      if (!(await store.noteOutcome(pool, callerOf(request), request.params.id, outcome)))
        throw errors('MATCH_NOT_FOUND');
      return { outcome };
    },
  );

  app.get(
    '/jobs/match-settings',
    { config, schema: { response: { 200: MatchSettings } } },
    async (request) => {
      const settings = await store.findSettings(pool, callerOf(request));
      return settings ?? UNSAID;
    },
  );

  app.put(
    '/jobs/match-settings',
    {
      config,
      schema: { body: Type.Partial(MatchSettings), response: { 200: MatchSettings } },
    },
    async (request) => {
      const userId = callerOf(request);
      const [profile, before] = await Promise.all([profileOfCaller(api), store.findSettings(pool, userId)]);
      const settings = { ...(before ?? UNSAID), ...request.body };
      await keep(userId, settings, profile);
      return settings;
    },
  );

  async function keep(userId: number, settings: MatchSettings, profile: KnownProfile): Promise<void> {
    const keys = [...personOf(saidIn(profile, settings), skills).skills];
    await store.putSettings(pool, userId, settings, { ...profile, keys });
  }
}

/** Whether a profile says something else than it did when it was last seen. */
function isOther(now: KnownProfile, { skills, headline, location }: store.Settings['profile']): boolean {
  return !isDeepStrictEqual([now.skills, now.headline, now.location], [skills, headline, location]);
}
