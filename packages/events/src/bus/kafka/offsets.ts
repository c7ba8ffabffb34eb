/**
 * Which messages of one topic's partition are in flight. Messages are done in any order; the position, up to which all are,
 * is what may be committed. Offsets come in rising order, some again after a rebalance.
 */
export class Offsets {
  /** In hand; in rising order, since a Set keeps the order in which they were taken. */
  readonly #open = new Set<bigint>();
  #next: bigint | undefined;

  /** Whether it is new; one that was taken before is to be ignored. */
  take(offset: bigint): boolean {
    if (this.#next !== undefined && offset < this.#next) return false;
    this.#next = offset + 1n;
    this.#open.add(offset);
    return true;
  }

  done(offset: bigint): void {
    this.#open.delete(offset);
  }

  /** The offset of the first message that is not done; undefined before the first one is taken. */
  get position(): bigint | undefined {
    const [first] = this.#open;
    return first ?? this.#next;
  }

  /** The offset after the last message that was taken. */
  get next(): bigint | undefined {
    return this.#next;
  }
}
