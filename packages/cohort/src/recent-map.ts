/**
 * A map of bounded weight: of more than it holds, what has gone unused the longest is forgotten (between a half and all
 * of the bound is kept). The weight of an entry is 1, or what `weigh` says of its key and value; an entry heavier than
 * half of the bound is not kept.
 */
export class RecentMap<V> {
  readonly #half: number;
  readonly #weigh: (key: string, value: V) => number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();
  #weight = 0;

  constructor(bound: number, weigh: (key: string, value: V) => number = () => 1) {
    this.#half = bound / 2;
    this.#weigh = weigh;
  }

  get(key: string): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: V): void {
    const before = this.#young.get(key);
    const weight = this.#weigh(key, value);
    if (before !== undefined) this.#weight -= this.#weigh(key, before);
    else this.#old.delete(key);
    if (weight > this.#half) {
      this.#young.delete(key);
      return;
    }
    if (this.#weight + weight > this.#half) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#weight = 0;
      this.#old.delete(key);
    }
    this.#young.set(key, value);
    this.#weight += weight;
  }
}
