import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { EXIT, UsageError } from '../exit.ts';
import { carryOut } from '../moves.ts';
import { note } from '../output.ts';
import { act, command, connect } from '../session.ts';

export function retireCommand(): Command {
  return command('retire', 'Cut a migrated service loose from the monolith; there is no way back', [
    'banyan retire auth',
    'banyan retire auth --yes',
  ])
    .argument('<service>')
    .option('--yes', 'do not ask')
    .option('--no-wait', 'set the target and return')
    .action(
      act<{ yes?: boolean; wait: boolean }>(async (options, service) => {
        const control = await connect(options);
        if (!options.yes && !(await confirm(service!))) {
          note('nothing was done');
          return EXIT.negative;
        }
        return await carryOut(control, () => control.retire(service!), options);
      }),
    );
}

async function confirm(service: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new UsageError('retire has no way back and nobody is there to confirm it', 'add --yes');
  }
  const dialog = createInterface({ input: process.stdin, output: process.stderr });
  const abort = new AbortController();
  dialog.on('SIGINT', () => abort.abort());
  try {
    const question = `${service} will no longer be kept in step with the monolith, and cannot go back.\nType '${service}' to go on: `;
    return (await dialog.question(question, { signal: abort.signal })).trim() === service;
  } catch (error) {
    if (abort.signal.aborted) return false;
    throw error;
  } finally {
    dialog.close();
  }
}
