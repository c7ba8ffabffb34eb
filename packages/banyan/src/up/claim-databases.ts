import { readTable } from '@banyan/gateway';
import { databasesOf, type ResolvedPlan } from '@banyan/plan';
import { createPool, quoteIdent } from '@banyan/postgres';
import { claimDatabase, claimOf, type DatabaseClaim, notedVersion } from '@banyan/replication';
import type pg from 'pg';
import { refuseSilent } from './check-stages.ts';
import { StartError } from './start-error.ts';

/** How long a database may take to let us in, ms. One that does not is looked at when it is there. */
const ANSWER_MS = 5_000;
/** Of SQLSTATEs: the server or the connection is not there now (class 08, 53, 57), or nobody is let in (28, 3D). */
const AWAY = /^(08|28|3D|53|57)/;

/**
 * Marks the databases of the plan as this control database's: whoever works with another one, which knows of nothing, would
 * take down slots and write locks of the first as leftovers. Called by `up` and by each process that changes a database.
 *
 * @throws StartError that says whose a database is, or what is missing to mark it
 */
export async function claimDatabases(plan: ResolvedPlan): Promise<void> {
  const control = open(plan.control.database);
  try {
    const mark = await claimOf(plan.name, control);
    const others = databasesOf(plan).filter(([, url]) => url !== plan.control.database);
    await Promise.all(others.map(([where, url]) => claim(where, url, mark, control)));
  } finally {
    await control.end();
  }
}

async function claim(where: string, url: string, mark: DatabaseClaim, control: pg.Pool): Promise<void> {
  const pool = open(url);
  try {
    const other = await claimDatabase(pool, mark);
    if (other)
      throw new StartError(
        `${where} is worked on by the system '${other.system}' with another control database (${other.control})`,
        `go on with that control database; if it is gone for good, DELETE FROM banyan.mark in ${where}, then start again`,
      );
    const noted = await notedVersion(pool);
    // Asked after it: a step may be under way.
    const version = await newestVersion(control).catch(refuseSilent);
    if (noted > version) throw outdated({ version, noted });
  } catch (error) {
    if (error instanceof StartError) throw error;
    const { code = '', message } = error as { code?: string; message: string };
    const answered =
      !(error as NodeJS.ErrnoException).syscall && !AWAY.test(code) && !/timeout/i.test(message);
    if (answered) throw await unmarkable(where, pool, error as Error);
  } finally {
    await pool.end();
  }
}

/** Of the route tables that a control database holds; 0 when it has none yet. */
async function newestVersion(control: pg.Pool): Promise<number> {
  const { rows } = await control.query(`SELECT to_regclass('control.route_tables') IS NOT NULL AS there`);
  return rows[0].there ? ((await readTable(control))?.version ?? 0) : 0;
}

/** A control database that has forgotten what it decided would have users asked on the wrong side. */
export function outdated({ version, noted }: { version: number; noted: number }): StartError {
  return new StartError(
    `the control database is older than what was in force: its newest route table is ${version}, and table ${noted} was; it was restored from an older backup`,
    `set the shares that were in force (docs/backup.md: banyan.guards of the monolith's database has them), then run in monolith.database: UPDATE banyan.mark SET version = ${version}`,
    { where: 'control.database' },
  );
}

async function unmarkable(where: string, pool: pg.Pool, cause: Error): Promise<StartError> {
  const { rows } = await pool.query(
    `SELECT current_user AS role, current_database() AS database, to_regnamespace('banyan') IS NULL AS missing`,
  );
  const { role, database, missing } = rows[0];
  const right = missing
    ? `GRANT CREATE ON DATABASE ${quoteIdent(database)} TO ${quoteIdent(role)}`
    : `ALTER SCHEMA banyan OWNER TO ${quoteIdent(role)}, and the same of the tables in it`;
  return new StartError(
    `${where} cannot be marked as ours: ${cause.message}`,
    `run there: ${right}; then banyan check`,
    {
      cause,
    },
  );
}

function open(url: string) {
  const pool = createPool(url, { max: 1, applicationName: 'banyan-mark', statementTimeoutMs: ANSWER_MS });
  pool.options.connectionTimeoutMillis = ANSWER_MS;
  return pool;
}
