import { hash } from 'node:crypto';
import { RecentMap } from '@banyan/cohort/recent-map';
import { hs256Verifier } from '@banyan/service/verifiers';
import { createRemoteJWKSet, decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Issuer, RouteTable } from '../control/route-table.ts';
import { claimText } from './claim.ts';
import { type Credentials, type TokenLocation, tokenLocationOf, tokenLocationsOf } from './credentials.ts';
import { type MonolithKey, monolithKeyOf, signForMonolith } from './monolith-token.ts';
import { originalClaims, RETURNED_IN, RETURNED_LEEWAY_SECONDS, returnedVerifier } from './returned-tokens.ts';
import { ORIGINAL_ISSUER, type SignedToken, TokenSigner } from './token-signer.ts';

/**
 * What a token is worth.
 * - `valid`: signed by a known issuer and in date.
 * - `expired`: signed by a known issuer, but out of date, or not yet good; says who asks, but not that they may.
 * - `invalid`: refused by its own issuer, or not a token at all.
 * - `unknown`: of an issuer that is not listed here, or not carried as its issuer's tokens are.
 * - `unreachable`: the keys of its issuer cannot be had now.
 * - `reserved`: names the gateway itself as its issuer, and is nothing that the gateway signed for a token of one listed here.
 */
export type Verified = {
  state: 'valid' | 'expired' | 'invalid' | 'unknown' | 'unreachable' | 'reserved';
  /** Name, in the plan, of the issuer that vouches for it; null when none does. */
  issuer: string | null;
  claims: JWTPayload;
  /** Text of the claim `sub`; null when it names nobody. */
  subject: string | null;
  /** Who is counted by rate limits and pinned; null when the token is not valid or names nobody. */
  consumer: string | null;
  /** What the request's other tokens are worth, where it has several. */
  beside?: readonly Verified[];
  /** Authorization header for the monolith when it knows no such token; null: as it came. */
  forMonolith: string | null;
  /** It is the gateway's own, sent back by a service, for a token of `issuer` whose claims these are. */
  returned: boolean;
};

type Entry = { verified: Verified; until: number };
type Verifier = {
  issuer: Issuer;
  leewayMs: number;
  verify: (token: string) => JWTPayload | Promise<JWTPayload>;
};

const NEGATIVE_MS = 10_000;
const LEEWAY_SECONDS = 5;
/** Keys of an issuer are fetched anew for a key that is not among them at most this often. */
const COOLDOWN_MS = 1_000;
/** Bytes of tokens and their claims that a worker keeps. */
const KEPT_BYTES = 32 * 1024 * 1024;

/**
 * Verifies tokens of several issuers, each with its algorithms pinned, and remembers the results until the token
 * expires, within a bound of bytes: what has not been asked for the longest goes first.
 */
export class Tokens {
  /** Where tokens may come; see credentials.ts. */
  readonly places: readonly TokenLocation[];
  /** By place and issuer. */
  readonly #verifiers = new Map<string, Verifier[]>();
  /** By issuer of the token for which the gateway signed. */
  readonly #returnedVerifiers = new Map<string, Verifier[]>();
  readonly #signAs: MonolithKey | null;
  /** Null: tokens go to services as they came. */
  readonly signer: TokenSigner | null;
  /** Issuers whose tokens a service verifies itself; a service that is not here takes all. */
  readonly #accepted: Map<string, ReadonlySet<string>>;
  /** Issuers whose tokens go as they came, wherever they go. */
  readonly #asTheyCame: ReadonlySet<string>;
  readonly #signed = new WeakMap<JWTPayload, SignedToken>();
  readonly #now: () => number;
  /** By place and token; by the token alone where all come in one place. */
  readonly #kept: RecentMap<Entry>;
  readonly #pending = new Map<string, Promise<Verified>>();

  /** `now` is the wall clock in milliseconds. */
  constructor(
    table: Pick<RouteTable, 'issuers' | 'monolith'> & Partial<Pick<RouteTable, 'services' | 'signing'>>,
    keptBytes = KEPT_BYTES,
    now: () => number = Date.now,
  ) {
    this.#now = now;
    this.#kept = new RecentMap(keptBytes, weigh);
    this.signer = table.signing ? new TokenSigner(table.signing) : null;
    // A token of the gateway's own has to be seen wherever a service would read it.
    const gateway = this.signer === null ? [] : [{}];
    this.places = tokenLocationsOf([...table.issuers, ...gateway]);
    this.#accepted = new Map(
      Object.entries(table.services ?? {}).flatMap(([name, { accepts }]) =>
        accepts === undefined ? [] : [[name, new Set(accepts)]],
      ),
    );
    this.#asTheyCame = new Set(
      table.issuers.filter(({ exchange }) => exchange === false).map(({ name }) => name),
    );
    for (const issuer of table.issuers) {
      const leewayMs = (issuer.leewaySeconds ?? LEEWAY_SECONDS) * 1000;
      const id = `${tokenLocationOf(issuer)} ${issuer.issuer ?? ''}`;
      addTo(this.#verifiers, id, { issuer, leewayMs, verify: verifierOf(issuer, now, leewayMs) });
      if (this.signer === null) continue;
      const verify = returnedVerifier(this.signer, issuer, now);
      const returned = { issuer, leewayMs: RETURNED_LEEWAY_SECONDS * 1000, verify };
      addTo(this.#returnedVerifiers, issuer.issuer ?? '', returned);
    }
    const target = table.issuers.find((issuer) => issuer.name === table.monolith.signAs);
    this.#signAs = target === undefined ? null : monolithKeyOf(target);
  }

  /** The remembered result, if there is one: the usual case, without a promise. */
  peek({ place, token, beside }: Credentials): Verified | undefined {
    if (place === null) return UNKNOWN;
    if (beside !== undefined) return undefined;
    const entry = this.#kept.get(this.#idOf(place, token));
    if (entry === undefined || entry.until <= this.#now()) return undefined;
    return entry.verified;
  }

  /** Verifies a token, and those beside it; never rejects. Concurrent calls for one token share the work. */
  async verify({ beside, ...first }: Credentials): Promise<Verified> {
    if (beside === undefined) return this.#verifyOne(first);
    const [verified, ...others] = await Promise.all([first, ...beside].map((one) => this.#verifyOne(one)));
    return { ...verified!, beside: others };
  }

  /** What goes upstream in Authorization instead of what came; null: it goes as it came. `service` null: the monolith. */
  authorizationFor(verified: Verified | null, service: string | null): string | null {
    if (verified === null || verified.state !== 'valid') return null;
    if (service === null) return verified.forMonolith;
    if (this.#asTheyCame.has(verified.issuer!)) return null;
    const accepted = this.#accepted.get(service);
    if (this.signer === null || accepted === undefined || accepted.has(verified.issuer!)) return null;
    // Signed once and not again: by each round through a service it would live longer.
    if (verified.returned) return null;
    const now = this.#now();
    const known = this.#signed.get(verified.claims);
    if (known !== undefined && known.reuseUntil > now) return known.authorization;
    const signed = this.signer.sign(verified.claims, now);
    this.#signed.set(verified.claims, signed);
    return signed.authorization;
  }

  #verifyOne({ place, token }: Credentials): Promise<Verified> {
    if (place === null) return Promise.resolve(UNKNOWN);
    const id = this.#idOf(place, token);
    const pending = this.#pending.get(id);
    if (pending) return pending;
    const work = this.#verify(id, place, token).finally(() => this.#pending.delete(id));
    this.#pending.set(id, work);
    return work;
  }

  #idOf(place: string, token: string): string {
    return this.places.length === 1 ? token : `${place} ${token}`;
  }

  async #verify(id: string, place: string, token: string): Promise<Verified> {
    const entry = await this.#check(place, token);
    if (entry.verified.state !== 'unreachable') this.#kept.set(id, entry);
    return entry.verified;
  }

  async #check(place: string, token: string): Promise<Entry> {
    const until = this.#now() + NEGATIVE_MS;
    let unproven: JWTPayload;
    try {
      unproven = decodeJwt(token);
    } catch {
      return { verified: INVALID, until };
    }
    const returned = this.signer !== null && unproven.iss === this.signer.issuer;
    const verifiers = returned ? this.#returnedBy(place, unproven) : this.#verifiersOf(place, unproven);
    if (!verifiers) return { verified: returned ? RESERVED : UNKNOWN, until };
    const claimsOf = (payload: JWTPayload) => (returned ? originalClaims(payload) : payload);
    let worst: Verified = returned ? RESERVED : INVALID;
    for (const { issuer, leewayMs, verify } of verifiers) {
      try {
        const claims = claimsOf(await verify(token));
        const expiry = claims.exp === undefined ? Number.POSITIVE_INFINITY : claims.exp * 1000 + leewayMs;
        const forMonolith = await this.#exchange(claims, issuer, returned);
        return { verified: known('valid', issuer.name, claims, { forMonolith, returned }), until: expiry };
      } catch (error) {
        if (error instanceof errors.JWTExpired)
          return { verified: known('expired', issuer.name, claimsOf(error.payload), { returned }), until };
        if (isEarly(error)) {
          const good = (error.payload.nbf as number) * 1000 - leewayMs;
          const verified = known('expired', issuer.name, claimsOf(error.payload), { returned });
          return { verified, until: Math.min(until, good) };
        }
        if (!returned && isOurFault(error)) worst = UNREACHABLE;
      }
    }
    return { verified: worst, until };
  }

  #verifiersOf(place: string, { iss = '' }: JWTPayload): Verifier[] | undefined {
    return typeof iss === 'string' ? this.#verifiers.get(`${place} ${iss}`) : undefined;
  }

  /** Those for the issuer in whose place the gateway signed; none once that issuer has left the plan. */
  #returnedBy(place: string, { [ORIGINAL_ISSUER]: original }: JWTPayload): Verifier[] | undefined {
    return place === RETURNED_IN ? this.#returnedVerifiers.get(original as string) : undefined;
  }

  /** For a monolith that knows the tokens of one issuer only, or has to be given back what a service got instead. */
  async #exchange(claims: JWTPayload, issuer: Issuer, returned: boolean): Promise<string | null> {
    if (this.#asTheyCame.has(issuer.name)) return null;
    const key = this.#signAs ?? (returned ? monolithKeyOf(issuer) : null);
    if (key === null || (!returned && (claims.iss ?? '') === key.issuer)) return null;
    return await signForMonolith(claims, key);
  }
}

function addTo<T>(lists: Map<string, T[]>, name: string, one: T): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [one]);
  else list.push(one);
}

/** Does the request carry a token, first or beside others, that names the gateway as its issuer and is not its own? */
export function isReserved(verified: Verified | null): boolean {
  return (
    verified !== null &&
    (verified.state === 'reserved' || verified.beside?.some(({ state }) => state === 'reserved') === true)
  );
}

const INVALID = nobody('invalid');
const UNKNOWN = nobody('unknown');
const UNREACHABLE = nobody('unreachable');
const RESERVED = nobody('reserved');

function nobody(state: Verified['state']): Verified {
  return {
    state,
    issuer: null,
    claims: {},
    subject: null,
    consumer: null,
    forMonolith: null,
    returned: false,
  };
}

/** All that each request with this token asks of it. */
function known(
  state: 'valid' | 'expired',
  issuer: string,
  claims: JWTPayload,
  { forMonolith = null, returned }: { forMonolith?: string | null; returned: boolean },
): Verified {
  const subject = claimText(claims, 'sub');
  const consumer = state === 'valid' && subject !== null ? consumerNamed(subject) : null;
  return { state, issuer, claims, subject, consumer, forMonolith, returned };
}

function consumerNamed(subject: string): string {
  return `subject:${subject.length <= LONGEST_SUBJECT ? subject : hash('sha256', subject)}`;
}

/** A longer subject is counted by its hash, so that who is counted takes bounded memory. */
const LONGEST_SUBJECT = 128;

/** The token is there as a key, as claims and, exchanged, as a header; its text is a fair measure of each. */
function weigh(id: string, { verified }: Entry): number {
  const copies = verified.state === 'valid' || verified.state === 'expired' ? 6 : 1;
  return 300 + copies * id.length;
}

function verifierOf(issuer: Issuer, now: () => number, leewayMs: number): Verifier['verify'] {
  const clockTolerance = leewayMs / 1000;
  const { issuer: iss = '' } = issuer;
  if (issuer.algorithm === 'HS256')
    return hs256Verifier({ ...issuer, issuer: iss, leewaySeconds: clockTolerance }, now);
  const shared = {
    ...(iss === '' ? {} : { issuer: iss }),
    ...(issuer.audience === undefined ? {} : { audience: issuer.audience }),
  };
  const algorithms = (issuer.algorithms ?? ['RS256', 'ES256', 'EdDSA']).filter(
    (name) => !/^(HS|none)/i.test(name),
  );
  const keys = createRemoteJWKSet(new URL(issuer.jwksUrl), {
    cooldownDuration: COOLDOWN_MS,
    timeoutDuration: 2_000,
  });
  return async (token) => {
    const options = { ...shared, algorithms, clockTolerance, currentDate: new Date(now()) };
    const { coolingDown } = keys;
    try {
      return (await jwtVerify(token, keys, options)).payload;
    } catch (error) {
      // The key may be newer than the keys that we have, which were fetched too lately to fetch them again.
      if (coolingDown && error instanceof errors.JWKSNoMatchingKey) throw new errors.JWKSTimeout();
      throw error;
    }
  };
}

/** Good in all but that its time has not come. */
function isEarly(error: unknown): error is errors.JWTClaimValidationFailed {
  return (
    error instanceof errors.JWTClaimValidationFailed &&
    error.claim === 'nbf' &&
    error.reason === 'check_failed'
  );
}

/** A fetch that failed says nothing about the token. */
function isOurFault(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true;
  return !(error instanceof errors.JOSEError) || error.code === 'ERR_JOSE_GENERIC';
}
