import { dayOf, type Entry } from '../calendar/entries.ts';

/** Something that waits for its person. `path` leads to where it is done. */
export type Task =
  | { kind: 'interview' | 'action'; key: string; title: string; at: Date; isOverdue: boolean; path: string }
  | { kind: 'offers' | 'interviews' | 'saved'; key: string; count: number; path: string };

/**
 * What waits, the next first: interviews and actions by their time, those that are overdue before them; then offers to decide on, interviews that
 * nobody has put into the calendar, and jobs that were saved and not applied for. `zone`: whose days the calendar has.
 */
export function tasksOf(
  entries: readonly Entry[],
  byStatus: Readonly<Record<string, number>>,
  { now, zone }: { now: Date; zone: string },
): Task[] {
  const dated = entries.flatMap(({ kind, key, title, at, endsAt, applicationId }): Task[] => {
    if (kind === 'interview' && (endsAt ?? at) > now) {
      const day = String(dayOf(at, zone));
      const path = `/calendar?month=${day.slice(0, 7)}&day=${day}`;
      return [{ kind, key, title, at, isOverdue: false, path }];
    }
    if (kind !== 'action') return [];
    return [{ kind, key, title, at, isOverdue: at < now, path: `/applications/${applicationId}` }];
  });
  const isPlanned = entries.some(({ kind }) => kind === 'interview');
  const counted = (
    [
      ['offers', 'offer', '/applications'],
      ['interviews', 'interview', '/calendar'],
      ['saved', 'saved', '/applications'],
    ] as const
  ).flatMap(([kind, status, path]): Task[] => {
    const count = byStatus[status] ?? 0;
    if (count === 0 || (kind === 'interviews' && isPlanned)) return [];
    return [{ kind, key: kind, count, path }];
  });
  return [...dated, ...counted];
}
