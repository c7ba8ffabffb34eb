/** Bounds the retries of all calls to one service together, so that they cannot multiply its load when it is weak. */
export type RetryBudget = {
  /** Counts a call (not its retries). `now` in ms, never going back. */
  call(now: number): void;
  /** Takes one retry, if there is one. */
  take(now: number): boolean;
};

/**
 * In the `windowMs` up to any retry there were at most `reserve` + `ratio` × calls retries. The reserve lets a service that is rarely
 * called retry at all.
 */
export function createRetryBudget({
  ratio = 0.2,
  reserve = 3,
  windowMs = 10_000,
}: {
  ratio?: number;
  reserve?: number;
  windowMs?: number;
} = {}): RetryBudget {
  // Calls are forgotten a slot earlier than retries, so that the promise holds from any moment, not only from whole slots.
  const slotMs = windowMs / SLOTS;
  const slots = new Map<number, { calls: number; retries: number }>();
  const slotAt = (now: number) => {
    const index = Math.floor(now / slotMs);
    for (const old of slots.keys()) if (old < index - SLOTS) slots.delete(old);
    let slot = slots.get(index);
    if (!slot) {
      slot = { calls: 0, retries: 0 };
      slots.set(index, slot);
    }
    return { index, slot };
  };
  return {
    call(now) {
      slotAt(now).slot.calls++;
    },
    take(now) {
      const { index, slot } = slotAt(now);
      let calls = 0;
      let retries = 0;
      for (const [at, counted] of slots) {
        if (at > index - SLOTS + 1) calls += counted.calls;
        retries += counted.retries;
      }
      if (retries + 1 > reserve + ratio * calls) return false;
      slot.retries++;
      return true;
    },
  };
}

const SLOTS = 10;
