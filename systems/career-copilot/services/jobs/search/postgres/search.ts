import type pg from 'pg';
import { readCursor } from '../cursor.ts';
import { type Found, type JobSearch, NOTHING } from '../search.ts';
import { alternativesOf } from '../words.ts';
import type { Asked } from './asked.ts';
import { countSample, countsOf, type Sample } from './counts.ts';
import { withDistances } from './distances.ts';
import { pageOf } from './page.ts';
import { intended, type Part, partsOf } from './parts.ts';
import { sortedPageOf } from './sorted-page.ts';

/** By PostgreSQL's full text, of the table `job_search` that triggers keep. */
export function searchInPostgres(pool: pg.Pool): JobSearch {
  return {
    async search(query, near) {
      const after = query.cursor === undefined ? undefined : readCursor(query.cursor);
      const asked = alternativesOf(query.q ?? '');
      const searched = (parts: readonly Part[]) => {
        const asked = { query, parts, near, after };
        return withDistances(pool, asked, searchBy(pool, asked));
      };
      const exact = await searched(await partsOf(pool, asked));
      if (exact.total > 0 || query.q === undefined) return { ...exact, matched: 'words' };
      const meant = await intended(pool, asked);
      return { ...(meant ? await searched(await partsOf(pool, meant)) : exact), matched: 'similar' };
    },
  };
}

async function searchBy(pool: pg.Pool, asked: Asked): Promise<Omit<Found, 'matched'>> {
  if (asked.parts.length === 0 && asked.query.q !== undefined) return NOTHING;
  const sample = await countSample(pool, asked);
  // Where the sample has none there may be none at all, as for a mistyped word: then nothing more is asked.
  if (sample.total === 0) {
    const counts = await countsOf(pool, asked, sample);
    return counts.total === 0
      ? { ...NOTHING, ...counts }
      : { ...(await shownOf(pool, asked, sample)), ...counts };
  }
  const [page, counts] = await Promise.all([shownOf(pool, asked, sample), countsOf(pool, asked, sample)]);
  return { ...page, ...counts };
}

async function shownOf(
  pool: pg.Pool,
  asked: Asked,
  sample: Sample,
): Promise<Pick<Found, 'jobs' | 'next_cursor'>> {
  const { sort = 'relevance' } = asked.query;
  // Without words none fits more than another.
  const order = sort === 'relevance' && asked.parts.length === 0 ? 'newest' : sort;
  return order === 'relevance' ? await pageOf(pool, asked, sample) : await sortedPageOf(pool, asked, order);
}
