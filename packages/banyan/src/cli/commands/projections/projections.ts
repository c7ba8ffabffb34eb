import type { ProjectionOperator, ProjectionStatus } from '@banyan/events/machinery';
import type { Command } from 'commander';
import { EXIT } from '../../exit.ts';
import { ago, duration, paint, plural, print, printJson, table } from '../../output.ts';
import { act, command, group } from '../../session.ts';
import { type DatabaseOptions, onDatabase, withDatabase } from '../database.ts';
import { type RecordOptions, recordOf, withRecord } from '../on-record.ts';

export function projectionsCommand(): Command {
  return group(
    'projections',
    'Show the projections of a service and help those that stopped at an event, whether or not the service runs',
    [
      'banyan projections list --failed --database postgres://localhost/applications',
      'banyan projections resume balances',
      'banyan projections skip balances --note "typed by hand, see ticket 12"',
    ],
    [listCommand(), resumeCommand(), skipCommand()],
  );
}

function listCommand(): Command {
  return withDatabase(
    command('list', 'List projections: how far they are, why one has stopped, what they go without', [
      'banyan projections list',
      'banyan projections list --failed --json | jq -r ".[].name"',
    ]),
  )
    .option('--failed', 'only those that have stopped')
    .action(
      act<DatabaseOptions & { failed?: boolean }>(async (options) => {
        const all = await operate(options, (operator) => operator.list());
        const listed = options.failed ? all.filter(({ error }) => error !== undefined) : all;
        if (options.json) printJson(listed);
        else if (listed.length === 0) print('there is no such projection');
        else for (const line of format(listed, new Date())) print(line);
        return EXIT.ok;
      }),
    );
}

function resumeCommand(): Command {
  return withDatabase(
    command('resume', 'Let a projection try the event again at which it has stopped', [
      'banyan projections resume balances',
    ]),
  )
    .argument('<name>')
    .action(
      act<DatabaseOptions>(async (options, name) => {
        const position = await operate(options, (operator) => operator.resume(name!));
        if (options.json) printJson({ name, action: 'resume', position });
        else print(`${name} tries the event at position ${position} again`);
        return EXIT.ok;
      }),
    );
}

function skipCommand(): Command {
  const skip = withDatabase(
    command('skip', 'Let a projection go on without the event at which it has stopped', [
      'banyan projections skip balances --note "typed by hand, see ticket 12"',
    ]),
  ).argument('<name>');
  return withRecord(skip, 'why').action(
    act<DatabaseOptions & RecordOptions>(async (options, name) => {
      const by = recordOf('skip', options, `banyan projections skip ${name} --note "why"`);
      const position = await operate(options, (operator) => operator.skip(name!, by));
      if (options.json) printJson({ name, action: 'skip', position, ...by });
      else print(`${name} goes on without the event at position ${position}`);
      return EXIT.ok;
    }),
  );
}

async function operate<T>(
  options: DatabaseOptions,
  run: (operator: ProjectionOperator) => Promise<T>,
): Promise<T> {
  const { openProjectionOperator } = await import('@banyan/events/machinery');
  return await onDatabase(options, openProjectionOperator, run);
}

const HEADER = ['PROJECTION', 'VERSION', 'STATE', 'POSITION', 'BEHIND'].map((name) => paint('dim', name));

function format(statuses: readonly ProjectionStatus[], now: Date): string[] {
  const rows = table([
    HEADER,
    ...statuses.map(({ name, version, state, position, lagEvents, lagMs, error }) => [
      name,
      String(version),
      error === undefined ? state : paint('red', 'failed'),
      String(position),
      lagEvents === 0 ? '' : `${plural(lagEvents, 'event')}, ${duration(lagMs / 1_000)}`,
    ]),
  ]);
  return [rows[0]!, ...statuses.flatMap((status, n) => [rows[n + 1]!, ...factsOf(status, now)])];
}

function factsOf({ name, error, failedAt, skipped = [] }: ProjectionStatus, now: Date): string[] {
  const facts = skipped.map(
    ({ position, who, note, at }) => `  goes without ${position}, by ${who} ${ago(at, now)}: ${note}`,
  );
  if (error === undefined) return facts;
  const hint = `  hint: banyan projections resume ${name}, or banyan projections skip ${name} --note ...`;
  return [...facts, paint('red', `  stopped at ${failedAt ?? 'no event'}: ${error}`), hint];
}
