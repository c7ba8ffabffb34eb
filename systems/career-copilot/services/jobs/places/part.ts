import { repeatedWork, type ServicePart } from '@banyan/service';
import { forgetOtherGazetteers, readLocations } from './store.ts';

/** How long until it looks again whether there are texts to read, ms. A search by distance does not wait for it. */
const LOOK_MS = 10_000;

/** Reads where the places are that jobs name, whoever brings the jobs. */
export const placesPart: ServicePart<undefined> = {
  async start(host) {
    const { pool } = host;
    await forgetOtherGazetteers(pool);
    const work = repeatedWork(host, {
      'read places of jobs': {
        everyMs: LOOK_MS,
        run: async () => {
          await readLocations(pool);
        },
      },
    });
    return { provided: undefined, ...work };
  },
};
