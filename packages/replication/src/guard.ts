import { quoteIdent, quoteLiteral, quoteTable, withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import { ensureBanyanSchema } from './banyan-schema.ts';
import type { TableMapping } from './mapping.ts';
import { BUCKETS, bucketSql } from './ownership.ts';

export type GuardOptions = {
  service: string;
  tables: TableMapping[];
  /** Default: the service's name. */
  salt?: string;
};

/**
 * The wrong-side write lock: triggers on the monolith's tables that refuse to change what the service owns. UPDATEs
 * are refused if they change a column that flows both ways, DELETEs if the service owns rows; INSERTs are free. They
 * never fire for a link's applier (`session_replication_role = replica`). Nothing is refused until `setGuard`.
 */
export async function installGuard(monolith: pg.Pool, options: GuardOptions): Promise<void> {
  const { service, tables, salt = service } = options;
  await ensureBanyanSchema(monolith);
  await withTransaction(monolith, async (client) => {
    await client.query(PATIENCE);
    await client.query('INSERT INTO banyan.guards (service, share) VALUES ($1, 0) ON CONFLICT DO NOTHING', [
      service,
    ]);
    for (const mapping of tables) {
      const name = guardName(service, mapping);
      await client.query(guardFunction(name, mapping, service, salt));
      await client.query(
        `CREATE OR REPLACE TRIGGER ${quoteIdent(name)} BEFORE UPDATE OR DELETE ON ${tableOf(mapping)}
         FOR EACH ROW EXECUTE FUNCTION banyan.${quoteIdent(name)}()`,
      );
    }
  });
}

/** From the commit on, rows of `share` basis points of the keys are the service's. Throws if there is no guard. */
export async function setGuard(
  monolith: Pick<pg.Pool, 'query'>,
  { service, share }: { service: string; share: number },
): Promise<void> {
  const { rowCount } = await monolith.query('UPDATE banyan.guards SET share = $2 WHERE service = $1', [
    service,
    share,
  ]);
  if (rowCount === 0) throw new Error(`No guard is installed for ${service}. Call installGuard() first.`);
}

/** Removes triggers and functions. Removing nothing is no error. */
export async function removeGuard(monolith: pg.Pool, { service, tables }: GuardOptions): Promise<void> {
  await withTransaction(monolith, async (client) => {
    await client.query(PATIENCE);
    for (const mapping of tables) {
      const name = guardName(service, mapping);
      await client.query(`DROP TRIGGER IF EXISTS ${quoteIdent(name)} ON ${tableOf(mapping)}`);
      const there = await client.query(`SELECT to_regnamespace('banyan') IS NOT NULL AS there`);
      if (there.rows[0].there) await client.query(`DROP FUNCTION IF EXISTS banyan.${quoteIdent(name)}()`);
    }
    const guards = await client.query(`SELECT to_regclass('banyan.guards') IS NOT NULL AS there`);
    if (guards.rows[0].there) await client.query('DELETE FROM banyan.guards WHERE service = $1', [service]);
  });
}

/** Writers queue behind a lock that waits for a long transaction: rather fail soon and try again. */
const PATIENCE = `SET LOCAL lock_timeout = '500ms'`;

function tableOf({ legacy }: TableMapping): string {
  return quoteTable(legacy.schema, legacy.table);
}

function guardName(service: string, { legacy }: TableMapping): string {
  return `banyan_guard_${service}_${legacy.schema}_${legacy.table}`;
}

/** SQLSTATE of a refused write, "read-only"; class BA is ours. */
export const GUARD_SQLSTATE = 'BA001';

function guardFunction(name: string, mapping: TableMapping, service: string, salt: string): string {
  const owned =
    mapping.owner.by === 'writer'
      ? `guard_share >= ${BUCKETS}`
      : `guard_share >= ${BUCKETS} OR (guard_share > 0 AND coalesce(${bucketSql(`OLD.${quoteIdent(mapping.owner.legacyColumn)}`, salt)} < guard_share, false))`;
  const columns = mapping.columns
    .filter((group) => group.flow === 'both')
    .flatMap((group) => Object.keys(group.reverse));
  const changed = columns.map(
    (column) => `OLD.${quoteIdent(column)} IS DISTINCT FROM NEW.${quoteIdent(column)}`,
  );
  const deletes = mapping.rows === 'owned' ? '' : `IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;`;
  const message = `Banyan: the service ${service} owns this row of ${mapping.legacy.table}`;
  const hint =
    `Send the request through Banyan's gateway, or write to the service. To give the rows back to the monolith: ` +
    `banyan rollback ${service}.`;
  return `
    CREATE OR REPLACE FUNCTION banyan.${quoteIdent(name)}() RETURNS trigger LANGUAGE plpgsql AS $banyan$
    DECLARE guard_share integer;
    BEGIN
      ${deletes}
      IF TG_OP = 'UPDATE' AND NOT (${changed.join(' OR ') || 'false'}) THEN RETURN NEW; END IF;
      SELECT share INTO guard_share FROM banyan.guards WHERE service = ${quoteLiteral(service)};
      IF ${owned} THEN
        RAISE EXCEPTION USING ERRCODE = '${GUARD_SQLSTATE}', MESSAGE = ${quoteLiteral(message)},
          DETAIL = format('%s refused on the monolith''s side', TG_OP), HINT = ${quoteLiteral(hint)};
      END IF;
      IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
      RETURN NEW;
    END $banyan$`;
}
