import type { ReplayCounts } from '../replay/replay-counts.ts';
import type { Call, Outcome } from './client.ts';

/** `since`: from when the request's latency counts, where that is later than when it was due. */
export type Send = (call: Call, since?: number) => Promise<Outcome>;

/** What arrives, and when. */
export type Course = {
  /** One arrival: a request, or a few in a row. */
  arrive(send: Send): Promise<void>;
  /** From the arrival before to the next one, at so many requests a second. */
  gapMs(rate: number): number;
  counts?(): ReplayCounts;
};
