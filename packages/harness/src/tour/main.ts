import { existsSync, globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type FactsListener, listenToFacts } from '../audit/listen.ts';
import { claimDirectory, removeRun } from '../directory.ts';
import { type Environment, startEnvironment } from '../environment/environment.ts';
import { loadsOf } from '../load/load.ts';
import { type LoadProcess, spawnLoad } from '../load/process.ts';
import { stopOnSignal } from '../stop-on-signal.ts';
import type { System } from '../system.ts';
import { pointBanyanTo, writeReport } from './directory.ts';
import { describeScale, measureSpeed, type Scale, scaleFor } from './machine.ts';
import { startProcessorTime } from './processor-time.ts';
import { brokenPromises, jsonOf, nextSteps, renderReport } from './report.ts';
import { createShow } from './show.ts';
import { leavingTogether, STAGE_MS } from './storyline.ts';
import { stopsOf } from './time-left.ts';
import { type Migration, runTour } from './tour.ts';
import { TOLD_BY_SERVER } from './trace/server-log.ts';
import { recordingEnvironment } from './trace/trace.ts';
import { type Sampler, startSampler } from './trace/waits.ts';
import type { View } from './view.ts';

type Options = {
  system: string;
  exit: boolean;
  json?: string;
  rate?: number;
  users?: number;
  seed: number;
  warmUp?: number;
  services?: string[];
  all: boolean;
};

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
  ...TOLD_BY_SERVER,
};

const SYSTEM = 'career-copilot';

/** Where runs keep their data, below the folder it is started from. */
const HOME = resolve('.banyan', 'tour');

/** How long users wait for an answer, on the machine the tour was made for, ms. */
const ANSWER_MS = 10_000;

/** In what shares users move when a plan says nothing of it, in basis points. */
const SHARES = [100, 1_000, 5_000, 10_000];
const HALF = 5_000;

/** The rollout's pace in the tour; a real one takes the plan's defaults. */
const paceOf = ({ minRequests, minCompared, patience }: Scale) => ({
  OBSERVE_SECONDS: '8',
  // Three times what comparing all rows of the largest service takes at the pace below: it begins anew at a third of this age.
  VERIFICATION_AGE_SECONDS: String(Math.ceil(120 * patience)),
  MIN_REQUESTS: String(minRequests),
  MIN_COMPARED: String(minCompared),
  // Spread over a stage: in one burst they would be its whole slowest twentieth on two cores.
  COPY_ROWS_PER_SECOND: '6000',
  VERIFY_ROWS_PER_SECOND: '20000',
  // Half of it: p95 tells of two cores that are shared with everything else, and of the rows it costs a copy is done the sooner.
  LEAST_ROWS_PER_SECOND: '3000',
});

const program = new Command('npm start --')
  .description('Moves services out of the monolith of a system, live, and proves that nothing was lost.')
  .argument('<systems>', 'the folder in which the systems lie')
  .option('--system <name>', 'the system whose services move', SYSTEM)
  .option('--exit', 'end after the report; the exit status tells whether every promise was kept', false)
  .option('--json <file>', 'write the report as JSON')
  .option(
    '--rate <n>',
    'requests per second (default: 200, or what the system says; fewer on a slow or busy machine)',
    positive,
  )
  .option('--users <n>', 'users in the monolith (default: 20000, fewer on a slow or busy machine)', positive)
  .option('--seed <n>', 'seed of the data and of the load', positive, 1)
  .option(
    '--warm-up <n>',
    'visits to each process before the load comes (default: 400; with few it begins sooner, and its first stage is one of a system that has just started)',
    positive,
  )
  .option(
    '--services <names>',
    'services to move, in this order (default: those that the system shows)',
    (text) => text.split(','),
  )
  .addOption(new Option('--all', 'move all services of the system').default(false).conflicts('services'))
  .addHelpText(
    'after',
    `
Examples:
  npm start                                      look at it, then try npx banyan status
  npm start -- --exit --json report.json         for scripts
  npm start -- --rate 100 --users 2000           on a small machine
  npm start -- --services auth                   one service only
  npm start -- --services auth,users,applications --exit    three of them
  npm start -- --all --exit                      all that the system has, which takes a while
  npm start -- --system skillswap --exit         another system`,
  );

program.parse();
const options = program.opts<Options>();
await main(await systemIn(program.args[0]!, options.system), options);

async function main(system: System, options: Options): Promise<void> {
  const startedAt = performance.now();
  const stopper = stopOnSignal();
  const directory = claimDirectory(HOME);
  const logs = relative('.', join(directory, 'logs'));
  const view = createShow({
    ...{ stream: process.stdout, title: system.title, holdSeconds: STAGE_MS / 1_000, startedAt },
  });
  let environment: Environment | undefined;
  let load: LoadProcess | undefined;
  let sampler: Sampler | undefined;
  let listener: FactsListener | undefined;
  let status = 1;
  try {
    const speed = await measureSpeed();
    const services = options.all ? system.services : servicesOf(system, options.services);
    const scale = scaleFor(speed, options, system.rate);
    view.event(describeScale(speed, scale));
    // All that is started from here on, and what that starts in turn.
    Object.assign(process.env, recordingEnvironment(directory));
    // Whoever wants the report alone opens no page.
    const web = options.exit ? undefined : webOf(system, view);
    environment = await startEnvironment({
      system,
      services,
      directory,
      users: scale.users,
      seed: options.seed,
      // Two that share a few hundred requests a second run with colder caches than one, and take half as much again for each.
      gatewayWorkers: Math.max(1, Math.min(2, availableParallelism() - 1)),
      pace: paceOf(scale),
      settings: DATABASE,
      monolith: web,
      warm: true,
      warmUpRounds: options.warmUp,
      signal: stopper.signal,
      onProgress: (what) => view.event(`${what} …`),
      onRestart: (name) => view.event(`${name} died and is started again`),
    });
    pointBanyanTo(environment.configFile);
    const isServed = Object.keys((await web) ?? {}).length > 0;
    const invitation = isServed ? invitationTo(system, environment.gatewayUrl) : undefined;
    invitation?.forEach(view.keep);
    const journal = join(directory, 'journal.jsonl');
    sampler = startSampler(environment.controlDatabase);
    listener = await listenToFacts(environment.busUrl, await loadsOf(system));
    const firstStage = `${services[0]}:monolith`;
    load = await spawnLoad({
      system,
      gatewayUrl: environment.gatewayUrl,
      journalFile: journal,
      users: scale.users,
      secret: environment.secret,
      rows: environment.rows,
      ratePerSecond: scale.rate,
      seed: options.seed,
      stage: firstStage,
      timeoutMs: ANSWER_MS * scale.patience,
      onStall: sampler.slow,
    });
    const migration = await migrationOf(environment);
    view.goes(await stopsOfStory(migration));
    const { stage } = load;
    const report = await runTour({
      migration,
      load: {
        ...load,
        stage: (name) => {
          view.reached(name);
          stage(name);
        },
      },
      onVerified: (service) => view.reached(`${service}:verified`),
      journal,
      listener,
      view,
      scale,
      sampler,
      processorTime: startProcessorTime(firstStage, [load.pid]),
      strangers: isServed,
      signal: stopper.signal,
      startedAt,
    });
    view.close();
    console.log(`\n${renderReport(report)}`);
    if (options.json) writeReport(options.json, jsonOf(report));
    status = brokenPromises(report).length === 0 ? 0 : 1;
    console.log(
      `\n${nextSteps(report, {
        ...{ staysUp: !options.exit, gatewayUrl: environment.gatewayUrl, logs, invitation },
        ...{ service: services[0]!, smaller: smallerOne(options) },
      })}`,
    );
    if (!options.exit) await untilAborted(stopper.signal);
  } catch (error) {
    if (stopper.signal.aborted) view.event('stopping …');
    view.close();
    if (stopper.signal.aborted) {
      status = 130;
    } else {
      console.error(`\nThe tour failed: ${error instanceof Error ? error.message : error}`);
      console.error(`Logs are in ${logs}. On a busy machine, try ${smallerOne(options)}.`);
    }
  }
  await sampler?.stop();
  await load?.stop().catch(() => {});
  await listener?.stop();
  await environment?.stop();
  // A failed run keeps its folder: its logs say why. One that was interrupted has nothing to say.
  if (status !== 1) removeRun(directory);
  process.exit(status);
}

/** Where its web has been built, as variables of the monolith; none if that failed, which costs the tour nothing else. */
async function webOf({ web, title }: System, view: View): Promise<Record<string, string>> {
  if (!web) return {};
  try {
    return await web.build();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    view.event(`The pages of ${title} could not be built, so it goes without them: ${why}`);
    return {};
  }
}

function smallerOne({ system, services }: Options): string {
  const same = [
    ...(system === SYSTEM ? [] : ['--system', system]),
    ...(services ? ['--services', services.join(',')] : []),
  ];
  return ['npm start --', ...same, '--rate 60 --users 2000'].join(' ');
}

/** For people, in lines that fit a terminal. */
function invitationTo({ title, web }: System, gatewayUrl: string): string[] {
  const { email, password } = web!.visitor;
  return [`Use ${title} meanwhile: ${gatewayUrl}`, `(log in as ${email}, password ${password})`];
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted)
    await new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true }));
  console.log('\nstopping …');
}

/** The system of this name among those whose folders lie there. */
async function systemIn(folder: string, name: string): Promise<System> {
  const file = resolve(folder, name, 'system.ts');
  if (/^[a-z0-9-]+$/.test(name) && existsSync(file))
    return ((await import(pathToFileURL(file).href)) as { system: System }).system;
  const known = globSync('*/system.ts', { cwd: folder }).map(dirname).sort();
  return program.error(`error: there is no system '${name}': there are ${known.join(', ')}`);
}

function servicesOf(
  { services, shown = services, title }: System,
  asked: readonly string[] = shown,
): readonly string[] {
  const unknown = asked.filter((name) => !services.includes(name));
  if (unknown.length === 0) return asked;
  throw new Error(`${title} has no service ${unknown.join(', ')}: it has ${services.join(', ')}`);
}

async function migrationOf({
  system,
  control,
  databases,
  services,
  directory,
}: Environment): Promise<Migration> {
  const names = [...services.keys()];
  const story = {
    goesBack: names.includes(system.goesBack) ? system.goesBack : names.at(-1),
    retires: system.retires,
  };
  return { control, services: names, loads: await loadsOf(system), databases, directory, story };
}

/** What is to come, for how long it still takes. */
async function stopsOfStory({ control, services, story: { goesBack } }: Migration): Promise<string[]> {
  const groups = leavingTogether(services, (await control.status()).services);
  const ways = groups.flatMap((group) => {
    const name = group[0]!;
    const way = stopsOf({ name, shares: SHARES });
    const half = SHARES.filter((share) => share <= HALF);
    const andBack = [...stopsOf({ name, shares: half }), `${name}:monolith`];
    return goesBack !== undefined && group.includes(goesBack) ? [...andBack, ...way] : way;
  });
  return [...ways, ...services.map((service) => `${service}:verified`)];
}

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number <= 0)
    throw new InvalidArgumentError('must be a whole number above 0');
  return number;
}
