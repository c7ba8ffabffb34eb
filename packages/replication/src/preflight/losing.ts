import { quoteTable } from '@banyan/postgres';
import type { Context } from './context.ts';
import { error, type Finding, lacking } from './finding.ts';
import { eachTable, type MappedTable } from './tables.ts';

/** What would lose rows that were written, without a word. */
export async function checkLosing(context: Context): Promise<Finding[]> {
  return await eachTable(context, ({ table, ...mapped }) => [
    ...(table.logged ? [] : [notLogged(mapped)]),
    ...(mapped.isSource || table.interceptors.length === 0 ? [] : [intercepted(mapped, table.interceptors)]),
  ]);
}

function notLogged({ name, side, isSource }: Omit<MappedTable, 'table'>): Finding {
  const why = isSource ? 'its changes are in no log' : 'a crash of the server would leave it empty';
  return lacking(
    'not_logged',
    `${name} is not logged: ${why}.`,
    [`ALTER TABLE ${quoteTable(side.schema, side.table)} SET LOGGED`],
    name,
  );
}

function intercepted({ name, side }: Omit<MappedTable, 'table'>, interceptors: string[]): Finding {
  return error(
    'intercepted',
    `${interceptors.join(', ')} of ${name} fires for the link too, and may change or drop what it writes.`,
    `Have it fire for others only: ALTER TABLE ${quoteTable(side.schema, side.table)} ENABLE ${interceptors[0]!.replace(/^\w+/, (kind) => kind.toUpperCase())}.`,
    name,
  );
}
