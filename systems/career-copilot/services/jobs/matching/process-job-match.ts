import { type DataOf, defineSaga, Refused } from '@banyan/events';
import type pg from 'pg';
import { Type } from 'typebox';
import type { contracts } from '../../../contracts/jobs.ts';
import type { Skills } from '../../../kit/skills/skills.ts';
import { explain, type Point, totalOf } from './explain.ts';
import type { Matcher } from './matcher.ts';
import { findUsedWeights, valuesOf } from './matches-store.ts';
import * as people from './people-store.ts';
import { personOf, saidIn } from './person.ts';
import { FIXED_WEIGHTS, type Fit, fitOf, type Posting } from './score.ts';
import { findPosting } from './traits-store.ts';

/** People who are told of one job at most, those whom it fits best. */
const MOST_PEOPLE = 5_000;
const MOST_REASONS = 3;

type JobMatched = DataOf<(typeof contracts)['events']['JobMatched']>;

type Given = {
  skills: Skills;
  matching: Pick<Matcher, 'readNew'>;
  /** Publishes the event in the transaction. */
  tell(tx: pg.PoolClient, matched: JobMatched): Promise<unknown>;
};

/**
 * When a job is posted: finds the people who want to be told of such, records the match of each, and tells them. Each is told of a job
 * once, however often it is posted; of a job that is closed in between nobody is told.
 */
export function processJobMatch({ skills, matching, tell }: Given) {
  return defineSaga('process_job_match', {
    input: Type.Object({ jobId: Type.Integer() }),
    steps: (saga) =>
      saga
        .transaction('find_people', {
          timeout: 'PT2M',
          action: async ({ input: { jobId } }, { tx }) => {
            await matching.readNew();
            const posting = await findPosting(tx, jobId);
            return posting ? await findPeople(tx, posting, skills) : [];
          },
        })
        .transaction('record_matches', {
          action: async ({ id, input, results }, { tx }) =>
            await people.recordMatches(tx, id, input.jobId, results.find_people),
          compensation: async ({ id }, { tx }) => await people.forgetUntold(tx, id),
        })
        .transaction('tell', {
          timeout: 'PT2M',
          action: async ({ id, input, results }, { tx }) => {
            const job = await people.findOpenJob(tx, input.jobId);
            if (!job) throw new Refused('the job was closed before anybody was told');
            const told = new Set(await people.markTold(tx, id));
            for (const { userId, score, reasons } of results.find_people)
              if (told.has(userId)) await tell(tx, { userId, ...job, score, reasons });
            await people.forgetUntold(tx, id);
            return told.size;
          },
        }),
  });
}

/** Those who want to be told and whom it fits from their threshold on, the best first. */
async function findPeople(tx: pg.PoolClient, posting: Posting, skills: Skills): Promise<people.Found[]> {
  const [weights, now] = [(await findUsedWeights(tx)) ?? FIXED_WEIGHTS, Date.now()];
  let found: people.Found[] = [];
  for await (const wanting of people.listWanting(tx, posting)) {
    for (const { userId, profile, ...settings } of wanting) {
      const person = personOf(saidIn({ ...profile, preferences: {} }, settings), skills);
      const points = explain({ person, posting, now }, weights, skills.label);
      const score = totalOf(points);
      if (score < settings.threshold) continue;
      const fit: Fit = fitOf(person, posting, now);
      found.push({ userId, score, values: valuesOf(fit), reasons: reasonsOf(points) });
    }
    found = found.sort((a, b) => b.score - a.score || a.userId - b.userId).slice(0, MOST_PEOPLE);
  }
  return found;
}

function reasonsOf(points: readonly Point[]): string[] {
  const most = points.toSorted((a, b) => b.points - a.points).slice(0, MOST_REASONS);
  return most.map(({ because }) => because);
}
