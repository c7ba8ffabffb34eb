import { errorCode, quoteTable, withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import { ReplicationError } from '../errors.ts';
import type { LinkConfig, LinkNames } from '../link/link-config.ts';
import { sidesOf } from '../link/link-record.ts';
import { MESSAGE_PREFIX } from './control-message.ts';

const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Writes a barrier's marker into the source's log. With a time for locks it waits for open writers of the mapped tables first.
 * A marker that comes when nobody awaits it any more means nothing.
 */
export async function emitMarker(
  source: pg.Pool,
  config: Pick<LinkConfig, 'tables' | 'direction'>,
  { link }: Pick<LinkNames, 'link'>,
  { id, lockTimeoutMs, awaited }: { id: string; lockTimeoutMs: number | undefined; awaited: () => boolean },
): Promise<void> {
  const message = {
    name: 'banyan_marker',
    text: 'SELECT pg_logical_emit_message(true, $1, $2)',
    values: [MESSAGE_PREFIX, JSON.stringify({ id })],
  };
  // A transaction of one statement: users wait for it.
  if (lockTimeoutMs === undefined) {
    await source.query(message);
    return;
  }
  try {
    await withTransaction(source, async (client) => {
      await client.query(`SET LOCAL lock_timeout = ${Math.max(1, Math.trunc(lockTimeoutMs))}`);
      const tables = config.tables.map((mapping) => sidesOf(mapping, config.direction).source);
      const names = tables.map((side) => quoteTable(side.schema, side.table)).sort();
      await client.query(`LOCK TABLE ${names.join(', ')} IN EXCLUSIVE MODE`);
      await client.query(message);
      // Given up meanwhile: nothing is left behind.
      if (!awaited()) throw new ReplicationError('BARRIER_TIMEOUT', { link });
    });
  } catch (error) {
    if (errorCode(error) !== LOCK_NOT_AVAILABLE) throw error;
    throw new ReplicationError('BARRIER_LOCK_TIMEOUT', { link, lockTimeoutMs }, error);
  }
}
