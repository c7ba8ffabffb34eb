import type { Command } from 'commander';
import { readTarget } from '../../api/target.ts';
import type { PlannedStep, RollbackImpact } from '../../control/control.ts';
import { EXIT } from '../exit.ts';
import { paint, plural, print, printJson, table, widthOf } from '../output.ts';
import { act, command, connect } from '../session.ts';

export function planCommand(): Command {
  return command('plan', 'Dry run: list the steps ahead and the rollback impact of each', [
    'banyan plan',
    'banyan plan auth --to 10%',
    'banyan plan auth --to migrated --json',
  ])
    .argument('[service]', 'this service only')
    .option('--to <target>', "how far: a share such as 10%, or a stage (default: 'migrated')")
    .action(
      act<{ to?: string }>(async (options, service) => {
        const target = options.to === undefined ? null : readTarget(options.to);
        const control = await connect(options);
        const plans = await control.plan(service ?? null, target);
        if (options.json) printJson(plans);
        else print(formatPlans(plans).join('\n'));
        return EXIT.ok;
      }),
    );
}

function formatPlans(plans: Record<string, PlannedStep[]>, width = widthOf(process.stdout)): string[] {
  return Object.entries(plans).flatMap(([service, steps], index) => [
    ...(index === 0 ? [] : ['']),
    ...formatPlan(service, steps, width),
  ]);
}

function formatPlan(service: string, steps: readonly PlannedStep[], width: number): string[] {
  if (steps.length === 0) return [`${paint('bold', service)}: nothing to do, it is there`];
  const header = ['#', 'STEP', 'BY', 'GOING BACK'].map((name) => paint('dim', name));
  const rows = steps.map(({ order, from, to, fenced, rollbackImpact }) => [
    String(order),
    `${from} → ${to}`,
    fenced ? 'fence' : '',
    describeImpact(rollbackImpact),
  ]);
  return [
    `${paint('bold', service)}: ${plural(steps.length, 'step')}, nothing is done yet`,
    ...table([header, ...rows], width - 2).map((line) => `  ${line}`),
  ];
}

function describeImpact({ verdict, details }: RollbackImpact): string {
  const colour = verdict === 'lossless' ? 'green' : verdict === 'lossy' ? 'yellow' : 'red';
  return [paint(colour, verdict), ...details].join('; ');
}
