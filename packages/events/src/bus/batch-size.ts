/** So long may messages of one batch take together, in milliseconds: others wait for its end. */
const BATCH_MS = 400;
/** Below this, one by one is better: slow handlers wait for something, and can do so side by side. */
const FEWEST = 8;
/** How much a new measurement counts. */
const WEIGHT = 0.3;

/** How many messages to do at once, by how long handlers took lately: quick ones together, slow ones side by side. */
export class BatchSize {
  readonly #most: number;
  #meanMs = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** So many took so long together. If none could be done, one has taken all of it: the next ones are better done alone. */
  note(count: number, ms: number): void {
    this.#meanMs += (ms / Math.max(1, count) - this.#meanMs) * WEIGHT;
  }

  /** Messages for one batch; 1: none, each by itself. */
  get batch(): number {
    const fits = Math.floor(BATCH_MS / Math.max(this.#meanMs, BATCH_MS / this.#most));
    return fits < Math.min(FEWEST, this.#most) ? 1 : fits;
  }
}
