import { setTimeout as delay } from 'node:timers/promises';
import type { Events } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import type { ServicePart } from '@banyan/service';
import type { contracts } from '../hear.ts';
import type { Documents } from '../store/documents.ts';
import { contentOf } from './content.ts';
import { csvOf } from './csv.ts';
import { pdfOf } from './pdf.ts';
import { type Claimed, claimReport, finishReport, giveBack } from './store.ts';

/** Makes the reports that people have ordered, one after the other; many processes share them. */
export const reports: ServicePart<undefined> = {
  async start({ pool, log, provided }) {
    const documents = provided.documents as Documents;
    const events = provided.events as Events<typeof contracts>;
    const stopping = new AbortController();
    const { signal } = stopping;
    let working = Promise.resolve();

    async function make(claimed: Claimed): Promise<void> {
      try {
        const content = await bytesOf(documents, claimed);
        await withTransaction(pool, async (tx) => {
          if (!(await finishReport(tx, claimed, content))) return;
          const { userId, id: reportId, format } = claimed;
          await events.publish(tx, 'ReportGenerated', { userId, reportId, format });
        });
      } catch (err) {
        log.error({ err, report: claimed.id }, 'a report could not be made');
        await giveBack(pool, claimed);
      }
    }

    async function workForever(): Promise<void> {
      while (!signal.aborted) {
        const claimed = await claimReport(pool).catch((err) => {
          if (!signal.aborted) log.warn({ err }, 'could not look which reports are ordered');
          return undefined;
        });
        if (claimed)
          await make(claimed).catch((err) => log.warn({ err }, 'a report could not be given back'));
        else await delay(LOOK_MS, undefined, { signal }).catch(() => {});
      }
    }

    return {
      provided: undefined,
      open: async () => {
        working = workForever();
      },
      close: async () => {
        stopping.abort();
        await working;
      },
    };
  },
};

async function bytesOf(documents: Documents, { userId, zone, format }: Claimed): Promise<Buffer> {
  const now = new Date();
  const content = await contentOf(documents, userId, { zone, now });
  return format === 'pdf' ? await pdfOf(content, now) : Buffer.from(csvOf(content.table));
}

const LOOK_MS = 1_000;
