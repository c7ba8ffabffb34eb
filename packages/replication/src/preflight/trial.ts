import { BUCKETS } from '@banyan/cohort';
import { quoteIdent, quoteTable } from '@banyan/postgres';
import type pg from 'pg';
import { type GuardOptions, installGuardWithin, setGuard } from '../guard/guard.ts';
import { GUARD_SQLSTATE } from '../guard/guard-function.ts';
import { createBanyanSchema } from '../link/banyan-schema.ts';
import { nameOf, type TableMapping } from '../mapping/mapping.ts';
import { legacyRowsSql } from '../mapping/row-set.ts';
import { error, type Finding, hint } from './finding.ts';

export type TrialOptions = GuardOptions & {
  /** The role that the monolith writes as. Default: the owner of each table. */
  role?: string | undefined;
  /** How long a table's writers may be kept waiting, ms. Default 1,000. */
  holdMs?: number;
};

/** How often a table that is being written is looked at again, and how soon, ms. */
const LOOKS = 20;
const LOOK_MS = 50;
/** SQLSTATEs of what took too long or stood in somebody's way: nothing was found out. */
const NOT_TRIED = ['55P03', '57014', '40P01', '25P03'];

/**
 * Tries on the monolith itself what the guard does to its writes: an UPDATE and a DELETE of one row of each table, as the
 * monolith's role, without the guard, with it while nothing is the service's, and with everything the service's.
 *
 * Each table in a transaction of its own that is always rolled back. It never queues for a table's lock, and gives it back
 * after `holdMs`. What the monolith's triggers do in it is undone too, but for what no rollback undoes: numbers drawn from
 * sequences, and whatever reaches out of the database.
 */
export async function tryGuard(monolith: pg.Pool, options: TrialOptions): Promise<Finding[]> {
  const findings: Finding[] = [];
  if (await isInstalled(monolith, options.service)) return findings;
  for (const mapping of options.tables) {
    const found = await tryTable(monolith, mapping, options);
    if (found) findings.push({ ...found, end: 'monolith', table: nameOf(mapping.legacy) });
  }
  return findings;
}

/** Then the monolith's own writes have tried it. */
async function isInstalled(db: pg.Pool, service: string): Promise<boolean> {
  const { rows } = await db.query(`SELECT to_regclass('banyan.guards') IS NOT NULL AS there`);
  if (!rows[0].there) return false;
  return (await db.query('SELECT FROM banyan.guards WHERE service = $1', [service])).rowCount === 1;
}

async function tryTable(db: pg.Pool, mapping: TableMapping, options: TrialOptions) {
  const role = await roleFor(db, mapping, options.role);
  if ('code' in role) return role;
  for (let look = 1; ; look++) {
    const client = await db.connect();
    let broken = false;
    try {
      await client.query('BEGIN');
      return await tryWithin(client, mapping, options, role.name);
    } catch (cause) {
      const { code = '', message } = cause as { code?: string; message: string };
      if (!NOT_TRIED.includes(code))
        return error(
          'trial_failed',
          `Trying the write lock on ${nameOf(mapping.legacy)} ended with: ${message}`,
          'Fix that, or set writeLocks: false in the plan.',
        );
      if (look === LOOKS)
        return hint(
          'trial_busy',
          `${nameOf(mapping.legacy)} is busy; the write lock was not tried on it.`,
          'Check again when it is quieter.',
        );
    } finally {
      await client.query('ROLLBACK').catch(() => {
        broken = true;
      });
      client.release(broken);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** The role to try as, or why nobody can. */
async function roleFor(
  db: pg.Pool,
  { legacy }: TableMapping,
  given: string | undefined,
): Promise<{ name: string } | Finding> {
  const { rows } = await db.query(
    `SELECT coalesce($3, pg_get_userbyid(c.relowner)) AS name, current_user AS banyan, r.oid IS NOT NULL AS there,
       current_setting('server_version_num')::int >= 160000 AS grants_set,
       pg_has_role(r.oid, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) AS may
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       LEFT JOIN pg_roles r ON r.rolname = coalesce($3, pg_get_userbyid(c.relowner))
     WHERE n.nspname = $1 AND c.relname = $2`,
    [legacy.schema, legacy.table, given ?? null],
  );
  const { name, banyan, there, may, grants_set } = rows[0];
  if (!there)
    return error(
      'no_role',
      `The monolith's database has no role ${name}.`,
      'Correct monolith.role in the plan.',
    );
  if (may) return { name };
  const grant = `GRANT ${quoteIdent(name)} TO ${quoteIdent(banyan)}${grants_set ? ' WITH SET TRUE' : ''}`;
  return hint(
    'trial_role',
    `The write lock was not tried: the role ${banyan} may not become ${name}, as which the monolith writes.`,
    `Name another role in monolith.role of the plan, or run ${grant} for the time of the check.`,
  );
}

type Outcome = { code: string | null; message: string; rows: number };
type Write = { what: 'UPDATE' | 'DELETE'; sql: string };

async function tryWithin(
  client: pg.PoolClient,
  mapping: TableMapping,
  options: TrialOptions,
  role: string,
): Promise<Finding | undefined> {
  const { legacy } = mapping;
  const { holdMs = 1_000, service } = options;
  const table = quoteTable(legacy.schema, legacy.table);
  await client.query(`LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE NOWAIT`);
  const until = performance.now() + holdMs;
  await client.query(
    `SET LOCAL lock_timeout = ${holdMs}; SET LOCAL idle_in_transaction_session_timeout = ${holdMs}`,
  );
  const { rows } = await client.query(
    `SELECT ctid::text AS row FROM ${table} WHERE ${legacyRowsSql(mapping) ?? 'true'} LIMIT 1 FOR UPDATE SKIP LOCKED`,
  );
  if (rows.length === 0)
    return hint('trial_empty', `${nameOf(legacy)} has no row to try the write lock on.`, 'Nothing to do.');
  const writes = writesOf(mapping, table, rows[0].row);
  const before = await attempt(client, writes, role, until);
  await createBanyanSchema(client);
  await installGuardWithin(client, { ...options, tables: [mapping] });
  await client.query('SET CONSTRAINTS ALL IMMEDIATE');
  for (const share of [0, BUCKETS]) {
    await setGuard(client, { service, share });
    const outcomes = await attempt(client, writes, role, until);
    for (const [index, { what }] of writes.entries()) {
      const [free, guarded] = [before[index]!, outcomes[index]!];
      const mustRefuse = share > 0 && what === 'DELETE' && mapping.rows === 'owned' && free.rows > 0;
      const asBefore = guarded.code === free.code && !mustRefuse;
      if (asBefore || (share > 0 && guarded.code === GUARD_SQLSTATE)) continue;
      return error(
        'trial_write',
        `${what} on ${nameOf(legacy)} as ${role} with the write lock at ${share / 100} %: ${guarded.message}; without it: ${free.message}`,
        'Fix that, or set writeLocks: false in the plan.',
      );
    }
  }
  return undefined;
}

/** An UPDATE that changes what can be the service's, and a DELETE. */
function writesOf(mapping: TableMapping, table: string, row: string): Write[] {
  const where = `WHERE ctid = '${row}'`;
  const changed = mapping.columns
    .filter(({ flow }) => flow === 'both')
    .flatMap(({ reverse }) => Object.keys(reverse))
    .find((name) => !mapping.legacy.key.includes(name));
  return [
    ...(changed
      ? [{ what: 'UPDATE' as const, sql: `UPDATE ${table} SET ${quoteIdent(changed)} = NULL ${where}` }]
      : []),
    { what: 'DELETE', sql: `DELETE FROM ${table} ${where}` },
  ];
}

/** Each write by itself as the role, and undone. */
async function attempt(
  client: pg.PoolClient,
  writes: Write[],
  role: string,
  until: number,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { sql } of writes) {
    const left = Math.max(1, Math.floor(until - performance.now()));
    await client.query(
      `SAVEPOINT trial; SET LOCAL statement_timeout = ${left}; SET LOCAL ROLE ${quoteIdent(role)}`,
    );
    try {
      const { rowCount } = await client.query(sql);
      outcomes.push({ code: null, message: 'nothing refuses it', rows: rowCount ?? 0 });
    } catch (cause) {
      const { code, message } = cause as { code?: string; message: string };
      if (!code || NOT_TRIED.includes(code)) throw cause;
      outcomes.push({ code, message, rows: 0 });
    } finally {
      await client.query('ROLLBACK TO trial');
    }
  }
  return outcomes;
}
