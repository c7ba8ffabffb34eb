import type { Db, Queryable } from '@banyan/postgres';

/** What it said itself has come back to it: with it all that others had said before. */
export async function noteHeard(tx: Queryable, calculatedAt: string): Promise<void> {
  await tx.query(
    `INSERT INTO heard_until (id, at) VALUES (1, $1)
     ON CONFLICT (id) DO UPDATE SET at = greatest(heard_until.at, excluded.at)`,
    [calculatedAt],
  );
}

/** In milliseconds since 1970; null: nobody knows. */
export async function heardUntil(pool: Db): Promise<number | null> {
  const { rows } = await pool.query<{ at: Date }>('SELECT at FROM heard_until');
  return rows[0]?.at.getTime() ?? null;
}
