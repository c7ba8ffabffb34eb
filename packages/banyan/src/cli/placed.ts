import type { DatabasesReport, DatabasesSummary, PlacedThing } from '../control/control.ts';
import { ago, paint, plural, table } from './output.ts';

/** What lies in the databases: one line of a summary, or every thing and how to remove what nothing needs. */
export function formatDatabases(
  databases: DatabasesSummary | DatabasesReport,
  width: number,
  now: Date,
): string[] {
  if (!('things' in databases)) return [formatSummary(databases, ` (${ago(databases.lookedAt, now)})`)];
  const { things, unreachable } = databases;
  const leftovers = things.filter(({ state }) => state === 'leftover');
  return [
    formatSummary({
      used: things.filter(({ state }) => state === 'used').length,
      leftovers: leftovers.length,
      unreachable: unreachable.length,
    }),
    ...unreachable.map(({ where, why }) => `    ${where} ${paint('yellow', 'was not looked into')}: ${why}`),
    ...table(things.map(columnsOf), width - 4).map((line) => `    ${line}`),
    // Whole, on lines of their own: to be copied.
    ...leftovers.flatMap(({ where, remove }) => [`    -- in ${where}:`, `    ${remove};`]),
  ];
}

function formatSummary(
  { used, leftovers, unreachable }: Omit<DatabasesSummary, 'lookedAt'>,
  when = '',
): string {
  const parts = [
    `${plural(used, 'thing')} of ours in use`,
    leftovers > 0
      ? paint('yellow', `${plural(leftovers, 'leftover')}: banyan status --databases`)
      : 'no leftovers',
    ...(unreachable > 0 ? [paint('yellow', `${plural(unreachable, 'database')} did not answer`)] : []),
  ];
  return `  ${paint('dim', 'databases')}  ${parts.join(', ')}${when}`;
}

function columnsOf({ where, kind, name, service, stage, state }: PlacedThing): string[] {
  const since = stage === null ? '' : `by ${stage}`;
  const shown = state === 'leftover' ? paint('yellow', state) : state;
  return [where, kind, name, service ?? '', since, shown];
}
