import type pg from 'pg';
import { SENIORITIES } from '../../../api/jobs.ts';
import type { JobMatch, Matches } from '../../../api/matching.ts';
import type { Skills } from '../../../kit/skills/skills.ts';
import { explain, totalOf } from './explain.ts';
import type { Matcher } from './matcher.ts';
import * as store from './matches-store.ts';
import { personOf, type Said } from './person.ts';
import { FIXED_WEIGHTS, fitOf, type Person } from './score.ts';
import { findPosting } from './traits-store.ts';

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

/** How well one open job fits somebody, each point explained; undefined: there is no such job, or it is closed. */
export async function matchJob(
  { pool, skills, matching }: Ranking,
  said: Said,
  jobId: number,
): Promise<JobMatch | undefined> {
  await matching.readNew();
  const [posting, learned] = await Promise.all([findPosting(pool, jobId), store.findUsedWeights(pool)]);
  if (!posting) return;
  const person = personOf(said, skills);
  const points = explain({ person, posting, now: Date.now() }, learned ?? FIXED_WEIGHTS, skills.label);
  return { score: totalOf(points), points };
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
