import { CallError, type ServiceClient } from '@banyan/service';
import type { Static } from 'typebox';
import type { StatusChange } from '../../../api/applications.ts';
import type { publicApplications } from '../../../contracts/public-api.ts';
import type { Application } from './match.ts';

export type PublicApi = ServiceClient<typeof publicApplications>;
type Change = Static<typeof StatusChange>;

const PAGE = 100;
/** Mails are about what somebody has applied for lately, not about all that they ever have. */
const MOST_PAGES = 3;

/** Of the caller, the latest first, as the public API shows them. */
export async function applicationsOf(api: PublicApi): Promise<Application[]> {
  const all: Application[] = [];
  for (let page = 1; page <= MOST_PAGES; page++) {
    const answer = (await api.listApplications({ query: { page, limit: PAGE } })) as {
      applications: Application[];
      total_pages: number;
    };
    all.push(...answer.applications);
    if (page >= answer.total_pages) break;
  }
  return all;
}

/**
 * A step of an application, with the token of the caller. One that is there already was made before. False: it cannot take this step. Throws
 * `CallError` while nobody can say.
 */
export async function moveOn(api: PublicApi, id: number, status: string, sentence: string): Promise<boolean> {
  const body = { status, note: `From a forwarded mail: ${sentence}` } as Change;
  try {
    await api.changeStatus({ params: { id }, body });
    return true;
  } catch (error) {
    if (!(error instanceof CallError) || error.code !== 'REFUSED') throw error;
    const application = (await applicationsOf(api)).find((one) => one.id === id);
    return application?.status === status;
  }
}
