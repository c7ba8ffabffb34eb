import { BUCKETS, BucketCache, isServiceBucket } from '@banyan/cohort';

/** Keys come again and again in a stream: as many buckets are kept. */
const REMEMBERED = 200_000;

/** Who owns a key at one share. Keys as PostgreSQL writes them; null is no key. */
export class Ownership {
  readonly salt: string;
  readonly share: number;
  /** Whether some keys are on either side, so that each has to be looked at. */
  readonly mixed: boolean;
  readonly #buckets: BucketCache;

  constructor(salt: string, share: number, buckets = new BucketCache(REMEMBERED)) {
    this.salt = salt;
    this.share = share;
    this.mixed = share > 0 && share < BUCKETS;
    this.#buckets = buckets;
  }

  /** The same keys at another share. */
  at(share: number): Ownership {
    return share === this.share ? this : new Ownership(this.salt, share, this.#buckets);
  }

  isService(key: string | null): boolean {
    if (!this.mixed) return this.share >= BUCKETS;
    return isServiceBucket(this.share, key === null ? null : this.#buckets.get(this.salt, key));
  }
}
