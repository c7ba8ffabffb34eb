import { createHash } from 'node:crypto';
import { textOf } from '../connectors/html.ts';
import type { Posting } from '../connectors/posting.ts';
import type { JobRow } from '../facts.ts';

/** What is written of a job; the rest of its row the database gives. */
export type NewJob = Omit<JobRow, 'id' | 'company_id'> & { posted_at: Date | null };

/** A job by what a posting says. The columns of pay are of dollars a year: any other pay is shown with its posting only. */
export function jobOf(
  { title, description, location, employment, remote, salary, postedAt }: Posting,
  skillsIn: (text: string) => string[] = () => [],
): NewJob {
  const text = textOf(description);
  const isComparable = salary?.currency === 'USD' && salary.period === 'year';
  const whole = (amount: number | null | undefined) =>
    isComparable && amount != null ? Math.round(amount) : null;
  return {
    title,
    description: text,
    location,
    job_type: jobTypeOf(employment),
    remote,
    salary_min: whole(salary?.min),
    salary_max: whole(salary?.max),
    // Sources have them in their sentences only.
    requirements: skillsIn(`${title}\n${text}`).slice(0, MOST_REQUIREMENTS),
    is_active: true,
    posted_at: postedAt,
  };
}

const MOST_REQUIREMENTS = 30;

/** In the words of the public API; what a source does not say is taken for the usual. */
function jobTypeOf(employment: string | null): string {
  const words = employment?.toLowerCase() ?? '';
  if (/intern|trainee|werkstudent/.test(words)) return 'internship';
  if (/contract|freelance|temporary|fixed/.test(words)) return 'contract';
  return /part/.test(words) ? 'part_time' : 'full_time';
}

/** What of an address does not tell which page it is, only where a visitor came from. */
const OF_VISITORS = /^(utm_.*|gh_src|lever-.*|source|src|ref|referrer|fbclid|gclid|mc_cid|mc_eid)$/i;

/** The same for two addresses of one page: without what tells of visitors, in one order, in one form. */
export function canonicalUrl(address: string): string {
  const url = new URL(address);
  const kept = [...url.searchParams].filter(([name]) => !OF_VISITORS.test(name)).sort(byName);
  const host = url.host.replace(/^www\./, '');
  const path = url.pathname.replace(/\/+$/, '');
  const query = new URLSearchParams(kept).toString();
  return `${host}${path}${query === '' ? '' : `?${query}`}`;
}

/** The same for two postings of one job: of one company, with one title, at one place, whatever case and signs they are written in. */
export function fingerprintOf(
  company: string,
  { title, location }: Pick<Posting, 'title' | 'location'>,
): string {
  return [company, title, location ?? ''].map(plain).join('|');
}

/** The same as long as a source says the same of a job. */
export function contentHash(posting: Posting, company: string): string {
  return createHash('sha256')
    .update(JSON.stringify([posting, company]))
    .digest('hex');
}

/** Fewer are closed at any time. */
const FEW = 10;

/**
 * Whether an answer that lacks so many of the open postings has all there are: more than half of them are closed only if the answer before
 * lacked as many. A source that was cut short, or was limiting us, says nothing of what it left out.
 */
export function isBelievable({
  open,
  missing,
  doubtedBefore,
}: {
  open: number;
  missing: number;
  /** So many of the answer before this one. */
  doubtedBefore: number;
}): boolean {
  return missing <= FEW || missing <= open / 2 || doubtedBefore > 0;
}

/** Whether a posting can be applied for still. */
export function isExpired({ expiresAt }: Pick<Posting, 'expiresAt'>, now: Date): boolean {
  return expiresAt !== null && expiresAt <= now;
}

function plain(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}+#]+/gu, ' ')
    .trim();
}

const byName = ([a]: [string, string], [b]: [string, string]) => (a < b ? -1 : a > b ? 1 : 0);
