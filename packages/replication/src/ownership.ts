import { BUCKETS, BucketCache, isServiceBucket } from '@banyan/cohort';

/** Keys come again and again in a stream: as many buckets are kept. */
const REMEMBERED = 200_000;

/** Who owns a key at the share that holds now. Keys as PostgreSQL writes them; null is no key. */
export class Ownership {
  readonly salt: string;
  #share: number;
  readonly #buckets = new BucketCache(REMEMBERED);

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
    return isServiceBucket(this.#share, key === null ? null : this.#buckets.get(this.salt, key));
  }
}
