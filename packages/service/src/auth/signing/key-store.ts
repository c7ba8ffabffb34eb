import { withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import type { Encryption } from '../../encryption/encryption.ts';
import type { KeyTimes, RotationDecision } from './key-rotation.ts';

export type SigningKey = {
  kid: string;
  encryptedJwk: string;
  publicJwk: Record<string, unknown>;
};

type Stored = SigningKey & KeyTimes & { now: Date };

/**
 * The signing keys as `decide` wants them, by the database's clock. Made and removed once, however many instances look; what is
 * not encrypted, or not with the key that encrypts now, is encrypted with it. Throws `EncryptionError`.
 */
export async function signingKeys(
  pool: pg.Pool,
  by: {
    create: () => Promise<SigningKey>;
    encryption: Encryption;
    decide: (keys: readonly KeyTimes[], now: Date) => RotationDecision;
  },
): Promise<{ keys: SigningKey[]; signs: string }> {
  const seen = await read(pool);
  if (seen.keys.every(({ encryptedJwk }) => by.encryption.isCurrent(encryptedJwk))) {
    const { signs, add, remove } = by.decide(seen.keys, seen.now);
    if (signs !== null && add === null && remove.length === 0) return { keys: seen.keys, signs };
  }
  return await withTransaction(pool, async (tx) => await change(tx, by));
}

/** What a private key is encrypted for. */
export const contextOf = (kid: string) => `signing-key:${kid}`;

async function change(
  tx: pg.PoolClient,
  { create, encryption, decide }: Parameters<typeof signingKeys>[1],
): Promise<{ keys: SigningKey[]; signs: string }> {
  // Another instance may have done it by now: decided anew by what is there once nobody else decides.
  await tx.query('LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE');
  await encryptOlder(tx, encryption);
  const { keys, now } = await read(tx);
  const { add, remove } = decide(keys, now);
  await tx.query('DELETE FROM signing_keys WHERE kid = ANY ($1)', [remove]);
  if (add) {
    const { kid, encryptedJwk, publicJwk } = await create();
    await tx.query(
      'INSERT INTO signing_keys (kid, encrypted_jwk, public_jwk, signs_from) VALUES ($1, $2, $3, $4)',
      [kid, encryptedJwk, publicJwk, add],
    );
  }
  const after = await read(tx);
  return { keys: after.keys, signs: decide(after.keys, now).signs! };
}

/** Keys that were kept as they are before there was an encryption, and those of an older key of it. */
async function encryptOlder(tx: pg.PoolClient, encryption: Encryption): Promise<void> {
  const { rows } = await tx.query<{ kid: string; plain: unknown; encrypted: string | null }>(
    'SELECT kid, private_jwk AS plain, encrypted_jwk AS encrypted FROM signing_keys',
  );
  for (const { kid, plain, encrypted } of rows) {
    if (encrypted !== null && encryption.isCurrent(encrypted)) continue;
    const context = contextOf(kid);
    const jwk = encrypted === null ? JSON.stringify(plain) : await encryption.decrypt(encrypted, context);
    await tx.query('UPDATE signing_keys SET private_jwk = NULL, encrypted_jwk = $2 WHERE kid = $1', [
      kid,
      await encryption.encrypt(jwk, context),
    ]);
  }
}

async function read(db: pg.Pool | pg.PoolClient): Promise<{ keys: Stored[]; now: Date }> {
  const { rows } = await db.query<Stored>(
    `SELECT kid, coalesce(encrypted_jwk, '') AS "encryptedJwk", public_jwk AS "publicJwk", signs_from AS "signsFrom",
       clock.now FROM (SELECT clock_timestamp() AS now) clock LEFT JOIN signing_keys ON true
     ORDER BY signs_from DESC, kid`,
  );
  return { keys: rows.filter(({ kid }) => kid !== null), now: rows[0]!.now };
}
