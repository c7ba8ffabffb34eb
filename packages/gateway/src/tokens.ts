import { hs256Verifier } from '@banyan/service/hs256';
import { createRemoteJWKSet, decodeJwt, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { Issuer, RouteTable } from './route-table.ts';

/**
 * What a bearer token is worth.
 * - `valid`: signed by a known issuer and in date.
 * - `expired`: signed by a known issuer; says who asks, but not that they may.
 * - `invalid`: refused by its own issuer, or not a token at all.
 * - `unknown`: of an issuer that is not listed here.
 * - `unreachable`: its issuer's keys cannot be fetched now.
 */
export type Verified = {
  state: 'valid' | 'expired' | 'invalid' | 'unknown' | 'unreachable';
  claims: JWTPayload;
  /** Authorization header for the monolith when the token is of another issuer; null: as it came. */
  forMonolith: string | null;
};

type Entry = { verified: Verified; until: number };
type Verifier = { issuer: Issuer; verify: (token: string) => JWTPayload | Promise<JWTPayload> };

const NEGATIVE_MS = 10_000;

/**
 * Verifies tokens of several issuers, each with its algorithms pinned, and remembers the results until the token
 * expires (at most `size` of them, the longest unused go first).
 */
export class Tokens {
  readonly #byIssuer = new Map<string, Verifier[]>();
  readonly #signAs: { issuer: string; key: Uint8Array } | null;
  readonly #size: number;
  readonly #now: () => number;
  #young = new Map<string, Entry>();
  #old = new Map<string, Entry>();
  readonly #pending = new Map<string, Promise<Verified>>();

  /** `now` is the wall clock in milliseconds. */
  constructor(table: Pick<RouteTable, 'issuers' | 'monolith'>, size = 20_000, now: () => number = Date.now) {
    this.#size = size / 2;
    this.#now = now;
    for (const issuer of table.issuers) {
      const list = this.#byIssuer.get(issuer.issuer) ?? [];
      list.push({ issuer, verify: verifierOf(issuer, now) });
      this.#byIssuer.set(issuer.issuer, list);
    }
    const target = table.issuers.find((issuer) => issuer.name === table.monolith.signAs);
    this.#signAs =
      target?.algorithm === 'HS256'
        ? { issuer: target.issuer, key: new TextEncoder().encode(target.secret) }
        : null;
  }

  get enabled(): boolean {
    return this.#byIssuer.size > 0;
  }

  /** The remembered result, if there is one: the usual case, without a promise. */
  peek(token: string): Verified | undefined {
    const entry = this.#young.get(token) ?? this.#old.get(token);
    if (entry === undefined || entry.until <= this.#now()) return undefined;
    return entry.verified;
  }

  /** Verifies a token; never rejects. Concurrent calls for one token share the work. */
  verify(token: string): Promise<Verified> {
    const pending = this.#pending.get(token);
    if (pending) return pending;
    const work = this.#verify(token).finally(() => this.#pending.delete(token));
    this.#pending.set(token, work);
    return work;
  }

  async #verify(token: string): Promise<Verified> {
    const result = await this.#check(token);
    if (result.state !== 'unreachable') {
      const expiry = result.claims.exp === undefined ? Number.POSITIVE_INFINITY : result.claims.exp * 1000;
      this.#remember(token, {
        verified: result,
        until: result.state === 'valid' ? expiry : this.#now() + NEGATIVE_MS,
      });
    }
    return result;
  }

  async #check(token: string): Promise<Verified> {
    let issuer: string;
    try {
      issuer = decodeJwt(token).iss ?? '';
    } catch {
      return NOT_A_TOKEN;
    }
    const verifiers = this.#byIssuer.get(issuer);
    if (!verifiers) return { state: 'unknown', claims: {}, forMonolith: null };
    let worst: Verified = NOT_A_TOKEN;
    for (const verifier of verifiers) {
      try {
        const claims = await verifier.verify(token);
        return { state: 'valid', claims, forMonolith: await this.#exchange(claims) };
      } catch (error) {
        if (error instanceof errors.JWTExpired)
          return { state: 'expired', claims: error.payload, forMonolith: null };
        if (isOurFault(error)) worst = { state: 'unreachable', claims: {}, forMonolith: null };
      }
    }
    return worst;
  }

  /** The same claims signed as the monolith's own issuer, which is all that an old monolith knows. */
  async #exchange(claims: JWTPayload): Promise<string | null> {
    if (this.#signAs === null || (claims.iss ?? '') === this.#signAs.issuer) return null;
    const { iss: _, ...rest } = claims;
    const payload = this.#signAs.issuer === '' ? rest : { ...rest, iss: this.#signAs.issuer };
    const token = await new SignJWT(payload)
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .sign(this.#signAs.key);
    return `Bearer ${token}`;
  }

  #remember(token: string, entry: Entry): void {
    if (this.#young.size >= this.#size) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(token, entry);
  }
}

const NOT_A_TOKEN: Verified = { state: 'invalid', claims: {}, forMonolith: null };

function verifierOf(issuer: Issuer, now: () => number): Verifier['verify'] {
  if (issuer.algorithm === 'HS256') return hs256Verifier(issuer, now);
  const shared = {
    ...(issuer.issuer === '' ? {} : { issuer: issuer.issuer }),
    ...(issuer.audience === undefined ? {} : { audience: issuer.audience }),
  };
  const algorithms = (issuer.algorithms ?? ['RS256', 'ES256', 'EdDSA']).filter(
    (name) => !/^(HS|none)/i.test(name),
  );
  const keys = createRemoteJWKSet(new URL(issuer.jwksUrl), {
    cooldownDuration: 5_000,
    timeoutDuration: 2_000,
  });
  return async (token) => {
    const options = { ...shared, algorithms, currentDate: new Date(now()) };
    return (await jwtVerify(token, keys, options)).payload;
  };
}

/** A fetch that failed says nothing about the token. */
function isOurFault(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true;
  return !(error instanceof errors.JOSEError) || error.code === 'ERR_JOSE_GENERIC';
}
