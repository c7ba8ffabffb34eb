import type { ResolvedPlan } from '@banyan/plan';
import { formatProblem } from '@banyan/plan/problem';
import type { Command } from 'commander';
import { hintWithOldName } from '../../api/old-names.ts';
import type { PreflightFinding } from '../../preflight/finding.ts';
import { EXIT, UsageError } from '../exit.ts';
import { note, paint, plural, print, printJson } from '../output.ts';
import { act, command, load } from '../session.ts';

export function checkCommand(): Command {
  return command(
    'check',
    'Check the plan, and whether the databases and instances it names are ready for it',
    [
      'banyan check',
      'banyan check --offline',
      'banyan check --sql',
      'banyan check --protect   # with the variables of production',
      'banyan check --config systems/shop/banyan.config.ts --json',
    ],
  )
    .option('--offline', 'the plan only; connect to nothing')
    .option('--no-trial', 'do not try the write locks in the monolith, in transactions that are rolled back')
    .option(
      '--protect',
      'note that these databases are used by people: no rehearsal from this folder touches them',
    )
    .option('--sql', 'print what is missing as one SQL script for each database')
    .addHelpText(
      'after',
      '\nChanges nothing: what it tries in the monolith it rolls back, but for numbers drawn from sequences and what triggers do\noutside the database. Exits with 2 when the plan is wrong, with 1 when a database is not ready or a health check fails.',
    )
    .action(
      act<{ offline?: boolean; sql?: boolean; trial: boolean; protect?: boolean }>(async (options) => {
        const { path, plan, directory, warnings } = await load(options);
        if (options.protect) note(`noted as production's: ${await protect(plan, directory, options)}`);
        const findings = options.offline ? [] : await preflight(plan, options);
        const errors = findings.filter(({ severity }) => severity === 'error');
        const ready = errors.length === 0;
        if (options.sql) {
          const { setupScripts } = await import('../../preflight/setup-scripts.ts');
          const scripts = setupScripts(plan, findings);
          if (options.json) printJson(scripts);
          else print(scripts.map(({ sql }) => sql).join('\n'));
          return ready ? EXIT.ok : EXIT.negative;
        }
        const services = Object.values(plan.services);
        const routes = services.flatMap((service) => service.routes).length;
        const tables = services.flatMap((service) => service.tables).length;
        if (options.json) {
          const told = {
            warnings: warnings.map(hintWithOldName),
            findings: findings.map(hintWithOldName),
          };
          printJson({ path, ok: ready, services: services.length, routes, tables, ...told });
          return ready ? EXIT.ok : EXIT.negative;
        }
        for (const warning of warnings) print(`${paint('yellow', 'warning')}\n${formatProblem(warning)}\n`);
        for (const finding of findings) print(`${formatFinding(finding)}\n`);
        const size = [
          plural(services.length, 'service'),
          plural(routes, 'route'),
          plural(tables, 'table'),
        ].join(', ');
        print(`${path} is right: ${size}`);
        if (options.offline) print('the databases were not asked');
        else {
          const [instances, databases] = [true, false].map((http) =>
            errors.some(({ code }) => (code === 'unhealthy') === http),
          );
          if (instances) print('instances are not ready');
          print(databases ? 'the databases are not ready' : 'the databases are ready');
        }
        return ready ? EXIT.ok : EXIT.negative;
      }),
    );
}

async function protect(
  plan: ResolvedPlan,
  directory: string,
  { offline }: { offline?: boolean },
): Promise<string> {
  if (offline)
    throw new UsageError(
      '--protect asks the databases who they are, and --offline forbids it',
      'leave one out',
    );
  const { noteProduction } = await import('../../preflight/identity.ts');
  return await noteProduction(plan, directory, new Date());
}

/** Loaded only when needed: it brings the replication engine along. */
async function preflight(plan: ResolvedPlan, { trial }: { trial: boolean }): Promise<PreflightFinding[]> {
  const [{ preflightPlan }, { preflightInstances }] = await Promise.all([
    import('../../preflight/preflight.ts'),
    import('../../preflight/instances.ts'),
  ]);
  return (await Promise.all([preflightPlan(plan, { trial }), preflightInstances(plan)])).flat();
}

function formatFinding({ severity, where, table, message, hint }: PreflightFinding): string {
  const name = {
    error: paint('red', 'not ready'),
    warning: paint('yellow', 'warning'),
    hint: paint('dim', 'hint'),
  }[severity];
  return `${name}\n  ${table ? `${where}, ${table}` : where}\n    ${message}\n    hint: ${hint}`;
}
