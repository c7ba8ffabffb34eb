import type { Moments } from '@banyan/analytics';
import { type PastSteps, stepsOf } from './answers.ts';
import type { Application, Career } from './career.ts';

/** What happens to applications, each with the moments at which it did. Pure. */
export const METRICS = [
  'created',
  'applied',
  'answered',
  'interview',
  'offer',
  'accepted',
  'rejected',
  'ghosted',
] as const;
export type Metric = (typeof METRICS)[number];

/** By which a company shows that somebody has read it. */
const ANSWERS = new Set(['screening', 'interview', 'offer', 'accepted', 'rejected']);

/** An application with its whole way, as far as it is known. */
export type Way = Application & { id: number };

export function waysOf({ applications }: Career, past: PastSteps): Way[] {
  return Object.entries(applications).map(([key, application]) => {
    const id = Number(key);
    return { ...application, id, steps: stepsOf(application, past.get(id)?.steps) };
  });
}

export function momentOf(way: Way, metric: Metric): string | null {
  if (metric === 'created') return way.createdAt;
  if (metric === 'applied') return way.appliedAt;
  if (metric === 'answered') return answeredAt(way);
  return firstOf(way, (to) => to === metric);
}

/** All moments of some applications. */
export function momentsIn(ways: readonly Way[]): Moments {
  return (metric) =>
    ways.flatMap((way): [Date, number][] => {
      const at = momentOf(way, metric as Metric);
      return at === null ? [] : [[new Date(at), 1]];
    });
}

/** When the company answered, be it yes or no; null: not yet. */
export function answeredAt(way: Way): string | null {
  return firstOf(way, (to) => ANSWERS.has(to));
}

function firstOf({ steps }: Way, wanted: (to: string) => boolean): string | null {
  const moments = steps.filter(({ to }) => wanted(to)).map(({ at }) => at);
  return moments.length === 0
    ? null
    : moments.reduce((first, at) => (Date.parse(at) < Date.parse(first) ? at : first));
}
