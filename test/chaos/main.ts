import { resolve } from 'node:path';
import { removeRun, stopOnSignal } from '@banyan/harness/run';
import { removeEmbedded, startEmbedded } from '@banyan/postgres';
import { Command, InvalidArgumentError, Option } from 'commander';
import { system } from '../../systems/career-copilot/system.ts';
import { runLinks } from './links/run.ts';
import { runChaos } from './run.ts';

const program = new Command('npm run chaos --')
  .description(
    'A whole migration under kill -9: gateway, controller, applier, services and their PostgreSQL backends; ' +
      'and the links of two services that read the same databases under steps up and back with backlogs, re-inserts, repairs, stray writes and kills.',
  )
  .option('--seeds <n>', 'how many seeds, from the first on', Number, 20)
  .option('--seed <n>', 'the first seed', Number, 1)
  .option('--seconds <n>', 'how long the killing goes on at most, per seed', Number, 60)
  .addOption(new Option('--only <part>', 'one of the two').choices(['migration', 'links']))
  .addOption(
    new Option('--services <names>', 'services that the migration moves; the others are not started')
      .argParser(servicesOf)
      .default(system.services, 'all of the system')
      .conflicts('all'),
  )
  .option('--all', 'all services of the system', false)
  .option('--rounds <n>', 'rounds of steps, kills and writes of the links, per seed', Number, 40)
  .option('--verbose', 'tell every kill and every stage', false)
  .addHelpText(
    'after',
    '\nExamples:\n  npm run chaos\n  npm run chaos -- --seed 7 --seeds 1 --verbose      repeat a failed run' +
      '\n  npm run chaos -- --services auth,users,applications',
  );

const options = program.parse().opts<{
  seeds: number;
  seed: number;
  seconds: number;
  only?: 'migration' | 'links';
  services: readonly string[];
  rounds: number;
  verbose: boolean;
}>();
const { signal } = stopOnSignal();
let failed = 0;
/** In all seeds: in one of them a service may go back before it is copied. */
let expectedFacts = 0;
for (let seed = options.seed; seed < options.seed + options.seeds; seed += 1) {
  const problems = await problemsOf(seed);
  for (const problem of problems) console.log(`  ${problem}`);
  if (problems.length > 0) failed += 1;
}
console.log(`${options.seeds - failed} of ${options.seeds} seeds passed`);
const provesFacts = options.only === 'links' || expectedFacts > 0;
if (!provesFacts) console.log('no fact was expected in any of them: of facts nothing is proven');
process.exit(failed === 0 && provesFacts ? 0 : 1);

/** Ends the process when somebody wants the run to end, once all that was started has ended. */
async function problemsOf(seed: number): Promise<string[]> {
  try {
    return [
      ...(options.only === 'links' ? [] : await migration(seed)),
      ...(options.only === 'migration' ? [] : await links(seed)),
    ];
  } catch (error) {
    if (!signal.aborted) throw error;
    console.log(`seed ${seed}: interrupted`);
    process.exit(130);
  }
}

async function migration(seed: number): Promise<string[]> {
  const directory = resolve('.banyan', 'chaos', String(seed));
  removeRun(directory);
  const clock = startClock();
  const run = runChaos({
    system,
    services: options.services,
    seed,
    directory,
    chaosMs: options.seconds * 1_000,
    signal,
    onEvent: (text) => options.verbose && console.log(`${clock()}  ${text}`),
  });
  const result = await run.catch((error) => {
    if (signal.aborted) removeRun(directory);
    throw error;
  });
  const { kills, requests, failures, audit, facts, endings, problems } = result;
  expectedFacts += facts.expected;
  console.log(
    `seed ${seed}: ${verdict(problems)}, ${kills.length} kills, ${requests} requests (${failures} failed), ` +
      `${audit.acknowledged} writes acknowledged, ${audit.lost} lost, ${audit.doubled} doubled, ${audit.resurrected} resurrected, ` +
      `${facts.expected} facts expected, ${facts.missing} missing, ${facts.doubled} doubled, ` +
      `ends ${Object.entries(endings)
        .map(([service, stage]) => `${service} ${stage}`)
        .join(', ')} (${clock().trim()})`,
  );
  if (problems.length === 0) removeRun(directory);
  return problems;
}

async function links(seed: number): Promise<string[]> {
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
    return problems;
  } finally {
    await server.stop();
    removeEmbedded(directory);
  }
}

function servicesOf(text: string): string[] {
  const asked = text.split(',');
  const unknown = asked.filter((name) => !(system.services as readonly string[]).includes(name));
  if (unknown.length === 0) return asked;
  throw new InvalidArgumentError(
    `${system.title} has no service ${unknown.join(', ')}: it has ${system.services.join(', ')}`,
  );
}

function verdict(problems: string[]): string {
  return problems.length === 0 ? 'ok' : 'FAILED';
}

function startClock(): () => string {
  const startedAt = performance.now();
  return () => `${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s`;
}
