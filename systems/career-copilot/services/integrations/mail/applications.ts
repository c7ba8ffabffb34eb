import type { ServiceClient } from '@banyan/service';
import type { Static } from 'typebox';
import type { StatusChange } from '../../../api/applications.ts';
import type { publicApplications } from '../../../contracts/public-api.ts';
import type { Application } from './match.ts';

export type PublicApi = ServiceClient<typeof publicApplications>;
export type Change = Static<typeof StatusChange>;

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
