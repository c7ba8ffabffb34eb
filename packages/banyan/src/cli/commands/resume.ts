import type { Command } from 'commander';
import { carryOut } from '../moves.ts';
import { act, command, connect } from '../session.ts';

export function resumeCommand(): Command {
  return command('resume', 'Let a paused service go on to its target, with evidence from now on, and wait', [
    'banyan resume auth',
    'banyan resume auth --no-wait',
  ])
    .argument('<service>')
    .option('--no-wait', 'go on and return')
    .addHelpText(
      'after',
      '\nRefused (exit code 4) when it is not paused, or went back by itself: then say where to with `banyan advance`.',
    )
    .action(
      act<{ wait: boolean }>(async (options, service) => {
        const control = await connect(options);
        return await carryOut(control, () => control.resume(service!), options);
      }),
    );
}
