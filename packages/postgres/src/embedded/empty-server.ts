import pg from 'pg';
import { quoteIdent } from '../quote.ts';

/**
 * Makes a server as good as new: no session but ours, no database but those it came with, no slot, origin, role or setting
 * that an earlier user left, whatever state that one ended in. For a server that nobody else uses now.
 */
export async function emptyServer(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const list = async (sql: string) =>
    (await client.query<{ name: string }>(sql)).rows.map(({ name }) => name);
  try {
    await client.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
       WHERE pid <> pg_backend_pid() AND backend_type IN ('client backend', 'walsender')`,
    );
    // A logical slot goes with its database.
    await client.query(
      `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database IS NULL`,
    );
    for (const name of await list(`SELECT datname AS name FROM pg_database WHERE oid >= ${FIRST_OF_USERS}`))
      await client.query(`DROP DATABASE ${quoteIdent(name)} WITH (FORCE)`);
    await client.query('SELECT pg_replication_origin_drop(roname) FROM pg_replication_origin');
    for (const name of await list(`SELECT rolname AS name FROM pg_roles WHERE oid >= ${FIRST_OF_USERS}`))
      await client.query(`DROP OWNED BY ${quoteIdent(name)}; DROP ROLE ${quoteIdent(name)}`);
    await client.query('ALTER ROLE CURRENT_USER RESET ALL');
    await client.query('ALTER ROLE ALL RESET ALL');
    await client.query('ALTER SYSTEM RESET ALL');
    await client.query('SELECT pg_reload_conf()');
  } finally {
    await client.end();
  }
}

/** Object ids below come with the server. */
const FIRST_OF_USERS = 16_384;
