import type { Command } from 'commander';
import type { StepRecord } from '../../control/control.ts';
import { EXIT } from '../exit.ts';
import { duration, milliseconds, paint, print, printJson, table, widthOf, wrap } from '../output.ts';
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
        else for (const line of formatSteps(steps)) print(line);
        return EXIT.ok;
      }),
    );
}

const HEADER = ['AT', 'SERVICE', 'STEP', 'OUTCOME', 'TOOK', 'FENCE'].map((name) => paint('dim', name));

/** One line for each step, and its reason, which may be long, on lines of its own below. */
function formatSteps(steps: readonly StepRecord[]): string[] {
  const [header, ...lines] = table([HEADER, ...steps.map(rowOf)], Number.POSITIVE_INFINITY);
  return [
    header!,
    ...steps.flatMap(({ reason }, index) => [
      lines[index]!,
      ...(reason === '' ? [] : wrap(reason, widthOf(process.stdout) - 4).map((line) => `    ${line}`)),
    ]),
  ];
}

function rowOf({ startedAt, endedAt, service, from, to, outcome, fenceMs }: StepRecord): string[] {
  const colour = { done: 'green', failed: 'red', running: 'yellow' } as const;
  return [
    startedAt.replace('T', ' ').replace(/\.\d+Z$/, 'Z'),
    service,
    `${from} → ${to}`,
    paint(colour[outcome], outcome),
    endedAt === null ? '' : duration((Date.parse(endedAt) - Date.parse(startedAt)) / 1_000),
    fenceMs === null ? '' : milliseconds(fenceMs),
  ];
}
