import type pg from 'pg';

const FILES = 8;

/**
 * Leaves WAL files that are written again, as a server has them that has run for a while. A new one is filled with zeros and
 * flushed first, and all commits wait for that: some 20 to 60 ms for each 16 MB, which would be most of a p99. The server's
 * `min_wal_size` has to allow for them.
 */
export async function recycleWal(pool: pg.Pool): Promise<void> {
  for (let file = 0; file < FILES; file++) {
    await pool.query(`SELECT pg_logical_emit_message(true, 'bench', 'fill')`);
    await pool.query('SELECT pg_switch_wal()');
  }
  // What lies before the last checkpoint but one can be used again.
  await pool.query('CHECKPOINT');
  await pool.query('CHECKPOINT');
}
