/** SQL of who is erased, and of the proofs. */
import type { Queryable } from '@banyan/postgres';

export type Asked = { userId: string; askedAt: Date; monolith: Record<string, number> | null };

/** Whose erasure nobody has begun to carry to the other services. */
export async function listNew(db: Queryable, most: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT user_id AS id FROM erasures WHERE NOT EXISTS (SELECT FROM erasure_proofs proofs WHERE proofs.user_id = erasures.user_id)
     ORDER BY created_at LIMIT $1`,
    [most],
  );
  return rows.map(({ id }) => id);
}

export async function noteBegun(db: Queryable, userId: string): Promise<void> {
  await db.query('INSERT INTO erasure_proofs (user_id) VALUES ($1) ON CONFLICT DO NOTHING', [userId]);
}

/** Written down here, where there is no monolith to do it. */
export async function ask(tx: Queryable, userId: string): Promise<void> {
  await tx.query('INSERT INTO erasures (user_id) VALUES ($1)', [userId]);
}

export async function findAsked(db: Queryable, userId: string): Promise<Asked | undefined> {
  const { rows } = await db.query<Asked>(
    `SELECT user_id AS "userId", created_at AS "askedAt", erased AS monolith FROM erasures WHERE user_id = $1`,
    [userId],
  );
  return rows[0];
}

export async function keepProof(
  tx: Queryable,
  userId: string,
  { proof, signature }: { proof: string; signature: string },
): Promise<void> {
  await tx.query(
    `INSERT INTO erasure_proofs (user_id, proof, signature, proven_at) VALUES ($1, $2, $3, now())
     ON CONFLICT (user_id) DO UPDATE SET proof = excluded.proof, signature = excluded.signature, proven_at = excluded.proven_at`,
    [userId, proof, signature],
  );
}

export async function findProof(
  db: Queryable,
  userId: string,
): Promise<{ proof: string; signature: string } | undefined> {
  const { rows } = await db.query<{ proof: string; signature: string }>(
    'SELECT proof, signature FROM erasure_proofs WHERE user_id = $1 AND proof IS NOT NULL',
    [userId],
  );
  return rows[0];
}
