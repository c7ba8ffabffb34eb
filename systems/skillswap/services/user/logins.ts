import { createHash, randomBytes } from 'node:crypto';
import type { Queryable } from '@banyan/postgres';
import type { TokenSigner } from '@banyan/service';

type Tokens = { accessToken: string; refreshToken: string; tokenType: string; expiresIn: number };

type Opener = { id: string; role: string };

export type Logins = {
  /** A new login: a refresh token, of which a hash is kept, and an access token. */
  open(db: Queryable, user: Opener): Promise<Tokens>;
  /** A new access token beside the refresh token that somebody has. */
  goOn(user: Opener, refreshToken: string): Promise<Tokens>;
  /** Whose login it is, and whether it has ended; undefined if there was none. */
  ownerOf(
    db: Queryable,
    refreshToken: string,
  ): Promise<(Opener & { status: string; isOver: boolean }) | undefined>;
  /** Ends the login. One that is not known, or ended before, is no error. */
  end(db: Queryable, refreshToken: string): Promise<void>;
};

/** Writes `refresh_tokens` and nothing else: that table has one writer, users have one for each person. */
export function createLogins(signer: TokenSigner, refreshTokenDays: number): Logins {
  const goOn = async (user: Opener, refreshToken: string) => ({
    accessToken: await signer.sign(user),
    refreshToken,
    tokenType: 'Bearer',
    expiresIn: signer.tokenSeconds,
  });
  return {
    goOn,
    open: async (db, user) => {
      const refreshToken = randomBytes(32).toString('base64url');
      await db.query(
        `INSERT INTO refresh_tokens (user_id, token_hash, expires_at) VALUES ($1, $2, now() + make_interval(days => $3))`,
        [user.id, hashOf(refreshToken), refreshTokenDays],
      );
      return await goOn(user, refreshToken);
    },
    ownerOf: async (db, refreshToken) => {
      // A suspension ends what was begun before; only the writer of this table could say so in it.
      const { rows } = await db.query<Opener & { status: string; isOver: boolean }>(
        `SELECT users.id, role, status,
           revoked OR expires_at <= now() OR coalesce(refresh_tokens.created_at <= suspended_at, false) AS "isOver"
         FROM refresh_tokens JOIN users ON users.id = user_id WHERE token_hash = $1`,
        [hashOf(refreshToken)],
      );
      return rows[0];
    },
    end: async (db, refreshToken) => {
      await db.query('UPDATE refresh_tokens SET revoked = true WHERE token_hash = $1 AND NOT revoked', [
        hashOf(refreshToken),
      ]);
    },
  };
}

function hashOf(refreshToken: string): string {
  return createHash('sha256').update(refreshToken).digest('hex');
}
