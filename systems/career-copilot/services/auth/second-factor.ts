import { createHash, randomBytes } from 'node:crypto';
import { withTransaction } from '@banyan/postgres';
import { defineErrors, type Encryption } from '@banyan/service';
import type pg from 'pg';
import { base32, otpauthUri, stepOf } from './totp.ts';

/** As long as the hash of SHA-1 (RFC 4226, section 4). */
const SECRET_BYTES = 20;
const RECOVERY_CODES = 10;
const RECOVERY_BYTES = 10;
/** So many wrong codes in a row lock the factor for a while: of a million codes three are good at any time. */
const MAX_FAILURES = 5;
const LOCKED_SECONDS = 900;

const errors = defineErrors({
  FACTOR_EXISTS: [409, 'You have a second factor already; remove it first.'],
  NO_FACTOR: [404, 'You have no second factor, or have not begun to set one up.'],
  WRONG_CODE: [403, 'This code is not good, or was used already.'],
  TOO_MANY_CODES: [429, 'Too many wrong codes; try again in a quarter of an hour.'],
});

type Factor = {
  encryptedSecret: string;
  confirmed: boolean;
  lastStep: number;
  failures: number;
  locked: boolean;
  now: Date;
};

export type SecondFactors = {
  /** Whether a code is asked for, and how many for recovery are left. */
  state(accountId: number): Promise<{ enabled: boolean; recovery_codes_left: number }>;
  /** Begins anew until it is confirmed. Throws `FACTOR_EXISTS`. */
  begin(account: { id: number; email: string }): Promise<{ secret: string; uri: string }>;
  /** From now on a code is asked for. Throws `NO_FACTOR`, `FACTOR_EXISTS`, `WRONG_CODE` or `TOO_MANY_CODES`. */
  confirm(accountId: number, code: string): Promise<{ recovery_codes: string[] }>;
  /** Throws as `confirm`. */
  remove(accountId: number, code: string): Promise<void>;
  /** Whether a login of the account may go on: `ask` if a code is needed and none is given. */
  check(accountId: number, code: string | undefined): Promise<'good' | 'ask' | 'wrong' | 'locked'>;
};

/** Of accounts. Each code, of an app or for recovery, is good once, however many requests bring it at the same time. */
export function createSecondFactors(pool: pg.Pool, encryption: Encryption): SecondFactors {
  const secretOf = async (accountId: number, { encryptedSecret }: Factor) =>
    Buffer.from(await encryption.decrypt(encryptedSecret, contextOf(accountId)), 'base64url');

  /** Takes a code or counts that it was wrong. A refusal is returned, so that the count is committed. */
  const take = async (tx: pg.PoolClient, accountId: number, factor: Factor, code: string) => {
    if (factor.locked) return 'locked';
    // Apps show them with a blank in their middle.
    const given = code.replaceAll(/[\s-]/g, '');
    const step = stepOf(await secretOf(accountId, factor), given, factor.now, factor.lastStep);
    const isGood = step !== null || (factor.confirmed && (await takeRecoveryCode(tx, accountId, given)));
    await tx.query(
      `UPDATE second_factors SET last_step = greatest(last_step, $2), failures = $3::int,
         locked_until = CASE WHEN $3::int >= $4::int THEN clock_timestamp() + make_interval(secs => $5) END
       WHERE account_id = $1`,
      [accountId, step ?? 0, isGood ? 0 : factor.failures + 1, MAX_FAILURES, LOCKED_SECONDS],
    );
    return isGood ? 'good' : 'wrong';
  };

  /** `then` is done with a good code, in one transaction with its use. */
  const withCode = async <T>(
    accountId: number,
    code: string,
    confirmed: boolean,
    then: (tx: pg.PoolClient) => Promise<T>,
  ): Promise<T> => {
    const outcome = await withTransaction(pool, async (tx) => {
      const factor = await lock(tx, accountId);
      if (!factor || (confirmed && !factor.confirmed)) throw errors('NO_FACTOR');
      if (!confirmed && factor.confirmed) throw errors('FACTOR_EXISTS');
      const taken = await take(tx, accountId, factor, code);
      return { taken, result: taken === 'good' ? await then(tx) : null };
    });
    if (outcome.taken === 'locked') throw errors('TOO_MANY_CODES');
    if (outcome.taken === 'wrong') throw errors('WRONG_CODE');
    return outcome.result as T;
  };

  return {
    state: async (accountId) => {
      const { rows } = await pool.query(
        `SELECT EXISTS (SELECT FROM second_factors WHERE account_id = $1 AND confirmed_at IS NOT NULL) AS enabled,
           (SELECT count(*)::int FROM recovery_codes WHERE account_id = $1) AS recovery_codes_left`,
        [accountId],
      );
      return rows[0];
    },
    begin: async ({ id, email }) => {
      const secret = randomBytes(SECRET_BYTES);
      const { rowCount } = await pool.query(
        `INSERT INTO second_factors (account_id, encrypted_secret) VALUES ($1, $2)
         ON CONFLICT (account_id) DO UPDATE SET encrypted_secret = excluded.encrypted_secret, last_step = 0
         WHERE second_factors.confirmed_at IS NULL`,
        [id, await encryption.encrypt(secret.toString('base64url'), contextOf(id))],
      );
      if (rowCount === 0) throw errors('FACTOR_EXISTS');
      return {
        secret: base32(secret),
        uri: otpauthUri(secret, { issuer: 'Career Copilot', account: email }),
      };
    },
    confirm: async (accountId, code) =>
      await withCode(accountId, code, false, async (tx) => {
        await tx.query('UPDATE second_factors SET confirmed_at = now() WHERE account_id = $1', [accountId]);
        return { recovery_codes: await makeRecoveryCodes(tx, accountId) };
      }),
    remove: async (accountId, code) =>
      await withCode(accountId, code, true, async (tx) => {
        await tx.query('DELETE FROM second_factors WHERE account_id = $1', [accountId]);
      }),
    check: async (accountId, code) => {
      const { rows } = await pool.query(
        'SELECT FROM second_factors WHERE account_id = $1 AND confirmed_at IS NOT NULL',
        [accountId],
      );
      if (rows.length === 0) return 'good';
      if (code === undefined) return 'ask';
      return await withTransaction(pool, async (tx) => {
        const factor = await lock(tx, accountId);
        // It was removed meanwhile.
        return factor?.confirmed ? await take(tx, accountId, factor, code) : 'good';
      });
    },
  };
}

const contextOf = (accountId: number) => `second-factor:${accountId}`;

/** Until the transaction ends, so that a code is judged once. */
async function lock(tx: pg.PoolClient, accountId: number): Promise<Factor | undefined> {
  const { rows } = await tx.query<Omit<Factor, 'lastStep'> & { lastStep: string }>(
    `SELECT encrypted_secret AS "encryptedSecret", confirmed_at IS NOT NULL AS confirmed, last_step AS "lastStep", failures,
       coalesce(locked_until > clock_timestamp(), false) AS locked, clock_timestamp() AS now
     FROM second_factors WHERE account_id = $1 FOR UPDATE`,
    [accountId],
  );
  return rows[0] && { ...rows[0], lastStep: Number(rows[0].lastStep) };
}

async function makeRecoveryCodes(tx: pg.PoolClient, accountId: number): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, () => base32(randomBytes(RECOVERY_BYTES)));
  await tx.query('INSERT INTO recovery_codes (account_id, code_hash) SELECT $1, unnest($2::text[])', [
    accountId,
    codes.map(hashOf),
  ]);
  return codes.map((code) => code.match(/.{4}/g)!.join('-'));
}

async function takeRecoveryCode(tx: pg.PoolClient, accountId: number, code: string): Promise<boolean> {
  const { rowCount } = await tx.query('DELETE FROM recovery_codes WHERE account_id = $1 AND code_hash = $2', [
    accountId,
    hashOf(code.toUpperCase()),
  ]);
  return rowCount === 1;
}

/** Eighty random bits need no slow hash. */
function hashOf(code: string): string {
  return createHash('sha256').update(code).digest('hex');
}
