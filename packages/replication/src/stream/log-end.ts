import { type Lsn, parseLsn, quoteTable } from '@banyan/postgres';
import type pg from 'pg';
import type { Watched } from '../catalog/shape.ts';
import { MESSAGE_PREFIX } from '../control/control-message.ts';

/**
 * Where the source's log ends, which is behind all that it has committed, and how its tables are published. Whoever waits
 * for the position comes to it: what of the log is on the source's disk the stream has on its way, and passes even where
 * nothing is for us; if some is not yet, a message is committed, and takes all before it to the disk.
 */
export async function readLogEnd(
  source: Pick<pg.Pool, 'query'>,
  tables: readonly Pick<Watched, 'schema' | 'table'>[],
  publication: string,
): Promise<{ lsn: Lsn; published: string }> {
  const names = tables.map(({ schema, table }) => quoteTable(schema, table));
  const { rows } = await source.query({
    name: 'banyan_end',
    text: END_SQL,
    values: [MESSAGE_PREFIX, '{"heartbeat":true}', names, publication],
  });
  return { lsn: parseLsn(rows[0].lsn), published: rows[0].published };
}

/** One round trip, since users wait for it. `published` differs as soon as a table, or its place in the publication, does. */
const END_SQL = `
  WITH log AS MATERIALIZED (SELECT pg_current_wal_insert_lsn() AS lsn)
  SELECT lsn::text,
    CASE WHEN pg_current_wal_flush_lsn() < lsn THEN pg_logical_emit_message(true, $1, $2) END AS message,
    (SELECT string_agg(concat_ws(':', to_regclass(t.name)::oid, p.oid, p.xmin, r.oid, r.xmin), ' ')
      FROM unnest($3::text[]) AS t(name) LEFT JOIN pg_publication p ON p.pubname = $4
        LEFT JOIN pg_publication_rel r ON r.prpubid = p.oid AND r.prrelid = to_regclass(t.name)) AS published
  FROM log`;
