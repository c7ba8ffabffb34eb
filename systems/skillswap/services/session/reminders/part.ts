import type { Events } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import { leasedQueue, type ServicePart } from '@banyan/service';
import { Type } from 'typebox';
import type { contracts } from '../../../contracts/session.ts';
import { lockSession } from '../sessions/store.ts';
import { isWriter } from '../writer.ts';
import { reminderRows } from './store.ts';

const RemindersConfig = Type.Object({
  /** How late people may be reminded, ms. */
  REMINDERS_LOOK_MS: Type.Integer({ minimum: 10, default: 5_000 }),
});

const MOST_AT_ONCE = 4;

/** Says that people are to be reminded of a session, once for each time, whatever dies and whenever it is moved. */
export const reminding: ServicePart<undefined, typeof RemindersConfig> = {
  config: RemindersConfig,
  async start(host) {
    const events = host.provided.events as Events<typeof contracts>;
    const queue = leasedQueue(host, 'remind of sessions', {
      most: MOST_AT_ONCE,
      everyMs: host.config.REMINDERS_LOOK_MS,
      lease: async (most, inHand) =>
        (await isWriter(host.pool)) ? await reminderRows.lease(host.pool, most, inHand) : [],
      handle: async (reminder) => {
        const { sessionId, minutes } = reminder;
        await withTransaction(host.pool, async (tx) => {
          // Whoever moves or cancels it has it locked: either they come first, and then this is not wanted any more, or it was right.
          const { seekerId, providerId, startsAt, endsAt } = await lockSession(tx, sessionId);
          if (!(await reminderRows.release(tx, reminder, null))) return;
          await events.publish(tx, 'SessionReminderDue', {
            ...{ sessionId, seekerId, providerId, minutes },
            ...{ startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() },
          });
        });
      },
    });
    return { provided: undefined, open: queue.open, close: queue.close };
  },
};
