import { bucket } from './bucket.ts';
import { RecentMap } from './recent-map.ts';

/** A key longer than this is hashed anew each time: whoever sends it chooses its length. */
const LONGEST_KEPT = 128;

/** Buckets of one text, by the salts that it was asked with. */
type Known = { salt: string; bucket: number; next: Known | null };

/**
 * `bucket` with the most recently used `size` answers kept: a hash costs more than the rest of a decision. Kept by text
 * alone, because a string made of salt and text would be a new one to hash for each question.
 */
export class BucketCache {
  readonly #kept: RecentMap<Known>;

  constructor(size = 20_000) {
    this.#kept = new RecentMap(size, answersIn);
  }

  get(salt: string, text: string): number | null {
    if (text.length > LONGEST_KEPT) return bucket(salt, text);
    const kept = this.#kept.get(text) ?? null;
    for (let known = kept; known !== null; known = known.next) if (known.salt === salt) return known.bucket;
    const found = bucket(salt, text);
    if (found !== null) this.#kept.set(text, { salt, bucket: found, next: kept });
    return found;
  }
}

function answersIn(_text: string, known: Known): number {
  let count = 0;
  for (let one: Known | null = known; one !== null; one = one.next) count++;
  return count;
}
