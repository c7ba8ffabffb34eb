import { createHash } from 'node:crypto';
import {
  createSlot,
  type Db,
  dropSlot,
  ensurePublication,
  formatLsn,
  type Lsn,
  parseLsn,
  slotStatus,
} from '@banyan/postgres';
import type { Envelope } from '../../envelope.ts';

export const PUBLICATION = 'banyan_outbox';

/** Slots belong to the server, databases are its parts: the name tells them apart. */
export async function slotName(db: Db): Promise<string> {
  const { rows } = await db.query<{ name: string }>('SELECT current_database() AS name');
  const name = rows[0]!.name;
  const readable = name.toLowerCase().replace(/[^a-z0-9_]/g, '_');
  const suffix = readable === name && name.length <= 40 ? '' : `_${hash(name)}`;
  return `banyan_outbox_${readable.slice(0, 40)}${suffix}`;
}

/**
 * Makes everything that the stream needs, or finds it. `missed`: rows committed before the slot's position may not be on
 * the bus, since the slot is new, was lost, or was moved by somebody else; they have to be published from the table.
 */
export async function prepareSlot(db: Db, slot: string): Promise<{ missed: boolean; from: Lsn }> {
  const made = await ensurePublication(db, PUBLICATION, [{ schema: 'banyan_events', table: 'outbox' }]);
  if (made === 'created') await db.query(`ALTER PUBLICATION ${PUBLICATION} SET (publish = 'insert')`);
  const { rows } = await db.query<{ position: string | null; caught_up: boolean }>(
    `INSERT INTO banyan_events.relay (slot) VALUES ($1)
     ON CONFLICT (slot) DO UPDATE SET slot = excluded.slot RETURNING position::text, caught_up`,
    [slot],
  );
  const { position, caught_up } = rows[0]!;
  const known = position === null ? undefined : parseLsn(position);
  const status = await slotStatus(db, slot);
  // One that a process which has ended was making may come into being yet, behind what is committed until then.
  const usable = status?.made && status.walStatus !== 'lost';
  if (usable && caught_up && known !== undefined && status.confirmedFlushLsn <= known) {
    return { missed: false, from: known };
  }
  await db.query('UPDATE banyan_events.relay SET caught_up = false WHERE slot = $1', [slot]);
  if (usable) return { missed: true, from: status.confirmedFlushLsn };
  if (status) await dropSlot(db, slot, { force: true });
  return { missed: true, from: (await createSlot(db, slot)).consistentLsn };
}

/**
 * A moment that all pages of missed rows are read as of. `restored`: up to this number rows may have come from another server, whose
 * transactions say nothing here; 0: none has.
 */
export type Moment = { snapshot: string; restored: string };

/** To be taken once the slot is there: what is visible in it and the stream have everything between them. */
export async function readingMoment(db: Db): Promise<Moment> {
  // Seen by a snapshot that does not have its transaction, a row was brought here by a restore.
  const { rows } = await db.query<Moment>(
    `SELECT pg_current_snapshot()::text AS snapshot,
       (SELECT coalesce(max(seq), 0) FROM banyan_events.outbox
        WHERE NOT pg_visible_in_snapshot(xid, pg_current_snapshot()))::text AS restored`,
  );
  return rows[0]!;
}

/**
 * Rows that may not be on the bus, oldest first, a batch after each `after`, as of one moment: a page that saw what was committed
 * since would have a row of a key whose earlier one, with a number that is passed already, comes by the stream only. Their order is
 * that of their numbers: for transactions that publish while they hold what the others of their key wait for, that of their commits.
 */
export async function missedRows(
  db: Db,
  slot: string,
  { snapshot, restored, after, limit }: Moment & { after: bigint; limit: number },
): Promise<{ messages: Envelope[]; last: bigint }> {
  // A snapshot from the future of this server is another server's: the database was restored elsewhere.
  const { rows } = await db.query<{ seq: string; message: Envelope }>(
    `SELECT row.seq::text, row.message FROM banyan_events.outbox row
     WHERE row.seq > $2 AND (row.seq <= $5 OR pg_visible_in_snapshot(row.xid, $4::pg_snapshot)) AND NOT coalesce(
       (SELECT pg_snapshot_xmax(published) <= pg_snapshot_xmax(pg_current_snapshot()) AND pg_visible_in_snapshot(xid, published)
        FROM banyan_events.relay WHERE slot = $1), false)
     ORDER BY row.seq LIMIT $3`,
    [slot, after.toString(), limit, snapshot, restored],
  );
  return { messages: rows.map(({ message }) => message), last: BigInt(rows.at(-1)?.seq ?? after) };
}

export async function caughtUp(db: Db, slot: string, from: Lsn): Promise<void> {
  await db.query('UPDATE banyan_events.relay SET caught_up = true, position = $2 WHERE slot = $1', [
    slot,
    formatLsn(from),
  ]);
}

/** Every transaction visible in `snapshot` committed before `lsn`. */
export type Mark = { lsn: Lsn; snapshot: string };

/**
 * Remembers how far the bus has everything; `published` once the position has passed its `lsn`. Gives the next mark. Throws if
 * another relay than `holder` is the active one.
 */
export async function savePosition(
  db: Db,
  slot: string,
  { position, published, holder }: { position: Lsn; published: Mark | undefined; holder: string },
): Promise<Mark> {
  // The statement's snapshot is taken before the function reads the position.
  const { rows } = await db.query<{ snapshot: string; lsn: string }>({
    name: 'banyan_relay_position',
    text: `UPDATE banyan_events.relay
           SET position = greatest(position, $2), published = coalesce($3::pg_snapshot, published)
           WHERE slot = $1 AND EXISTS (SELECT FROM banyan_events.relay_lease WHERE holder = $4)
           RETURNING pg_current_snapshot()::text AS snapshot, pg_current_wal_insert_lsn()::text AS lsn`,
    values: [slot, formatLsn(position), published?.snapshot ?? null, holder],
  });
  if (!rows[0]) throw new Error('Another relay is the active one');
  const { snapshot, lsn } = rows[0];
  return { snapshot, lsn: parseLsn(lsn) };
}

/**
 * Age of the oldest row that may not be on the bus, in milliseconds; 0 if there is none. Of the newest 10,000: with more behind,
 * at least that.
 */
export async function oldestUnpublishedMs(db: Db, slot: string): Promise<number> {
  // Asked all the time, while the last few are all that is on its way: what is further back is read when these have not left either.
  const { ageMs, published } = await oldestOf(db, slot, FEW);
  return published > 0 ? ageMs : (await oldestOf(db, slot, MOST)).ageMs;
}

async function oldestOf(db: Db, slot: string, newest: number): Promise<{ ageMs: number; published: number }> {
  const { rows } = await db.query<{ ageMs: number; published: number }>({
    name: 'banyan_relay_oldest',
    text: `SELECT coalesce(extract(epoch FROM clock_timestamp() - min(at) FILTER (WHERE NOT known)) * 1000, 0)::float8 AS "ageMs",
             (count(*) FILTER (WHERE known))::int AS published
           FROM (SELECT at, coalesce(pg_visible_in_snapshot(xid,
                   (SELECT published FROM banyan_events.relay WHERE slot = $1)), false) AS known
                 FROM banyan_events.outbox ORDER BY seq DESC LIMIT $2) newest`,
    values: [slot, newest],
  });
  return rows[0]!;
}

const FEW = 100;
const MOST = 10_000;

/** Removes rows older than `retentionMs` that are on the bus, in batches. Returns how many. */
export async function sweepOutbox(
  db: Db,
  slot: string,
  { retentionMs, batch = 5_000 }: { retentionMs: number; batch?: number },
): Promise<number> {
  for (let total = 0; ; ) {
    const { rowCount } = await db.query(
      `DELETE FROM banyan_events.outbox
       WHERE seq < (SELECT min(seq) + $3 FROM banyan_events.outbox)
         AND at < now() - $2 * interval '1 millisecond'
         AND pg_visible_in_snapshot(xid, (SELECT published FROM banyan_events.relay WHERE slot = $1))`,
      [slot, retentionMs, batch],
    );
    if (!rowCount) return total;
    total += rowCount;
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
