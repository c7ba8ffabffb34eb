import {
  dropSlot,
  errorCode,
  type Lsn,
  PostgresError,
  quoteIdent,
  quoteLiteral,
  type SlotStatus,
  slotStatus,
} from '@banyan/postgres';
import type pg from 'pg';

type Queryable = Pick<pg.Pool, 'query'>;
/** What a link has on its source. */
export type Ends = { slot: string; publication: string };

/**
 * Where the source keeps what a link has not applied yet: in the link's own slot, wherever there is one; else in the shared
 * slot that a comment on the link's publication names. The source alone says so, whatever becomes of targets and processes.
 */
export async function slotKeptFor(
  source: Queryable,
  ends: Ends,
): Promise<{ name: string; status: SlotStatus | undefined }> {
  for (let before: string | undefined; ; ) {
    const name = await nameOfSlotFor(source, ends);
    const status = await slotStatus(source, name);
    // Between the two looks the link may have changed its slot.
    if (status || name === before) return { name, status };
    before = name;
  }
}

async function nameOfSlotFor(source: Queryable, { slot, publication }: Ends): Promise<string> {
  if ((await slotStatus(source, slot))?.made) return slot;
  return (await noteOn(source, publication))?.shared ?? slot;
}

/**
 * Runs `work` while nobody else, in whichever process, changes through which slot a link of this database reads. The session that
 * does the work holds the lock: what a process that was killed had under way ends before anybody else looks.
 */
export async function alone<T>(source: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await source.connect();
  try {
    await client.query(`SELECT pg_advisory_lock(${LOCK})`);
    const result = await work(client);
    await client.query(`SELECT pg_advisory_unlock(${LOCK})`);
    client.release();
    return result;
  } catch (error) {
    // The lock goes with the session.
    client.release(true);
    throw error;
  }
}

const LOCK = `hashtextextended('banyan shared slots', 0)`;

/** Gives a link that reads through a shared slot one of its own. At any other time it changes nothing. */
export async function comeHome(source: pg.Pool, ends: Ends): Promise<void> {
  if ((await noteOn(source, ends.publication))?.shared === undefined) return;
  await alone(source, (client) => giveOwnSlot(client, ends));
}

/**
 * The slot that it gives stands where the shared one does: at a position that all who read through that have applied. `known`: the
 * shared slot of a link that is known to read through one, should its comment be gone; without its publication it is no link any more.
 * In a session that is `alone`.
 */
export async function giveOwnSlot(
  client: Queryable,
  { slot, publication }: Ends,
  known?: string,
): Promise<void> {
  const note = await noteOn(client, publication);
  const shared = note && (note.shared ?? known);
  if (shared === undefined) return;
  if (!(await slotStatus(client, slot))?.made) await copySlot(client, shared, slot);
  if (note?.shared !== undefined)
    await client.query(`COMMENT ON PUBLICATION ${quoteIdent(publication)} IS NULL`);
}

/** From now on, unless the link has a slot of its own, `shared` keeps its changes. In a session that is `alone`. */
export async function noteShared(client: Queryable, publication: string, shared: string): Promise<void> {
  await client.query(`COMMENT ON PUBLICATION ${quoteIdent(publication)} IS ${quoteLiteral(NOTE + shared)}`);
}

/** A link without a record begins anew: nothing is kept for it. */
export async function forgetShared(source: pg.Pool, publication: string): Promise<void> {
  if ((await noteOn(source, publication))?.shared === undefined) return;
  await source.query(`COMMENT ON PUBLICATION ${quoteIdent(publication)} IS NULL`);
}

/**
 * Removes the own slot of a link that reads through `shared` and has applied all up to `acked`. False: the shared slot does not keep
 * what comes after that, or nothing says so. In a session that is `alone`.
 */
export async function dropOwnSlot(
  client: Queryable,
  { slot, publication }: Ends,
  shared: string,
  acked: Lsn,
): Promise<boolean> {
  if ((await noteOn(client, publication))?.shared !== shared) return false;
  const status = await slotStatus(client, shared);
  if (!status?.made || status.walStatus === 'lost' || status.confirmedFlushLsn > acked) return false;
  await dropSlot(client, slot, { force: true });
  return true;
}

/** Removes a shared slot, once every link that reads through it has one of its own. In a session that is `alone`. */
export async function dissolve(client: Queryable, shared: string): Promise<void> {
  for (const publication of await readersOf(client, shared))
    await giveOwnSlot(client, { slot: publication, publication });
  // Mostly it is not there, and an error would stand in the log of somebody else's server.
  if (await slotStatus(client, shared)) await dropSlot(client, shared, { force: true });
}

/** Removes the shared slots of this database through which no link reads any more. */
export async function dropUnread(source: pg.Pool): Promise<void> {
  await alone(source, async (client) => {
    const { rows } = await client.query(
      `SELECT slot_name AS slot FROM pg_replication_slots WHERE database = current_database() AND slot_name ~ $1`,
      [SHARED_SLOT],
    );
    for (const { slot } of rows)
      if ((await readersOf(client, slot)).length === 0) await dropSlot(client, slot, { force: true });
  });
}

/** False if `from` is not there, or of no use any more. Nobody waits for open transactions. */
export async function copySlot(client: Queryable, from: string, to: string): Promise<boolean> {
  try {
    await client.query('SELECT pg_copy_logical_replication_slot($1, $2)', [from, to]);
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === '42704') return false;
    if (code === '55000' && (await slotStatus(client, from))?.walStatus === 'lost') return false;
    if (code === '53400') throw new PostgresError('WAL_SLOTS_EXHAUSTED', { slot: to }, error);
    throw error;
  }
}

/** Undefined: there is no such publication. */
async function noteOn(
  source: Queryable,
  publication: string,
): Promise<{ shared: string | undefined } | undefined> {
  const { rows } = await source.query(
    `SELECT obj_description(oid, 'pg_publication') AS note FROM pg_publication WHERE pubname = $1`,
    [publication],
  );
  if (!rows[0]) return undefined;
  const note: string | null = rows[0].note;
  return { shared: note?.startsWith(NOTE) ? note.slice(NOTE.length) : undefined };
}

/** Publications of the links that `shared` keeps changes for. Their own slots are named as they are. */
async function readersOf(source: Queryable, shared: string): Promise<string[]> {
  const { rows } = await source.query(
    `SELECT pubname FROM pg_publication WHERE obj_description(oid, 'pg_publication') = $1`,
    [NOTE + shared],
  );
  return rows.map(({ pubname }) => pubname);
}

const NOTE = 'read through slot ';

/** Matches names of shared slots, here and in PostgreSQL. */
export const SHARED_SLOT = '^banyan_.+_reader_[0-9]+$';
