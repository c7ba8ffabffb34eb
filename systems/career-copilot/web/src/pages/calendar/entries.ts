import { type CalendarDate, fromAbsolute, toCalendarDate } from '@internationalized/date';

/** What a calendar shows: interviews, what is to be done next, what else is in connected calendars, and what was sent when. */
export type Entry = {
  kind: 'interview' | 'action' | 'busy' | 'applied';
  /** Unique among all. */
  key: string;
  title: string;
  at: Date;
  endsAt: Date | null;
  applicationId: number | null;
  /** Of an interview. */
  interview?: Interview;
};

export type Interview = {
  id: number;
  application_id: number;
  title: string;
  location: string;
  starts_at: string;
  ends_at: string;
};

type Application = {
  id: number;
  job_title: string | null;
  company_name: string | null;
  applied_at: string | null;
};
type Acting = Application & { next_action: { id: number; what: string; due_at: string } | null };
type Busy = { title: string; starts_at: string; ends_at: string };

export type Sources = {
  interviews: readonly Interview[];
  acting: readonly Acting[];
  busy: readonly Busy[];
  applications: readonly Application[];
};

/** All entries in order of time. The interview that an application is at is also what is to be done next for it: told once. */
export function entriesOf({ interviews, acting, busy, applications }: Sources): Entry[] {
  const told = new Set(
    interviews.map(({ application_id, starts_at }) => `${application_id} ${Date.parse(starts_at)}`),
  );
  const entries: Entry[] = [
    ...interviews.map((interview) => ({
      kind: 'interview' as const,
      key: `interview-${interview.id}`,
      title: interview.title,
      at: new Date(interview.starts_at),
      endsAt: new Date(interview.ends_at),
      applicationId: interview.application_id,
      interview,
    })),
    ...acting.flatMap(({ id, next_action: action }) =>
      action === null || told.has(`${id} ${Date.parse(action.due_at)}`)
        ? []
        : [
            {
              kind: 'action' as const,
              key: `action-${action.id}`,
              title: action.what,
              at: new Date(action.due_at),
              endsAt: null,
              applicationId: id,
            },
          ],
    ),
    ...busy.map(({ title, starts_at, ends_at }, n) => ({
      kind: 'busy' as const,
      key: `busy-${n}-${starts_at}`,
      title,
      at: new Date(starts_at),
      endsAt: new Date(ends_at),
      applicationId: null,
    })),
    ...applications.flatMap(({ id, job_title, company_name, applied_at }) =>
      applied_at === null
        ? []
        : [
            {
              kind: 'applied' as const,
              key: `applied-${id}`,
              title: [job_title, company_name].filter(Boolean).join(' · '),
              at: new Date(applied_at),
              endsAt: null,
              applicationId: id,
            },
          ],
    ),
  ];
  return entries.sort((a, b) => a.at.getTime() - b.at.getTime() || (a.key < b.key ? -1 : 1));
}

/** By day of the reader's zone, `2026-06-02`, in order. */
export function byDay(entries: readonly Entry[], zone: string): Map<string, Entry[]> {
  const days = new Map<string, Entry[]>();
  for (const entry of entries) {
    const day = String(dayOf(entry.at, zone));
    days.set(day, [...(days.get(day) ?? []), entry]);
  }
  return days;
}

export function dayOf(at: Date, zone: string): CalendarDate {
  return toCalendarDate(fromAbsolute(at.getTime(), zone));
}

/** The address of a call, if that is what stands where an interview is: nothing but https leads anywhere. */
export function callIn(location: string): string | null {
  const text = location.trim();
  return /^https:\/\/\S+$/i.test(text) && URL.canParse(text) ? text : null;
}

/** Interviews and appointments that are at the same time as what lies between two moments. */
export function conflictsWith(
  entries: readonly Entry[],
  { from, to, except }: { from: Date; to: Date; except?: number | undefined },
): Entry[] {
  return entries.filter(
    ({ kind, at, endsAt, interview }) =>
      (kind === 'interview' || kind === 'busy') &&
      (interview === undefined || interview.id !== except) &&
      at < to &&
      (endsAt ?? at) > from,
  );
}
