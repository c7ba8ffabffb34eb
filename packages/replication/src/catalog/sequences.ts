import { quoteTable } from '@banyan/postgres';
import type pg from 'pg';
import type { TableMapping } from '../mapping/mapping.ts';
import { describeTable, type Table } from './catalog.ts';

/** Where a service's own ids begin, by the narrower of both sides' types. Exact in JSON numbers even for bigint. */
const OFFSETS: Record<string, number> = { smallint: 2 ** 14, integer: 2 ** 30, bigint: 2 ** 50 };

export type SequenceState = {
  table: string;
  column: string;
  /** The monolith's last id; undefined if it has no sequence there. */
  legacyLast: bigint | undefined;
  /** The service's last id; undefined if it has no sequence there. */
  serviceLast: bigint | undefined;
  offset: bigint;
  disjoint: boolean;
};

type Queryable = Pick<pg.Pool, 'query'>;

/**
 * Whether both sides may insert without ever choosing the same id: the monolith's sequences stay below an offset, the
 * service's above. Ask before every step, also before a step back.
 */
export async function checkSequences(
  legacy: Queryable,
  service: Queryable,
  tables: TableMapping[],
): Promise<SequenceState[]> {
  const states: SequenceState[] = [];
  for (const mapping of tables) {
    if (mapping.rows === 'foreign') continue;
    const from = await describeTable(legacy, mapping.legacy);
    const to = await describeTable(service, mapping.service);
    if (!from || !to) continue;
    for (const [index, column] of mapping.legacy.key.entries()) {
      const own = mapping.service.key[index]!;
      const offset = offsetOf(from.columns.get(column)?.bareType, to.columns.get(own)?.bareType);
      if (offset === undefined) continue;
      const legacyLast = await lastOf(legacy, from, column);
      const serviceLast = await lastOf(service, to, own);
      const disjoint =
        (legacyLast === undefined || legacyLast < offset) &&
        (serviceLast === undefined || serviceLast >= offset);
      states.push({
        table: `${from.schema}.${from.name}`,
        column,
        legacyLast,
        serviceLast,
        offset,
        disjoint,
      });
    }
  }
  return states;
}

/** Moves the service's sequences to the offset, unless they are past it. */
export async function separateSequences(
  legacy: Queryable,
  service: Queryable,
  tables: TableMapping[],
): Promise<void> {
  for (const state of await checkSequences(legacy, service, tables)) {
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
