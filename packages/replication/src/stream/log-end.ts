import { setTimeout as delay } from 'node:timers/promises';
import { type Lsn, parseLsn, quoteTable } from '@banyan/postgres';
import type pg from 'pg';
import type { Watched } from '../catalog/shape.ts';
import { MESSAGE_PREFIX } from '../control/control-message.ts';

type Source = Pick<pg.Pool, 'query'>;
type Table = Pick<Watched, 'schema' | 'table'>;
type LogEnd = { lsn: Lsn; published: string };
type Ask = { source: Source; tables: string[]; publication: string; done: PromiseWithResolvers<LogEnd> };

/** By URL of the source, until they are sent. */
const asks = new Map<string, Ask[]>();

/**
 * Where the source's log ends, which is behind all that it has committed, and how its tables are published. Whoever waits
 * for the position comes to it: what of the log is on the source's disk the stream has on its way, and passes even where
 * nothing is for us; if some is not yet, a message is committed, and takes all before it to the disk.
 *
 * Links of this process that ask one source at the same moment, as all do that are to have what a user has written, ask once for all: a commit
 * of each would wake every reader of the server's log.
 */
export async function readLogEnd(
  url: string,
  source: Source,
  tables: readonly Table[],
  publication: string,
): Promise<LogEnd> {
  const names = tables.map(({ schema, table }) => quoteTable(schema, table));
  const ask: Ask = { source, tables: names, publication, done: Promise.withResolvers() };
  const others = asks.get(url);
  if (others) others.push(ask);
  else {
    asks.set(url, [ask]);
    setImmediate(() => void send(url));
  }
  return await ask.done.promise;
}

/** By the first one's connection; should that fail or hang, each of the others by its own. */
async function send(url: string): Promise<void> {
  const together = asks.get(url)!;
  asks.delete(url);
  const [first, ...others] = together as [Ask, ...Ask[]];
  const asked = ask(first.source, together);
  asked.then(([end]) => first.done.resolve(end!), first.done.reject);
  if (others.length === 0) return;
  const ends = await Promise.race([
    asked.catch(() => undefined),
    delay(PATIENCE_MS, undefined, { ref: false }),
  ]);
  for (const [at, each] of others.entries())
    if (ends) each.done.resolve(ends[at + 1]!);
    else ask(each.source, [each]).then(([end]) => each.done.resolve(end!), each.done.reject);
}

/** A connection that hangs holds up nobody else for longer, ms. */
const PATIENCE_MS = 1_000;

async function ask(source: Source, together: readonly Ask[]): Promise<LogEnd[]> {
  const { rows } = await source.query({
    name: 'banyan_end',
    text: END_SQL,
    values: [
      ...[MESSAGE_PREFIX, '{"heartbeat":true}'],
      together.flatMap(({ tables }, at) => tables.map(() => at)),
      together.flatMap(({ tables }) => tables),
      together.flatMap(({ tables, publication }) => tables.map(() => publication)),
    ],
  });
  const { lsn, published } = rows[0] as { lsn: string; published: Record<number, string> };
  return together.map((_, at) => ({ lsn: parseLsn(lsn), published: published[at] ?? '' }));
}

/** One round trip, since users wait for it. `published` differs as soon as a table, or its place in the publication, does. */
const END_SQL = `
  WITH log AS MATERIALIZED (SELECT pg_current_wal_insert_lsn() AS lsn)
  SELECT lsn::text,
    CASE WHEN pg_current_wal_flush_lsn() < lsn THEN pg_logical_emit_message(true, $1, $2) END AS message,
    (SELECT json_object_agg(ask, published) FROM (
      SELECT t.ask, string_agg(concat_ws(':', to_regclass(t.name)::oid, p.oid, p.xmin, r.oid, r.xmin), ' ' ORDER BY t.place) AS published
      FROM unnest($3::int[], $4::text[], $5::text[]) WITH ORDINALITY AS t(ask, name, publication, place)
        LEFT JOIN pg_publication p ON p.pubname = t.publication
        LEFT JOIN pg_publication_rel r ON r.prpubid = p.oid AND r.prrelid = to_regclass(t.name)
      GROUP BY t.ask) AS each) AS published
  FROM log`;
