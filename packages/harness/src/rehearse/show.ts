import type { LinkedService } from '@banyan/plan';
import { createView, type View } from '../tour/view.ts';
import { beginJourney, describeTimeLeft, reachStop, secondsLeft, secondsOfCopies } from './time-left.ts';

/** The view of a rehearsal, which says how much time is left. */
export type Show = View & { reached(stage: string): void };

export function createShow(options: {
  stream: NodeJS.WriteStream;
  title: string;
  services: readonly LinkedService[];
  holdSeconds: number;
  startedAt: number;
}): Show {
  const { stream, title, services, holdSeconds, startedAt } = options;
  let journey = beginJourney(services, startedAt);
  let copying = 0;
  const timeLeft = () =>
    describeTimeLeft(secondsLeft(journey, { holdSeconds, copying, nowMs: performance.now() }));
  const view = createView(stream, startedAt, `a copy of ${title}`, timeLeft);
  return {
    ...view,
    status(statuses) {
      copying = secondsOfCopies(statuses);
      view.status(statuses);
    },
    reached(stage) {
      journey = reachStop(journey, stage, performance.now());
    },
  };
}
