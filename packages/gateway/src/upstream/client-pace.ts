/** Bytes a second under which a client is slow, if others wait for its place. */
const SLOW_BYTES_PER_SECOND = 1_024;
/** Over how long that is judged. */
const WINDOW_MS = 1_500;

/** How fast a client gives its request or takes its answer, seen once a tick while a connection waits for it. */
export class ClientPace {
  readonly #tickMs: number;
  #moved = 0;
  #stalledMs = 0;
  #windowMs = 0;
  #windowBytes = 0;
  #slow = false;

  constructor(tickMs: number) {
    this.#tickMs = tickMs;
  }

  /** For how long it has been waited for without a byte. */
  get stalledMs(): number {
    return this.#stalledMs;
  }

  /** So slow that its place may go to somebody who waits. */
  get slow(): boolean {
    return this.#slow;
  }

  moved(bytes: number): void {
    this.#moved += bytes;
  }

  /** `waiting`: it is the client that has to go on. */
  tick(waiting: boolean): void {
    if (!waiting) {
      this.reset();
      return;
    }
    this.#stalledMs = this.#moved > 0 ? 0 : this.#stalledMs + this.#tickMs;
    this.#windowMs += this.#tickMs;
    this.#windowBytes += this.#moved;
    this.#moved = 0;
    if (this.#windowMs < WINDOW_MS) return;
    this.#slow = this.#windowBytes * 1_000 < SLOW_BYTES_PER_SECOND * this.#windowMs;
    this.#windowMs = 0;
    this.#windowBytes = 0;
  }

  reset(): void {
    this.#moved = 0;
    this.#stalledMs = 0;
    this.#windowMs = 0;
    this.#windowBytes = 0;
    this.#slow = false;
  }
}
