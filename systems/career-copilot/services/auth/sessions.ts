import { randomBytes } from 'node:crypto';
import { withTransaction } from '@banyan/postgres';
import type pg from 'pg';
import type { Tokens } from '../../api/auth.ts';
import { ApiError } from '../../kit/legacy-errors.ts';
import { decideRefresh, hashRefreshToken } from './decide.ts';
import type { TokenSigner } from './keys.ts';
import * as store from './store.ts';

export type SessionSettings = {
  refreshTokenDays: number;
  /** How long an exchanged refresh token may come back, in milliseconds. */
  graceMs: number;
};

export type Sessions = {
  open(db: pg.Pool | pg.PoolClient, account: { id: number; role: string }): Promise<Tokens>;
  /** Exchanges a refresh token for new tokens. Throws `BAD_REFRESH_TOKEN` or `INACTIVE_USER`. */
  refresh(refreshToken: string): Promise<Tokens>;
  /** Ends the login that the token came of. Unknown tokens are no error. */
  close(refreshToken: string): Promise<void>;
};

/** Writes `refresh_tokens` and nothing else: that table has one writer, accounts have one for each person. */
export function createSessions(pool: pg.Pool, signer: TokenSigner, settings: SessionSettings): Sessions {
  const issue = async (
    db: pg.Pool | pg.PoolClient,
    account: { id: number; role: string },
    familyId?: string,
  ): Promise<{ id: number; tokens: Tokens }> => {
    const refreshToken = randomBytes(32).toString('base64url');
    const { id, familyId: session } = await store.insertRefreshToken(db, {
      accountId: account.id,
      tokenHash: hashRefreshToken(refreshToken),
      days: settings.refreshTokenDays,
      familyId,
    });
    const tokens = {
      access_token: await signer.sign(account, session),
      refresh_token: refreshToken,
      token_type: 'bearer',
      expires_in: signer.tokenSeconds,
    };
    return { id, tokens };
  };

  const refresh = async (client: pg.PoolClient, refreshToken: string): Promise<Tokens | ApiError> => {
    const { token, now } = await store.lockRefreshToken(client, hashRefreshToken(refreshToken));
    const decision = decideRefresh(token, now, settings.graceMs);
    if (!token || decision === 'refuse') return new ApiError('BAD_REFRESH_TOKEN');
    if (decision === 'reuse') {
      await store.endFamily(client, token.family_id);
      return new ApiError('BAD_REFRESH_TOKEN');
    }
    const account = await store.findAccount(client, token.account_id);
    if (!account) return new ApiError('BAD_REFRESH_TOKEN');
    if (!account.is_active) return new ApiError('INACTIVE_USER');
    const next = await issue(client, account, token.family_id);
    await store.markRotated(client, token.id, next.id);
    return next.tokens;
  };

  return {
    open: async (db, account) => (await issue(db, account)).tokens,
    refresh: async (refreshToken) => {
      // A refusal is returned, not thrown, out of the transaction: ending a family must be committed.
      const outcome = await withTransaction(pool, (client) => refresh(client, refreshToken));
      if (outcome instanceof ApiError) throw outcome;
      return outcome;
    },
    close: async (refreshToken) => {
      await withTransaction(pool, async (client) => {
        const { token } = await store.lockRefreshToken(client, hashRefreshToken(refreshToken));
        if (token) await store.endFamily(client, token.family_id);
      });
    },
  };
}
