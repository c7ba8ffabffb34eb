import { withTransaction } from '@banyan/postgres';
import { CallError, leasedQueue, leasedRows, type ServiceClient, type ServicePart } from '@banyan/service';
import { Type } from 'typebox';
import type { contracts } from '../../../contracts/user.ts';
import { putPerson } from './store.ts';

const ReadingConfig = Type.Object({
  /** How long until a process looks again whether somebody is to be read, ms. */
  PEOPLE_LOOK_MS: Type.Integer({ minimum: 10, default: 500 }),
});

/** A call takes less. Who could not be read is tried again then. */
const LEASE_MS = 15_000;
const AT_ONCE = 4;

const rows = leasedRows<{ userId: string }>({
  table: 'people_to_read',
  key: 'user_id',
  columns: 'user_id AS "userId"',
  leaseMs: LEASE_MS,
});

/** What others see of somebody is not told with the event that it has changed: it is asked for, as it is now, until it is known. */
export const peopleReading: ServicePart<undefined, typeof ReadingConfig> = {
  config: ReadingConfig,
  start: async (host) => {
    const { pool, provided, config } = host;
    const users = provided.users as ServiceClient<typeof contracts.operations>;
    const queue = leasedQueue(host, 'read people', {
      most: AT_ONCE,
      everyMs: config.PEOPLE_LOOK_MS,
      lease: (most, inHand) => rows.lease(pool, most, inHand),
      handle: async (row) => {
        const person = await users.getPerson({ params: { id: row.userId } }).catch((error: unknown) => {
          // There is nobody any more: that is told by an event of its own.
          if (error instanceof CallError && error.code === 'REFUSED') return undefined;
          throw error;
        });
        await withTransaction(pool, async (tx) => {
          // Unless they have changed since.
          if ((await rows.release(tx, row, null)) && person) await putPerson(tx, row.userId, person);
        });
      },
    });
    return { provided: undefined, open: queue.open, close: queue.close };
  },
};
