import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import {
  ControlClient,
  checkNobodyElse,
  type LoadedPlan,
  productionFile,
  StartError,
  startSupervisor,
} from '@banyan/banyan/operate';
import type { LinkedService, ResolvedPlan } from '@banyan/plan';
import { claimDirectory } from '../directory.ts';
import { freePorts } from '../free-ports.ts';
import { startInstances } from '../instances/start-instances.ts';
import { type LoadProcess, spawnLoad } from '../load/process.ts';
import type { TourReport } from '../tour/report.ts';
import { createShow, type Show } from '../tour/show.ts';
import { thereAndBack } from '../tour/time-left.ts';
import { runTour } from '../tour/tour.ts';
import { recordingEnvironment } from '../tour/trace/trace.ts';
import { startSampler } from '../tour/trace/waits.ts';
import { routesAsked } from './asked-routes.ts';
import { demandNotProduction } from './demand-not-production.ts';
import { demandReady } from './demand-ready.ts';
import { demandUnused } from './demand-unused.ts';
import { holdControlDatabase } from './hold-control.ts';
import { Made } from './made.ts';
import { notJudged } from './not-judged.ts';
import { rehearsedPlan, withInstances } from './pace.ts';
import { demandCopies, placesOf } from './places.ts';
import { isSigned, type Removal, removals, remove, sign } from './removal.ts';
import { type ReadRequests, type Requests, readRequests } from './requests.ts';
import { servicesToMove } from './services-to-move.ts';

export type RehearseOptions = {
  loaded: LoadedPlan;
  /** What is asked of the copy. */
  requests: Requests;
  /** Places that somebody has said to be copies. */
  copies: readonly string[];
  /** File that names databases never to be touched; default: beside the plan. */
  protect?: string;
  /** Databases, by their paths in the plan, of which somebody has said that their servers were restored from production's files. */
  restored: readonly string[];
  /** How the team's system is started; left out: it runs where the plan says. */
  start?: string;
  /** In the order in which they leave; default: all of the plan that take tables over. */
  services?: readonly string[];
  holdSeconds: number;
  limitMinutes: number;
  /** After which it is ended wherever it is; default: 15 min after its limit. */
  abortAfterMs?: number;
  seed: number;
  keep: boolean;
  /** Where progress is told. */
  stream: NodeJS.WriteStream;
  signal: AbortSignal;
};

export type RehearsalReport = TourReport & { notJudged: string[] };

/** `kept`: what lies in the databases still, and how it is removed; empty unless it was to be kept. */
export type Rehearsed = { report: RehearsalReport; kept: Removal[] };

/** How long users wait for an answer, ms. */
const ANSWER_MS = 20_000;
/** A copy's machine is not measured beforehand: it may be so many times slower than the tour's. */
const PATIENCE = 2;

/** Names that no service can have. */
const BANYAN_PORTS = ['banyan.gateway', 'banyan.admin', 'banyan.control'];
/** What comes before and after the story, the start and the way back above all. */
const BEYOND_LIMIT_MINUTES = 15;

/** A run under way. */
type Run = {
  options: RehearseOptions;
  services: readonly LinkedService[];
  requests: ReadRequests;
  directory: string;
  logs: string;
  /** By name: Banyan's, of the monolith and of each service. */
  ports: ReadonlyMap<string, number>;
  show: Show;
  made: Made;
  startedAt: number;
};

/**
 * Moves a team's services out of a copy of its system and back, under the team's own load, and tells what came of it. All that it
 * has made is removed, however it ends.
 *
 * @throws StartError before anything is touched, when somebody's word is missing or a database is in use
 */
export async function rehearse(options: RehearseOptions): Promise<Rehearsed> {
  const { loaded, signal } = options;
  demandCopies(placesOf(loaded.plan, { startsInstances: options.start !== undefined }), options.copies);
  await demandNotProduction(loaded.plan, {
    file: options.protect ?? productionFile(loaded.directory),
    restored: options.restored,
  });
  const services = servicesToMove(loaded.plan, options.services);
  const requests = await readRequests(options.requests, loaded.plan, services);
  const release = await holdControlDatabase(loaded.plan.control.database);
  const run = await begin({ ...options, signal: withLimit(options) }, services, requests);
  const { show, made, directory } = run;
  let isOver = false;
  try {
    await checkNobodyElse(loaded.plan.control.database);
    await removeRemains(loaded.plan, show);
    await demandUnused(loaded.plan);
    const plan = await placePlan(run);
    show.event('asking whether the copy is ready …');
    await demandReady(plan);
    const rehearsed = await perform(run, plan);
    isOver = true;
    return rehearsed;
  } catch (error) {
    if (!signal.aborted) show.event(`it failed; the logs are in ${relative('.', run.logs)}`);
    // Whatever it was that the abort interrupted, the limit is why.
    const { signal: limit } = run.options;
    throw limit.aborted && !signal.aborted ? limit.reason : error;
  } finally {
    await made.undo();
    await release();
    show.close();
    // What failed keeps its folder: the logs say why. What was interrupted has nothing to say.
    if ((isOver && !options.keep) || signal.aborted) rmSync(directory, { recursive: true, force: true });
  }
}

/** Aborts a run that the limit of its story does not end: one that waits for what never comes. */
function withLimit({
  signal,
  limitMinutes,
  abortAfterMs = (limitMinutes + BEYOND_LIMIT_MINUTES) * 60_000,
}: RehearseOptions): AbortSignal {
  const over = new AbortController();
  const abort = () =>
    over.abort(
      new StartError(
        `the rehearsal was not over after ${Math.ceil(abortAfterMs / 60_000)} min, and its limit was ${limitMinutes} min`,
        'its logs say what it waited for',
      ),
    );
  setTimeout(abort, abortAfterMs).unref();
  return AbortSignal.any([signal, over.signal]);
}

async function begin(
  options: RehearseOptions,
  services: readonly LinkedService[],
  requests: ReadRequests,
): Promise<Run> {
  const { loaded, stream, holdSeconds } = options;
  const startedAt = performance.now();
  const directory = claimDirectory(join(loaded.directory, '.banyan', 'rehearsal'));
  const logs = join(directory, 'logs');
  mkdirSync(logs);
  const names = [...BANYAN_PORTS, 'monolith', ...Object.keys(loaded.plan.services)];
  const ports = await freePorts(names);
  const title = `a copy of ${loaded.plan.name}`;
  const stops = thereAndBack(services.map(({ name, rollout }) => ({ name, shares: rollout.steps })));
  const show = createShow({ stream, title, holdSeconds, startedAt });
  show.goes(stops);
  const made = new Made(show.event);
  return { options, services, requests, directory, logs, ports, show, made, startedAt };
}

/** The plan as it is rehearsed, with the team's system where it was started. */
async function placePlan({ options, requests, logs, ports, show, made }: Run): Promise<ResolvedPlan> {
  const { loaded, start: command, signal, holdSeconds } = options;
  const workers = Math.max(1, availableParallelism() - 1);
  const plan = rehearsedPlan(loaded.plan, { holdSeconds, rate: requests.rate }, ports, workers);
  if (command === undefined) return plan;
  show.event('starting the system …');
  const instances = await startInstances({
    command,
    plan,
    ports,
    gatewayUrl: urlOf(ports, 'banyan.gateway'),
    directory: loaded.directory,
    logFile: join(logs, 'system.log'),
    signal,
  });
  made.undoBy('stopping the system', instances.stop);
  return withInstances(plan, instances.urls);
}

/** A run that was killed, or whose things were kept, has left them under its sign. */
async function removeRemains(plan: ResolvedPlan, show: Show): Promise<void> {
  if (!(await isSigned(plan))) return;
  show.event('removing what an earlier rehearsal has left …');
  await remove(await removals(plan));
}

/** Starts Banyan and the load, tells the story, and looks for what the load wrote. */
async function perform(run: Run, plan: ResolvedPlan): Promise<Rehearsed> {
  const { options, services, directory, logs, ports, show, made, startedAt } = run;
  const { loads, rate, source } = run.requests;
  const { signal, keep } = options;
  await sign(plan);
  if (!keep)
    made.undoBy('removing what was put into the databases', async () => remove(await removals(plan)));

  show.event('starting Banyan: applier, controller, gateway …');
  const token = randomBytes(32).toString('base64url');
  const banyan = await startSupervisor({
    plan,
    token,
    logDirectory: logs,
    env: recordingEnvironment(directory),
    onRestart: (name, why) => show.event(`the ${name} died (${why}) and is started again`),
    signal,
  });
  made.undoBy('stopping Banyan', banyan.stop);
  const sampler = startSampler(plan.monolith.database);
  made.undoBy(null, sampler.stop);
  const journal = join(directory, 'journal.jsonl');
  const load = await spawnLoad({
    ...source,
    gatewayUrl: urlOf(ports, 'banyan.gateway'),
    journalFile: journal,
    ratePerSecond: rate,
    seed: options.seed,
    stage: `${services[0]!.name}:monolith`,
    timeoutMs: ANSWER_MS,
    onStall: sampler.slow,
    signal,
  });
  made.undoBy(null, () => load.stop().catch(() => {})); // killed with the signal

  const names = services.map(({ name }) => name);
  const report = await runTour({
    migration: {
      control: new ControlClient(urlOf(ports, 'banyan.control'), token),
      services: names,
      loads,
      databases: new Map([
        ['monolith', plan.monolith.database],
        ...services.map(({ name, database }) => [name, database] as const),
      ]),
      directory,
      story: {
        endsBack: true,
        holdMs: options.holdSeconds * 1_000,
        longestMs: options.limitMinutes * 60_000,
      },
    },
    load: { ...load, stage: (name) => reach(name, show, load) },
    journal,
    view: show,
    scale: { rate, patience: PATIENCE },
    sampler,
    signal,
    startedAt,
  });
  const { unpromised, replay } = await load.stop();
  const asked = await routesAsked(plan.control.database);
  return {
    report: { ...report, notJudged: notJudged({ plan, services: names, loads, asked, unpromised, replay }) },
    kept: keep ? await removals(plan) : [],
  };
}

/** A stage that is reached is one of the load's, and shortens the time that is left. */
function reach(stage: string, show: Show, load: Pick<LoadProcess, 'stage'>): void {
  show.reached(stage);
  load.stage(stage);
}

function urlOf(ports: Run['ports'], name: string): string {
  return `http://127.0.0.1:${ports.get(name)}`;
}
