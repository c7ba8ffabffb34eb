import { KeyObject } from 'node:crypto';
import { RecentMap } from '@banyan/cohort/recent-map';
import {
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import { hs256Verifier, signatureVerifier } from './verifiers.ts';

/** Whose tokens are good here. The algorithm is pinned per issuer: a token cannot choose it. */
export type TrustedIssuer = { issuer: string } & (
  | { algorithm: 'HS256'; secret: string; services?: never; clients?: never }
  | ({ algorithm: 'ES256' | 'EdDSA' } & ({ jwksUrl: string } | { keys: JWTVerifyGetKey }) & OfServices)
);

type OfServices = {
  /** Its tokens are those of services: made for `audience` alone, and each signed with the key of the service it names. */
  services?: { audience: string };
  /**
   * Its tokens are those of clients that users have let in (RFC 9068, `at+jwt`): made for `audience`, and good for no more than what
   * their `scope` names and a route grants to it.
   */
  clients?: { audience: string };
};

/**
 * Who asks: a user, of the login that the token names (`sid`) if it does; a client in the name of a user, if `scopes` is there; or, if
 * `service` is there, another service.
 */
export type Principal = {
  subject: string;
  role: string;
  issuer: string;
  session?: string;
  service?: string;
  /** What a client may do in the user's name. Without it a user does it themselves, and may do all that they may. */
  scopes?: readonly string[];
};

/** Not a token that is good here; `cause` has the reason. `unverifiable`: the issuer's keys could not be had just now. */
export class TokenError extends Error {
  readonly reason: 'invalid' | 'unverifiable';

  constructor(reason: 'invalid' | 'unverifiable', cause?: unknown) {
    super(
      reason === 'invalid' ? 'The token is not valid' : 'The token cannot be verified now',
      cause === undefined ? undefined : { cause },
    );
    this.name = 'TokenError';
    this.reason = reason;
  }
}

export type TokenVerifier = {
  /** Whose token it is. Throws `TokenError`. */
  verify(token: string): Promise<Principal>;
  /** The same without waiting, if the very same token was verified a moment ago. */
  peek(token: string): Principal | undefined;
};

/**
 * Verifies access tokens of several issuers: signature, issuer, expiry, subject. Keys from a URL are fetched when first
 * needed and again when a token names an unknown one, so other issuers' tokens do not depend on that URL. A good token is
 * remembered for a minute at most: as long may one live on whose key was withdrawn.
 */
export function createTokenVerifier(
  trusted: readonly TrustedIssuer[],
  { now = Date.now }: { now?: () => number } = {},
): TokenVerifier {
  const issuers = new Map(
    trusted.map((issuer) => [issuer.issuer, { ...issuer, claimsOf: verifierOf(issuer, now) }]),
  );
  const remembered = new RecentMap<{ principal: Principal; until: number }>(REMEMBERED);
  return {
    peek: (token) => {
      const found = remembered.get(token);
      return found && found.until > now() ? found.principal : undefined;
    },
    verify: async (token) => {
      const issuer = issuers.get(issuerOf(token));
      if (!issuer) throw new TokenError('invalid', 'unknown issuer');
      try {
        const payload = await issuer.claimsOf(token);
        const principal = principalIn(payload, issuer);
        remembered.set(token, { principal, until: Math.min(payload.exp! * 1000, now() + REMEMBER_MS) });
        return principal;
      } catch (error) {
        throw new TokenError(isOutOfReach(error) ? 'unverifiable' : 'invalid', error);
      }
    },
  };
}

function principalIn(
  { sub, role, sid, scope }: JWTPayload,
  { issuer, services, clients }: TrustedIssuer,
): Principal {
  const subject = sub!;
  if (services) return { subject, role: 'service', issuer, service: subject };
  // Of no role: what administrators may do, a client may not in their name.
  if (clients)
    return { subject, role: 'user', issuer, scopes: typeof scope === 'string' ? scope.split(' ') : [] };
  return {
    subject,
    role: typeof role === 'string' ? role : 'user',
    issuer,
    ...(typeof sid === 'string' ? { session: sid } : {}),
  };
}

/** The token of an `Authorization: Bearer` header, undefined without one. */
export function bearerToken(authorization: string | undefined): string | undefined {
  // As nearly everybody writes it; else the scheme's letters may be of either case.
  if (authorization?.startsWith(BEARER) && authorization.length > BEARER.length) {
    return authorization.slice(BEARER.length);
  }
  return /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
}

const BEARER = 'Bearer ';
/** Tokens. */
const REMEMBERED = 20_000;
const REMEMBER_MS = 60_000;

function issuerOf(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch (error) {
    throw new TokenError('invalid', error);
  }
}

/** Gives the claims of a token that the issuer's key proves, that names the issuer and a subject and is in date. */
function verifierOf(
  issuer: TrustedIssuer,
  now: () => number,
): (token: string) => JWTPayload | Promise<JWTPayload> {
  const required = ['exp', 'sub'];
  const audience = (issuer.services ?? issuer.clients)?.audience;
  if ('secret' in issuer) return hs256Verifier({ ...issuer, audience, required }, now);
  const keys = 'keys' in issuer ? issuer.keys : remoteKeys(issuer.jwksUrl);
  const claims = { issuer: issuer.issuer, audience, required, ...(issuer.clients && { typ: 'at+jwt' }) };
  /** Key sets give the same object for a key each time. */
  const verifiers = new WeakMap<object, (token: string) => JWTPayload>();
  return async (token) => {
    const header = decodeProtectedHeader(token);
    if (header.alg !== issuer.algorithm)
      throw new errors.JOSEAlgNotAllowed('not the algorithm of its issuer');
    const [protectedText, payloadText = '', signature = ''] = token.split('.');
    const jws = { payload: payloadText, signature, ...(protectedText && { protected: protectedText }) };
    const key = await keys({ ...header, alg: header.alg }, jws);
    if (!(key instanceof CryptoKey)) throw new Error('a key of another kind');
    let verify = verifiers.get(key);
    if (!verify) {
      verify = signatureVerifier({ key: KeyObject.from(key), algorithm: issuer.algorithm }, claims, now);
      verifiers.set(key, verify);
    }
    const payload = verify(token);
    if (issuer.services && header.kid !== payload.sub) throw new Error('the key of another service');
    return payload;
  };
}

function remoteKeys(url: string): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(url), { cooldownDuration: 1000, timeoutDuration: 2000 });
}

/** jose's errors of a bad token have codes of their own; what remains is the network, or an answer that is no key set. */
function isOutOfReach(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof TypeError) return true;
  return error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC';
}
