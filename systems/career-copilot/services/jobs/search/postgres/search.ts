import type pg from 'pg';
import { readCursor } from '../cursor.ts';
import { type Found, type JobSearch, NOTHING } from '../search.ts';
import { alternativesOf } from '../words.ts';
import type { Asked } from './asked.ts';
import { countSample, countsOf } from './counts.ts';
import { pageOf } from './page.ts';
import { intended, partsOf } from './parts.ts';

/** By PostgreSQL's full text, of the table `job_search` that triggers keep. */
export function searchInPostgres(pool: pg.Pool): JobSearch {
  return {
    async search(query) {
      const after = query.cursor === undefined ? undefined : readCursor(query.cursor);
      const asked = alternativesOf(query.q);
      const parts = await partsOf(pool, asked);
      const exact = await searchBy(pool, { query, parts, after });
      if (exact.total > 0) return { ...exact, matched: 'words' };
      const meant = await intended(pool, asked);
      return {
        ...(meant ? await searchBy(pool, { query, parts: await partsOf(pool, meant), after }) : exact),
        matched: 'similar',
      };
    },
  };
}

async function searchBy(pool: pg.Pool, asked: Asked): Promise<Omit<Found, 'matched'>> {
  if (asked.parts.length === 0) return NOTHING;
  const sample = await countSample(pool, asked);
  // Where the sample has none there may be none at all, as for a mistyped word: then nothing more is asked.
  if (sample.total === 0) {
    const counts = await countsOf(pool, asked, sample);
    return counts.total === 0
      ? { ...NOTHING, ...counts }
      : { ...(await pageOf(pool, asked, sample)), ...counts };
  }
  const [page, counts] = await Promise.all([pageOf(pool, asked, sample), countsOf(pool, asked, sample)]);
  return { ...page, ...counts };
}
