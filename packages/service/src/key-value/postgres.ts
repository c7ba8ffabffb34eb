import { applySchemaFile, type Db, deleteSome } from '@banyan/postgres';
import { checkEntry, type KeyValueStore } from './store.ts';

const SWEEP_MS = 60_000;

/**
 * In a table of the service's own database, by its clock: all instances share it, and nothing has to be installed. `onError` hears of
 * a sweep that failed.
 */
export async function postgresStore(
  pool: Db,
  { onError, sweepMs = SWEEP_MS }: { onError: (error: unknown) => void; sweepMs?: number },
): Promise<KeyValueStore> {
  await applySchemaFile(pool, {
    name: 'banyan_service.key_values',
    file: new URL('schema.sql', import.meta.url),
  });
  const sweeping = setInterval(() => sweep(pool).catch(onError), sweepMs).unref();
  return {
    get: async (key) => {
      checkEntry(key);
      const { rows } = await pool.query<{ value: string }>({
        name: 'key-value-get',
        text: `SELECT value FROM ${TABLE} WHERE key = $1 AND expires_at > clock_timestamp()`,
        values: [key],
      });
      return rows[0]?.value;
    },
    set: async (key, value, life) => {
      checkEntry(key, value, life);
      await pool.query({
        name: 'key-value-set',
        text: `INSERT INTO ${TABLE} (key, value, expires_at) VALUES ($1, $2, ${UNTIL('$3')})
               ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`,
        values: [key, value, life.ttlMs],
      });
    },
    compareAndSet: async (key, expected, value, life) => {
      checkEntry(key, value, life);
      // Each is one statement on one row, so that of several at once one finds what it expects.
      const { rowCount } = await pool.query(
        expected === undefined
          ? {
              name: 'key-value-add',
              text: `INSERT INTO ${TABLE} AS old (key, value, expires_at) VALUES ($1, $2, ${UNTIL('$3')})
                     ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
                     WHERE old.expires_at <= clock_timestamp()`,
              values: [key, value, life.ttlMs],
            }
          : {
              name: 'key-value-swap',
              text: `UPDATE ${TABLE} SET value = $2, expires_at = ${UNTIL('$3')}
                     WHERE key = $1 AND value = $4 AND expires_at > clock_timestamp()`,
              values: [key, value, life.ttlMs, expected],
            },
      );
      return rowCount === 1;
    },
    increment: async (key, life) => {
      checkEntry(key, undefined, life);
      const { rows } = await pool.query<{ count: string }>({
        name: 'key-value-increment',
        text: `INSERT INTO ${TABLE} AS old (key, value, expires_at) VALUES ($1, '1', ${UNTIL('$2')})
               ON CONFLICT (key) DO UPDATE SET
                 value = CASE WHEN old.expires_at > clock_timestamp() THEN (old.value::bigint + 1)::text ELSE '1' END,
                 expires_at = CASE WHEN old.expires_at > clock_timestamp() THEN old.expires_at ELSE excluded.expires_at END
               RETURNING value AS count`,
        values: [key, life.ttlMs],
      });
      return Number(rows[0]!.count);
    },
    delete: async (key) => {
      checkEntry(key);
      await pool.query(`DELETE FROM ${TABLE} WHERE key = $1`, [key]);
    },
    close: async () => clearInterval(sweeping),
  };
}

const TABLE = 'banyan_service.key_values';
const UNTIL = (ms: string) => `clock_timestamp() + ${ms}::double precision * interval '1 millisecond'`;

async function sweep(pool: Db): Promise<void> {
  const old = `SELECT key FROM ${TABLE} WHERE expires_at <= clock_timestamp()`;
  while (!(await deleteSome(pool, { table: TABLE, key: 'key', old, values: [] })));
}
