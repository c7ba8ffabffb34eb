import { build, type Histogram } from 'hdr-histogram-js';
import type { UserId } from './population.ts';

type KindStats = {
  requests: number;
  failures: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  maxMs: number;
};

type FailureSample = {
  at: string;
  kind: string;
  status: number | null;
  error: string | null;
  body: string | null;
};

/** Something that must never be seen, e.g. an older value after a newer one was acknowledged. */
export type Violation = {
  at: string;
  stage: string;
  kind: string;
  user: UserId;
  expected: string;
  got: string;
};

export type StageStats = KindStats & {
  stage: string;
  seconds: number;
  kinds: Record<string, KindStats>;
  /** The first ones, at most `MAX_SAMPLES`. */
  samples: FailureSample[];
};

const MAX_SAMPLES = 20;
const MAX_VIOLATIONS = 1000;

export type Recorder = {
  /** From now on requests that become due count for this stage. A name used before goes on. */
  stage(name: string): void;
  currentStage(): string;
  /** `latencyMs` from the moment the request was due, so that waiting for a slow system is part of it. */
  record(stage: string, kind: string, latencyMs: number, failure?: Omit<FailureSample, 'at' | 'kind'>): void;
  violate(violation: Omit<Violation, 'at' | 'stage'>): void;
  stages(): StageStats[];
  violations(): { count: number; samples: Violation[] };
  totals(): { requests: number; failures: number };
  /** The current stage's latency. */
  latency(): { stage: string; p50Ms: number; p95Ms: number; p99Ms: number };
};

export function createRecorder(firstStage: string): Recorder {
  const stages = new Map<string, Stage>();
  const seen: Violation[] = [];
  const totals = { requests: 0, failures: 0 };
  let violationCount = 0;
  let current = enter(stages, firstStage);
  return {
    stage: (name) => {
      if (name === current.name) return;
      leave(current);
      current = enter(stages, name);
    },
    currentStage: () => current.name,
    record: (stageName, kind, latencyMs, failure) => {
      const stage = stages.get(stageName) ?? current;
      const series = stage.kinds.get(kind) ?? createSeries();
      stage.kinds.set(kind, series);
      totals.requests++;
      for (const one of [series, stage.all]) add(one, latencyMs, failure !== undefined);
      if (!failure) return;
      totals.failures++;
      if (stage.samples.length < MAX_SAMPLES) {
        stage.samples.push({ at: new Date().toISOString(), kind, ...failure });
      }
    },
    violate: (violation) => {
      violationCount++;
      if (seen.length < MAX_VIOLATIONS) {
        seen.push({ at: new Date().toISOString(), stage: current.name, ...violation });
      }
    },
    stages: () => [...stages.values()].map(describe),
    violations: () => ({ count: violationCount, samples: [...seen] }),
    totals: () => ({ ...totals }),
    latency: () => {
      const { p50Ms, p95Ms, p99Ms } = summary(current.all);
      return { stage: current.name, p50Ms, p95Ms, p99Ms };
    },
  };
}

type Series = { requests: number; failures: number; latency: Histogram };

type Stage = {
  name: string;
  all: Series;
  kinds: Map<string, Series>;
  samples: FailureSample[];
  enteredAt: number | null;
  beforeMs: number;
};

function enter(stages: Map<string, Stage>, name: string): Stage {
  const stage = stages.get(name) ?? {
    name,
    all: createSeries(),
    kinds: new Map(),
    samples: [],
    enteredAt: null,
    beforeMs: 0,
  };
  stage.enteredAt = performance.now();
  stages.set(name, stage);
  return stage;
}

function leave(stage: Stage): void {
  stage.beforeMs = durationMs(stage);
  stage.enteredAt = null;
}

function durationMs(stage: Stage): number {
  return stage.beforeMs + (stage.enteredAt === null ? 0 : performance.now() - stage.enteredAt);
}

/** In microseconds, up to two minutes. */
function createSeries(): Series {
  const latency = build({ highestTrackableValue: 120_000_000, numberOfSignificantValueDigits: 3 });
  return { requests: 0, failures: 0, latency };
}

function add(series: Series, latencyMs: number, failed: boolean): void {
  series.requests++;
  if (failed) series.failures++;
  series.latency.recordValue(Math.min(Math.max(1, Math.round(latencyMs * 1000)), 119_000_000));
}

function describe(stage: Stage): StageStats {
  return {
    stage: stage.name,
    seconds: Math.round(durationMs(stage)) / 1000,
    ...summary(stage.all),
    kinds: Object.fromEntries([...stage.kinds].map(([kind, series]) => [kind, summary(series)])),
    samples: [...stage.samples],
  };
}

function summary({ requests, failures, latency }: Series): KindStats {
  const at = (percentile: number) => (requests === 0 ? 0 : latency.getValueAtPercentile(percentile) / 1000);
  return { requests, failures, p50Ms: at(50), p95Ms: at(95), p99Ms: at(99), maxMs: at(100) };
}
