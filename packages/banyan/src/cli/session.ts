import type { Fingerprints } from '@banyan/plan/fingerprint';
import { Command } from 'commander';
import type { Control } from '../control/control.ts';
import type { LoadedPlan } from '../load-plan.ts';
import type { Settings } from '../settings/settings.ts';
import { EXIT, EXIT_HELP, formatTold, Interrupted } from './exit.ts';
import { note } from './output.ts';

export type CommonOptions = { json?: boolean; config?: string };

/** Makes a subcommand with the options that all have, and examples below its help. */
export function command(name: string, summary: string, examples: readonly string[]): Command {
  return withCommonOptions(new Command(name))
    .summary(summary)
    .description(`${summary}.`)
    .addHelpText(
      'after',
      `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}\n\n${EXIT_HELP}`,
    );
}

/** A command that only holds others, e.g. `banyan flags`. */
export function group(
  name: string,
  summary: string,
  examples: readonly string[],
  commands: readonly Command[],
): Command {
  const holder = command(name, summary, examples);
  for (const each of commands) holder.addCommand(each);
  return holder;
}

export function withCommonOptions(target: Command): Command {
  return target
    .option('--json', 'answer in JSON, and nothing else, on standard output')
    .option('--config <file>', 'the plan (default: banyan.config.ts here or in a folder above)');
}

/** Turns a function that gives an exit code into a commander action; options come first, then the arguments. */
export function act<O extends object>(
  run: (options: O & CommonOptions, ...args: string[]) => Promise<number>,
): (...args: unknown[]) => Promise<void> {
  return async (...args) => {
    const self = args.at(-1) as Command;
    process.exitCode = await run(self.optsWithGlobals(), ...(args.slice(0, -2) as string[]));
  };
}

/** The plan that the options name. What reads it is loaded only now, so that --help and mistakes answer at once. */
export async function load(options: CommonOptions): Promise<LoadedPlan> {
  const { loadPlan } = await import('../load-plan.ts');
  process.once('exit', endedWhileLoading);
  try {
    return await loadPlan(options.config);
  } finally {
    process.off('exit', endedWhileLoading);
  }
}

/** The plan is code, and may end the process, or wait for what never comes, which ends it too. */
function endedWhileLoading(): void {
  note(
    formatTold({
      exit: EXIT.usage,
      code: 'no_plan',
      message:
        'the plan ended the process, or waits for something that never comes, instead of exporting anything',
      hint: 'take process.exit, and what is awaited, out of it',
    }),
  );
  process.exitCode = EXIT.usage;
}

/** The control plane of the plan. Nothing is sent before its first method is called. */
export async function connect(options: CommonOptions): Promise<Control & Settings> {
  const [{ plan, directory }, { ControlClient, controlOrigin }, { findToken }, { whyAbsent }] =
    await Promise.all([
      load(options),
      import('../api/client.ts'),
      import('../api/token.ts'),
      import('../up/absence.ts'),
    ]);
  return new ControlClient(controlOrigin(plan), findToken(plan, directory), () => whyAbsent(directory));
}

/** Of the plan that the options name, as it lies on disk now. */
export async function ownFingerprints(options: CommonOptions): Promise<Fingerprints> {
  const [{ plan, directory }, { fingerprintsOf }, { findToken }] = await Promise.all([
    load(options),
    import('@banyan/plan/fingerprint'),
    import('../api/token.ts'),
  ]);
  return fingerprintsOf(plan, findToken(plan, directory) ?? '');
}

/** Runs something that waits. Ctrl-C aborts its signal and ends in Interrupted, whose text says what goes on. */
export async function interruptible<T>(goesOn: string, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const stop = () => abort.abort();
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    return await run(abort.signal);
  } catch (error) {
    if (abort.signal.aborted) throw new Interrupted(goesOn);
    throw error;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
