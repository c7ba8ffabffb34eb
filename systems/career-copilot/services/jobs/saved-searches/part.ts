import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Events } from '@banyan/events';
import { applySchema } from '@banyan/postgres';
import type { ServicePart } from '@banyan/service';
import type { contracts } from '../../../contracts/jobs.ts';
import { tellDue } from './tell.ts';

/** How long until it looks again which searches are due, ms. */
const LOOK_MS = 1_000;

/** Tells of what saved searches have found when it is due; needs the part `events`. */
export const savedSearchesPart: ServicePart<undefined> = {
  async start({ pool, log, provided }) {
    const { publish } = provided.events as Events<typeof contracts>;
    const sql = await readFile(new URL('schema.sql', import.meta.url), 'utf8');
    await applySchema(pool, { name: 'saved-searches', sql });
    const stopping = new AbortController();
    const { signal } = stopping;
    let loop = Promise.resolve();

    async function goOn(): Promise<void> {
      while (!signal.aborted) {
        try {
          if ((await tellDue(pool, publish)) > 0) continue;
        } catch (error) {
          if (!signal.aborted) log.error(error, 'saved searches cannot be told of');
        }
        await delay(LOOK_MS, undefined, { signal }).catch(() => {});
      }
    }

    return {
      provided: undefined,
      open: async () => {
        loop = goOn();
      },
      close: async () => {
        stopping.abort();
        await loop;
      },
    };
  },
};
