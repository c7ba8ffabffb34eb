import { Command } from 'commander';
import { type RunResult, runTarget } from './run.ts';
import { targets } from './targets.ts';

const names = targets.map(({ name }) => name);
const program = new Command('npm run fuzz --')
  .description(
    'Hostile inputs, from a seed, for the gateway on both sides and for what strangers can send or write.',
  )
  .option('--minutes <n>', 'how long, all targets together', Number, 5)
  .option('--seed <n>', 'which inputs', Number, 1)
  .option('--target <name>', `only this one: ${names.join(', ')}`)
  .option('--input <n>', 'only this input of the target, to repeat a failure', Number)
  .addHelpText(
    'after',
    '\nExamples:\n  npm run fuzz -- --minutes 20\n  npm run fuzz -- --seed 7 --target client --input 4711      repeat a failure',
  );

const options = program.parse().opts<{ minutes: number; seed: number; target?: string; input?: number }>();
const chosen = options.target === undefined ? targets : targets.filter(({ name }) => name === options.target);
if (chosen.length === 0) program.error(`no target ${options.target}: there are ${names.join(', ')}`);

const limitMs = (options.minutes * 60_000) / chosen.length;
let inputs = 0;
let failures = 0;
for (const target of chosen) {
  const result = await runTarget(target, { seed: options.seed, limitMs, only: options.input });
  inputs += result.inputs;
  failures += result.failed;
  tell(result);
}
console.log(`${inputs} inputs, ${failures} failures`);
process.exit(failures === 0 ? 0 : 1);

function tell({ target, inputs, failed, failures, figures }: RunResult): void {
  console.log(`${target.padEnd(9)} ${inputs} inputs, ${failed} failures; ${figures}`);
  for (const { input, problem, shown } of failures) {
    console.log(`  input ${input}: ${problem}\n    smallest: ${shortened(shown)}`);
    console.log(`    repeat: npm run fuzz -- --seed ${options.seed} --target ${target} --input ${input}`);
  }
}

/** A long run of one character as how many there are, and no more than fits a screen. */
function shortened(text: string): string {
  const short = text.replace(/(.)\1{30,}/g, (run, one: string) => `${one.repeat(3)}…(${run.length})`);
  return short.length > 1_500 ? `${short.slice(0, 1_500)}… (${short.length} characters)` : short;
}
