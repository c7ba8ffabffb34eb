import { Random } from '@banyan/random';
import type { ReplayCounts } from '../replay/replay-counts.ts';
import { createClient } from './client.ts';
import type { Send } from './course.ts';
import { openJournal } from './journal.ts';
import { courseOf, type Source } from './source.ts';
import { type Span, Stalls } from './stalls.ts';
import { createRecorder, type StageStats, type Violation } from './stats.ts';

export type LoadOptions = Source & {
  gatewayUrl: string;
  /** Overwritten. See journal.ts. */
  journalFile: string;
  /** Arrivals per second on average, whatever the system does. Default 300. */
  ratePerSecond?: number;
  /** The rate rises to its full height over this time, s. Default 2: nobody meets a cold system with full force. */
  rampSeconds?: number;
  /** Same seed, same arrivals and choices (as far as answers come in the same order). Default 1. */
  seed?: number;
  /** Name of the first stage. Default `monolith`. */
  stage?: string;
  /** How long an answer may take before the request counts as failed, ms. Default 10,000. */
  timeoutMs?: number;
  /** Connections at most. Default 256. */
  connections?: number;
  /** Told when no request has been answered for a while, and when one is again. */
  onStall?: (isStalled: boolean) => void;
};

export type LoadStats = {
  requests: number;
  failures: number;
  inFlight: number;
  stages: StageStats[];
  /** What nobody may ever see; `samples` are the first ones. */
  violations: { count: number; samples: Violation[] };
  /** Requests that write and promised nothing, by kind: nobody looks for what they wrote. */
  unpromised: Record<string, number>;
  /** Of recorded traffic. */
  replay?: ReplayCounts;
  /** When all requests stood for 250 ms or longer, wall clock in ms. */
  stalls: Span[];
};

/** What changes from second to second; quick to tell, unlike the percentiles of every kind in every stage. */
export type LoadSummary = {
  requests: number;
  failures: number;
  inFlight: number;
  stage: string;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
};

export type RunningLoad = {
  /** Requests that become due from now on count for this stage. */
  stage(name: string): void;
  /** Arrivals per second from now on. */
  rate(perSecond: number): void;
  stats(): LoadStats;
  /** Totals, and the latency of the current stage: for whoever looks often. */
  summary(): LoadSummary;
  /** No more arrivals; resolves with the final figures when all answers are in. Again is no error. */
  stop(): Promise<LoadStats>;
};

/**
 * Open-loop load: requests arrive at the given rate, at random moments or as they were recorded, and do not wait for earlier ones, and latency
 * counts from the moment a request was due. A slow system gets more in flight, not fewer requests.
 */
export async function startLoad(options: LoadOptions): Promise<RunningLoad> {
  const {
    ratePerSecond = 300,
    rampSeconds = 2,
    seed = 1,
    stage = 'monolith',
    timeoutMs = 10_000,
    connections = 256,
  } = options;
  const random = new Random(seed);
  const recorder = createRecorder(stage);
  const journal = openJournal(options.journalFile);
  const client = createClient(options.gatewayUrl, recorder, { timeoutMs, connections });
  const unpromised: Record<string, number> = {};
  const course = await courseOf(options, {
    random,
    seed,
    journal,
    violate: recorder.violate,
    unpromised: (kind) => {
      unpromised[kind] = (unpromised[kind] ?? 0) + 1;
    },
    isBefore: () => recorder.currentStage() === stage,
  });
  const inFlight = new Set<Promise<void>>();
  const stalls = new Stalls();

  const launch = (dueAt: number) => {
    const stageName = recorder.currentStage();
    const send: Send = async (call, since = dueAt) => {
      const answered = stalls.began(since);
      const outcome = await client.send(call, since, stageName);
      answered(performance.now());
      return outcome;
    };
    const arrival: Promise<void> = course
      .arrive(send)
      // An answer with the right status and the wrong content: what was expected of it is not there.
      .catch((error: Error) =>
        recorder.violate({ kind: 'answer', user: 0, expected: 'a usable answer', got: error.message }),
      )
      .finally(() => inFlight.delete(arrival));
    inFlight.add(arrival);
  };

  const startedAt = performance.now();
  let fullRate = ratePerSecond;
  const rateAt = (at: number) => {
    const risen = rampSeconds === 0 ? 1 : (at - startedAt) / (rampSeconds * 1000);
    return fullRate * Math.min(1, RAMP_FROM + risen);
  };
  let dueAt = startedAt;
  let timer: NodeJS.Timeout;
  const launchDue = () => {
    while (dueAt <= performance.now()) {
      launch(dueAt);
      dueAt += course.gapMs(rateAt(dueAt));
    }
    // Up to a millisecond late, plus what the machine adds; latency counts it.
    timer = setTimeout(launchDue, Math.max(0, Math.ceil(dueAt - performance.now())));
  };
  launchDue();
  let isStalled = false;
  const watcher = setInterval(() => {
    const stallsNow = stalls.stalledMs(performance.now()) > STALL_TOLD_MS;
    if (stallsNow !== isStalled) options.onStall?.(stallsNow);
    isStalled = stallsNow;
  }, STALL_LOOK_MS);

  const stats = (): LoadStats => ({
    ...recorder.totals(),
    inFlight: inFlight.size,
    stages: recorder.stages(),
    violations: recorder.violations(),
    unpromised: { ...unpromised },
    ...(course.counts && { replay: course.counts() }),
    stalls: stalls.spans.map(({ from, to }) => ({ from: wallClock(from), to: wallClock(to) })),
  });
  const summary = (): LoadSummary => ({
    ...recorder.totals(),
    inFlight: inFlight.size,
    ...recorder.latency(),
  });
  const stop = async () => {
    clearTimeout(timer);
    clearInterval(watcher);
    await Promise.all(inFlight);
    journal.close();
    await client.close();
    return stats();
  };
  let stopped: Promise<LoadStats> | undefined;
  return {
    stage: (name) => recorder.stage(name),
    rate: (perSecond) => {
      fullRate = perSecond;
    },
    stats,
    summary,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** Share of the rate that the ramp starts from. */
const RAMP_FROM = 0.1;
/** How long all requests stand before somebody is told, and how often that is looked at, ms. */
const STALL_TOLD_MS = 150;
const STALL_LOOK_MS = 50;

function wallClock(at: number): number {
  return performance.timeOrigin + at;
}
