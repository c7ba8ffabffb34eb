/** The last lags of committed transactions, for percentiles. */
export class LagWindow {
  readonly #samples = new Float64Array(SIZE);
  #count = 0;
  #known: Percentiles | undefined;
  #knownAt = 0;
  /** How many there were then. */
  #knownOf = 0;

  add(ms: number): void {
    this.#samples[this.#count++ % SIZE] = Math.max(0, ms);
  }

  /** Forgets what was: after a copy the stream first catches up, and that is no lag of the stream. */
  reset(): void {
    this.#count = 0;
    this.#known = undefined;
  }

  /**
   * Milliseconds below which `p50` and `p99` of the last transactions stayed; 0 if there were none. They are sorted at
   * most once a second, however often somebody asks, and once a hundredth of them is new. `now`: a steady clock, ms.
   */
  percentiles(now: number): Percentiles {
    if (!this.#known || (now - this.#knownAt >= KNOWN_MS && this.#isOld())) {
      this.#known = this.#sort();
      this.#knownAt = now;
      this.#knownOf = this.#count;
    }
    return this.#known ?? NONE;
  }

  #isOld(): boolean {
    const fresh = this.#count - this.#knownOf;
    return fresh > 0 && fresh >= Math.min(this.#count, SIZE) / 100;
  }

  #sort(): Percentiles | undefined {
    const size = Math.min(this.#count, SIZE);
    if (size === 0) return undefined;
    const sorted = this.#samples.slice(0, size).sort();
    const at = (share: number) => sorted[Math.min(size - 1, Math.floor(size * share))]!;
    return { p50: at(0.5), p99: at(0.99), max: sorted[size - 1]! };
  }
}

type Percentiles = { p50: number; p99: number; max: number };

const SIZE = 8192;
const KNOWN_MS = 1_000;
const NONE: Percentiles = { p50: 0, p99: 0, max: 0 };
