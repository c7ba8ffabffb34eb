import { setTimeout as delay } from 'node:timers/promises';
import type { Events } from '@banyan/events';
import type { ServicePart } from '@banyan/service';
import { type Static, Type } from 'typebox';
import type { contracts } from '../../../contracts/applications.ts';
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
    const stopping = new AbortController();
    const { signal } = stopping;
    const loops: Promise<void>[] = [];

    /** Again at once while there was something to do, else after a while. */
    async function repeat(seconds: number, work: () => Promise<number>): Promise<void> {
      while (!signal.aborted) {
        const done = await work().catch((err: unknown) => {
          if (!signal.aborted) log.error({ err }, 'the upkeep of applications has a problem');
          return 0;
        });
        if (done === 0) await delay(seconds * 1_000, undefined, { signal }).catch(() => {});
      }
    }

    return {
      provided: undefined,
      open: async () => {
        const { REMINDER_SECONDS, POSTING_SECONDS }: Static<typeof UpkeepConfig> = config;
        loops.push(
          repeat(REMINDER_SECONDS, () => tellDueActions(pool, publish)),
          repeat(POSTING_SECONDS, () => keepMissingPostings(pool, POSTINGS)),
          repeat(POSTING_SECONDS, () => submitLeft(pool, sagas)),
        );
      },
      close: async () => {
        stopping.abort();
        await Promise.all(loops);
      },
    };
  },
};
