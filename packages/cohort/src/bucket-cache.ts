import { bucket } from './bucket.ts';
import { RecentMap } from './recent-map.ts';

/** A key longer than this is hashed anew each time: whoever sends it chooses its length. */
const LONGEST_KEPT = 128;

/** `bucket` with the most recently used `size` answers kept: a hash costs more than the rest of a decision. */
export class BucketCache {
  readonly #kept: RecentMap<number>;

  constructor(size = 20_000) {
    this.#kept = new RecentMap(size);
  }

  get(salt: string, text: string): number | null {
    if (text.length > LONGEST_KEPT) return bucket(salt, text);
    const id = `${salt}:${text}`;
    const known = this.#kept.get(id);
    if (known !== undefined) return known;
    const found = bucket(salt, text);
    if (found !== null) this.#kept.set(id, found);
    return found;
  }
}
