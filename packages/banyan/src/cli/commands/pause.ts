import { describeStage } from '@banyan/plan/stages';
import type { Command } from 'commander';
import { EXIT } from '../exit.ts';
import { print, printJson } from '../output.ts';
import { act, command, connect } from '../session.ts';

export function pauseCommand(): Command {
  return command('pause', 'Keep a service where it is on its way up; what fails still goes back by itself', [
    'banyan pause auth',
    "banyan pause auth --reason 'sale until Sunday'",
  ])
    .argument('<service>')
    .option('--reason <text>', 'shown by status until it goes on', '')
    .addHelpText('after', '\nGo on with `banyan resume` or `banyan advance`; go back with `banyan rollback`.')
    .action(
      act<{ reason: string }>(async (options, service) => {
        const control = await connect(options);
        const status = await control.pause(service!, options.reason);
        if (options.json) printJson(status);
        else print(`${service} is paused at ${describeStage(status.stage, status.share)}: ${status.paused}`);
        return EXIT.ok;
      }),
    );
}
