/** A time in which no request was answered although some waited. */
export type Span = { from: number; to: number };

/** Stalls that are kept; what is shorter is a slow request among others, ms. */
const KEPT_MS = 250;
const MAX_KEPT = 200;

/**
 * Tells when all requests stand: none is answered while at least one waits. Times are whatever clock the caller has.
 */
export class Stalls {
  readonly spans: Span[] = [];
  readonly #waiting = new Set<{ dueAt: number }>();
  #lastAnswer = Number.NEGATIVE_INFINITY;

  /** A request is due; call what it gives back when it is answered, or has failed. */
  began(dueAt: number): (now: number) => void {
    const request = { dueAt };
    this.#waiting.add(request);
    return (now) => {
      const from = this.#since();
      this.#waiting.delete(request);
      this.#lastAnswer = now;
      if (now - from >= KEPT_MS && this.spans.length < MAX_KEPT) this.spans.push({ from, to: now });
    };
  }

  /** How long all have stood by now; 0 when nobody waits. */
  stalledMs(now: number): number {
    return this.#waiting.size === 0 ? 0 : Math.max(0, now - this.#since());
  }

  /** The last answer, or the moment the oldest of those that wait was due, whichever came later. */
  #since(): number {
    const [oldest] = this.#waiting;
    return Math.max(this.#lastAnswer, oldest!.dueAt);
  }
}
