import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { advanceCommand } from './commands/advance.ts';
import { checkCommand } from './commands/check.ts';
import { configCommand } from './commands/config.ts';
import { contextsCommand } from './commands/contexts/contexts.ts';
import { eventsCommand } from './commands/events/events.ts';
import { factsCommand } from './commands/facts.ts';
import { failuresCommand } from './commands/failures.ts';
import { flagsCommand } from './commands/flags/flags.ts';
import { initCommand } from './commands/init.ts';
import { mismatchesCommand } from './commands/mismatches.ts';
import { pauseCommand } from './commands/pause.ts';
import { phasesCommand } from './commands/phases.ts';
import { planCommand } from './commands/plan.ts';
import { projectionsCommand } from './commands/projections/projections.ts';
import { recordCommand } from './commands/record.ts';
import { resumeCommand } from './commands/resume.ts';
import { retireCommand } from './commands/retire.ts';
import { rollbackCommand } from './commands/rollback.ts';
import { sagasCommand } from './commands/sagas/sagas.ts';
import { statusCommand } from './commands/status.ts';
import { stepsCommand } from './commands/steps.ts';
import { upCommand } from './commands/up.ts';
import { verifyCommand } from './commands/verify.ts';
import { viewsCommand } from './commands/views.ts';
import { EXIT_HELP } from './exit.ts';
import { withCommonOptions } from './session.ts';

/** The whole command line. Wrong usage throws CommanderError, nothing calls process.exit. */
export function createProgram(more: readonly Command[] = []): Command {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const program = withCommonOptions(new Command('banyan'))
    .description('Move a running monolith to microservices without losing a write.')
    .version(version)
    .addHelpText(
      'after',
      `\n${EXIT_HELP}\n\nStart with:\n  $ banyan init\n  $ banyan check\n  $ banyan up\n  $ banyan plan`,
    );
  const commands = [
    initCommand(),
    checkCommand(),
    upCommand(),
    statusCommand(),
    planCommand(),
    advanceCommand(),
    rollbackCommand(),
    pauseCommand(),
    resumeCommand(),
    verifyCommand(),
    mismatchesCommand(),
    failuresCommand(),
    recordCommand(),
    retireCommand(),
    stepsCommand(),
    flagsCommand(),
    configCommand(),
    contextsCommand(),
    phasesCommand(),
    viewsCommand(),
    eventsCommand(),
    factsCommand(),
    sagasCommand(),
    projectionsCommand(),
    ...more,
  ];
  for (const each of commands) program.addCommand(each);
  quieten(program);
  return program;
}

/** Wrong usage of a command, or of one that it holds, is thrown and told by us. */
function quieten(each: Command): void {
  each
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ outputError: () => {} });
  for (const held of each.commands) quieten(held);
}
