import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { databasesOf, type ResolvedPlan } from '@banyan/plan';
import { LoadError } from '@banyan/plan/problem';
import { withPool } from '@banyan/postgres';

/** What tells a database from others, whatever name it is reached by. */
export type Identity = {
  /** In the plan. */
  where: string;
  /** Of the server's files: a server that was restored from them has the same one. */
  system: string;
  /** Of this run of the server, which no other has at the same microsecond. */
  startedAt: string;
  database: string;
  oid: number;
};

/** Databases of a system that people use, with the time at which somebody said so. */
export type Production = { recordedAt: string; databases: Identity[] };

/** How long a database may take to answer, ms. */
const ANSWER_MS = 10_000;

/** Rejects when a database does not answer. */
export async function identify(url: string, where: string): Promise<Identity> {
  const limits = { statementTimeoutMs: ANSWER_MS, connectTimeoutMs: ANSWER_MS };
  return await withPool(url, { applicationName: 'banyan-identity', ...limits }, async (pool) => {
    const { rows } = await pool.query<Omit<Identity, 'where'>>(
      `SELECT (SELECT system_identifier::text FROM pg_control_system()) AS system,
              to_char(pg_postmaster_start_time() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "startedAt",
              datname AS database, oid::int8::float8 AS oid
       FROM pg_database WHERE datname = current_database()`,
    );
    return { where, ...rows[0]! };
  });
}

/** Where the databases that people use are noted, beside the plan. */
export function productionFile(directory: string): string {
  return join(directory, '.banyan', 'production.json');
}

/**
 * Notes that these databases are used by people: no rehearsal from this folder writes into them. Replaces what was noted before.
 *
 * @returns the names under which they are noted
 */
export async function noteProduction(plan: ResolvedPlan, directory: string, now: Date): Promise<string> {
  const databases = await Promise.all(databasesOf(plan).map(([where, url]) => identify(url, where)));
  const file = productionFile(directory);
  mkdirSync(dirname(file), { recursive: true });
  const noted: Production = { recordedAt: now.toISOString(), databases };
  // Whole or not at all: a rehearsal that cannot read it does not begin.
  writeFileSync(`${file}.new`, `${JSON.stringify(noted, null, 2)}\n`);
  renameSync(`${file}.new`, file);
  return file;
}

/**
 * What was noted; null when nothing was.
 *
 * @throws LoadError when the file is there and cannot be used: then nobody knows what it protects
 */
export function readProduction(file: string): Production | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const { recordedAt, databases } = JSON.parse(text) as Partial<Production>;
    if (typeof recordedAt === 'string' && Array.isArray(databases) && databases.every(isIdentity))
      return { recordedAt, databases };
  } catch {
    // told below
  }
  throw new LoadError(
    'does not say which databases are to be protected',
    file,
    'write it anew: banyan check --protect, with the variables of production',
  );
}

function isIdentity(value: unknown): value is Identity {
  const { where, system, startedAt, database, oid } = (value ?? {}) as Record<string, unknown>;
  return (
    [where, system, startedAt, database].every((text) => typeof text === 'string') && typeof oid === 'number'
  );
}
