import { RecentMap } from '@banyan/cohort/recent-map';
import {
  createRemoteJWKSet,
  decodeJwt,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { hs256Verifier } from './hs256.ts';

/** Whose tokens are good here. The algorithm is pinned per issuer: a token cannot choose it. */
export type TrustedIssuer = { issuer: string } & (
  | { algorithm: 'HS256'; secret: string; services?: never }
  | ({ algorithm: 'ES256' | 'EdDSA' } & ({ jwksUrl: string } | { keys: JWTVerifyGetKey }) & OfServices)
);

type OfServices = {
  /** Its tokens are those of services: made for `audience` alone, and each signed with the key of the service it names. */
  services?: { audience: string };
};

/** Who asks: a user, of the login that the token names (`sid`) if it does, or, if `service` is there, another service. */
export type Principal = {
  subject: string;
  role: string;
  issuer: string;
  session?: string;
  service?: string;
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
        const subject = payload.sub!;
        const role = typeof payload.role === 'string' ? payload.role : 'user';
        const principal: Principal = issuer.services
          ? { subject, role: 'service', issuer: issuer.issuer, service: subject }
          : {
              subject,
              role,
              issuer: issuer.issuer,
              ...(typeof payload.sid === 'string' ? { session: payload.sid } : {}),
            };
        remembered.set(token, { principal, until: Math.min(payload.exp! * 1000, now() + REMEMBER_MS) });
        return principal;
      } catch (error) {
        throw new TokenError(isOutOfReach(error) ? 'unverifiable' : 'invalid', error);
      }
    },
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
  const audience = issuer.services?.audience;
  if ('secret' in issuer) return hs256Verifier({ ...issuer, audience, required }, now);
  const keys = 'keys' in issuer ? issuer.keys : remoteKeys(issuer.jwksUrl);
  return async (token) => {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      algorithms: [issuer.algorithm],
      issuer: issuer.issuer,
      requiredClaims: required,
      currentDate: new Date(now()),
      ...(audience !== undefined && { audience }),
    });
    if (issuer.services && protectedHeader.kid !== payload.sub) throw new Error('the key of another service');
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
