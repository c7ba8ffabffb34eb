import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { runChaos } from './run.ts';

const program = new Command('npm run chaos --')
  .description(
    'The first migration under kill -9: gateway, controller, applier, services and their PostgreSQL backends.',
  )
  .option('--seeds <n>', 'how many seeds, from the first on', Number, 20)
  .option('--seed <n>', 'the first seed', Number, 1)
  .option('--seconds <n>', 'how long the killing goes on at most, per seed', Number, 60)
  .option('--verbose', 'tell every kill and every stage', false)
  .addHelpText(
    'after',
    '\nExamples:\n  npm run chaos\n  npm run chaos -- --seed 7 --seeds 1 --verbose      repeat a failed run',
  );

const options = program.parse().opts<{ seeds: number; seed: number; seconds: number; verbose: boolean }>();
let failed = 0;
for (let seed = options.seed; seed < options.seed + options.seeds; seed += 1) {
  const directory = resolve('.banyan', 'chaos', String(seed));
  rmSync(directory, { recursive: true, force: true });
  const startedAt = performance.now();
  const clock = () => `${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s`;
  const result = await runChaos({
    seed,
    directory,
    chaosMs: options.seconds * 1_000,
    onEvent: (text) => options.verbose && console.log(`${clock()}  ${text}`),
  });
  const { kills, requests, failures, audit, endings, problems } = result;
  console.log(
    `seed ${seed}: ${problems.length === 0 ? 'ok' : 'FAILED'}, ${kills.length} kills, ${requests} requests (${failures} failed), ` +
      `${audit.acknowledged} writes acknowledged, ${audit.lost} lost, ${audit.doubled} doubled, ${audit.resurrected} resurrected, ` +
      `ends ${Object.entries(endings)
        .map(([service, stage]) => `${service} ${stage}`)
        .join(', ')} (${clock().trim()})`,
  );
  for (const problem of problems) console.log(`  ${problem}`);
  if (problems.length > 0) failed += 1;
  else rmSync(directory, { recursive: true, force: true });
}
console.log(`${options.seeds - failed} of ${options.seeds} seeds passed`);
process.exit(failed === 0 ? 0 : 1);
