import { readFile } from 'node:fs/promises';
import type { Events } from '@banyan/events';
import { applySchema } from '@banyan/postgres';
import { repeatedWork, type ServicePart } from '@banyan/service';
import type { contracts } from '../../../contracts/jobs.ts';
import { tellDue } from './tell.ts';

/** How long until it looks again which searches are due, ms. */
const LOOK_MS = 1_000;

/** Tells of what saved searches have found when it is due; needs the part `events`. */
export const savedSearchesPart: ServicePart<undefined> = {
  async start(host) {
    const { pool, provided } = host;
    const { publish } = provided.events as Events<typeof contracts>;
    const sql = await readFile(new URL('schema.sql', import.meta.url), 'utf8');
    await applySchema(pool, { name: 'saved-searches', sql });
    const work = repeatedWork(host, {
      'tell of saved searches': { everyMs: LOOK_MS, run: async () => (await tellDue(pool, publish)) > 0 },
    });
    return { provided: undefined, ...work };
  },
};
