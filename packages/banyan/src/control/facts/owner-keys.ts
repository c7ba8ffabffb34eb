import { canonicalKey, canonicalKeySql } from '@banyan/cohort';
import type { RouteKeysSeen } from '@banyan/gateway';
import type { ResolvedPlan, ResolvedService } from '@banyan/plan';
import { quoteIdent, quoteTable } from '@banyan/postgres';
import type pg from 'pg';
import { monolithPool } from './monolith-pool.ts';

/** An owner column of the monolith, the keys (in canonical form) that it was asked for, and those that it holds. */
export type KeyColumn = { column: string; type: string; asked: Set<string>; held: Set<string> };

/**
 * How often the monolith's database is asked about a service, ms; only when keys have been seen that it was not asked for, or while it
 * had none of them: whoever has just registered with another service is on the way to it.
 */
const FRESH_MS = 30_000;

/** Compares keys of requests with the owner columns that the plan names. */
export class OwnerKeys {
  readonly #plan: ResolvedPlan;
  readonly #monolith: pg.Pool;
  readonly #known = new Map<string, { at: number; keys: number; columns: KeyColumn[] }>();

  constructor(plan: ResolvedPlan) {
    this.#plan = plan;
    this.#monolith = monolithPool(plan, 'banyan-owner-keys');
  }

  /** As of the last look. */
  of(service: string): KeyColumn[] {
    return this.#known.get(service)?.columns ?? [];
  }

  /** Rejects when the database is away; what was known stays. */
  async look(services: readonly string[], seen: readonly RouteKeysSeen[], now: number): Promise<void> {
    for (const name of services) {
      const keys = seen.filter(({ service }) => service === name).flatMap(({ sample }) => sample);
      const known = this.#known.get(name) ?? { at: Number.NEGATIVE_INFINITY, keys: 0, columns: [] };
      const isKnown = keys.length === known.keys && known.columns.some(({ held }) => held.size > 0);
      if (isKnown || Math.abs(now - known.at) < FRESH_MS) continue;
      this.#known.set(name, { ...known, at: now });
      const columns = await readColumns(this.#monolith, this.#plan.services[name]!, keys);
      this.#known.set(name, { at: now, keys: keys.length, columns });
    }
  }

  close(): Promise<void> {
    return this.#monolith.end();
  }
}

/** The owner columns of a service that hold anything, each with those of `keys` that it holds. */
export async function readColumns(
  monolith: Pick<pg.Pool, 'query'>,
  { tables }: Pick<ResolvedService, 'tables'>,
  keys: readonly string[],
): Promise<KeyColumn[]> {
  const asked = new Set(keys.map(canonicalKey).filter((key) => key !== null));
  const columns: KeyColumn[] = [];
  for (const { legacy, owner } of tables) {
    if (owner.by !== 'key') continue;
    const name = `${legacy.schema}.${legacy.table}.${owner.legacyColumn}`;
    if (columns.some(({ column }) => column === name)) continue;
    const table = quoteTable(legacy.schema, legacy.table);
    const column = quoteIdent(owner.legacyColumn);
    const { rows } = await monolith.query<{ type: string }>(
      `SELECT pg_typeof(${column})::text AS type FROM ${table} WHERE ${column} IS NOT NULL LIMIT 1`,
    );
    if (rows[0] === undefined) continue;
    const held = await heldBy(monolith, table, column, rows[0].type, [...asked]);
    columns.push({ column: name, type: rows[0].type, asked, held });
  }
  return columns;
}

/** By type, whether a key in canonical form can be a value of it: what cannot would make the query fail. */
const FITS: Record<string, (key: string) => boolean> = {
  smallint: isIntegerOf(16),
  integer: isIntegerOf(32),
  bigint: isIntegerOf(64),
  uuid: (key) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(key),
};

function isIntegerOf(bits: number): (key: string) => boolean {
  return (key) => /^-?\d{1,19}$/.test(key) && BigInt.asIntN(bits, BigInt(key)) === BigInt(key);
}

/** Integers and UUIDs by the column's index, where it has one; others by their canonical text. */
async function heldBy(
  monolith: Pick<pg.Pool, 'query'>,
  table: string,
  column: string,
  type: string,
  keys: readonly string[],
): Promise<Set<string>> {
  const fits = FITS[type];
  const likely = fits ? keys.filter(fits) : keys;
  if (likely.length === 0) return new Set();
  const same = fits ? `${column} = ANY ($1::${type}[])` : `${canonicalKeySql(column)} = ANY ($1)`;
  const { rows } = await monolith.query<{ key: string }>(
    `SELECT DISTINCT ${canonicalKeySql(column)} AS key FROM ${table} WHERE ${same} LIMIT ${likely.length}`,
    [likely],
  );
  return new Set(rows.map(({ key }) => key));
}
