import { createHash } from 'node:crypto';

export const ALL = 10_000;

/**
 * The bucket of a key, 0..9999. A key is on the service's side when its bucket is below the service's share.
 * Replication and verification compute the same number in SQL, so this must never change.
 */
export function bucket(salt: string, key: string): number {
  const digest = createHash('sha256').update(`${salt}:${key}`).digest();
  return Math.floor((digest.readUInt32BE(0) * ALL) / 2 ** 32);
}

/** `bucket` with the most recently used `size` answers kept: a hash costs more than the rest of a decision. */
export class BucketCache {
  readonly #size: number;
  #young = new Map<string, number>();
  #old = new Map<string, number>();

  constructor(size = 20_000) {
    this.#size = size / 2;
  }

  get(salt: string, key: string): number {
    const id = `${salt}:${key}`;
    const young = this.#young.get(id);
    if (young !== undefined) return young;
    const value = this.#old.get(id) ?? bucket(salt, key);
    if (this.#young.size >= this.#size) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(id, value);
    return value;
  }
}
