import { databasesOf, isLinked, type ResolvedPlan } from '@banyan/plan';
import { quoteTable, withPool, withTransaction } from '@banyan/postgres';
import { claimOf, installedObjects } from '@banyan/replication';
import type pg from 'pg';

/**
 * The schema by which a control database says that all that its system has put anywhere is a rehearsal's. It is made before
 * anything else and goes last, so that what a killed run left is known to be one's.
 */
const SIGN = 'banyan_rehearsal';

/** Records, and the note that their tables are there, which others may have notes beside. */
const RECORDS = [
  'DROP SCHEMA IF EXISTS control CASCADE',
  `DO $$ BEGIN
    IF to_regclass('banyan_schema.applied') IS NULL THEN RETURN; END IF;
    DELETE FROM banyan_schema.applied WHERE name IN ('banyan-control', 'banyan-settings', 'gateway');
    IF NOT EXISTS (SELECT FROM banyan_schema.applied) THEN DROP SCHEMA banyan_schema CASCADE; END IF;
  END $$`,
  `DROP SCHEMA IF EXISTS ${SIGN}`,
];

/** How long a slot may stay in use after whoever read it is gone, ms. */
const IN_USE_MS = 15_000;
const LOOK_MS = 200;
const IN_USE = '55006';

/** Signs the control database as a rehearsal's. */
export async function sign(plan: ResolvedPlan): Promise<void> {
  await inDatabase(plan.control.database, async (db) => {
    await db.query(`CREATE SCHEMA ${SIGN}`);
  });
}

/** Whether the control database is signed: a rehearsal was killed, or kept. */
export async function isSigned(plan: ResolvedPlan): Promise<boolean> {
  return await inDatabase(plan.control.database, async (db) => {
    const { rows } = await db.query('SELECT to_regnamespace($1) IS NOT NULL AS signed', [SIGN]);
    return rows[0].signed;
  });
}

/** Statements by database that remove all that a rehearsal has put there, in order. Rows come first: the mark says whose they are. */
export type Removal = { where: string; url: string; statements: string[] };

/**
 * What a rehearsal has made. In a database without its mark it has made nothing, whatever lies there.
 */
export async function removals(plan: ResolvedPlan): Promise<Removal[]> {
  const mark = await inDatabase(plan.control.database, (db) => claimOf(plan.name, db));
  const found: Removal[] = [];
  const seen = new Set<string>([plan.control.database]);
  for (const [where, url] of databasesOf(plan)) {
    if (seen.has(url)) continue;
    seen.add(url);
    const statements = await inDatabase(url, (db) => removalsIn(plan, url, mark.control, db));
    if (statements.length > 0) found.push({ where, url, statements });
  }
  return [...found, { where: 'control.database', url: plan.control.database, statements: RECORDS }];
}

async function removalsIn(plan: ResolvedPlan, url: string, control: string, db: pg.Pool): Promise<string[]> {
  const there = await db.query(`SELECT to_regclass('banyan.mark') IS NOT NULL AS there`);
  if (!there.rows[0].there) return [];
  const { rows } = await db.query('SELECT FROM banyan.mark WHERE control = $1', [control]);
  if (rows.length === 0) return [];
  const linked = Object.values(plan.services).filter(isLinked);
  const links = linked.flatMap(({ name, database }) => [
    ...(database === url ? [`${name}.forward`] : []),
    ...(plan.monolith.database === url ? [`${name}.reverse`] : []),
  ]);
  const copied = linked
    .filter(({ database }) => database === url)
    .flatMap(({ tables }) => tables.map(({ service }) => quoteTable(service.schema, service.table)));
  const installed = await installedObjects(db, links);
  // What lies in the schema goes with it; a slot keeps a database's log for ever, so it goes first.
  const byItself = (['slot', 'publication', 'trigger', 'function', 'origin', 'schema'] as const).flatMap(
    (kind) => installed.filter((object) => object.kind === kind).map(({ remove }) => remove),
  );
  return [...copied.map((table) => `DELETE FROM ${table}`), ...byItself];
}

/** Removes all of it. Rows go without the service's own triggers and foreign keys, as they came. */
export async function remove(found: readonly Removal[]): Promise<void> {
  for (const { url, statements } of found) {
    await inDatabase(url, async (db) => {
      const rows = statements.filter((statement) => statement.startsWith('DELETE FROM '));
      if (rows.length > 0)
        await withTransaction(db, async (tx) => {
          await tx.query('SET LOCAL session_replication_role = replica');
          for (const statement of rows) await tx.query(statement);
        });
      for (const statement of statements) if (!rows.includes(statement)) await whenUnused(db, statement);
    });
  }
}

/** A slot or an origin is in use for a moment after its reader has gone. */
async function whenUnused(db: pg.Pool, statement: string): Promise<void> {
  const deadline = performance.now() + IN_USE_MS;
  for (;;) {
    try {
      await db.query(statement);
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== IN_USE || performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
}

async function inDatabase<T>(url: string, work: (db: pg.Pool) => Promise<T>): Promise<T> {
  return await withPool(url, { applicationName: 'banyan-rehearse' }, work);
}
