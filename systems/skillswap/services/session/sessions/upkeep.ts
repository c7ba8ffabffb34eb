import type { Events } from '@banyan/events';
import { repeatedWork, type ServicePart } from '@banyan/service';
import { Type } from 'typebox';
import type { contracts } from '../../../contracts/session.ts';
import { forgetGone } from '../calendar/store.ts';
import type { SessionCreditsPart } from '../credits/part.ts';
import { isWriter } from '../writer.ts';
import { closeOverdue, takeOverSettlements } from './move.ts';

const UpkeepConfig = Type.Object({
  /** How late a session may be closed that nobody answered, began or ended, s. */
  CLOSE_SECONDS: Type.Number({ minimum: 0.01, default: 30 }),
  /** How late what the monolith has said of credits is gone on with, when sessions are this service's, ms. */
  TAKE_OVER_MS: Type.Integer({ minimum: 10, default: 1_000 }),
  /** How late is forgotten what gives access to the calendars of somebody whose account the monolith has deleted, ms. */
  FORGET_MS: Type.Integer({ minimum: 10, default: 60_000 }),
});

/** Closes by itself what people forget. */
export function upkeepBy(clock: () => number): ServicePart<undefined, typeof UpkeepConfig> {
  return {
    config: UpkeepConfig,
    async start(host) {
      const { settling, events } = host.provided as {
        settling: SessionCreditsPart;
        events: Events<typeof contracts>;
      };
      const moving = { pool: host.pool, events, wake: settling.wake };
      const work = repeatedWork(host, {
        'close overdue sessions': {
          everyMs: host.config.CLOSE_SECONDS * 1_000,
          inOneProcess: true,
          run: async () => (await isWriter(host.pool)) && (await closeOverdue(moving, clock())),
        },
        'forget the calendars of who is gone': {
          everyMs: host.config.FORGET_MS,
          inOneProcess: true,
          run: async () => void (await forgetGone(host.pool)),
        },
        'take over what becomes of credits': {
          everyMs: host.config.TAKE_OVER_MS,
          inOneProcess: true,
          run: async () => (await isWriter(host.pool)) && (await takeOverSettlements(moving)),
        },
      });
      return { provided: undefined, ...work };
    },
  };
}
