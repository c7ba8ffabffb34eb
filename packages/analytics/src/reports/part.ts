import { withTransaction } from '@banyan/postgres';
import {
  type Leased,
  leasedQueue,
  type PartHost,
  pauseAfterAttempt,
  type Retries,
  type ServicePart,
} from '@banyan/service';
import type { Says } from '../says.ts';
import type { UserId } from '../system.ts';
import type { ReportContent } from './content.ts';
import { csvOf } from './csv.ts';
import { pdfOf } from './pdf.ts';
import { endReport, type Order, orders } from './store.ts';

const LOOK_MS = 1_000;
const RETRIES: Retries = { pausesMs: [5_000, 5_000], jitter: 0.2 };
const MOST_ATTEMPTS = RETRIES.pausesMs.length + 1;

/** What is told to somebody, in their zone. */
export type ContentOf = (
  host: Pick<PartHost<unknown>, 'pool' | 'provided'>,
  about: { userId: UserId; zone: string; now: Date },
) => Promise<ReportContent>;

/**
 * Makes the reports that people have ordered, one after the other; many processes share them. It comes behind `events` in what a service
 * uses, and behind what `contentOf` reads.
 */
export function reports(contentOf: ContentOf): ServicePart<undefined> {
  return {
    async start(host) {
      const { pool, log } = host;
      const says = host.provided.events as Says;

      async function make(order: Leased<Order>): Promise<void> {
        const { id: reportId, userId, format, zone, attempt } = order;
        // Each of its attempts has ended its process.
        if (attempt > MOST_ATTEMPTS) return void (await endReport(pool, order, null));
        try {
          const now = new Date();
          const { table, printed } = await contentOf(host, { userId, zone, now });
          const content = format === 'pdf' ? await pdfOf(printed, now) : Buffer.from(csvOf(table));
          await withTransaction(pool, async (tx) => {
            if (await endReport(tx, order, content))
              await says.publish(tx, 'ReportGenerated', { userId, reportId, format });
          });
        } catch (err) {
          log.error({ err, report: reportId, attempt }, 'a report could not be made');
          const pause = pauseAfterAttempt(RETRIES, { attempt, chance: Math.random() });
          if (pause === undefined) await endReport(pool, order, null);
          else await orders.release(pool, order, pause);
        }
      }

      const queue = leasedQueue(host, 'make reports', {
        most: 1,
        everyMs: LOOK_MS,
        lease: (most, inHand) => orders.lease(pool, most, inHand),
        handle: make,
      });
      return { provided: undefined, ...queue };
    },
  };
}
