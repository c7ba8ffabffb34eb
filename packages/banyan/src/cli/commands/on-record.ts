import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { UsageError } from '../exit.ts';

export type RecordOptions = { note?: string; who?: string };

/** For commands that let something go on without what went wrong: who did it, and why, stays on record. */
export function withRecord(command: Command, note: string): Command {
  return command
    .option('--note <text>', `${note}, for the record; needed`)
    .option('--who <name>', 'who, for the record (default: the user of this machine)');
}

/** @throws UsageError without a note; `example` is the command with one */
export function recordOf(
  action: string,
  { note, who = userInfo().username }: RecordOptions,
  example: string,
): { who: string; note: string } {
  if (!note?.trim()) throw new UsageError(`${action} needs a note`, example);
  return { who, note };
}
