import { CircuitState, SamplingBreaker } from 'cockatiel';

export type BreakerState = 'closed' | 'open' | 'half-open';

export type BreakerOptions = {
  /** Share of failures at which it opens. Default 0.5. */
  threshold?: number;
  /** Over how long, in milliseconds. Default 10,000. */
  windowMs?: number;
  /** Fewer requests per second than this never open it. Default 1. */
  minimumPerSecond?: number;
  /** How long it stays open before one request may try; doubles up to 30 s. Default 1,000. */
  openMs?: number;
};

const LONGEST_OPEN_MS = 30_000;

/**
 * A circuit breaker whose window is cockatiel's and whose policy is ours: cockatiel runs each call through a promise,
 * which the hot path does not have.
 */
export class Breaker {
  readonly #window: SamplingBreaker;
  readonly #openMs: number;
  #state: BreakerState = 'closed';
  #tryAt = 0;
  #backoff: number;
  #probing = false;
  /** A request that was let through and of which nothing is heard does not keep it half open for ever. */
  #probeUntil = 0;

  constructor(options: BreakerOptions = {}) {
    const { threshold = 0.5, windowMs = 10_000, minimumPerSecond = 1, openMs = 1_000 } = options;
    this.#window = new SamplingBreaker({ threshold, duration: windowMs, minimumRps: minimumPerSecond });
    this.#openMs = openMs;
    this.#backoff = openMs;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** May a request go out? When half open, only one at a time. `now` is monotonic milliseconds. */
  allows(now: number): boolean {
    if (this.#state === 'closed') return true;
    if (this.#state === 'open' && now >= this.#tryAt) this.#state = 'half-open';
    if (this.#state !== 'half-open' || (this.#probing && now < this.#probeUntil)) return false;
    this.#probing = true;
    this.#probeUntil = now + LONGEST_OPEN_MS;
    return true;
  }

  succeeded(): void {
    if (this.#state === 'closed') {
      this.#window.success(CircuitState.Closed);
      return;
    }
    this.#window.success(CircuitState.HalfOpen);
    this.#state = 'closed';
    this.#probing = false;
    this.#backoff = this.#openMs;
  }

  failed(now: number): void {
    const circuit = this.#state === 'closed' ? CircuitState.Closed : CircuitState.HalfOpen;
    if (!this.#window.failure(circuit)) return;
    if (this.#state === 'half-open') this.#backoff = Math.min(this.#backoff * 2, LONGEST_OPEN_MS);
    this.#state = 'open';
    this.#probing = false;
    this.#tryAt = now + this.#backoff;
  }

  /** A request that was let through ended without telling anything (the client went away). */
  abandoned(): void {
    this.#probing = false;
  }
}
