/** The authorization code grant with PKCE, refreshing and revoking, by oauth4webapi. */
import type { TokenEndpointResponse } from 'oauth4webapi';
import * as oauth from 'oauth4webapi';
import type { Provider } from './providers.ts';

export type Tokens = {
  access: string;
  /** Null: it gave none, or the one that is known stays. */
  refresh: string | null;
  /** Null: it did not say. */
  expiresAt: Date | null;
  scopes: string[];
};

/** What is remembered of a person who was sent to a provider, until they come back. */
export type Attempt = { state: string; verifier: string; nonce: string };

export type OAuthErrorCode = 'REFUSED' | 'UNREACHABLE';

/** `REFUSED`: the provider has said no, and would say so again. `UNREACHABLE`: it did not answer as it should; try again. */
export class OAuthError extends Error {
  override name = 'OAuthError';
  readonly code: OAuthErrorCode;

  constructor(code: OAuthErrorCode, message: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

export function newAttempt(): Attempt {
  return {
    state: oauth.generateRandomState(),
    verifier: oauth.generateRandomCodeVerifier(),
    nonce: oauth.generateRandomNonce(),
  };
}

/** Where a person says whether we may. */
export async function authorizationUrl(
  provider: Provider,
  { state, verifier, nonce }: Attempt,
): Promise<string> {
  const metadata = await asked(provider, () => provider.metadata());
  const url = new URL(metadata.authorization_endpoint!);
  const parameters = {
    ...provider.parameters,
    client_id: provider.client.client_id,
    redirect_uri: provider.redirectUri,
    response_type: 'code',
    scope: provider.scopes.join(' '),
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(isOpenId(provider) ? { nonce } : {}),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** The tokens for what a provider has sent a person back with, and whose account it is there. Throws `OAuthError`. */
export async function exchange(
  provider: Provider,
  { state, verifier, nonce }: Attempt,
  query: URLSearchParams,
): Promise<{ tokens: Tokens; account: string }> {
  return await asked(provider, async () => {
    const metadata = await provider.metadata();
    const { client, authentication, options, redirectUri } = provider;
    const parameters = oauth.validateAuthResponse(metadata, client, query, state);
    const response = await oauth.authorizationCodeGrantRequest(
      metadata,
      client,
      authentication,
      parameters,
      redirectUri,
      verifier,
      options,
    );
    const expected = isOpenId(provider) ? { expectedNonce: nonce, requireIdToken: true } : {};
    const answer = await oauth.processAuthorizationCodeResponse(metadata, client, response, expected);
    return { tokens: tokensOf(provider, answer), account: accountOf(answer) };
  });
}

/** Throws `OAuthError`; `REFUSED` is about this token. */
export async function refresh(provider: Provider, refreshToken: string): Promise<Tokens> {
  return await askedOfToken(provider, async () => {
    const metadata = await provider.metadata();
    const { client, authentication, options } = provider;
    const response = await oauth.refreshTokenGrantRequest(
      metadata,
      client,
      authentication,
      refreshToken,
      options,
    );
    return tokensOf(provider, await oauth.processRefreshTokenResponse(metadata, client, response));
  });
}

/** Where the provider has a place for it. Throws `OAuthError`; `REFUSED` is about this token. */
export async function revoke(provider: Provider, token: string): Promise<void> {
  await askedOfToken(provider, async () => {
    const metadata = await provider.metadata();
    if (metadata.revocation_endpoint === undefined) return;
    const { client, authentication, options } = provider;
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(metadata, client, authentication, token, options),
    );
  });
}

/** Errors of RFC 6749, 5.2, that somebody has to mend in our configuration: a secret that was changed loses nobody's connection. */
const OF_OURS = new Set([
  'invalid_client',
  'unauthorized_client',
  'invalid_request',
  'unsupported_grant_type',
]);

function isOpenId({ scopes }: Provider): boolean {
  return scopes.includes('openid');
}

function tokensOf(provider: Provider, answer: TokenEndpointResponse): Tokens {
  const { access_token: access, refresh_token: refresh = null, expires_in: seconds, scope } = answer;
  return {
    access,
    refresh,
    expiresAt: seconds === undefined ? null : new Date(Date.now() + seconds * 1_000),
    // RFC 6749: left out where it is what was asked for.
    scopes: scope === undefined ? provider.scopes : scope.split(' ').filter((one) => one !== ''),
  };
}

const LONGEST_ACCOUNT = 200;

function accountOf(answer: TokenEndpointResponse): string {
  const claims = oauth.getValidatedIdTokenClaims(answer);
  const name = typeof claims?.email === 'string' ? claims.email : claims?.sub;
  return (name ?? '').slice(0, LONGEST_ACCOUNT);
}

/** A provider's no is told apart from all that may be otherwise in a minute. */
async function asked<T>(provider: Provider, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const isRefusal =
      error instanceof oauth.AuthorizationResponseError ||
      (error instanceof oauth.ResponseBodyError && error.status < 500 && error.status !== 429);
    if (isRefusal) throw new OAuthError('REFUSED', `${provider.name} refused: ${error.error}`, error);
    throw new OAuthError('UNREACHABLE', `${provider.name} did not answer as it should`, error);
  }
}

/** The same; that the provider takes no requests of ours at all says nothing of a token. */
async function askedOfToken<T>(provider: Provider, ask: () => Promise<T>): Promise<T> {
  return await asked(provider, ask).catch((error: unknown) => {
    const { cause } = error as OAuthError;
    if (!(cause instanceof oauth.ResponseBodyError) || !OF_OURS.has(cause.error)) throw error;
    throw new OAuthError('UNREACHABLE', `${provider.name} takes no requests of ours: ${cause.error}`, cause);
  });
}
