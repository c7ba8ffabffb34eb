import { quoteIdent, quoteTable } from '@banyan/postgres';
import type pg from 'pg';
import { describeTable, type Table } from '../catalog/catalog.ts';
import { lockingOneByOne } from '../control/table-locks.ts';
import { ReplicationError } from '../errors.ts';
import { ensureBanyanSchema } from '../link/banyan-schema.ts';
import { nameOf, type TableMapping } from '../mapping/mapping.ts';
import {
  excusedSequence,
  type GuardOf,
  guardFunctionSql,
  guardName,
  guardPattern,
  guardsOf,
  refusedSequence,
  truncateGuardSql,
} from './guard-function.ts';
import { newSignatureKeys } from './signature.ts';

export type GuardOptions = {
  service: string;
  tables: TableMapping[];
  /** Default: the service's name. */
  salt?: string;
  /**
   * What becomes of writes by the monolith's own cascades and triggers to what the service owns. `carry`: they are let
   * through, and the forward link brings them to the service. `refuse`: the statement that caused them fails. Default
   * `carry`.
   */
  cascades?: 'carry' | 'refuse';
  /** Names of connections (`application_name`) whose refused writes are counted apart. */
  jobs?: readonly string[];
  /** After how long it gives up where others have the tables, ms. Default 2,000. */
  limitMs?: number;
};

/**
 * The wrong-side write lock: triggers on the monolith's tables that refuse to change what the service owns. UPDATEs
 * are refused if they change a column that flows both ways, DELETEs and TRUNCATE if the service owns rows; INSERTs are
 * free. They never fire for a link's applier (`session_replication_role = replica`). Nothing is refused until `setGuard`.
 *
 * Works for every role that writes to the tables; Banyan's own needs the TRIGGER privilege on them.
 */
export async function installGuard(monolith: pg.Pool, options: GuardOptions): Promise<void> {
  await ensureBanyanSchema(monolith);
  const { limitMs = LIMIT_MS } = options;
  await lockingOneByOne(monolith, limitMs, (client, next) => installGuardWithin(client, options, next));
}

/** In a transaction of the caller's, where schema `banyan` is there. `next` is called before each table that is locked. */
export async function installGuardWithin(
  client: pg.ClientBase,
  options: GuardOptions,
  next: () => Promise<void> = async () => {},
): Promise<void> {
  const { service, tables, salt = service, cascades = 'carry', jobs = [] } = options;
  for (const sequence of [refusedSequence(service), excusedSequence(service)])
    await client.query(`CREATE SEQUENCE IF NOT EXISTS ${sequence}`);
  const { inner, outer } = newSignatureKeys();
  await client.query(
    `INSERT INTO banyan.guards AS g (service, share, seal_inner, seal_outer) VALUES ($1, 0, $2, $3)
     ON CONFLICT (service) DO UPDATE SET seal_inner = excluded.seal_inner, seal_outer = excluded.seal_outer
     WHERE g.seal_inner IS NULL`,
    [service, inner, outer],
  );
  for (const mapping of tables) {
    const table = await describeTable(client, mapping.legacy);
    if (!table)
      throw new ReplicationError('TARGET_SHAPE', {
        table: nameOf(mapping.legacy),
        why: 'the monolith has no such table',
      });
    for (const of of guardsOf(mapping)) {
      await client.query(
        of === 'rows'
          ? guardFunctionSql(mapping, table, { service, salt, carries: cascades === 'carry', tables, jobs })
          : truncateGuardSql(mapping, { service, jobs }),
      );
      await ensureTrigger(client, table, { name: guardName(service, mapping, of), of }, next);
    }
  }
}

async function ensureTrigger(
  client: pg.ClientBase,
  table: Table,
  { name, of }: { name: string; of: GuardOf },
  next: () => Promise<void>,
): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_trigger WHERE tgrelid = $1 AND tgname = $2', [
    table.oid,
    name,
  ]);
  if (rowCount !== 0) return;
  const when =
    of === 'rows' ? ['BEFORE UPDATE OR DELETE', 'FOR EACH ROW'] : ['BEFORE TRUNCATE', 'FOR EACH STATEMENT'];
  await next();
  await client.query(
    `CREATE TRIGGER ${quoteIdent(name)} ${when[0]} ON ${quoteTable(table.schema, table.name)}
     ${when[1]} EXECUTE FUNCTION banyan.${quoteIdent(name)}()`,
  );
}

/** From the commit on, rows of `share` basis points of the keys are the service's. Throws if there is no guard. */
export async function setGuard(
  monolith: Pick<pg.Pool | pg.ClientBase, 'query'>,
  { service, share }: { service: string; share: number },
): Promise<void> {
  const { rowCount } = await monolith.query('UPDATE banyan.guards SET share = $2 WHERE service = $1', [
    service,
    share,
  ]);
  if (rowCount === 0) throw new Error(`No guard is installed for ${service}. Call installGuard() first.`);
}

/**
 * How many writes the guards of services have refused since they were installed, in the order of the services, those of
 * transactions that were rolled back too; `excused` are those of the monolith's own jobs, which are not among them. 0 if none is
 * installed. Never too few; a crash of the server may add up to 32. `life` changes whenever the server had to recover.
 */
export async function refusedWrites(
  monolith: Pick<pg.Pool, 'query'>,
  services: readonly string[],
): Promise<{ counts: number[]; excused: number[]; life: string }> {
  const countsOf = (parameter: string) =>
    `array(SELECT coalesce(pg_sequence_last_value(to_regclass(name)), 0)::float8
             FROM unnest(${parameter}::text[]) WITH ORDINALITY AS each (name, place) ORDER BY place)`;
  const { rows } = await monolith.query({
    name: 'banyan-refused-writes',
    text: `SELECT ${countsOf('$1')} AS counts, ${countsOf('$2')} AS excused,
                  pg_postmaster_start_time()::text || coalesce(stats_reset::text, '') AS life
             FROM pg_stat_bgwriter`,
    values: [services.map(refusedSequence), services.map(excusedSequence)],
  });
  return rows[0] as { counts: number[]; excused: number[]; life: string };
}

/** Removes all that `installGuard` made for the service, whatever its tables are now. Removing nothing is no error. */
export async function removeGuard(
  monolith: pg.Pool,
  { service, limitMs = LIMIT_MS }: Pick<GuardOptions, 'service' | 'limitMs'>,
): Promise<void> {
  await lockingOneByOne(monolith, limitMs, async (client, next) => {
    const { rows } = await client.query(
      `SELECT p.proname AS name FROM pg_proc p WHERE p.pronamespace = to_regnamespace('banyan') AND p.proname ~ $1`,
      [guardPattern(service)],
    );
    // With its trigger, which only the owner of the table could drop by itself.
    for (const { name } of rows) {
      await next();
      await client.query(`DROP FUNCTION banyan.${quoteIdent(name)}() CASCADE`);
    }
    const guards = await client.query(`SELECT to_regclass('banyan.guards') IS NOT NULL AS there`);
    if (!guards.rows[0].there) return;
    await client.query('DELETE FROM banyan.guards WHERE service = $1', [service]);
    await client.query(`DROP SEQUENCE IF EXISTS ${refusedSequence(service)}, ${excusedSequence(service)}`);
  });
}

const LIMIT_MS = 2_000;
