import type { Command } from 'commander';
import type { FailureRecord } from '../../control/control.ts';
import { EXIT } from '../exit.ts';
import { paint, print, printJson, table } from '../output.ts';
import { act, command, connect } from '../session.ts';
import { readLimit } from './limit.ts';

export function failuresCommand(): Command {
  return command('failures', 'List the last requests that failed and why, newest first', [
    'banyan failures auth',
    'banyan failures',
    "banyan failures auth --json | jq -r '.[].reason' | sort | uniq -c",
  ])
    .argument('[service]', 'default: requests that no route of the plan matches')
    .option('--limit <n>', 'how many', readLimit, 20)
    .addHelpText('after', '\nAt most 20 are kept for each side of a route; `banyan status` counts all.')
    .action(
      act<{ limit: number }>(async (options, service) => {
        const control = await connect(options);
        const found = await control.failures(service ?? null, options.limit);
        if (options.json) printJson(found);
        else if (found.length === 0) print(`${service ?? 'unmatched requests'}: no failure is stored`);
        else for (const line of table([HEADER, ...found.map(rowOf)])) print(line);
        return EXIT.ok;
      }),
    );
}

const HEADER = ['AT', 'SIDE', 'METHOD', 'REASON', 'ROUTE'].map((name) => paint('dim', name));

function rowOf({ at, side, method, reason, route }: FailureRecord): string[] {
  return [at.replace('T', ' ').replace(/\.\d+Z$/, 'Z'), side, method, paint('red', reason), route];
}
