export type Limits = { perMinute: number; perHour: number };

/** Of the window in which the least is left; `resetS` is in whole seconds. */
export type Verdict = {
  allowed: boolean;
  window: 'minute' | 'hour';
  /** All that is allowed, as RateLimit-Policy says it. */
  policy: string;
  limit: number;
  remaining: number;
  resetS: number;
};

type Window = { startedAt: number; now: number; before: number };
type Consumer = { minute: Window; hour: Window; unsent: number };

const MINUTE = 60_000;
const HOUR = 3_600_000;

/**
 * Limits each consumer with two sliding window counters (the last window counts by the share of it still in sight).
 * Memory is bounded: of more than `size` consumers the longest unused are forgotten.
 *
 * Several workers share one limit: each counts its own requests at once and hears of the others' about every
 * second (`takeUnsent`, `absorb`), so that a consumer may exceed the limit by what it sends the others in a second.
 */
export class RateLimiter {
  readonly #limits: Limits;
  readonly #policy: string;
  readonly #size: number;
  #young = new Map<string, Consumer>();
  #old = new Map<string, Consumer>();
  #dirty = new Map<string, Consumer>();

  constructor(limits: Limits, size = 100_000) {
    this.#limits = limits;
    this.#policy = `"minute";q=${limits.perMinute};w=60, "hour";q=${limits.perHour};w=3600`;
    this.#size = size / 2;
  }

  /** Counts one request at `now` (milliseconds, any clock that does not go back). */
  take(id: string, now: number): Verdict {
    const consumer = this.#consumer(id, now);
    const verdict = this.#verdict(consumer, now);
    if (!verdict.allowed) return verdict;
    consumer.minute.now++;
    consumer.hour.now++;
    this.#remember(id, consumer);
    return verdict;
  }

  /** Would a request pass now? Counts nothing and remembers nobody. */
  look(id: string, now: number): Verdict {
    return this.#verdict(this.#young.get(id) ?? this.#old.get(id) ?? newConsumer(now), now);
  }

  #verdict(consumer: Consumer, now: number): Verdict {
    const minute = used(consumer.minute, now, MINUTE);
    const hour = used(consumer.hour, now, HOUR);
    const byMinute = this.#limits.perMinute - minute;
    const byHour = this.#limits.perHour - hour;
    const hourly = byHour < byMinute;
    const remaining = hourly ? byHour : byMinute;
    const name = hourly ? 'hour' : 'minute';
    const window = consumer[name];
    const length = hourly ? HOUR : MINUTE;
    const limit = hourly ? this.#limits.perHour : this.#limits.perMinute;
    if (remaining < 1) {
      const resetS = freeInS(window, now, length, limit);
      return { allowed: false, window: name, policy: this.#policy, limit, remaining: 0, resetS };
    }
    return {
      allowed: true,
      window: name,
      policy: this.#policy,
      limit,
      remaining: Math.floor(remaining) - 1,
      resetS: Math.ceil((window.startedAt + length - now) / 1000),
    };
  }

  /** What this worker has counted since the last call, for the other workers. */
  takeUnsent(): [id: string, count: number][] {
    const list: [string, number][] = [];
    for (const [id, consumer] of this.#dirty) {
      list.push([id, consumer.unsent]);
      consumer.unsent = 0;
    }
    this.#dirty.clear();
    return list;
  }

  /** Adds what another worker has counted. */
  absorb(counts: readonly (readonly [id: string, count: number])[], now: number): void {
    for (const [id, count] of counts) {
      const consumer = this.#consumer(id, now);
      used(consumer.minute, now, MINUTE);
      used(consumer.hour, now, HOUR);
      consumer.minute.now += count;
      consumer.hour.now += count;
    }
  }

  /** For the other workers; a worker that has none is never asked for it. */
  #remember(id: string, consumer: Consumer): void {
    if (consumer.unsent === 0) {
      if (this.#dirty.size >= this.#size) return;
      this.#dirty.set(id, consumer);
    }
    consumer.unsent++;
  }

  #consumer(id: string, now: number): Consumer {
    const young = this.#young.get(id);
    if (young !== undefined) return young;
    const consumer = this.#old.get(id) ?? newConsumer(now);
    if (this.#young.size >= this.#size) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(id, consumer);
    return consumer;
  }
}

/** Adds to an answer's headers what its client may ask, and how much of it is left (draft-ietf-httpapi-ratelimit-headers-10). */
export function tellLimit(headers: string[], { window, policy, remaining, resetS }: Verdict): void {
  headers.push('ratelimit-policy', policy, 'ratelimit', `"${window}";r=${remaining};t=${resetS}`);
}

/** What a 429 says besides: when to come again, and the same for clients of earlier drafts. */
export function refusalHeaders({ limit, remaining, resetS }: Verdict): string[] {
  const [left, seconds] = [String(remaining), String(resetS)];
  return [
    ...['retry-after', seconds, 'ratelimit-limit', String(limit)],
    ...['ratelimit-remaining', left, 'ratelimit-reset', seconds],
  ];
}

function newConsumer(now: number): Consumer {
  return {
    minute: { startedAt: now - (now % MINUTE), now: 0, before: 0 },
    hour: { startedAt: now - (now % HOUR), now: 0, before: 0 },
    unsent: 0,
  };
}

/** Slides the window to `now` and tells how much of it is used. */
function used(window: Window, now: number, length: number): number {
  const passed = now - window.startedAt;
  if (passed >= length) {
    window.before = passed < 2 * length ? window.now : 0;
    window.now = 0;
    window.startedAt = now - (now % length);
  }
  const seen = (now - window.startedAt) / length;
  return window.now + window.before * (1 - seen);
}

/** Seconds until one more request would pass, if none came in between. */
function freeInS(window: Window, now: number, length: number, limit: number): number {
  const end = window.startedAt + length;
  if (window.now + 1 <= limit && window.before > 0) {
    const share = (limit - 1 - window.now) / window.before; // of the last window that may still count
    return Math.max(1, Math.ceil((end - share * length - now) / 1000));
  }
  const share = (limit - 1) / Math.max(1, window.now);
  return Math.max(1, Math.ceil((end + (1 - share) * length - now) / 1000));
}
