import type { ApplicationStatus } from '../../../../api/applications.ts';
import type { SourceKind } from '../../../../api/sources.ts';
import type { ApplicationState } from '../../../../api/tracking.ts';
import type { ApplicationsSearch, Sort } from './search.ts';
import { isEnd, isState, nextOnMonolith, STATES } from './states.ts';

/** What board and list show of an application, whichever side answers. */
export type ApplicationRow = {
  id: string;
  title: string;
  company: string;
  /** A state; what the legacy system has, if that is none. */
  state: string;
  mayBecome: readonly ApplicationState[];
  appliedAt: string | null;
  changedAt: string;
  source: SourceKind | null;
  action: { what: string; dueAt: string } | null;
};

type OfMonolith = {
  id: number;
  job_title: string;
  company_name: string;
  status: ApplicationStatus;
  applied_at: string | null;
  updated_at: string;
};

type OfService = Omit<OfMonolith, 'job_title' | 'company_name' | 'status'> & {
  job_title: string | null;
  company_name: string | null;
  status: string;
  may_become: ApplicationState[];
  source: { kind: SourceKind } | null;
  next_action: { what: string; due_at: string } | null;
};

export function rowsOfMonolith(rows: readonly OfMonolith[]): ApplicationRow[] {
  return rows.map((row) => ({
    id: String(row.id),
    title: row.job_title,
    company: row.company_name,
    state: row.status,
    mayBecome: nextOnMonolith(row.status),
    appliedAt: row.applied_at,
    changedAt: row.updated_at,
    source: null,
    action: null,
  }));
}

/** `nameless`: what a job is called that the service has not heard of yet. */
export function rowsOfService(rows: readonly OfService[], nameless: string): ApplicationRow[] {
  return rows.map((row) => ({
    id: String(row.id),
    title: row.job_title ?? nameless,
    company: row.company_name ?? '',
    state: row.status,
    mayBecome: row.may_become,
    appliedAt: row.applied_at,
    changedAt: row.updated_at,
    source: row.source?.kind ?? null,
    action: row.next_action && { what: row.next_action.what, dueAt: row.next_action.due_at },
  }));
}

/** What an application is called by, for messages. */
export function namesOf({ title, company }: ApplicationRow): { title: string; company: string } {
  return { title, company };
}

const WEEK_MS = 7 * 86_400_000;

/** Those that are searched for. Title and company are searched, in any case. */
export function matching(
  rows: readonly ApplicationRow[],
  { q = '', state, source, due }: ApplicationsSearch,
  now: number,
): ApplicationRow[] {
  const sought = q.trim().toLowerCase();
  const until = due === undefined ? null : due === 'overdue' ? now : now + WEEK_MS;
  return rows.filter(
    (row) =>
      `${row.title}\n${row.company}`.toLowerCase().includes(sought) &&
      (state === undefined || (state === 'open' ? !isEnd(row.state) : row.state === state)) &&
      (source === undefined || row.source === source) &&
      (until === null || (row.action !== null && Date.parse(row.action.dueAt) < until)),
  );
}

export function sorted(rows: readonly ApplicationRow[], { column, direction }: Sort): ApplicationRow[] {
  const sign = direction === 'descending' ? -1 : 1;
  const read = VALUES[column];
  return rows.toSorted((a, b) => {
    const [one, other] = [read(a), read(b)];
    // What has none stands last, whichever the direction.
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    if (typeof one === 'number') return sign * (one - (other as number));
    return sign * one.localeCompare(other as string);
  });
}

const VALUES: Record<Sort['column'], (row: ApplicationRow) => string | number | null> = {
  title: ({ title }) => title,
  company: ({ company }) => company,
  state: ({ state }) => (isState(state) ? STATES.indexOf(state) : STATES.length),
  applied: ({ appliedAt }) => momentOf(appliedAt),
  changed: ({ changedAt }) => momentOf(changedAt),
  due: ({ action }) => momentOf(action?.dueAt ?? null),
};

function momentOf(instant: string | null): number | null {
  return instant === null ? null : Date.parse(instant);
}
