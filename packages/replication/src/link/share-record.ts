import { formatLsn, type Lsn, parseLsn, withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import { decideShare, readSpans, type Span, writeSpans } from './shares.ts';

/** Sets the position of the source's log from which on the share of a fence holds, should it be committed. */
export async function setFencePosition(
  target: Pick<pg.Pool, 'query'>,
  link: string,
  position: Lsn,
): Promise<void> {
  await target.query('UPDATE banyan.links SET mark = $2 WHERE link = $1', [link, formatLsn(position)]);
}

/**
 * The same for the link the other way, whose record lies in our source and whose log is our target's. Its side must have all
 * that our source had committed: what it writes from now on, it writes knowing that.
 */
export async function setSiblingFencePosition(
  source: pg.Pool,
  target: pg.Pool,
  sibling: string,
): Promise<void> {
  const there = await source.query(
    `SELECT FROM pg_attribute WHERE attrelid = to_regclass('banyan.links') AND attname = 'mark'`,
  );
  if (there.rowCount === 0) return;
  const { rows } = await target.query('SELECT pg_current_wal_insert_lsn()::text AS position');
  await setFencePosition(source, sibling, parseLsn(rows[0].position));
}

/** Which shares are in force from where on. Told `share`, it takes that for decided from the mark on. */
export async function settleShares(
  target: pg.Pool,
  link: string,
  share: number | undefined,
): Promise<Span[]> {
  return await withTransaction(target, async (client) => {
    const { rows } = await client.query(
      'SELECT shares, mark::text, applied_lsn::text FROM banyan.links WHERE link = $1 FOR UPDATE',
      [link],
    );
    const row = rows[0];
    const known = readSpans(row?.shares ?? []);
    if (!row || share === undefined) return known;
    const mark = row.mark === null ? undefined : parseLsn(row.mark);
    const spans = decideShare(known, { share, mark, applied: parseLsn(row.applied_lsn) });
    await client.query('UPDATE banyan.links SET shares = $2, mark = NULL WHERE link = $1', [
      link,
      writeSpans(spans),
    ]);
    return spans;
  });
}
