import type { Events } from '@banyan/events';
import { repeatedWork, type ServicePart, type Task } from '@banyan/service';
import { type Static, Type } from 'typebox';
import type { contracts } from '../../../contracts/applications.ts';
import { eraseSome } from '../erasure/erase.ts';
import { type SubmissionSagas, submitLeft } from '../submission/submit.ts';
import { keepMissingPostings } from './postings.ts';
import { tellDueActions } from './reminders.ts';

const UpkeepConfig = Type.Object({
  /** How late a reminder may be told. */
  REMINDER_SECONDS: Type.Number({ minimum: 0.01, default: 5 }),
  /** How long a posting may wait until it is kept, of an application that the monolith has made. */
  POSTING_SECONDS: Type.Number({ minimum: 0.01, default: 60 }),
  /** How often what is left of deleted accounts is erased. */
  ERASE_SECONDS: Type.Number({ minimum: 0.01, default: 10 }),
});

const POSTINGS = 500;

/** What the service does by itself: reminds people, keeps postings, goes on with submissions that were left, and erases people. Whatever fails is tried again. */
export const upkeep: ServicePart<undefined, typeof UpkeepConfig> = {
  config: UpkeepConfig,
  async start(host) {
    const { config, pool, provided, service } = host;
    const { publish, store, sagas } = provided.events as Events<typeof contracts> & {
      sagas: SubmissionSagas;
    };
    const { REMINDER_SECONDS, POSTING_SECONDS, ERASE_SECONDS }: Static<typeof UpkeepConfig> = config;
    const work = repeatedWork(host, {
      'tell due reminders': whileThereIsMore(REMINDER_SECONDS, () => tellDueActions(pool, publish)),
      'keep missing postings': whileThereIsMore(POSTING_SECONDS, () => keepMissingPostings(pool, POSTINGS)),
      'erase deleted people': {
        everyMs: ERASE_SECONDS * 1_000,
        run: () => eraseSome(pool, { store, publish }, service),
      },
      'submit what was left': whileThereIsMore(POSTING_SECONDS, () => submitLeft(pool, sagas)),
    });
    return { provided: undefined, ...work };
  },
};

/** Does some at a time, and tells how many that were. */
function whileThereIsMore(seconds: number, doSome: () => Promise<number>): Task {
  return { everyMs: seconds * 1_000, run: async () => (await doSome()) > 0 };
}
