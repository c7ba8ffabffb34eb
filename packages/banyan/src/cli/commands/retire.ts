import { createInterface } from 'node:readline/promises';
import { FULL_SHARE } from '@banyan/plan/stages';
import type { Command } from 'commander';
import type { Control } from '../../control/control.ts';
import { EXIT, UsageError } from '../exit.ts';
import { carryOut } from '../moves.ts';
import { note } from '../output.ts';
import { act, command, connect } from '../session.ts';

export function retireCommand(): Command {
  return command('retire', 'Cut a migrated service loose from the monolith; there is no way back', [
    'banyan retire auth',
    'banyan retire auth --yes',
    'banyan retire auth --force',
  ])
    .argument('<service>')
    .option('--yes', 'do not ask')
    .option('--force', 'also if foreign keys or triggers of the monolith still need its rows')
    .option('--no-wait', 'set the target and return')
    .action(
      act<{ yes?: boolean; force?: boolean; wait: boolean }>(async (options, service) => {
        const control = await connect(options);
        if (!options.yes) demandTerminal();
        const told = await consequences(control, service!);
        if (told.length > 0) note(`once ${service} is retired:`);
        for (const detail of told) note(`  ${detail.replace(/^retired: /, '')}`);
        if (!options.yes && !(await confirm(service!))) {
          note('nothing was done');
          return EXIT.negative;
        }
        return await carryOut(
          control,
          () => control.retire(service!, { force: options.force ?? false }),
          options,
        );
      }),
    );
}

/** Told before, since there is no way back. What is wrong with the wish is told by the wish itself. */
async function consequences(control: Control, service: string): Promise<string[]> {
  const steps = await control.plan(service, { stage: 'retired', share: FULL_SHARE }).catch(() => null);
  return steps?.[service]?.at(-1)?.rollbackImpact.details ?? [];
}

function demandTerminal(): void {
  if (process.stdin.isTTY) return;
  throw new UsageError('retire has no way back and nobody is there to confirm it', 'add --yes');
}

async function confirm(service: string): Promise<boolean> {
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
