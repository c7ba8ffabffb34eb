import type { Command } from 'commander';
import { loadPlan } from '../../plan/load.ts';
import { formatProblem } from '../../plan/problem.ts';
import { EXIT } from '../exit.ts';
import { note, paint, plural, print, printJson } from '../output.ts';
import { act, command } from '../session.ts';

export function checkCommand(): Command {
  return command('check', 'Check the plan without touching anything', [
    'banyan check',
    'banyan check --config systems/shop/banyan.config.ts --json',
  ]).action(
    act(async (options) => {
      const { path, plan, warnings } = await loadPlan(options.config);
      const services = Object.values(plan.services);
      const routes = services.flatMap((service) => service.routes).length;
      const tables = services.flatMap((service) => service.tables).length;
      if (options.json) printJson({ path, ok: true, services: services.length, routes, tables, warnings });
      else {
        for (const warning of warnings) note(`${paint('yellow', 'warning')}\n${formatProblem(warning)}\n`);
        print(
          `${path} is right: ${plural(services.length, 'service')}, ${plural(routes, 'route')}, ${plural(tables, 'table')}`,
        );
      }
      return EXIT.ok;
    }),
  );
}
