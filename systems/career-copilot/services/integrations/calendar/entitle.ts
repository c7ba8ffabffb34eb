import { CallError, type ServiceClient } from '@banyan/service';
import type pg from 'pg';
import type { publicOffers } from '../../../contracts/public-api.ts';
import { entitle, untitled } from './followed.ts';

export type Offers = ServiceClient<typeof publicOffers>;

const LONGEST_TITLE = 200;

/** Calls interviews that followed from applications by their jobs. While nobody can be asked they go by what they are. */
export async function entitleInterviews(pool: pg.Pool, userId: number, offers: Offers): Promise<void> {
  for (const { id, jobId } of await untitled(pool, userId)) {
    try {
      const { title, company } = await offers.getJob({ params: { id: jobId } });
      await entitle(pool, id, `Interview: ${title}, ${company.name}`.slice(0, LONGEST_TITLE));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (error.problem?.status === 404) await entitle(pool, id, undefined);
    }
  }
}
