import { type Lsn, parseLsn } from '@banyan/postgres';
import type pg from 'pg';
import { describeTable, type Table } from '../catalog/catalog.ts';
import { describeParents } from '../catalog/foreign-keys.ts';
import type { RememberedShapes } from '../catalog/shape-record.ts';
import { ReplicationError } from '../errors.ts';
import { dependantsOf } from '../mapping/dependants.ts';
import { nameOf, type TableMapping } from '../mapping/mapping.ts';
import { planTable, sourceName, type TablePlan } from '../mapping/table-plan.ts';
import type { LinkConfig } from './link-config.ts';

type Queryable = Pick<pg.Pool, 'query'>;

/** What the target remembers of a link. */
export type LinkRecord = {
  sourceSystem: string;
  sourceDatabase: string;
  /** What ended here or before is durable on the target; at first, where the slot began. */
  appliedLsn: Lsn;
  copyState: 'none' | 'running' | 'done';
  /** Until here changes are upserts. */
  windowEnd: Lsn;
  /** Since when changes may be missing; null once rows were verified and repaired. */
  missedSince: string | null;
  /** Undefined: an earlier version has made the record. */
  shapes: RememberedShapes | undefined;
};

export async function readRecord(target: Queryable, link: string): Promise<LinkRecord | undefined> {
  const there = await target.query(`SELECT to_regclass('banyan.links') IS NOT NULL AS there`);
  if (!there.rows[0].there) return undefined;
  const { rows } = await target.query(
    `SELECT source_system, source_database, applied_lsn::text, copy_state, window_end::text,
       to_jsonb(l) -> 'shapes' AS shapes, to_jsonb(l) ->> 'missed_since' AS missed -- an earlier version has no such columns
     FROM banyan.links l WHERE link = $1`,
    [link],
  );
  const row = rows[0];
  return (
    row && {
      sourceSystem: row.source_system,
      sourceDatabase: row.source_database,
      appliedLsn: parseLsn(row.applied_lsn),
      copyState: row.copy_state,
      windowEnd: row.window_end === null ? 0n : parseLsn(row.window_end),
      missedSince: row.missed,
      shapes: row.shapes ?? undefined,
    }
  );
}

/** As `readRecord`, of a link that can stream: throws `NOT_PREPARED`, `COPY_UNFINISHED`. */
export async function requireRecord(target: Queryable, link: string): Promise<LinkRecord> {
  const record = await readRecord(target, link);
  if (!record) throw new ReplicationError('NOT_PREPARED', { link });
  if (record.copyState === 'running') throw new ReplicationError('COPY_UNFINISHED', { link });
  return record;
}

/** From now on changes may be missing, until somebody says that rows were verified and repaired. */
export async function markMissed(target: Queryable, link: string): Promise<void> {
  await target.query('UPDATE banyan.links SET missed_since = clock_timestamp() WHERE link = $1', [link]);
}

/** Target tables whose rows are all this link's, also those of an earlier life of it. */
export async function writtenTables(target: Queryable, link: string): Promise<string[]> {
  const { rows } = await target.query('SELECT table_name FROM banyan.written WHERE link = $1', [link]);
  return rows.map((row) => row.table_name);
}

export type SourceIdentity = { system: string; database: string };

/** Which cluster and database this is. Where that may not be asked, the database alone. */
export async function identityOf(source: Queryable): Promise<SourceIdentity> {
  const database = await source.query(
    'SELECT current_database() AS name, oid::text FROM pg_database WHERE datname = current_database()',
  );
  const { name, oid } = database.rows[0];
  const system = await source
    .query('SELECT system_identifier::text AS id FROM pg_control_system()')
    .then(({ rows }) => String(rows[0].id))
    .catch(() => 'unknown');
  return { system, database: `${name}/${oid}` };
}

/** The plans of all mapped tables, from both catalogs. */
export async function planTables(
  config: Pick<LinkConfig, 'tables' | 'direction'>,
  source: Queryable,
  target: Queryable,
): Promise<TablePlan[]> {
  const plans: TablePlan[] = [];
  for (const mapping of config.tables) {
    const sides = sidesOf(mapping, config.direction);
    const [from, to] = await Promise.all([
      describeTable(source, sides.source),
      describeTable(target, sides.target),
    ]);
    if (!from)
      throw new ReplicationError('SCHEMA_CHANGED', {
        table: nameOf(sides.source),
        why: 'the source has no such table',
      });
    if (!to)
      throw new ReplicationError('TARGET_SHAPE', {
        table: nameOf(sides.target),
        why: 'the target has no such table',
      });
    const known = await typesKnownTo(target, from);
    const parents = config.direction === 'reverse' ? await describeParents(target, to) : [];
    plans.push(planTable(mapping, config.tables, config.direction, from, to, known, parents));
  }
  for (const plan of plans) plan.dependants = dependantsOf(plan, plans);
  return plans;
}

/** Types of the source's own that the other database has too, by the same name. */
export async function typesKnownTo(db: Queryable, table: Table): Promise<Set<string>> {
  const own = [
    ...new Set(
      [...table.columns.values()].filter((column) => column.ownType).map((column) => column.bareType),
    ),
  ];
  if (own.length === 0) return new Set();
  const { rows } = await db.query(
    'SELECT name FROM unnest($1::text[]) AS name WHERE to_regtype(name) IS NOT NULL',
    [own],
  );
  return new Set(rows.map((row) => row.name));
}

export function sidesOf(mapping: TableMapping, direction: LinkConfig['direction']) {
  return direction === 'forward'
    ? { source: mapping.legacy, target: mapping.service }
    : { source: mapping.service, target: mapping.legacy };
}

export function plansByName(plans: TablePlan[]): Map<string, TablePlan> {
  return new Map(plans.map((plan) => [sourceName(plan.mapping, plan.direction), plan]));
}
