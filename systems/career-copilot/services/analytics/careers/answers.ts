import { periodOf } from '@banyan/analytics';
import { type Funnel, funnelOf, type Summary, summaryOf, type Weeks } from '../../../api/analytics.ts';
import type { Application, Career, Step } from './career.ts';

/** Steps of applications from before they were known here, by application. */
export type PastSteps = ReadonlyMap<number, { steps: readonly Step[] }>;

export function summary({ applications }: Career): Summary {
  return summaryOf(countBy(Object.values(applications).map(({ status }) => status)));
}

/** An application counts once for each status that it has ever come to. */
export function funnel({ applications }: Career, past: PastSteps): Funnel {
  const reached = Object.entries(applications).flatMap(([id, application]) => [
    ...new Set(stepsOf(application, past.get(Number(id))?.steps).map(({ to }) => to)),
  ]);
  return funnelOf(countBy(reached));
}

/** The last weeks in which somebody applied. */
export function weekly({ applications }: Career, zone: string): Weeks {
  const weeks = countBy(
    Object.values(applications).flatMap(({ appliedAt }) =>
      appliedAt === null ? [] : [periodOf(new Date(appliedAt), 'week', zone)],
    ),
  );
  const latestFirst = [...weeks].toSorted(([a], [b]) => (a < b ? 1 : -1)).slice(0, SHOWN_WEEKS);
  return { weeks: latestFirst.map(([week, applications]) => ({ week, applications })) };
}

/** Of applications that were there already their first steps are kept apart. */
export function withPast({ applications }: Career): number[] {
  return Object.entries(applications).flatMap(([id, { wasThere }]) => (wasThere ? [Number(id)] : []));
}

/** All that is known of the way of an application. What its rows tell later, of a new copy, may be among what was heard before. */
export function stepsOf({ steps }: Pick<Application, 'steps'>, past: readonly Step[] = []): readonly Step[] {
  if (past.length === 0) return steps;
  return [...past, ...steps.filter((step) => !past.some((older) => isSame(older, step)))];
}

/** A row says when its transaction began, what was heard when it was committed. */
function isSame(told: Step, heard: Step): boolean {
  const apart = Date.parse(heard.at) - Date.parse(told.at);
  return told.to === heard.to && apart >= 0 && apart < LONGEST_TRANSACTION_MS;
}

export function countBy(keys: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

const SHOWN_WEEKS = 12;
const LONGEST_TRANSACTION_MS = 60_000;
