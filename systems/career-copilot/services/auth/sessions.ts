import { randomBytes } from 'node:crypto';
import type { DataOf, Events } from '@banyan/events';
import { withTransaction } from '@banyan/postgres';
import type { TokenSigner } from '@banyan/service';
import type pg from 'pg';
import type { Tokens } from '../../api/auth.ts';
import type { contracts } from '../../contracts/auth.ts';
import { ApiError } from '../../kit/legacy-errors.ts';
import { decideRefresh, hashRefreshToken } from './decide.ts';
import * as store from './store.ts';

export type SessionSettings = {
  refreshTokenDays: number;
  /** How long an exchanged refresh token may come back, in milliseconds. */
  graceMs: number;
};

type Opener = Pick<store.Account, 'id' | 'role' | 'password_hash'>;

export type Sessions = {
  /** Throws `BAD_LOGIN` if the account has another password by now: what a reset ends must not begin beside it. */
  open(tx: pg.PoolClient, account: Opener): Promise<Tokens>;
  /** Exchanges a refresh token for new tokens. Throws `BAD_REFRESH_TOKEN` or `INACTIVE_USER`. */
  refresh(refreshToken: string): Promise<Tokens>;
  /** Ends the login that the token came of. Unknown tokens are no error. */
  close(refreshToken: string): Promise<void>;
  /** Ends one login, whoever's it is; ended before is no error. */
  end(tx: pg.PoolClient, session: string, reason: EndReason): Promise<void>;
  /** Ends all logins of an account but the one that is kept. */
  endOthers(
    tx: pg.PoolClient,
    of: { accountId: number; kept: string | null; reason: EndReason },
  ): Promise<void>;
};

type EndReason = DataOf<(typeof contracts)['events']['SessionEnded']>['reason'];

/**
 * Writes `refresh_tokens`, and tells of it, and nothing else: that table has one writer, accounts have one for each person. What is
 * told of a login is told in the transaction that changes it.
 */
export function createSessions(
  pool: pg.Pool,
  { signer, events }: { signer: TokenSigner; events: Events<typeof contracts> },
  settings: SessionSettings,
): Sessions {
  const { refreshTokenDays: days } = settings;
  const tokensOf = async (account: { id: number; role: string }, session: string, refreshToken: string) => ({
    access_token: await signer.sign(account, session),
    refresh_token: refreshToken,
    token_type: 'bearer',
    expires_in: signer.tokenSeconds,
  });

  const tell = async (
    tx: pg.PoolClient,
    fact: 'UserLoggedIn' | 'TokenRefreshed',
    userId: number,
    { familyId: sessionId, expiresAt }: Pick<store.InsertedToken, 'familyId' | 'expiresAt'>,
  ) => await events.publish(tx, fact, { userId, sessionId, expiresAt: expiresAt.toISOString() });

  const tellEnded = async (tx: pg.PoolClient, ended: readonly store.EndedFamily[], reason: EndReason) => {
    for (const { accountId: userId, familyId: sessionId } of ended)
      await events.publish(tx, 'SessionEnded', { userId, sessionId, reason });
  };

  const refresh = async (client: pg.PoolClient, refreshToken: string): Promise<Tokens | ApiError> => {
    const { token, now } = await store.lockRefreshToken(client, hashRefreshToken(refreshToken));
    const decision = decideRefresh(token, now, settings.graceMs);
    if (!token || decision === 'refuse') return new ApiError('BAD_REFRESH_TOKEN');
    if (decision === 'reuse') {
      await tellEnded(client, await store.endFamily(client, token.family_id), 'token_reused');
      return new ApiError('BAD_REFRESH_TOKEN');
    }
    const account = await store.findAccount(client, token.account_id);
    if (!account) return new ApiError('BAD_REFRESH_TOKEN');
    if (!account.is_active) return new ApiError('INACTIVE_USER');
    const next = newRefreshToken();
    const { id, familyId, expiresAt } = await store.insertNextToken(client, {
      accountId: account.id,
      familyId: token.family_id,
      tokenHash: hashRefreshToken(next),
      days,
    });
    await store.markRotated(client, token.id, id);
    await tell(client, 'TokenRefreshed', account.id, { familyId, expiresAt });
    return await tokensOf(account, familyId, next);
  };

  return {
    open: async (tx, account) => {
      const refreshToken = newRefreshToken();
      const first = await store.insertFirstToken(tx, {
        account,
        tokenHash: hashRefreshToken(refreshToken),
        days,
      });
      if (!first) throw new ApiError('BAD_LOGIN');
      await tell(tx, 'UserLoggedIn', account.id, first);
      return await tokensOf(account, first.familyId, refreshToken);
    },
    refresh: async (refreshToken) => {
      // A refusal is returned, not thrown, out of the transaction: ending a family must be committed.
      const outcome = await withTransaction(pool, (client) => refresh(client, refreshToken));
      if (outcome instanceof ApiError) throw outcome;
      return outcome;
    },
    close: async (refreshToken) => {
      await withTransaction(pool, async (client) => {
        const { token } = await store.lockRefreshToken(client, hashRefreshToken(refreshToken));
        if (token) await tellEnded(client, await store.endFamily(client, token.family_id), 'logged_out');
      });
    },
    end: async (tx, session, reason) => await tellEnded(tx, await store.endFamily(tx, session), reason),
    endOthers: async (tx, { accountId, kept, reason }) =>
      await tellEnded(tx, await store.endOtherFamilies(tx, accountId, kept), reason),
  };
}

function newRefreshToken(): string {
  return randomBytes(32).toString('base64url');
}
