import type { Events } from '@banyan/events';
import type { ServicePart } from '@banyan/service';
import { type Static, Type } from 'typebox';
import type { contracts } from '../../../contracts/applications.ts';
import { repeatedly } from '../../../kit/repeatedly.ts';
import { type SubmissionSagas, submitLeft } from '../submission/submit.ts';
import { keepMissingPostings } from './postings.ts';
import { tellDueActions } from './reminders.ts';

const UpkeepConfig = Type.Object({
  /** How late a reminder may be told. */
  REMINDER_SECONDS: Type.Number({ minimum: 0.01, default: 5 }),
  /** How long a posting may wait until it is kept, of an application that the monolith has made. */
  POSTING_SECONDS: Type.Number({ minimum: 0.01, default: 60 }),
});

const POSTINGS = 500;

/** What the service does by itself: reminds people, keeps postings, and goes on with submissions that were left. Whatever fails is tried again. */
export const upkeep: ServicePart<undefined, typeof UpkeepConfig> = {
  config: UpkeepConfig,
  async start({ config, pool, log, provided }) {
    const { publish, sagas } = provided.events as Events<typeof contracts> & { sagas: SubmissionSagas };
    const again = (seconds: number, work: () => Promise<number>) =>
      repeatedly(async () => (await work()) > 0, {
        everyMs: seconds * 1_000,
        log,
        failure: 'the upkeep of applications has a problem',
      });
    const { REMINDER_SECONDS, POSTING_SECONDS }: Static<typeof UpkeepConfig> = config;
    const works = [
      again(REMINDER_SECONDS, () => tellDueActions(pool, publish)),
      again(POSTING_SECONDS, () => keepMissingPostings(pool, POSTINGS)),
      again(POSTING_SECONDS, () => submitLeft(pool, sagas)),
    ];
    return {
      provided: undefined,
      open: async () => {
        await Promise.all(works.map((each) => each.open()));
      },
      close: async () => {
        await Promise.all(works.map((each) => each.close()));
      },
    };
  },
};
