import { readFileSync } from 'node:fs';
import {
  applySchema,
  type Db,
  type Queryable,
  quoteIdent,
  quoteTable,
  withTransaction,
} from '@banyan/postgres';
import type pg from 'pg';
import type { Projection, Tables } from './define.ts';

/** One build of a projection: its tables and how far they are. */
export type Build = {
  name: string;
  version: number;
  build: number;
  state: 'building' | 'live';
  mode: 'async' | 'inline';
  position: number;
  tables: Tables;
};

/** On which live projections tell their positions: `<name> <position>`; the name alone: look what has happened. */
export const CHANNEL = 'banyan_projection';

export async function applyProjectionSchema(pool: Db): Promise<void> {
  await applySchema(pool, { name: 'banyan_events.projection', sql: SCHEMA });
}

const SCHEMA = readFileSync(new URL('schema.sql', import.meta.url), 'utf8');

/** The builds that this version of the projection has, oldest first: none, one, or the live one and one that is built anew. */
export async function findBuilds(db: Queryable, { name, version }: Projection): Promise<Build[]> {
  const { rows } = await db.query<BuildRow>(
    `SELECT ${BUILD_COLUMNS} FROM banyan_events.projections WHERE name = $1 AND version = $2 ORDER BY build`,
    [name, version],
  );
  return rows.map(toBuild);
}

/** Undefined if it is no longer there: replaced, and its tables dropped. */
export async function findBuild(db: Queryable, { name, build }: Build): Promise<Build | undefined> {
  const { rows } = await db.query<BuildRow>(
    `SELECT ${BUILD_COLUMNS} FROM banyan_events.projections WHERE name = $1 AND build = $2`,
    [name, build],
  );
  return rows[0] && toBuild(rows[0]);
}

/** Makes the tables of a new build, unless one of this version is being built already or (without `again`) is live. */
export async function startBuild(pool: Db, projection: Projection, again: boolean): Promise<void> {
  const { name, version, schema, mode = 'async', views = 'public' } = projection;
  await withTransaction(pool, async (tx) => {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('banyan projection ' || $1, 0))`, [name]);
    const { rows } = await tx.query<{ build: number; version: number; state: string }>(
      'SELECT build, version, state FROM banyan_events.projections WHERE name = $1',
      [name],
    );
    const same = rows.filter((row) => row.version === version);
    if (same.some(({ state }) => state === 'building' || !again)) return;
    // A newer version is live: this one has been replaced.
    if (rows.some((row) => row.state === 'live' && row.version > version)) return;
    const build = Math.max(0, ...rows.map((row) => row.build)) + 1;
    const home = schemaOf(name, build);
    await tx.query(`DROP SCHEMA IF EXISTS ${quoteIdent(home)} CASCADE; CREATE SCHEMA ${quoteIdent(home)}`);
    await tx.query(`SELECT set_config('search_path', $1, true)`, [quoteIdent(home)]);
    await tx.query(schema);
    await tx.query(
      `INSERT INTO banyan_events.projections (name, version, build, state, mode, views, tables)
       SELECT $1, $2, $3, 'building', $4, $5,
              array(SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = $6 ORDER BY tablename)`,
      [name, version, build, mode, views, home],
    );
  });
}

/**
 * Makes a build that has caught up the live one: switches the views and drops what was live before, all in the caller's
 * transaction. Readers wait for as long as the switch takes, then see the new tables. False if a newer version is live.
 */
export async function goLive(tx: pg.ClientBase, build: Build, views: string): Promise<boolean> {
  await tx.query(`SET LOCAL lock_timeout = '2s'`);
  const { rows: others } = await tx.query<Omit<BuildRow, 'position'> & { views: string }>(
    `SELECT build, version, state, tables, views FROM banyan_events.projections WHERE name = $1 AND build <> $2
     ORDER BY build FOR UPDATE`,
    [build.name, build.build],
  );
  if (others.some(({ version, state }) => version > build.version && state === 'live')) return false;
  for (const other of others.filter(({ version }) => version <= build.version)) {
    for (const table of other.tables)
      await dropOwnView(tx, other.views, table, schemaOf(build.name, other.build));
    await tx.query(`DROP SCHEMA IF EXISTS ${quoteIdent(schemaOf(build.name, other.build))} CASCADE`);
    await tx.query('DELETE FROM banyan_events.projections WHERE name = $1 AND build = $2', [
      build.name,
      other.build,
    ]);
  }
  await tx.query(`CREATE SCHEMA IF NOT EXISTS ${quoteIdent(views)}`);
  for (const [table, qualified] of Object.entries(build.tables)) {
    await tx.query(`CREATE VIEW ${quoteTable(views, table)} AS SELECT * FROM ${qualified}`);
  }
  await tx.query(
    `WITH live AS (
       UPDATE banyan_events.projections SET state = 'live', updated_at = now() WHERE name = $1 AND build = $2 RETURNING name)
     SELECT pg_notify($3, name) FROM live`,
    [build.name, build.build, CHANNEL],
  );
  return true;
}

/** Only if it is a view on the build's tables: never what somebody else has put there since. */
async function dropOwnView(tx: pg.ClientBase, views: string, table: string, home: string): Promise<void> {
  const { rowCount } = await tx.query(
    `SELECT 1 FROM information_schema.view_table_usage
     WHERE view_schema = $1 AND view_name = $2 AND table_schema = $3 AND table_name = $2`,
    [views, table, home],
  );
  if (rowCount) await tx.query(`DROP VIEW ${quoteTable(views, table)}`);
}

function schemaOf(name: string, build: number): string {
  return `projection_${name}_${build}`;
}

const BUILD_COLUMNS = 'name, version, build, state, mode, position, tables';

type BuildRow = Omit<Build, 'position' | 'tables'> & { position: string; tables: string[] };

function toBuild({ position, tables, ...row }: BuildRow): Build {
  const home = schemaOf(row.name, row.build);
  const qualified = Object.fromEntries(tables.map((table) => [table, quoteTable(home, table)]));
  return { ...row, position: Number(position), tables: qualified };
}
