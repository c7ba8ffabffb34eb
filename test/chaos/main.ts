import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { System } from '@banyan/harness';
import { removeRun, stopOnSignal } from '@banyan/harness/run';
import { removeEmbedded, startEmbedded } from '@banyan/postgres';
import { Command, Option } from 'commander';
import { system as careerCopilot } from '../../systems/career-copilot/system.ts';
import { system as skillswap } from '../../systems/skillswap/system.ts';
import { runCredits } from './credits/run.ts';
import { creditsWhileMoving } from './credits/while-moving.ts';
import { runLinks } from './links/run.ts';
import { type Beside, runChaos } from './run.ts';

/** What is put to the test, and what of each system by itself. The links are of no system: they run with the first. */
const SYSTEMS = {
  'career-copilot': { system: careerCopilot as System, parts: ['migration', 'links'] },
  skillswap: { system: skillswap as System, parts: ['migration', 'credits'], beside: creditsWhileMoving },
} as const satisfies Record<string, Tested>;
/** How long SkillSwap's services are killed at most: by then people have done all that they do, some days of theirs long. */
const CREDITS_MS = 12_000;

type Part = 'migration' | 'links' | 'credits';
type Tested = { system: System; parts: readonly Part[]; beside?: Beside };

const program = new Command('npm run chaos --')
  .description(
    'A whole migration under kill -9: gateway, controller, applier, services and their PostgreSQL backends; ' +
      'the links of two services that read the same databases under steps up and back with backlogs, re-inserts, repairs, stray writes and kills; ' +
      "and SkillSwap's sessions and credits, with providers of payments that fail too.",
  )
  .addOption(new Option('--system <name>', 'whose').choices(Object.keys(SYSTEMS)).default('career-copilot'))
  .option('--seeds <n>', 'how many seeds, from the first on', Number, 20)
  .option('--seed <n>', 'the first seed', Number, 1)
  .option('--seconds <n>', 'how long the killing goes on at most, per seed', Number, 120)
  .addOption(
    new Option('--only <part>', 'one of what is done with the system').choices([
      'migration',
      'links',
      'credits',
    ]),
  )
  .addOption(
    new Option(
      '--services <names>',
      'services that the migration moves; the others are not started (all of the system)',
    ).conflicts('all'),
  )
  .option('--all', 'all services of the system', false)
  .option('--rounds <n>', 'rounds of steps, kills and writes of the links, per seed', Number, 40)
  .option('--json <file>', 'write what came of each seed')
  .option('--verbose', 'tell every kill and every stage', false)
  .addHelpText(
    'after',
    '\nExamples:\n  npm run chaos\n  npm run chaos -- --seed 7 --seeds 1 --verbose      repeat a failed run' +
      '\n  npm run chaos -- --services auth,users,applications' +
      '\n  npm run chaos -- --system skillswap --only credits',
  );

const options = program.parse().opts<{
  system: keyof typeof SYSTEMS;
  seeds: number;
  seed: number;
  seconds: number;
  only?: Part;
  services?: string;
  rounds: number;
  json?: string;
  verbose: boolean;
}>();
const { system, parts: ofSystem, beside }: Tested = SYSTEMS[options.system];
const parts = partsOf(ofSystem);
const services = servicesOf(options.services);
const { signal } = stopOnSignal();
const came: Array<{ seed: number; part: Part; problems: string[] }> = [];
/** In all seeds: in one of them a service may go back before it is copied. */
let expectedFacts = 0;
for (let seed = options.seed; seed < options.seed + options.seeds; seed += 1)
  for (const part of parts) {
    const outcome = await outcomeOf(part, seed);
    for (const problem of outcome.problems) console.log(`  ${problem}`);
    came.push({ seed, part, ...outcome });
  }
const failed = new Set(came.filter(({ problems }) => problems.length > 0).map(({ seed }) => seed)).size;
console.log(`${options.seeds - failed} of ${options.seeds} seeds passed`);
const provesFacts = !parts.includes('migration') || expectedFacts > 0;
if (!provesFacts) console.log('no fact was expected in any of them: of facts nothing is proven');
if (options.json !== undefined)
  writeFileSync(
    options.json,
    `${JSON.stringify({ system: system.name, passed: options.seeds - failed, came }, null, 2)}\n`,
  );
process.exit(failed === 0 && provesFacts ? 0 : 1);

/** Ends the process when somebody wants the run to end, once all that was started has ended. */
async function outcomeOf(part: Part, seed: number): Promise<{ problems: string[] }> {
  try {
    return await { migration, links, credits }[part](seed);
  } catch (error) {
    if (!signal.aborted) throw error;
    console.log(`seed ${seed}: interrupted`);
    process.exit(130);
  }
}

async function migration(seed: number) {
  const directory = resolve('.banyan', 'chaos', String(seed));
  removeRun(directory);
  const clock = startClock();
  const run = runChaos({
    system,
    services,
    seed,
    directory,
    chaosMs: options.seconds * 1_000,
    beside,
    signal,
    onEvent: (text) => options.verbose && console.log(`${clock()}  ${text}`),
  });
  const result = await run.catch((error) => {
    if (signal.aborted) removeRun(directory);
    throw error;
  });
  const { kills, requests, failures, audit, facts, beside: looked, endings, problems } = result;
  expectedFacts += facts.expected;
  console.log(
    `seed ${seed}: ${verdict(problems)}, ${kills.length} kills, ${requests} requests (${failures} failed), ` +
      `${audit.acknowledged} writes acknowledged, ${audit.lost} lost, ${audit.doubled} doubled, ${audit.resurrected} resurrected, ` +
      `${facts.expected} facts expected, ${facts.missing} missing, ${facts.doubled} doubled, ` +
      `${Object.entries(looked)
        .map(([what, count]) => `${count} ${what}, `)
        .join('')}` +
      `ends ${Object.entries(endings)
        .map(([service, stage]) => `${service} ${stage}`)
        .join(', ')} (${clock().trim()})`,
  );
  if (problems.length === 0) removeRun(directory);
  return { kills: kills.length, requests, failures, audit, facts, looked, endings, problems };
}

async function credits(seed: number) {
  const directory = resolve('.banyan', 'chaos', `credits-${seed}`);
  removeRun(directory);
  const clock = startClock();
  const result = await runCredits({
    seed,
    directory,
    chaosMs: Math.min(options.seconds * 1_000, CREDITS_MS),
    signal,
    onEvent: (text) => options.verbose && console.log(`${clock()}  ${text}`),
  });
  const { kills, requests, failures, figures, problems } = result;
  console.log(
    `seed ${seed}, credits: ${verdict(problems)}, ${kills.length} kills, ${requests} requests (${failures} failed), ` +
      `${Object.entries(figures)
        .map(([what, count]) => `${count} ${what}`)
        .join(', ')} (${clock().trim()})`,
  );
  if (problems.length === 0) removeRun(directory);
  return { kills: kills.length, requests, failures, figures, problems };
}

async function links(seed: number) {
  const directory = resolve('.banyan', 'chaos', `links-${seed}`);
  removeEmbedded(directory);
  const clock = startClock();
  const server = await startEmbedded({ directory, settings: { fsync: 'off' } });
  try {
    const { steps, kills, repairs, writes, problems } = await runLinks({
      seed,
      rounds: options.rounds,
      signal,
      createDatabase: (name) => server.createDatabase(name),
      onEvent: (text) => options.verbose && console.log(`${clock()}  ${text}`),
    });
    console.log(
      `seed ${seed}, links: ${verdict(problems)}, ${steps} steps, ${kills} kills, ${repairs} repairs, ${writes} writes (${clock().trim()})`,
    );
    return { steps, kills, repairs, writes, problems };
  } finally {
    await server.stop();
    removeEmbedded(directory);
  }
}

function partsOf(ofSystem: readonly Part[]): readonly Part[] {
  if (options.only === undefined) return ofSystem;
  if (!ofSystem.includes(options.only))
    program.error(`of ${system.title} there is no ${options.only}, but ${ofSystem.join(' and ')}`);
  return [options.only];
}

function servicesOf(text: string | undefined): readonly string[] {
  const asked = text?.split(',') ?? system.services;
  const unknown = asked.filter((name) => !system.services.includes(name));
  if (unknown.length > 0)
    program.error(
      `${system.title} has no service ${unknown.join(', ')}: it has ${system.services.join(', ')}`,
    );
  return asked;
}

function verdict(problems: string[]): string {
  return problems.length === 0 ? 'ok' : 'FAILED';
}

function startClock(): () => string {
  const startedAt = performance.now();
  return () => `${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s`;
}
