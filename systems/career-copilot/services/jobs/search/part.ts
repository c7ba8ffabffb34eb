import { repeatedWork, type ServicePart } from '@banyan/service';
import { Type } from 'typebox';
import { ApiError } from '../../../kit/legacy-errors.ts';
import { forgetIndexes } from './opensearch/changes.ts';
import { searchInPostgres } from './postgres/search.ts';
import type { JobSearch } from './search.ts';

const SearchConfig = Type.Object({
  /** Where OpenSearch is, `http(s)://[user:password@]host:port`. Without it jobs are searched in the service's own database. */
  JOB_SEARCH_URL: Type.Optional(Type.String({ format: 'uri', pattern: '^https?://' })),
});

/** How long until it looks again whether something has changed, ms. */
const LOOK_MS = 500;

/** Where jobs are searched, as the configuration says; in the service's own database while OpenSearch has no answer. */
export const searchPart: ServicePart<JobSearch, typeof SearchConfig> = {
  config: SearchConfig,
  async start(host) {
    const { config, pool, log } = host;
    const own = searchInPostgres(pool);
    if (config.JOB_SEARCH_URL === undefined) {
      await forgetIndexes(pool);
      return { provided: own, close: async () => {} };
    }
    const [{ searchServer }, { searchInOpenSearch }, { bringChanges }] = await Promise.all([
      import('./opensearch/client.ts'),
      import('./opensearch/search.ts'),
      import('./opensearch/changes.ts'),
    ]);
    const server = searchServer(config.JOB_SEARCH_URL);
    const work = repeatedWork(host, {
      'bring changes of jobs to OpenSearch': {
        everyMs: LOOK_MS,
        run: async () => (await bringChanges(pool, server)) > 0,
      },
    });
    return {
      provided: withFallback(searchInOpenSearch(pool, server), own, (err) =>
        log.warn({ err }, 'OpenSearch has no answer: jobs are searched in the database'),
      ),
      ...work,
    };
  },
};

/** A cursor of the one means nothing to the other but a place to go on from, which is near enough. */
function withFallback(first: JobSearch, second: JobSearch, told: (error: unknown) => void): JobSearch {
  return {
    search: async (query, near) => {
      try {
        return await first.search(query, near);
      } catch (error) {
        if (error instanceof ApiError) throw error;
        told(error);
        return await second.search(query, near);
      }
    },
  };
}
