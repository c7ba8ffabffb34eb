import { hash } from 'node:crypto';
import { quoteLiteral } from '@banyan/postgres';

/** Buckets a key may fall into; a share is given in the same unit (basis points: 1 % = 100). */
export const BUCKETS = 10_000;

/** `(first 32 bits of sha256(salt + ':' + key)) * 10000 >> 32`: 0..9999. */
export function bucket(salt: string, key: string): number {
  const first = Number.parseInt(hash('sha256', `${salt}:${key}`, 'hex').slice(0, 8), 16);
  return Math.floor((first * BUCKETS) / 2 ** 32);
}

/** Whether the service owns the key when `share` basis points of all keys are on its side. */
export function isServiceSide(share: number, salt: string, key: string): boolean {
  if (share <= 0) return false;
  if (share >= BUCKETS) return true;
  return bucket(salt, key) < share;
}

/** The same bucket as an SQL expression over `expr` (any type; its text is the key). NULL for a NULL key. */
export function bucketSql(expr: string, salt: string): string {
  const text = `convert_to(${quoteLiteral(`${salt}:`)} || (${expr})::text, 'UTF8')`;
  return `((('x' || left(encode(sha256(${text}), 'hex'), 8))::bit(32)::bigint * ${BUCKETS}) >> 32)`;
}

/**
 * A boolean SQL expression: does the service own the row? A NULL key is nobody's on the service side, so the
 * monolith owns it below 100 %.
 */
export function isServiceSideSql(share: number, expr: string, salt: string): string {
  if (share <= 0) return 'false';
  if (share >= BUCKETS) return 'true';
  return `coalesce(${bucketSql(expr, salt)} < ${Math.trunc(share)}, false)`;
}

/**
 * `isServiceSide` with memory, for streams in which keys come again and again. Keys as PostgreSQL writes them;
 * null (no key) is the monolith's below 100 %.
 */
export class Ownership {
  readonly salt: string;
  #share: number;
  #buckets = new Map<string, number>();

  constructor(salt: string, share: number) {
    this.salt = salt;
    this.#share = share;
  }

  get share(): number {
    return this.#share;
  }

  set share(share: number) {
    this.#share = share;
  }

  /** Whether some keys are on either side, so that each has to be looked at. */
  get mixed(): boolean {
    return this.#share > 0 && this.#share < BUCKETS;
  }

  isService(key: string | null): boolean {
    if (!this.mixed) return this.#share >= BUCKETS;
    if (key === null) return false;
    let found = this.#buckets.get(key);
    if (found === undefined) {
      if (this.#buckets.size >= REMEMBERED) this.#buckets.clear();
      found = bucket(this.salt, key);
      this.#buckets.set(key, found);
    }
    return found < this.#share;
  }
}

const REMEMBERED = 100_000;
