import type { ServiceStatus, StepRecord } from '@banyan/banyan/operate';
import { createPool } from '@banyan/postgres';
import { type AuditReader, type AuditResult, audit, auditProfiles } from '../traffic/audit.ts';
import { carriers } from '../traffic/carriers.ts';
import type { TrafficProcess } from '../traffic/process.ts';
import { monolithReader, serviceReader } from '../traffic/readers.ts';
import type { Span } from '../traffic/standing.ts';
import type { World } from '../world/world.ts';
import { Figures } from './figures.ts';
import type { Scale } from './machine.ts';
import { nextPacing, startPacing } from './pacing.ts';
import type { TourReport } from './report.ts';
import { tellStory } from './storyline.ts';
import { tellStalls } from './trace/trace.ts';
import type { Sampler } from './trace/waits.ts';
import type { View } from './view.ts';

export type TourRun = {
  world: World;
  traffic: TrafficProcess;
  journal: string;
  view: View;
  scale: Scale;
  sampler: Sampler;
  signal: AbortSignal;
  startedAt: number;
};

const GLANCE_MS = 500;
/** A fence that takes longer, or a time in which all requests stand longer, is explained, ms. */
const EXPLAINED_MS = 250;
/** How long a side may take to catch up when the traffic has ended, on the machine the tour was made for, ms. */
const CATCH_UP_MS = 20_000;

/** Tells the story under traffic, then looks for every acknowledged write. */
export async function runTour(run: TourRun): Promise<TourReport> {
  const { world, traffic, journal, view, scale } = run;
  const figures = new Figures();
  const pools = {
    monolith: createPool(world.databases.monolith, { max: 2 }),
    auth: createPool(world.databases.auth, { max: 2 }),
    users: createPool(world.databases.users, { max: 2 }),
  };
  const on = { monolith: monolithReader(pools.monolith), services: serviceReader(pools) };
  const pacer = keepUp(run);
  let goingBack: AuditResult | null = null;
  try {
    const unfinished = await tellStory({
      control: world.control,
      patience: scale.patience,
      signal: run.signal,
      onEvent: view.event,
      onStage: traffic.stage,
      onStatus: (services) => {
        view.status(services);
        figures.see(services);
      },
      proveGoingBack: async () => {
        goingBack = await auditProfiles({ journal, read: on.monolith });
        view.event(
          `back on the monolith: ${goingBack.acknowledged} acknowledged writes, ${goingBack.lost} lost`,
        );
      },
    });
    view.event('The traffic ends; now every acknowledged write is looked for.');
    pacer.stop();
    view.traffic(await traffic.glance());
    const stats = await traffic.stop();
    const audits: AuditResult[] = [];
    const { services } = await world.control.status();
    for (const read of carriers(whereabouts(services), on))
      audits.push(await auditWhenCaughtUp(journal, read, CATCH_UP_MS * scale.patience));
    const steps = await world.control.steps(null, 200);
    await run.sampler.stop();
    for (const line of troubles(stats, audits)) view.event(line);
    return figures.report({
      seconds: (performance.now() - run.startedAt) / 1000,
      traffic: stats,
      steps,
      audits,
      goingBack,
      unfinished,
      stalls: tellStalls(world.directory, run.sampler, longSpans(steps, stats.standing)),
      rates: { asked: scale.rate, lowest: pacer.lowestRate() },
    });
  } finally {
    pacer.stop();
    await Promise.all(Object.values(pools).map((pool) => pool.end()));
  }
}

/** Shows the traffic, and fits its rate to what the machine keeps up with. */
function keepUp({ traffic, view, scale }: TourRun): { lowestRate(): number; stop(): void } {
  let pacing = startPacing(scale.rate, performance.now());
  const look = async () => {
    const glance = await traffic.glance();
    view.traffic(glance);
    const next = nextPacing(pacing, glance.inFlight, performance.now());
    if (next.rate !== pacing.rate) {
      const why =
        next.rate < pacing.rate ? `${glance.inFlight} requests wait, it falls behind` : 'it keeps up again';
      view.event(`${why}: ${next.rate} requests a second from now on`);
      traffic.rate(next.rate);
    }
    pacing = next;
  };
  const ticker = setInterval(() => void look().catch(() => {}), GLANCE_MS);
  return { lowestRate: () => pacing.lowest, stop: () => clearInterval(ticker) };
}

/** The last writes may still be on their way to the side that is read. */
async function auditWhenCaughtUp(journal: string, read: AuditReader, limitMs: number): Promise<AuditResult> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const result = await audit({ journal, read });
    if (result.lost + result.resurrected === 0 || performance.now() > deadline) return result;
    await new Promise((resolve) => setTimeout(resolve, GLANCE_MS));
  }
}

function whereabouts(services: ServiceStatus[]): { auth: ServiceStatus; users: ServiceStatus } {
  const of = (name: string) => services.find(({ service }) => service === name)!;
  return { auth: of('auth'), users: of('users') };
}

function longSpans(steps: StepRecord[], standing: Span[]): Array<Span & { what: string }> {
  const fences = steps.flatMap(({ service, from, to, fenceMs, endedAt }) => {
    if (fenceMs === null || endedAt === null || fenceMs < EXPLAINED_MS) return [];
    const end = Date.parse(endedAt);
    return [{ what: `fence of ${service}, ${from} → ${to}`, from: end - fenceMs, to: end }];
  });
  const stood = standing
    .filter(({ from, to }) => to - from >= EXPLAINED_MS)
    .map((span) => ({ what: 'all requests stood', ...span }));
  return [...fences, ...stood].sort((a, b) => a.from - b.from);
}

function troubles(
  { stages, violations }: Awaited<ReturnType<TrafficProcess['stop']>>,
  audits: AuditResult[],
): string[] {
  return [
    ...audits.flatMap(({ problems }) => problems).slice(0, 10),
    ...stages.flatMap(({ stage, samples }) =>
      samples.slice(0, 3).map((sample) => `failed in ${stage}: ${JSON.stringify(sample)}`),
    ),
    ...violations.samples.slice(0, 5).map((violation) => `violation: ${JSON.stringify(violation)}`),
  ];
}
