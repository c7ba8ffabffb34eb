import { quoteTable } from '@banyan/postgres';
import type pg from 'pg';
import { ReplicationError } from '../errors.ts';
import type { BarrierOptions } from '../link/barrier-options.ts';
import type { LinkConfig, LinkNames } from '../link/link-config.ts';
import { sidesOf } from '../link/link-record.ts';
import type { TableMapping } from '../mapping/mapping.ts';
import { MESSAGE_PREFIX } from './control-message.ts';
import type { JointMarks } from './joint-marks.ts';
import { lockingTables, TablesBusy } from './table-locks.ts';

/**
 * Writes a barrier's marker into the source's log. With a time for locks it waits first for open writers of the mapped tables of which
 * anything may change sides.
 * A marker that comes when nobody awaits it any more means nothing.
 */
export async function emitMarker(
  source: pg.Pool,
  config: Pick<LinkConfig, 'tables' | 'direction'>,
  { link }: Pick<LinkNames, 'link'>,
  {
    id,
    lockTimeoutMs,
    locked,
    joint,
    awaited,
  }: {
    id: string;
    lockTimeoutMs: number | undefined;
    locked: BarrierOptions['locked'];
    joint: JointMarks | undefined;
    awaited: () => boolean;
  },
): Promise<void> {
  const message = {
    name: 'banyan_marker',
    text: 'SELECT pg_logical_emit_message(true, $1, $2)',
    values: [MESSAGE_PREFIX, JSON.stringify({ id })],
  };
  const names = config.tables
    .filter(changesSides)
    .map((mapping) => sidesOf(mapping, config.direction).source)
    .map(({ schema, table }) => quoteTable(schema, table));
  const tables = lockTimeoutMs === undefined ? [] : names;
  // A transaction of one statement: users wait for it.
  if (tables.length === 0 && !joint) {
    await source.query(message);
    return;
  }
  const write = async (client: pg.PoolClient) => {
    await client.query(message);
    await locked?.(client);
    // Given up meanwhile: nothing is left behind.
    if (!awaited()) throw new ReplicationError('BARRIER_TIMEOUT', { link });
  };
  const limitMs = lockTimeoutMs ?? 0;
  try {
    if (joint) await joint.write({ source, tables, limitMs, write });
    else await lockingTables(source, tables, limitMs, write);
  } catch (error) {
    if (!(error instanceof TablesBusy)) throw error;
    throw new ReplicationError('BARRIER_LOCK_TIMEOUT', { link, lockTimeoutMs }, error.cause);
  }
}

/** Whether a service ever writes anything of the table. A key never changes. */
function changesSides({ rows, columns, legacy }: TableMapping): boolean {
  const written = columns
    .filter(({ flow }) => flow === 'both')
    .flatMap(({ reverse }) => Object.keys(reverse));
  return rows === 'owned' || written.some((column) => !legacy.key.includes(column));
}
