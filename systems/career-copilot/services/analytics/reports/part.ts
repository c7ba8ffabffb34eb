import type { Events } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import { type Leased, leasedQueue, pauseAfterAttempt, type Retries, type ServicePart } from '@banyan/service';
import type { contracts } from '../hear.ts';
import type { Documents } from '../store/documents.ts';
import { contentOf } from './content.ts';
import { csvOf } from './csv.ts';
import { pdfOf } from './pdf.ts';
import { endReport, type Order, orders } from './store.ts';

const LOOK_MS = 1_000;
const RETRIES: Retries = { pausesMs: [5_000, 5_000], jitter: 0.2 };
const MOST_ATTEMPTS = RETRIES.pausesMs.length + 1;

/** Makes the reports that people have ordered, one after the other; many processes share them. */
export const reports: ServicePart<undefined> = {
  async start(host) {
    const { pool, log, provided } = host;
    const documents = provided.documents as Documents;
    const events = provided.events as Events<typeof contracts>;

    async function make(order: Leased<Order>): Promise<void> {
      const { id: reportId, userId, format, attempt } = order;
      // Each of its attempts has ended its process.
      if (attempt > MOST_ATTEMPTS) return void (await endReport(pool, order, null));
      try {
        const content = await bytesOf(documents, order);
        await withTransaction(pool, async (tx) => {
          if (await endReport(tx, order, content))
            await events.publish(tx, 'ReportGenerated', { userId, reportId, format });
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

async function bytesOf(documents: Documents, { userId, zone, format }: Order): Promise<Buffer> {
  const now = new Date();
  const content = await contentOf(documents, userId, { zone, now });
  return format === 'pdf' ? await pdfOf(content, now) : Buffer.from(csvOf(content.table));
}
