import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createPool } from '@banyan/postgres';
import { Command, InvalidArgumentError } from 'commander';
import { type AuditReader, type AuditResult, audit, auditProfiles } from '../traffic/audit.ts';
import { spawnTraffic, type TrafficProcess } from '../traffic/process.ts';
import { monolithReader, serviceReader } from '../traffic/readers.ts';
import { startWorld, type World } from '../world/world.ts';
import { Figures } from './figures.ts';
import { brokenPromises, renderReport, type TourReport } from './report.ts';
import { tellStory } from './storyline.ts';
import { createView, type View } from './view.ts';

type Options = { exit: boolean; json?: string; rate: number; users: number; seed: number };

/**
 * For two cores that the databases share with everything else: no query takes both, and housekeeping, which comes to a
 * fresh database once a minute, takes a little at a time.
 */
const DATABASE = {
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  autovacuum_max_workers: '1',
  autovacuum_vacuum_cost_limit: '50',
  autovacuum_vacuum_cost_delay: '10ms',
};

/** Where runs keep their data, below the folder it is started from. Each run has a folder of its own. */
const HOME = resolve('.banyan', 'tour');
/** The rollout's pace in the tour; a real one takes the plan's defaults. */
const PACE = {
  CAREER_OBSERVE_SECONDS: '4',
  CAREER_VERIFICATION_AGE_SECONDS: '60',
  CAREER_MIN_REQUESTS: '6',
  CAREER_MIN_COMPARED: '200',
};

const program = new Command('npm start --')
  .description(
    'Moves auth and users out of the Career Copilot monolith, live, and proves that nothing was lost.',
  )
  .option('--exit', 'end after the report; the exit status tells whether every promise was kept', false)
  .option('--json <file>', 'write the report as JSON')
  .option('--rate <n>', 'requests per second', positive, 300)
  .option('--users <n>', 'users in the monolith', positive, 20_000)
  .option('--seed <n>', 'seed of the data and of the traffic', positive, 1)
  .addHelpText(
    'after',
    `
Examples:
  npm start                                      look at it, then try npx banyan status
  npm start -- --exit --json report.json         for scripts
  npm start -- --rate 100 --users 2000           on a small machine`,
  );

await main(program.parse().opts<Options>());

async function main(options: Options): Promise<void> {
  const startedAt = performance.now();
  const directory = claimDirectory();
  const view = createView(process.stdout, startedAt);
  const stopper = stopOnSignal();
  let world: World | undefined;
  let traffic: TrafficProcess | undefined;
  let status = 1;
  try {
    world = await startWorld({
      directory,
      size: scaled(options.users),
      seed: options.seed,
      // Eight hashes a second at cost 10 would take half a core of what this is about, and even at 8 (14 ms alone, 30 here)
      // they would be most of the slowest twentieth of all requests.
      bcryptCost: 6,
      // Two that share 300 requests a second run with colder caches than one, and take half as much again for each.
      gatewayWorkers: Math.max(1, Math.min(2, availableParallelism() - 1)),
      env: PACE,
      settings: DATABASE,
      warm: true,
      onProgress: (what) => view.event(`${what} …`),
      onRestart: (name) => view.event(`${name} died and is started again`),
    });
    pointBanyanHere(world);
    const journal = join(directory, 'journal.jsonl');
    traffic = await spawnTraffic({
      gatewayUrl: world.gatewayUrl,
      journalFile: journal,
      users: { count: options.users, jwtSecret: world.jwtSecret },
      jobs: world.rows.jobs,
      ratePerSecond: options.rate,
      seed: options.seed,
      stage: 'auth:monolith',
    });
    const report = await tour({ world, traffic, journal, view, signal: stopper.signal, startedAt });
    view.close();
    console.log(`\n${renderReport(report)}`);
    if (options.json) writeReport(options.json, report);
    status = brokenPromises(report).length === 0 ? 0 : 1;
    if (!options.exit) await stayUp(world, stopper.signal);
  } catch (error) {
    view.close();
    if (stopper.signal.aborted) {
      status = 130;
    } else {
      console.error(`\nThe tour failed: ${error instanceof Error ? error.message : error}`);
      console.error(`Logs are in ${relative('.', join(directory, 'logs'))}`);
    }
  }
  await traffic?.stop().catch(() => {});
  await world?.stop();
  // A failed run keeps its folder: its logs say why.
  if (status === 0) rmSync(directory, { recursive: true, force: true });
  process.exit(status);
}

async function tour(run: {
  world: World;
  traffic: TrafficProcess;
  journal: string;
  view: View;
  signal: AbortSignal;
  startedAt: number;
}): Promise<TourReport> {
  const { world, traffic, journal, view } = run;
  const figures = new Figures();
  const pools = {
    monolith: createPool(world.databases.monolith, { max: 2 }),
    auth: createPool(world.databases.auth, { max: 2 }),
    users: createPool(world.databases.users, { max: 2 }),
  };
  const onMonolith = monolithReader(pools.monolith);
  const onServices = serviceReader(pools);
  const ticker = setInterval(() => void traffic.glance().then(view.traffic, () => {}), 500);
  let goingBack: AuditResult | undefined;
  try {
    await tellStory({
      world,
      traffic,
      signal: run.signal,
      onEvent: view.event,
      onStatus: (services) => {
        view.status(services);
        figures.see(services);
      },
      proveGoingBack: async () => {
        goingBack = await auditProfiles({ journal, read: onMonolith });
        view.event(
          `back on the monolith: ${goingBack.acknowledged} acknowledged writes, ${goingBack.lost} lost`,
        );
      },
    });
    view.event('The traffic ends; now every acknowledged write is looked for.');
    clearInterval(ticker);
    view.traffic(await traffic.glance());
    const stats = await traffic.stop();
    // The monolith must have all that auth took; users is retired, so its profiles are the service's alone.
    const expected: AuditReader[] = [onServices, { ...onMonolith, headlines: onServices.headlines }];
    const audits: AuditResult[] = [];
    for (const read of expected) audits.push(await audit({ journal, read }));
    for (const problem of audits.flatMap(({ problems }) => problems).slice(0, 10)) view.event(problem);
    for (const stage of stats.stages)
      for (const sample of stage.samples.slice(0, 3))
        view.event(`failed in ${stage.stage}: ${JSON.stringify(sample)}`);
    for (const violation of stats.violations.samples.slice(0, 5))
      view.event(`violation: ${JSON.stringify(violation)}`);
    return figures.report({
      seconds: (performance.now() - run.startedAt) / 1000,
      traffic: stats,
      steps: await world.control.steps(null, 200),
      audits,
      goingBack: goingBack!,
    });
  } finally {
    clearInterval(ticker);
    await Promise.all(Object.values(pools).map((pool) => pool.end()));
  }
}

async function stayUp(world: World, signal: AbortSignal): Promise<void> {
  console.log(`
Everything stays up. The gateway is at ${world.gatewayUrl}; try

  npx banyan status
  npx banyan plan auth --to monolith
  npx banyan rollback auth
  npx banyan advance auth --to 10%

Ctrl-C stops all that was started.`);
  await new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true }));
  console.log('\nstopping …');
}

/** `npx banyan …` anywhere below here finds the newest run. */
function pointBanyanHere(world: World): void {
  const pointer = resolve('.banyan', 'banyan.config.ts');
  writeFileSync(
    pointer,
    `export { default } from ${JSON.stringify(pathToFileURL(world.configFile).href)};\n`,
    { mode: 0o600 },
  );
}

/** A fresh folder for this process; folders of runs that are gone are removed. */
function claimDirectory(): string {
  mkdirSync(HOME, { recursive: true });
  for (const name of readdirSync(HOME)) {
    if (/^\d+$/.test(name) && !isAlive(Number(name)))
      rmSync(join(HOME, name), { recursive: true, force: true });
  }
  const directory = join(HOME, String(process.pid));
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  return directory;
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function scaled(users: number): { users: number; companies: number; jobs: number; applications: number } {
  const share = users / 20_000;
  const of = (full: number) => Math.max(10, Math.round(full * share));
  return { users, companies: of(2_000), jobs: of(8_000), applications: of(60_000) };
}

function writeReport(file: string, report: TourReport): void {
  const path = resolve(file);
  if (!existsSync(dirname(path))) mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
}

function stopOnSignal(): AbortController {
  const stopper = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (stopper.signal.aborted) process.exit(130); // asked twice: at once
      stopper.abort();
    });
  }
  return stopper;
}

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number <= 0)
    throw new InvalidArgumentError('must be a whole number above 0');
  return number;
}
