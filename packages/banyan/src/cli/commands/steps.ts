import type { Command } from 'commander';
import type { StepRecord } from '../../control/control.ts';
import { EXIT } from '../exit.ts';
import { duration, milliseconds, paint, print, printJson, table } from '../output.ts';
import { act, command, connect } from '../session.ts';
import { readLimit } from './limit.ts';

export function stepsCommand(): Command {
  return command('steps', 'List the steps done so far, newest first', [
    'banyan steps',
    'banyan steps auth --limit 5',
    'banyan steps --json | jq \'.[] | select(.outcome == "failed")\'',
  ])
    .argument('[service]', 'this service only')
    .option('--limit <n>', 'how many', readLimit, 20)
    .action(
      act<{ limit: number }>(async (options, service) => {
        const control = await connect(options);
        const steps = await control.steps(service ?? null, options.limit);
        if (options.json) printJson(steps);
        else if (steps.length === 0) print('no step was done yet');
        else print(table([HEADER, ...steps.map(rowOf)]).join('\n'));
        return EXIT.ok;
      }),
    );
}

const HEADER = ['AT', 'SERVICE', 'STEP', 'OUTCOME', 'TOOK', 'FENCE', 'REASON'].map((name) =>
  paint('dim', name),
);

function rowOf({ startedAt, endedAt, service, from, to, outcome, fenceMs, reason }: StepRecord): string[] {
  const colour = { done: 'green', failed: 'red', running: 'yellow' } as const;
  return [
    startedAt.replace('T', ' ').replace(/\.\d+Z$/, 'Z'),
    service,
    `${from} → ${to}`,
    paint(colour[outcome], outcome),
    endedAt === null ? '' : duration((Date.parse(endedAt) - Date.parse(startedAt)) / 1_000),
    fenceMs === null ? '' : milliseconds(fenceMs),
    reason,
  ];
}
