import type { Command } from 'commander';
import { readTarget } from '../../api/target.ts';
import { carryOut } from '../moves.ts';
import { act, command, connect } from '../session.ts';

export function advanceCommand(): Command {
  return command('advance', 'Move a service towards a target, stage by stage, and wait until it is there', [
    'banyan advance auth',
    'banyan advance auth --to 10%',
    'banyan advance auth --to migrated --no-wait',
  ])
    .argument('<service>')
    .option('--to <target>', 'a share such as 10%, or a stage (default: the next stop of the rollout)')
    .option('--force', 'break-glass: take the next step without evidence; never without its fence')
    .option('--no-wait', 'set the target and return')
    .action(
      act<{ to?: string; force?: boolean; wait: boolean }>(async (options, service) => {
        const target = options.to === undefined ? null : readTarget(options.to);
        const control = await connect(options);
        return await carryOut(
          control,
          () => control.advance(service!, target, { force: options.force }),
          options,
        );
      }),
    );
}
