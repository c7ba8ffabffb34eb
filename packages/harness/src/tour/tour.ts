import type { ControlClient, StepRecord } from '@banyan/banyan/operate';
import { createPool } from '@banyan/postgres';
import { type AuditOptions, type AuditResult, audit, unbalanced } from '../audit/audit.ts';
import { auditFacts } from '../audit/audit-facts.ts';
import type { FactsResult } from '../audit/facts.ts';
import type { FactsListener } from '../audit/listen.ts';
import { sidesOf } from '../audit/sides.ts';
import type { Load } from '../load/load.ts';
import type { LoadProcess } from '../load/process.ts';
import type { Span } from '../load/stalls.ts';
import { Figures } from './figures.ts';
import type { Scale } from './machine.ts';
import { nextPacing, startPacing } from './pacing.ts';
import type { ProcessorTime } from './processor-time.ts';
import type { TourReport } from './report.ts';
import { type StoryOptions, tellStory } from './storyline.ts';
import { tellStalls } from './trace/trace.ts';
import type { Sampler } from './trace/waits.ts';
import type { View } from './view.ts';
import type { WayBack } from './ways-back.ts';

/** What moves, and where its rows lie. */
export type Migration = {
  control: ControlClient;
  /** In the order in which they leave. */
  services: readonly string[];
  /** By service, and of the monolith. */
  loads: ReadonlyMap<string, Pick<Load, 'promises' | 'balances' | 'facts'>>;
  /** URLs by service, and of `monolith`. */
  databases: ReadonlyMap<string, string>;
  /** Of the run: its logs and records. */
  directory: string;
  story: Pick<StoryOptions, 'goesBack' | 'retires' | 'endsBack' | 'holdMs' | 'longestMs'>;
};

export type TourRun = {
  migration: Migration;
  load: LoadProcess;
  journal: string;
  /** Left out: there is no bus, nobody is told. */
  listener?: FactsListener;
  view: View;
  scale: Pick<Scale, 'rate' | 'patience'>;
  sampler: Sampler;
  /** Left out: not all of the system was started here. */
  processorTime?: ProcessorTime;
  /** Others than the load may write, too: people look at the system meanwhile. Default false. */
  strangers?: boolean;
  /** Told each service whose rows were all compared in the end. */
  onVerified?: (service: string) => void;
  signal: AbortSignal;
  startedAt: number;
};

const LOOK_MS = 500;
/** A fence that takes longer, or a time in which all requests stand longer, is explained, ms. */
const EXPLAINED_MS = 250;
/** How long a side may take to catch up when the load has ended, on the machine the tour was made for, ms. */
const CATCH_UP_MS = 20_000;

/** Tells the story under load, then looks for every acknowledged write. */
export async function runTour(run: TourRun): Promise<TourReport> {
  const { migration, load, journal, listener, view, scale, processorTime, strangers } = run;
  const { control, services, loads } = migration;
  const figures = new Figures();
  const pools = new Map([...migration.databases].map(([name, url]) => [name, createPool(url, { max: 2 })]));
  const pacer = keepUp(run);
  const audits: AuditResult[] = [];
  const goneBack: AuditResult[] = [];
  const wentBack: WayBack[] = [];
  const auditWhereTheyAre = async () => {
    const status = await control.status();
    for (const sides of sidesOf(status.services, [...loads.keys()], pools))
      audits.push(await auditWhenCaughtUp({ journal, loads, sides }, CATCH_UP_MS * scale.patience));
  };
  try {
    const unfinished = await tellStory({
      control,
      services,
      ...migration.story,
      patience: scale.patience,
      signal: run.signal,
      onVerified: run.onVerified,
      onWentBack: (way) => wentBack.push(way),
      onEvent: view.event,
      onStage: (name) => {
        load.stage(name);
        processorTime?.stage(name);
      },
      onStatus: (status) => {
        view.status(status);
        figures.see(status);
      },
      proveMigrated: auditWhereTheyAre,
      proveGoingBack: async (service) => {
        const sides = new Map([[service, { side: 'monolith' as const, database: pools.get('monolith')! }]]);
        const result = await audit({ journal, loads, sides });
        goneBack.push(result);
        view.event(
          `${service} is back on the monolith: ${result.acknowledged} acknowledged writes, ${result.lost} lost`,
        );
      },
    });
    view.event('The load ends; now every acknowledged write is looked for.');
    pacer.stop();
    view.load(await load.summary());
    const stats = await load.stop();
    const usedMs = processorTime?.usedMs() ?? new Map();
    await auditWhereTheyAre();
    const limitMs = CATCH_UP_MS * scale.patience;
    const facts =
      listener &&
      (await auditFacts({ journal, loads, listener, control, databases: pools, limitMs, strangers }));
    const steps = await control.steps(null, 200);
    await run.sampler.stop();
    for (const line of troubles(stats, audits, facts)) view.event(line);
    return figures.report({
      seconds: (performance.now() - run.startedAt) / 1000,
      load: stats,
      steps,
      audits,
      goneBack,
      facts,
      unfinished,
      wentBack,
      stalls: tellStalls(migration.directory, run.sampler, longSpans(steps, stats.stalls)),
      rates: { asked: scale.rate, lowest: pacer.lowestRate() },
      usedMs,
    });
  } finally {
    pacer.stop();
    await Promise.all([...pools.values()].map((pool) => pool.end()));
  }
}

/** Shows the load, and fits its rate to what the machine keeps up with. */
function keepUp({ load, view, scale }: TourRun): { lowestRate(): number; stop(): void } {
  let pacing = startPacing(scale.rate, performance.now());
  const look = async () => {
    const summary = await load.summary();
    view.load(summary);
    const next = nextPacing(pacing, summary.inFlight, performance.now());
    if (next.rate !== pacing.rate) {
      const why =
        next.rate < pacing.rate ? `${summary.inFlight} requests wait, it falls behind` : 'it keeps up again';
      view.event(`${why}: ${next.rate} requests a second from now on`);
      load.rate(next.rate);
    }
    pacing = next;
  };
  const ticker = setInterval(() => void look().catch(() => {}), LOOK_MS);
  return { lowestRate: () => pacing.lowest, stop: () => clearInterval(ticker) };
}

/** The last writes may still be on their way to the side that is read. */
async function auditWhenCaughtUp(options: AuditOptions, limitMs: number): Promise<AuditResult> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const result = await audit(options);
    const wrong = result.lost + result.resurrected + unbalanced(result.balances);
    if (wrong === 0 || performance.now() > deadline) return result;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function longSpans(steps: StepRecord[], stalls: Span[]): Array<Span & { what: string }> {
  const fences = steps.flatMap(({ service, from, to, fenceMs, endedAt }) => {
    if (fenceMs === null || endedAt === null || fenceMs < EXPLAINED_MS) return [];
    const end = Date.parse(endedAt);
    return [{ what: `fence of ${service}, ${from} → ${to}`, from: end - fenceMs, to: end }];
  });
  const stood = stalls
    .filter(({ from, to }) => to - from >= EXPLAINED_MS)
    .map((span) => ({ what: 'all requests stood', ...span }));
  return [...fences, ...stood].sort((a, b) => a.from - b.from);
}

function troubles(
  { stages, violations }: Awaited<ReturnType<LoadProcess['stop']>>,
  audits: AuditResult[],
  facts: FactsResult | undefined,
): string[] {
  return [
    ...audits.flatMap(({ problems }) => problems).slice(0, 10),
    ...(facts?.problems ?? []).slice(0, 10),
    ...stages.flatMap(({ stage, samples }) =>
      samples.slice(0, 3).map((sample) => `failed in ${stage}: ${JSON.stringify(sample)}`),
    ),
    ...violations.samples.slice(0, 5).map((violation) => `violation: ${JSON.stringify(violation)}`),
  ];
}
