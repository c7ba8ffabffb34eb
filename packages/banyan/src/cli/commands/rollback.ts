import type { Command } from 'commander';
import { carryOut } from '../moves.ts';
import { act, command, connect } from '../session.ts';

export function rollbackCommand(): Command {
  return command(
    'rollback',
    'Bring a service back to the monolith, by fenced steps, and wait until it is there',
    ['banyan rollback auth', "banyan rollback auth --reason 'logins are slow since noon'"],
  )
    .argument('<service>')
    .option('--reason <text>', 'kept with the steps and shown by status', '')
    .option('--force', 'also while a service with users is made of what it tells')
    .option('--no-wait', 'set the target and return')
    .action(
      act<{ reason: string; force?: boolean; wait: boolean }>(async (options, service) => {
        const control = await connect(options);
        const force = options.force ?? false;
        return await carryOut(control, () => control.rollback(service!, options.reason, { force }), options);
      }),
    );
}
