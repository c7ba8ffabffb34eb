import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { OAuthError } from './errors.ts';

/** What a user may let a client do; routes of services ask for one of them. */
export const SCOPES = { read: 'Read what you have here', write: 'Change what you have here' } as const;

export type Client = {
  id: string;
  name: string;
  secret_hash: string | null;
  redirect_uris: string[];
  scopes: string[];
  is_resource_server: boolean;
};

/** 256 random bits, which need no slow hash. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** In the same time whatever is wrong with it. */
export function isSecret(secret: string, secretHash: string): boolean {
  return timingSafeEqual(Buffer.from(hashOf(secret)), Buffer.from(secretHash));
}

/**
 * Whether answers may be sent to an address: by TLS, to the machine that the user sits at, or to a program on it by a scheme of its own
 * (RFC 8252), which is the name of a domain backwards.
 */
export function isRedirectUri(uri: string): boolean {
  if (!URL.canParse(uri) || uri.includes('#') || /[\s\\]/.test(uri)) return false;
  const { protocol, hostname, username, password } = new URL(uri);
  if (username !== '' || password !== '') return false;
  if (protocol === 'https:') return true;
  if (protocol === 'http:') return ['127.0.0.1', '[::1]'].includes(hostname);
  return /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+:$/.test(protocol);
}

export type AuthorizeRequest = {
  client_id: string;
  redirect_uri: string;
  response_type?: string;
  scope?: string;
  state?: string;
  code_challenge?: string;
  code_challenge_method?: string;
};

/**
 * Whether the user may be asked at all; throws `OAuthError` of what their browser must not be sent back with, because the address may be
 * anybody's.
 */
export function checkAddress(client: Client | undefined, { redirect_uri }: AuthorizeRequest): Client {
  if (!client) throw new OAuthError('invalid_request', 'There is no such client.');
  if (!client.redirect_uris.some((registered) => isSameAddress(registered, redirect_uri)))
    throw new OAuthError('invalid_request', 'The redirect_uri is none that the client has registered.');
  return client;
}

/**
 * The very same text, since whatever is less exact has been a way out for codes; but for the port on the machine of the user, which a program there
 * is given anew each time (RFC 8252, 7.3).
 */
function isSameAddress(registered: string, asked: string): boolean {
  if (registered === asked) return true;
  const [one, other] = [ON_LOOPBACK.exec(registered), ON_LOOPBACK.exec(asked)];
  return one !== null && other !== null && one[1] === other[1] && one[2] === other[2] && isRedirectUri(asked);
}

const ON_LOOPBACK = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(?::\d{1,5})?([/?].*)?$/;

/** What a user is asked to allow. Throws `OAuthError` of what the client is told at its address. */
export function checkAuthorize(
  client: Client,
  request: AuthorizeRequest,
): { scopes: string[]; challenge: string } {
  if (request.response_type !== 'code')
    throw new OAuthError('unsupported_response_type', 'response_type must be code.');
  const { code_challenge: challenge = '', code_challenge_method: method } = request;
  if (method !== 'S256' || !/^[\w-]{43}$/.test(challenge))
    throw new OAuthError(
      'invalid_request',
      'PKCE is needed: a code_challenge, with code_challenge_method S256.',
    );
  return { scopes: scopesIn(request.scope, client.scopes), challenge };
}

/** Each once. Throws `OAuthError` if it is none of `allowed`, or nothing. */
export function scopesIn(text: string | undefined, allowed: readonly string[]): string[] {
  const scopes = [...new Set((text ?? '').split(' ').filter(Boolean))];
  if (scopes.length === 0 || scopes.some((scope) => !allowed.includes(scope)))
    throw new OAuthError('invalid_scope', `The scope must be of: ${allowed.join(' ')}.`);
  return scopes;
}

/** Where the browser goes, with an answer for the client; `iss` says whose answer it is (RFC 9207). */
export function redirectTo(
  { redirect_uri: uri, state }: AuthorizeRequest,
  issuer: string,
  answer: Record<string, string>,
): string {
  const url = new URL(uri);
  const all = { ...answer, ...(state === undefined ? {} : { state }), iss: issuer };
  for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value);
  return url.href;
}

type OfGrant = { client_id: string; expires_at: Date; used_at: Date | null; revoked_at: Date | null };
export type StoredCode = OfGrant & { redirect_uri: string; code_challenge: string };
export type StoredRefreshToken = OfGrant;

/** `reuse`: what it is part of ends, since somebody else has it too. */
export type Verdict = 'good' | 'reuse' | 'refuse';

export function decideCode(
  code: StoredCode | undefined,
  brought: { clientId: string; redirectUri: string; verifier: string },
  now: Date,
): Verdict {
  const verdict = decideToken(code, brought.clientId, now);
  if (!code || verdict !== 'good') return verdict;
  const isWhole =
    code.redirect_uri === brought.redirectUri && isVerifier(brought.verifier, code.code_challenge);
  return isWhole ? 'good' : 'refuse';
}

export function decideToken(token: OfGrant | undefined, clientId: string, now: Date): Verdict {
  // What another client brings says nothing of whose it is.
  if (!token || token.client_id !== clientId || token.revoked_at) return 'refuse';
  if (token.used_at) return 'reuse';
  return token.expires_at > now ? 'good' : 'refuse';
}

/** RFC 7636, 4.6. */
function isVerifier(verifier: string, challenge: string): boolean {
  if (!/^[\w.~-]{43,128}$/.test(verifier)) return false;
  const derived = createHash('sha256').update(verifier).digest('base64url');
  return timingSafeEqual(Buffer.from(derived), Buffer.from(challenge));
}
