import { Random } from '../monolith/generator/random.ts';
import { createClient } from './client.ts';
import { openJournal } from './journal.ts';
import { arrive, type Scene } from './operations.ts';
import { createPopulation } from './population.ts';
import { type Span, Standing } from './standing.ts';
import { createRecorder, type StageStats, type Violation } from './stats.ts';

export type TrafficOptions = {
  gatewayUrl: string;
  /** Overwritten. See journal.ts. */
  journalFile: string;
  /** The generated users, and the secret of the legacy system, which logged them in before. */
  users: { count: number; jwtSecret: string };
  /** Generated jobs. Default 8,000, as in the tour. */
  jobs?: number;
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
  /** Told when all requests have stood for a while, and when they no longer do. */
  onStanding?: (stands: boolean) => void;
};

export type TrafficStats = {
  requests: number;
  failures: number;
  inFlight: number;
  stages: StageStats[];
  /** What nobody may ever see; `samples` are the first ones. */
  violations: { count: number; samples: Violation[] };
  /** When all requests stood for 250 ms or longer, wall clock in ms. */
  standing: Span[];
};

/** What changes from second to second; quick to tell, unlike the percentiles of every kind in every stage. */
export type TrafficGlance = {
  requests: number;
  failures: number;
  inFlight: number;
  stage: string;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
};

export type Traffic = {
  /** Requests that become due from now on count for this stage. */
  stage(name: string): void;
  /** Arrivals per second from now on. */
  rate(perSecond: number): void;
  stats(): TrafficStats;
  /** Totals, and the latency of the current stage: for whoever looks often. */
  glance(): TrafficGlance;
  /** No more arrivals; resolves with the final figures when all answers are in. Again is no error. */
  stop(): Promise<TrafficStats>;
};

/**
 * Open-loop load: requests arrive at random moments at the given rate and do not wait for earlier ones, and latency
 * counts from the moment a request was due. A slow system gets more in flight, not fewer requests.
 */
export function startTraffic(options: TrafficOptions): Traffic {
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
  const { count, jwtSecret } = options.users;
  const population = createPopulation(random, count, jwtSecret);
  const run = `load-${seed}-${Date.now().toString(36)}`;
  const inFlight = new Set<Promise<void>>();
  const standing = new Standing();

  const launch = (dueAt: number) => {
    const stageName = recorder.currentStage();
    const scene: Scene = {
      random,
      population,
      journal,
      recorder,
      run,
      jobs: options.jobs ?? 8000,
      send: async (call) => {
        const answered = standing.began(dueAt);
        const outcome = await client.send(call, dueAt, stageName);
        answered(performance.now());
        return outcome;
      },
    };
    const arrival: Promise<void> = arrive(scene)
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
      dueAt += (-Math.log(1 - random.next()) / rateAt(dueAt)) * 1000;
    }
    // Up to a millisecond late, plus what the machine adds; latency counts it.
    timer = setTimeout(launchDue, Math.max(0, Math.ceil(dueAt - performance.now())));
  };
  launchDue();
  let stands = false;
  const watcher = setInterval(() => {
    const standNow = standing.standsMs(performance.now()) > STANDING_TOLD_MS;
    if (standNow !== stands) options.onStanding?.(standNow);
    stands = standNow;
  }, STANDING_LOOK_MS);

  const stats = (): TrafficStats => ({
    ...recorder.totals(),
    inFlight: inFlight.size,
    stages: recorder.stages(),
    violations: recorder.violations(),
    standing: standing.spans.map(({ from, to }) => ({ from: wallClock(from), to: wallClock(to) })),
  });
  const glance = (): TrafficGlance => ({
    ...recorder.totals(),
    inFlight: inFlight.size,
    ...recorder.glance(),
  });
  const stop = async () => {
    clearTimeout(timer);
    clearInterval(watcher);
    await Promise.all(inFlight);
    journal.close();
    await client.close();
    return stats();
  };
  let stopped: Promise<TrafficStats> | undefined;
  return {
    stage: (name) => recorder.stage(name),
    rate: (perSecond) => {
      fullRate = perSecond;
    },
    stats,
    glance,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** Share of the rate that the ramp starts from. */
const RAMP_FROM = 0.1;
/** How long all requests stand before somebody is told, and how often that is looked at, ms. */
const STANDING_TOLD_MS = 150;
const STANDING_LOOK_MS = 50;

function wallClock(at: number): number {
  return performance.timeOrigin + at;
}
