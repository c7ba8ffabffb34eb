import { dropSlot, type Lsn, parseLsn, slotStatus } from '@banyan/postgres';
import type pg from 'pg';
import { copySlot, dissolve } from './home.ts';
import { type Candidate, lowest, mayJoin } from './positions.ts';

/** Slots are of the whole server: the system and the database name it. */
export function sharedSlotName(system: string, database: number): string {
  const name = system.toLowerCase().replace(/[^a-z0-9_]/g, '_');
  return `banyan_${name.slice(0, 36)}_reader_${database}`;
}

/** Fewer links have nothing to share. */
export const ENOUGH = 2;

/**
 * Makes the slot that links share: a copy of the one of theirs that stands lowest, if enough of them may join there. Resolves with
 * its position; undefined: there is none. In a session that is `alone`.
 */
export async function makeSharedSlot(
  client: Pick<pg.ClientBase, 'query'>,
  name: string,
  links: readonly { slot: string; position: () => Candidate }[],
): Promise<Lsn | undefined> {
  const enoughAt = (position: Lsn) =>
    links.filter((each) => mayJoin(each.position(), position)).length >= ENOUGH;
  const from = lowest(await confirmedOf(client, links));
  if (!from || !enoughAt(from.confirmed)) return undefined;
  // Another process reads through it.
  if ((await slotStatus(client, name))?.active) return undefined;
  await dissolve(client, name);
  if (!(await copySlot(client, from.slot, name))) return undefined;
  // Its model may have moved on in between.
  const position = (await slotStatus(client, name))?.confirmedFlushLsn;
  if (position !== undefined && enoughAt(position)) return position;
  await dropSlot(client, name, { force: true });
  return undefined;
}

async function confirmedOf(
  client: Pick<pg.ClientBase, 'query'>,
  links: readonly { slot: string }[],
): Promise<{ slot: string; confirmed: Lsn }[]> {
  const { rows } = await client.query<{ slot: string; confirmed: string }>(
    `SELECT slot_name AS slot, confirmed_flush_lsn::text AS confirmed FROM pg_replication_slots
     WHERE slot_name = ANY ($1) AND confirmed_flush_lsn IS NOT NULL`,
    [links.map(({ slot }) => slot)],
  );
  return rows.map(({ slot, confirmed }) => ({ slot, confirmed: parseLsn(confirmed) }));
}
