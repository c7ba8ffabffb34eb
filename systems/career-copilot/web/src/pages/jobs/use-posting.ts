import { type Answer, useApiQuery, useFeature } from '../../api/index.ts';
import type { Offer } from './posting.ts';
import { useApplied } from './use-applied.ts';

const ONE = 'GET /api/v1/jobs/{id}';
const OFFERS = 'GET /api/v1/jobs/{id}/postings';

export type Posting = Answer<typeof ONE>;

const NO_OFFERS: readonly Offer[] = [];

/** A job, where it is offered, of which only the service knows, and what somebody has done about it: all of it, so that nothing jumps. */
export function usePosting(id: number) {
  const input = { params: { path: { id } } };
  const job = useApiQuery(ONE, input);
  const service = useFeature(OFFERS);
  const offers = useApiQuery(OFFERS, input, { enabled: service === 'there' });
  const { applied, isReading } = useApplied();
  const isMore = service === 'unknown' || offers.isLoading || isReading;
  return {
    ...job,
    data: isMore ? undefined : job.data,
    offers: (offers.data?.postings as readonly Offer[] | undefined) ?? NO_OFFERS,
    application: applied?.get(id),
    hasService: service === 'there',
  };
}
