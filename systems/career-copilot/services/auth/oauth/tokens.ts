import { randomUUID } from 'node:crypto';
import { withTransaction } from '@banyan/postgres';
import { CLIENT_TOKEN_SECONDS, type TokenSigner } from '@banyan/service';
import { jwtVerify } from 'jose';
import type pg from 'pg';
import { OAUTH_AUDIENCE } from '../../../kit/tokens.ts';
import { findAccount } from '../store.ts';
import { type Client, decideCode, decideToken, hashOf, newSecret, scopesIn, type Verdict } from './decide.ts';
import { OAuthError } from './errors.ts';
import * as store from './store.ts';

const REFRESH_DAYS = 30;

type ClientTokens = {
  access_token: string;
  token_type: 'Bearer';
  expires_in: number;
  refresh_token: string;
  scope: string;
};

/** What a token says about itself to who may know (RFC 7662). */
type Introspection = { active: boolean; [claim: string]: unknown };

export type OAuthTokens = {
  /** Throws `invalid_grant`; a code that comes a second time ends what the first one gave. */
  ofCode(
    client: Client,
    brought: { code: string; redirectUri: string; verifier: string },
  ): Promise<ClientTokens>;
  /** The next tokens; the refresh token that was brought is good no more, and ends all if it comes again. Throws as `ofCode`. */
  ofRefreshToken(client: Client, token: string, scope: string | undefined): Promise<ClientTokens>;
  introspect(client: Client, token: string): Promise<Introspection>;
  /** Ends all that came of the same consent. A token that is unknown, or another client's, is no error. */
  revoke(client: Client, token: string): Promise<void>;
};

export function createOAuthTokens(pool: pg.Pool, signer: TokenSigner, issuer: string): OAuthTokens {
  const issue = async (
    tx: pg.PoolClient,
    client: Client,
    origin: store.Origin,
    scopes: readonly string[],
  ): Promise<ClientTokens> => {
    const refreshToken = newSecret();
    await store.insertRefreshToken(tx, {
      grantId: origin.grant_id,
      hash: hashOf(refreshToken),
      days: REFRESH_DAYS,
    });
    const claims = {
      iss: issuer,
      aud: OAUTH_AUDIENCE,
      sub: String(origin.account_id),
      jti: randomUUID(),
      client_id: client.id,
      scope: scopes.join(' '),
      grant: origin.grant_id,
    };
    return {
      access_token: await signer.signForClient(claims),
      token_type: 'Bearer',
      expires_in: CLIENT_TOKEN_SECONDS,
      refresh_token: refreshToken,
      scope: claims.scope,
    };
  };

  /** Uses a code or a refresh token up. Refusals are returned out of the transaction: what they end must be committed. */
  const exchange = async <Kept extends store.Origin>(
    table: 'oauth_codes' | 'oauth_refresh_tokens',
    secret: string,
    by: {
      lock(tx: pg.PoolClient, hash: string): Promise<Kept | undefined>;
      decide(kept: Kept | undefined): Verdict;
      scopes(kept: Kept): string[];
      client: Client;
    },
  ): Promise<ClientTokens> => {
    const outcome = await withTransaction(pool, async (tx) => {
      const kept = await by.lock(tx, hashOf(secret));
      const verdict = by.decide(kept);
      if (kept && verdict === 'reuse') await store.revokeGrant(tx, kept.grant_id);
      if (!kept || verdict !== 'good') return null;
      if (!(await isActive(tx, kept.account_id))) return null;
      const scopes = by.scopes(kept);
      await store.markUsed(tx, table, hashOf(secret));
      return await issue(tx, by.client, kept, scopes);
    });
    if (!outcome)
      throw new OAuthError('invalid_grant', 'It is not good, or not any more. Ask the user again.');
    return outcome;
  };

  /** The claims of an access token that is good still; null of anything else. */
  const claimsOf = async (token: string) => {
    const { keys, algorithm } = signer.trusted;
    const options = { issuer, audience: OAUTH_AUDIENCE, algorithms: [algorithm], typ: 'at+jwt' };
    const verified = await jwtVerify(token, keys, options).catch(() => null);
    return verified?.payload ?? null;
  };

  return {
    ofCode: async (client, { code, redirectUri, verifier }) =>
      await exchange('oauth_codes', code, {
        client,
        lock: store.lockCode,
        decide: (kept) =>
          decideCode(kept, { clientId: client.id, redirectUri, verifier }, kept?.now ?? new Date()),
        scopes: ({ scopes }) => scopes,
      }),
    ofRefreshToken: async (client, token, scope) =>
      await exchange('oauth_refresh_tokens', token, {
        client,
        lock: store.lockRefreshToken,
        decide: (kept) => decideToken(kept, client.id, kept?.now ?? new Date()),
        scopes: ({ scopes }) => (scope === undefined ? scopes : scopesIn(scope, scopes)),
      }),
    introspect: async (client, token) => {
      const mayKnow = (owner: unknown) => client.is_resource_server || owner === client.id;
      const claims = await claimsOf(token);
      if (claims) {
        const grant = await store.findGrant(pool, String(claims.grant));
        const { grant: _, ...shown } = claims;
        return grant && mayKnow(claims.client_id) && (await isActive(pool, grant.account_id))
          ? { active: true, token_type: 'Bearer', ...shown }
          : INACTIVE;
      }
      const kept = await store.findRefreshToken(pool, hashOf(token));
      if (!kept || decideToken(kept, kept.client_id, kept.now) !== 'good' || !mayKnow(kept.client_id))
        return INACTIVE;
      const exp = Math.floor(kept.expires_at.getTime() / 1_000);
      const { client_id, scopes, account_id } = kept;
      if (!(await isActive(pool, account_id))) return INACTIVE;
      return { active: true, client_id, scope: scopes.join(' '), sub: String(account_id), exp, iss: issuer };
    },
    revoke: async (client, token) => {
      const kept = await store.findRefreshToken(pool, hashOf(token));
      const grantId = kept?.grant_id ?? (await claimsOf(token))?.grant;
      const grant = typeof grantId === 'string' ? await store.findGrant(pool, grantId) : undefined;
      if (grant?.client_id === client.id) await store.revokeGrant(pool, grantId as string);
    },
  };
}

/** Nobody acts for who is locked out. */
async function isActive(db: pg.Pool | pg.PoolClient, accountId: number): Promise<boolean> {
  return (await findAccount(db, accountId))?.is_active ?? false;
}

const INACTIVE: Introspection = { active: false };
