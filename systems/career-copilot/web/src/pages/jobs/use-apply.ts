import type { NewApplication } from '../../../../api/applications.ts';
import { type Answer, byEither, expectedPages, useApiMutation, useFeature } from '../../api/index.ts';
import { LIST, LIST_INPUT } from '../applications/reads.ts';
import type { Applied } from './use-applied.ts';

const BY_SERVICE = 'POST /api/v2/applications';
const BY_MONOLITH = 'POST /api/v1/applications';

/** What is known of a job where one applies for it. */
export type JobNamed = { id: number; title: string; company: { name: string } };

/**
 * Applies for a job, or saves it for later: by the service where there is one, which knows a request again by its key. Resolves with what came of
 * it; `pending`: it goes on without us.
 */
export function useApply() {
  const hasService = useFeature(BY_SERVICE) === 'there';
  const monolith = useApiMutation(BY_MONOLITH);
  const service = useApiMutation(BY_SERVICE);
  return {
    isPending: monolith.isPending || service.isPending,
    apply: async (body: NewApplication, idempotencyKey: string): Promise<'done' | 'pending'> => {
      const legacy = () => monolith.mutateAsync({ body });
      const ofService = () => service.mutateAsync({ body, idempotencyKey });
      // Whichever has answered in the end: there is one application for each job.
      const answer = await (hasService ? byEither(ofService, legacy) : legacy());
      return 'job_id' in answer ? 'done' : 'pending';
    },
  };
}

/** Saves a job for later: shown at once, and taken back with the reason if it is refused. */
export function useSaveJob(job: JobNamed, onTakenBack: (reason: unknown) => void) {
  const hasService = useFeature(BY_SERVICE) === 'there';
  const expects = () => [expectedPages(LIST, LIST_INPUT, (page) => withSaved(page, job))];
  const monolith = useApiMutation(BY_MONOLITH, { expects });
  const service = useApiMutation(BY_SERVICE, { expects });
  return (): void => {
    const body = { job_id: job.id, status: 'saved' } as const;
    const legacy = () => monolith.mutateAsync({ body });
    const ofService = () => service.mutateAsync({ body, idempotencyKey: crypto.randomUUID() });
    (hasService ? byEither<unknown, unknown>(ofService, legacy) : legacy()).catch(onTakenBack);
  };
}

/** Of what is expected and not there yet. */
export const EXPECTED_ID = 0;

function withSaved(page: Answer<typeof LIST>, job: JobNamed): Answer<typeof LIST> {
  if (page.page !== 1) return page;
  const now = new Date().toISOString();
  const saved: Applied = {
    id: EXPECTED_ID,
    job_id: job.id,
    job_title: job.title,
    company_name: job.company.name,
    status: 'saved',
    cover_letter: null,
    applied_at: null,
    created_at: now,
    updated_at: now,
  };
  return { ...page, applications: [saved, ...page.applications] };
}
