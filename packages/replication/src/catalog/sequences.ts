import { quoteTable } from '@banyan/postgres';
import type pg from 'pg';
import { ensureBanyanSchema } from '../link/banyan-schema.ts';
import type { TableMapping } from '../mapping/mapping.ts';
import { describeTable, type Table } from './catalog.ts';
import { ID_BLOCKS, idBlockOf, takeIdBlock } from './id-blocks.ts';

/** Where ids of services begin, by the narrower of both sides' types; there are as many of them. Exact in JSON numbers even for bigint. */
const OFFSETS: Record<string, number> = { smallint: 2 ** 14, integer: 2 ** 30, bigint: 2 ** 50 };

export type SequenceState = {
  table: string;
  column: string;
  /** The monolith's last id; undefined if it has no sequence there. */
  legacyLast: bigint | undefined;
  /** The service's last id; undefined if it has no sequence there. */
  serviceLast: bigint | undefined;
  /** Where the service's ids begin. */
  offset: bigint;
  /** From here on they are another service's; undefined: nobody's. */
  end: bigint | undefined;
  /** The monolith's are below it. */
  below: bigint;
  disjoint: boolean;
};

type Queryable = Pick<pg.Pool, 'query'>;

/**
 * Whether all may insert without ever choosing the same id: the monolith's sequences stay below an offset, the services' above,
 * each in a block of its own if they share a table. Ask before every step, also before a step back. `name`: the service's.
 */
export async function checkSequences(
  legacy: Queryable,
  service: Queryable,
  tables: readonly TableMapping[],
  name: string,
): Promise<SequenceState[]> {
  const states: SequenceState[] = [];
  for (const mapping of tables) {
    if (mapping.rows === 'foreign') continue;
    const from = await describeTable(legacy, mapping.legacy);
    const to = await describeTable(service, mapping.service);
    if (!from || !to) continue;
    const block = await idBlockOf(legacy, mapping, name);
    for (const [index, column] of mapping.legacy.key.entries()) {
      const own = mapping.service.key[index]!;
      const below = offsetOf(from.columns.get(column)?.bareType, to.columns.get(own)?.bareType);
      if (below === undefined) continue;
      const size = below / BigInt(ID_BLOCKS);
      const offset = below + size * BigInt(block ?? 0);
      const end = block === undefined ? undefined : offset + size;
      const legacyLast = await lastOf(legacy, from, column);
      const serviceLast = await lastOf(service, to, own);
      const disjoint =
        (legacyLast === undefined || legacyLast < below) &&
        (serviceLast === undefined || (serviceLast >= offset && (end === undefined || serviceLast < end)));
      states.push({
        table: `${from.schema}.${from.name}`,
        column,
        legacyLast,
        serviceLast,
        offset,
        end,
        below,
        disjoint,
      });
    }
  }
  return states;
}

/** Moves the service's sequences to its offset, unless they are past it. */
export async function separateSequences(
  legacy: pg.Pool,
  service: Queryable,
  tables: readonly TableMapping[],
  name: string,
): Promise<void> {
  const shared = tables.filter(({ where }) => where !== undefined);
  if (shared.length > 0) await ensureBanyanSchema(legacy);
  for (const mapping of shared) await takeIdBlock(legacy, mapping, name);
  for (const state of await checkSequences(legacy, service, tables, name)) {
    if (state.serviceLast === undefined || state.serviceLast >= state.offset) continue;
    const mapping = tables.find((each) => `${each.legacy.schema}.${each.legacy.table}` === state.table)!;
    const own = mapping.service.key[mapping.legacy.key.indexOf(state.column)]!;
    await service.query('SELECT setval(pg_get_serial_sequence($1, $2)::regclass, $3)', [
      quoteTable(mapping.service.schema, mapping.service.table),
      own,
      String(state.offset),
    ]);
  }
}

function offsetOf(a: string | undefined, b: string | undefined): bigint | undefined {
  const offsets = [a, b].map((type) => OFFSETS[type ?? '']);
  if (offsets.some((offset) => offset === undefined)) return undefined;
  return BigInt(Math.min(...(offsets as number[])));
}

async function lastOf(db: Queryable, table: Table, column: string): Promise<bigint | undefined> {
  const { rows } = await db.query(
    `SELECT coalesce(pg_sequence_last_value(s.oid::regclass), 0)::text AS last
     FROM (SELECT pg_get_serial_sequence($1, $2)::regclass::oid AS oid) AS s WHERE s.oid IS NOT NULL`,
    [quoteTable(table.schema, table.name), column],
  );
  return rows[0] ? BigInt(rows[0].last) : undefined;
}
