import { formatLsn, parseLsn, type SlotStatus } from '@banyan/postgres';
import type pg from 'pg';
import { ReplicationError } from '../errors.ts';
import type { LinkNames } from '../link/link-config.ts';
import { identityOf, type LinkRecord, readRecord } from '../link/link-record.ts';
import { slotKeptFor } from '../reader/home.ts';

type Queryable = Pick<pg.Pool, 'query'>;

/** Why the source can no longer bring what comes after the position that is applied; undefined: it can, or nothing was prepared. */
export async function findLoss(
  source: Queryable,
  target: Queryable,
  names: LinkNames,
): Promise<ReplicationError | undefined> {
  // The slot first: whoever streams meanwhile applies before he acknowledges.
  const { name, status } = await slotKeptFor(source, names);
  const record = await readRecord(target, names.link);
  return record && ((await sourceFault(source, record)) ?? slotFault(status, record, name));
}

/** Throws if the source is not the database of the record, or one that has forgotten what it once said. */
export async function checkSource(source: Queryable, record: LinkRecord): Promise<void> {
  const fault = await sourceFault(source, record);
  if (fault) throw fault;
}

async function sourceFault(source: Queryable, record: LinkRecord): Promise<ReplicationError | undefined> {
  const now = await identityOf(source);
  if (now.system !== record.sourceSystem || now.database !== record.sourceDatabase)
    return new ReplicationError('SOURCE_CHANGED', {
      was: `${record.sourceSystem}/${record.sourceDatabase}`,
      is: `${now.system}/${now.database}`,
    });
  const { rows } = await source.query(
    `SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END::text AS ends`,
  );
  // A stream would pass over all that it writes until it comes to where it once was.
  if (parseLsn(rows[0].ends) >= record.appliedLsn) return undefined;
  const was = `its log goes to ${formatLsn(record.appliedLsn)}`;
  return new ReplicationError('SOURCE_CHANGED', { was, is: `it ends at ${rows[0].ends}` });
}

function slotFault(
  slot: SlotStatus | undefined,
  { appliedLsn }: LinkRecord,
  name: string,
): ReplicationError | undefined {
  if (!slot?.made || slot.walStatus === 'lost') return new ReplicationError('SLOT_LOST', { slot: name });
  if (slot.confirmedFlushLsn <= appliedLsn) return undefined;
  const [slotLsn, ourLsn] = [slot.confirmedFlushLsn, appliedLsn].map(formatLsn);
  return new ReplicationError('SLOT_AHEAD', { slot: name, slotLsn, ourLsn });
}
