import {
  beginJourney,
  describeTimeLeft,
  type Journey,
  reachStop,
  secondsLeft,
  secondsOfCopies,
} from './time-left.ts';
import { createView, type View } from './view.ts';

/** A view that says how much time is left. */
export type Show = View & {
  /** Where it goes, as `service:stage`, in order: from then on it is known. */
  goes(stops: readonly string[]): void;
  reached(stop: string): void;
};

export function createShow(options: {
  stream: NodeJS.WriteStream;
  title: string;
  /** How long each stop is held. */
  holdSeconds: number;
  startedAt: number;
}): Show {
  const { stream, title, holdSeconds, startedAt } = options;
  let journey: Journey | undefined;
  let copying = 0;
  const timeLeft = () =>
    journey && describeTimeLeft(secondsLeft(journey, { holdSeconds, copying, nowMs: performance.now() }));
  const view = createView(stream, startedAt, title, timeLeft);
  return {
    ...view,
    status(statuses) {
      copying = secondsOfCopies(statuses);
      view.status(statuses);
    },
    goes(stops) {
      journey = beginJourney(stops, performance.now());
    },
    reached(stop) {
      journey &&= reachStop(journey, stop, performance.now());
    },
  };
}
