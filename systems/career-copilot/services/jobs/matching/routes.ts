import { isDeepStrictEqual } from 'node:util';
import { CallError, defineErrors, type ServiceApp, type ServiceClient, signedIn } from '@banyan/service';
import type pg from 'pg';
import { Type } from 'typebox';
import { Id } from '../../../api/common.ts';
import { Matches, MatchQuery, MatchRequest, MatchSettings, Verdict } from '../../../api/matching.ts';
import type { publicApi } from '../../../contracts/public-api.ts';
import { callerOf } from '../../../kit/active-user.ts';
import type { Skills } from '../../../kit/skills/skills.ts';
import type { Matcher } from './matcher.ts';
import * as store from './matches-store.ts';
import { type KnownProfile, personOf, type Said, saidIn, saidInRequest } from './person.ts';
import { explain, FIXED_WEIGHTS, fitOf, type Person, totalOf } from './score.ts';
import { SENIORITIES } from './traits.ts';

const errors = defineErrors({
  UNAUTHENTICATED: [401, 'A valid access token of an active user is needed.'],
  INACTIVE_USER: [403, 'The account is locked.'],
  NOTHING_SAID: [422, 'Say something to match: a profile, a résumé or both.'],
  MATCH_NOT_FOUND: [404, 'This job was never among your matches.'],
  PROFILE_UNAVAILABLE: [503, 'Your profile cannot be read now. Try again.'],
});

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
export type MatchingGiven = {
  skills: Skills;
  matching: Matcher;
  api: Pick<ServiceClient<typeof publicApi>, 'getProfile'>;
};
type Given = MatchingGiven & { pool: pg.Pool };

type Wanted = { limit: number; remote?: boolean; least_score: number };

/** Jobs by how well they fit somebody, and why. */
export function matchRoutes(app: ServiceApp, { pool, skills, matching, api }: Given): void {
  const config = { allow: [signedIn], errors: [401, 403, 404, 503] };

  async function rank(said: Said, wanted: Wanted, outcomes: ReadonlyMap<number, store.Outcome>) {
    const person = personOf(said, skills);
    const [index, learned] = await Promise.all([matching.current(), store.findUsedWeights(pool)]);
    const [weights, now] = [learned ?? FIXED_WEIGHTS, Date.now()];
    const ranked = index.rank(person, {
      weights,
      now,
      limit: wanted.limit,
      allows: ({ id, remote }) => outcomes.get(id) !== 'rejected' && (remote || !wanted.remote),
    });
    const good = ranked
      .map(({ posting }) => {
        const points = explain({ person, posting, now }, weights, skills.label);
        return { posting, points, score: totalOf(points) };
      })
      .filter(({ score }) => score >= wanted.least_score);
    const ids = good.map(({ posting }) => posting.id);
    const jobs = await store.listJobsByIds(pool, ids);
    const matches = good.flatMap(({ posting: { id }, points, score }) => {
      const job = jobs.get(id);
      return job ? [{ job, score, points, outcome: outcomes.get(id) ?? null }] : [];
    });
    const answer = {
      matches,
      considered: index.size,
      weights: learned ? ('learned' as const) : ('fixed' as const),
      known: knownOf(person, said, skills),
    };
    const shown = good.map(({ posting, score }) => ({
      jobId: posting.id,
      score,
      fit: fitOf(person, posting, now),
    }));
    return { answer, shown };
  }

  app.get(
    '/jobs/matches',
    { config, schema: { querystring: MatchQuery, response: { 200: Matches } } },
    async (request) => {
      const userId = callerOf(request);
      const [profile, settings, outcomes] = await Promise.all([
        profileOf(api),
        store.findSettings(pool, userId),
        store.listOutcomes(pool, userId),
      ]);
      const { answer, shown } = await rank(saidIn(profile, settings), request.query, outcomes);
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
      return (await rank(saidInRequest(profile, resume), query, new Map())).answer;
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
      const [profile, before] = await Promise.all([profileOf(api), store.findSettings(pool, userId)]);
      const settings = { ...(before ?? UNSAID), ...request.body };
      await keep(userId, settings, profile);
      return settings;
    },
  );

  async function keep(userId: number, settings: MatchSettings, profile: KnownProfile): Promise<void> {
    const keys = [...personOf(saidIn(profile, settings), skills).skills];
    await store.putSettings(pool, userId, settings, { ...profile, keys });
  }

  /** The caller's, by the public API: wherever it is now. */
  async function profileOf(client: Given['api']): Promise<KnownProfile> {
    try {
      return await client.getProfile();
    } catch (cause) {
      const status = cause instanceof CallError ? cause.problem?.status : undefined;
      if (status === 401)
        throw errors('UNAUTHENTICATED', { headers: { 'www-authenticate': 'Bearer' }, cause });
      if (status === 403) throw errors('INACTIVE_USER', { cause });
      throw errors('PROFILE_UNAVAILABLE', { headers: { 'retry-after': '5' }, cause });
    }
  }
}

/** Whether a profile says something else than it did when it was last seen. */
function isOther(now: KnownProfile, { skills, headline, location }: store.Settings['profile']): boolean {
  return !isDeepStrictEqual([now.skills, now.headline, now.location], [skills, headline, location]);
}

function knownOf(person: Person, said: Said, skills: Skills) {
  return {
    skills: [...person.skills].map(skills.label),
    titles: [...said.titles],
    places: [...said.places],
    seniority: person.seniority === null ? null : SENIORITIES[person.seniority],
    remote: person.remote,
    least_salary: person.leastSalary,
  };
}
