import type pg from 'pg';
import type { Matches } from '../../../api/matching.ts';
import type { Skills } from '../../../kit/skills/skills.ts';
import type { Matcher } from './matcher.ts';
import * as store from './matches-store.ts';
import { personOf, type Said } from './person.ts';
import { explain, FIXED_WEIGHTS, fitOf, type Person, totalOf } from './score.ts';
import { SENIORITIES } from './traits.ts';

export type Ranking = { pool: pg.Pool; skills: Skills; matching: Matcher };
type Wanted = { limit: number; remote?: boolean; least_score: number };

/**
 * The open jobs that fit somebody best, each with its points explained, without those that they have refused; and what of it is to be noted as
 * shown to them.
 */
export async function rankJobs(
  { pool, skills, matching }: Ranking,
  said: Said,
  wanted: Wanted,
  outcomes: ReadonlyMap<number, store.Outcome>,
): Promise<{ answer: Matches; shown: store.Shown[] }> {
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
