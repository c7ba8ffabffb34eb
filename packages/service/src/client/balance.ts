/** Round-robin over instances that did not just fail. */
export type Balance = {
  /** The instance to ask next; undefined if there is none. */
  pick(urls: readonly string[], now: number): string | undefined;
  failed(url: string, now: number): void;
  succeeded(url: string): void;
};

/** An instance that failed is passed over for `restMs`. When all have failed, the one that did so first is asked. */
export function createBalance({ restMs = 1_000 }: { restMs?: number } = {}): Balance {
  const restingUntil = new Map<string, number>();
  let turn = 0;
  return {
    pick(urls, now) {
      let best: string | undefined;
      for (let step = 0; step < urls.length; step++) {
        const at = (turn + step) % urls.length;
        const url = urls[at]!;
        const until = restingUntil.get(url) ?? 0;
        if (until <= now) {
          turn = at + 1;
          return url;
        }
        if (best === undefined || until < restingUntil.get(best)!) best = url;
      }
      return best;
    },
    failed(url, now) {
      // Instances come and go: what nobody asks any more is forgotten.
      for (const [other, until] of restingUntil) if (until <= now) restingUntil.delete(other);
      restingUntil.set(url, now + restMs);
    },
    succeeded(url) {
      restingUntil.delete(url);
    },
  };
}
