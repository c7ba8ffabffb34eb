import type { Command } from 'commander';
import type { MismatchRecord } from '../../control/control.ts';
import { EXIT } from '../exit.ts';
import { paint, plural, print, printJson } from '../output.ts';
import { act, command, connect } from '../session.ts';
import { readLimit } from './limit.ts';

export function mismatchesCommand(): Command {
  return command('mismatches', 'List answers of a service that differed from the monolith, newest first', [
    'banyan mismatches auth',
    "banyan mismatches auth --json | jq -r '.[].curl'",
  ])
    .argument('<service>')
    .option('--limit <n>', 'how many', readLimit, 20)
    .action(
      act<{ limit: number }>(async (options, service) => {
        const control = await connect(options);
        const found = await control.mismatches(service!, options.limit);
        if (options.json) printJson(found);
        else if (found.length === 0) print(`${service}: no mismatch is stored`);
        else print(found.map(formatMismatch).join('\n\n'));
        return EXIT.ok;
      }),
    );
}

function formatMismatch({ id, route, at, curl, differences }: MismatchRecord): string {
  const listed = Array.isArray(differences) ? differences : [];
  return [
    `${paint('bold', `#${id}`)}  ${route}  ${at}  ${plural(listed.length, 'difference')}`,
    ...listed.map(formatDifference),
    `  ${paint('dim', curl)}`,
  ].join('\n');
}

function formatDifference(difference: { pointer?: string; monolith?: unknown; service?: unknown }): string {
  const side = (value: unknown) => (value === undefined ? '(absent)' : JSON.stringify(value));
  return `  ${difference.pointer || '(whole answer)'}: monolith ${side(difference.monolith)}, service ${side(difference.service)}`;
}
