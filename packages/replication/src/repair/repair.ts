import { createPool, quoteIdent, quoteTable } from '@banyan/postgres';
import type pg from 'pg';
import { describeTable } from '../catalog/catalog.ts';
import { sidesOf } from '../link/link-record.ts';
import { Ownership } from '../link/ownership.ts';
import { type Direction, nameOf, type TableMapping } from '../mapping/mapping.ts';
import type { RepairRow } from '../stream/transaction.ts';
import { issueRepairToken } from './repair-token.ts';
import { lockingRows, lockingTable } from './row-locks.ts';

export const REPAIR_PREFIX = 'banyan-repair';

/** What a `banyan-repair` message says: for which link, and the owner's rows as they are at that point. */
export type RepairMessage = {
  service: string;
  direction: Direction;
  table: string;
  rows: RepairRow[];
  /** What a deleted parent of the monolith's has changed, whoever owns the rows: these columns, or the rows are gone (none). */
  carried?: string[];
  /** In force when it was decided who owns the rows: if it no longer is, the new owner is asked. */
  share?: number;
  ticket: string;
};

export type RepairOptions = {
  /** Connection URL of the monolith's database. */
  legacy: string;
  /** Connection URL of the service's database. */
  service: string;
  serviceName: string;
  mapping: TableMapping;
  /** Basis points; 0 means that no reverse link runs. */
  share: number;
  /** Of the bucket function; without it both sides send all rows, and the links take the owners'. */
  salt?: string;
  /** Rows to send again, by the legacy key (column → text); a verdict's `differing` will do. */
  keys?: Record<string, string | null>[];
  verdict?: { differing: Record<string, string | null>[] };
};

/**
 * Sends the owners' rows again: each side writes what it has into its stream, and each link applies what its source
 * owns, in order with everything else. Resolves with the number of keys, once the messages are committed; they are
 * applied when a barrier after that is.
 */
export async function repair(options: RepairOptions): Promise<number> {
  const { mapping, serviceName, share } = options;
  const keys = options.keys ?? options.verdict?.differing ?? [];
  if (keys.length === 0) return 0;
  const legacy = createPool(options.legacy, { max: 1, applicationName: 'banyan-repair', exact: true });
  const service = createPool(options.service, { max: 1, applicationName: 'banyan-repair', exact: true });
  const repair = { service: serviceName, mapping, share };
  try {
    const asked = askedOf(
      mapping,
      options.salt === undefined ? undefined : new Ownership(options.salt, share),
      keys,
    );
    await emitRepair(legacy, service, { ...repair, direction: 'forward', keys: asked.monolith });
    if (share > 0) {
      const renamed = renameKeys(mapping, 'forward', asked.service);
      await emitRepair(service, legacy, { ...repair, direction: 'reverse', keys: renamed });
    }
  } finally {
    await Promise.all([legacy.end(), service.end()]);
  }
  return keys.length;
}

/** Whose rows are sent. Where a row's key does not tell who owns it, both sides send theirs, and the link takes the owner's. */
function askedOf(
  mapping: TableMapping,
  ownership: Ownership | undefined,
  keys: Record<string, string | null>[],
): { monolith: Record<string, string | null>[]; service: Record<string, string | null>[] } {
  const { owner, legacy, rows, columns, where } = mapping;
  const told = owner.by === 'key' && rows === 'owned' && !where && legacy.key.includes(owner.legacyColumn);
  if (!ownership || !told) return { monolith: keys, service: keys };
  const isService = (key: Record<string, string | null>) =>
    ownership.isService(key[owner.legacyColumn] ?? null);
  const forwardOnly = columns.some(({ flow }) => flow === 'forward');
  return {
    monolith: forwardOnly ? keys : keys.filter((key) => !isService(key)),
    service: keys.filter(isService),
  };
}

/** Keys by the source's column names of `direction` → by the other side's. */
export function renameKeys(
  mapping: TableMapping,
  direction: Direction,
  keys: Record<string, string | null>[],
): Record<string, string | null>[] {
  const { source, target } = sidesOf(mapping, direction);
  return keys.map((key) =>
    Object.fromEntries(target.key.map((name, index) => [name, key[source.key[index]!] ?? null])),
  );
}

/**
 * Writes the rows with these keys into the WAL of the database that owns them. Each is locked until the message is
 * committed, so it is exactly what the stream has of the row at that point. A row that is not there is sent as such; it cannot be
 * locked, so nobody writes the table for that moment: an insert that is committed between the look and the message would be
 * deleted on the other side. Few rows are locked at a time, by their key's order, and again if that comes to a deadlock.
 */
export async function emitRepair(
  source: pg.Pool,
  target: pg.Pool,
  options: {
    service: string;
    direction: Direction;
    mapping: TableMapping;
    keys: Record<string, string | null>[];
    carried?: string[] | undefined;
    share?: number | undefined;
    /** How often rows that others have locked are tried. */
    tries?: number;
  },
): Promise<void> {
  const { service, direction, mapping, keys, carried, share } = options;
  const side = sidesOf(mapping, direction).source;
  const table = await describeTable(source, side);
  if (!table) return;
  const columns = [...table.columns.values()]
    .filter((column) => !column.generated)
    .map((column) => column.name);
  const on = side.key.map((column, index) => `t.${quoteIdent(column)} = k.k${index}`).join(' AND ');
  const wanted = side.key
    .map(
      (column, index) => `unnest($${index + 1}::text[])::${table.columns.get(column)!.bareType} AS k${index}`,
    )
    .join(', ');
  const select = columns.map((column) => `t.${quoteIdent(column)}::text`).join(', ');
  const quoted = quoteTable(side.schema, side.table);
  const sql =
    `SELECT ${select} FROM ${quoted} AS t JOIN (SELECT ${wanted}) AS k ON ${on} ` +
    `ORDER BY ${side.key.map((_, index) => `k.k${index}`).join(', ')}`;
  const idOf = (row: Record<string, string | null>) => JSON.stringify(side.key.map((column) => row[column]));
  for (let from = 0; from < keys.length; from += CHUNK) {
    const chunk = keys.slice(from, from + CHUNK);
    // Committed before the message, so that no link can meet the message without it.
    const token = await issueRepairToken(target, `${service}.${direction}`);
    const values = side.key.map((column) => chunk.map((key) => key[column] ?? null));
    const send = async (client: pg.PoolClient, tries: number) => {
      const look = async (locking: string) => {
        const { rows } = await client.query(`${sql} ${locking}`, values);
        return new Map(rows.map((row) => [idOf(row), row]));
      };
      const found = await holdRows(client, { look, table: quoted, ids: chunk.map(idOf), tries });
      const message: RepairMessage = {
        service,
        direction,
        table: nameOf(side),
        rows: chunk.map((key) => ({ key, row: found.get(idOf(key)) ?? null })),
        ...(carried && { carried }),
        ...(share !== undefined && { share }),
        ticket: token,
      };
      await client.query('SELECT pg_logical_emit_message(true, $1, $2)', [
        REPAIR_PREFIX,
        JSON.stringify(message),
      ]);
    };
    await lockingRows(source, nameOf(side), send, options.tries);
  }
}

type Rows = Map<string, Record<string, string | null>>;

/** The rows with these ids, of which none is changed, removed or added before the transaction ends. */
async function holdRows(
  client: pg.PoolClient,
  options: { look: (locking: string) => Promise<Rows>; table: string; ids: string[]; tries: number },
): Promise<Rows> {
  const { look, table, ids, tries } = options;
  const missing = (rows: Rows) => ids.some((id) => !rows.has(id));
  // Before any row is locked: whoever waits for one of them would be waited for.
  const tableHeld = missing(await look(''));
  if (tableHeld) await lockingTable(client, table, tries);
  const rows = await look('FOR NO KEY UPDATE OF t');
  if (tableHeld || !missing(rows)) return rows;
  await lockingTable(client, table, tries);
  return await look('FOR NO KEY UPDATE OF t');
}

const CHUNK = 200;
