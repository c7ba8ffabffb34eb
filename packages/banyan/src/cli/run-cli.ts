import { type Command, CommanderError } from 'commander';
import { asJson, EXIT, formatTold, tell } from './exit.ts';
import { note, painter, printJson } from './output.ts';
import { createProgram } from './program.ts';

/** Runs the command line; `more` are commands of packages above this one. */
export async function runCli(argv: string[], more: readonly Command[] = []): Promise<void> {
  hideWarnings();
  // Of a plan, which is code: Node would print the line, and what stands there may be a secret.
  process.on('uncaughtException', (error) => {
    report(error, argv);
    process.exit();
  });
  // `banyan steps | head` closes our output early, and that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.negative);
  });
  try {
    await createProgram(more).parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return; // --help, --version
    if (error instanceof CommanderError && error.code === 'commander.help') {
      process.exitCode = EXIT.usage; // no command was given, and the help has been shown
      return;
    }
    report(error, argv);
  }
}

/** What Node would tell a developer of ours: a plan without a package.json beside it, something deprecated in a library. */
function hideWarnings(): void {
  if (process.env.BANYAN_DEBUG) return;
  process.removeAllListeners('warning');
  process.on('warning', () => {});
}

function report(error: unknown, argv: readonly string[]): void {
  const told = tell(error);
  if (argv.includes('--json')) printJson({ error: asJson(told) });
  note(formatTold(told).replace(/^error/, (word) => painter(process.stderr)('red', word)));
  if (process.env.BANYAN_DEBUG && error instanceof Error) note(`${error.stack}`);
  process.exitCode = told.exit;
}
