import type { ControlSource, Fence } from '../control/route-table.ts';
import { changes } from './choose.ts';

/** An unsafe request that an upstream may be executing. `key` is its bucket, null when it has none. */
export type InFlight = { readonly service: string; readonly key: number | null };

/** A request that waits. Exactly one of the two is called, once. */
export type Held = { resume: () => void; expire: () => void };

export type WriteHoldsOptions = {
  source: Pick<ControlSource, 'ackFence' | 'abortFence'>;
  /** Loads table and fences anew and applies them; called when the row says that a fence was committed. */
  reload: () => Promise<void>;
  /** Monotonic milliseconds. */
  now: () => number;
  /** Calls back after `ms`; returns a function that cancels. */
  after: (ms: number, callback: () => void) => () => void;
  /** Hears of a held request that failed to go on; the others go on. */
  onError?: (error: unknown, what: string) => void;
  /** Most requests held at once; one more is refused. Default 1,000. */
  maxHeld?: number;
  onFence?: (event: 'opened' | 'acknowledged' | 'closed', fence: Fence) => void;
};

type OpenFence = {
  fence: Fence;
  /** Unsafe requests of changing keys that were in flight when the fence was opened and still are. */
  waiting: Set<InFlight>;
  inFlightAtOpen: number;
  acked: boolean;
  cancelDeadline: () => void;
  cancelRetry: () => void;
};

const RETRY_MS = 50;

/**
 * One worker's part of the fenced step: holds unsafe requests of changing keys, acknowledges a fence once those in
 * flight are done, and lets the held go when the fence is decided. It never decides a fence by itself: at its
 * deadline it asks the fence's row, and without an answer it goes on holding.
 */
export class WriteHolds {
  readonly #options: WriteHoldsOptions;
  readonly #inFlight = new Map<string, Set<InFlight>>();
  readonly #open = new Map<string, OpenFence>();
  /** Fences that this worker knows to be decided; a load that began earlier may still name them. */
  readonly #decided = new Set<string>();
  #held = new Set<Held & { since: number; cancel: () => void }>();
  #fences: readonly Fence[] = [];
  #leaseUntil = -Infinity;

  constructor(options: WriteHoldsOptions) {
    this.#options = options;
  }

  /** The fences over which requests have to be held now. */
  get fences(): readonly Fence[] {
    return this.#fences;
  }

  get leased(): boolean {
    return this.#options.now() < this.#leaseUntil;
  }

  get heldNow(): number {
    return this.#held.size;
  }

  get inFlightNow(): number {
    let count = 0;
    for (const set of this.#inFlight.values()) count += set.size;
    return count;
  }

  /** Must be called in the same turn of the event loop as the decision not to hold. */
  enter(service: string, key: number | null): InFlight {
    const request: InFlight = { service, key };
    const set = this.#inFlight.get(service);
    if (set) set.add(request);
    else this.#inFlight.set(service, new Set([request]));
    return request;
  }

  leave(request: InFlight): void {
    this.#inFlight.get(request.service)?.delete(request);
    for (const open of this.#open.values()) {
      if (open.waiting.delete(request) && open.waiting.size === 0) this.#acknowledge(open);
    }
  }

  /** Holds a request until something changes, at most `ms`; false when too many wait already. */
  hold(held: Held, since: number, ms: number): boolean {
    if (this.#held.size >= (this.#options.maxHeld ?? 1_000)) return false;
    const entry = { ...held, since, cancel: () => {} };
    const left = Math.max(0, since + ms - this.#options.now());
    entry.cancel = this.#options.after(left, () => {
      this.#held.delete(entry);
      entry.expire();
    });
    this.#held.add(entry);
    return true;
  }

  /** The lease holds until `until` (monotonic). Call it only after the table has been loaded under that lease. */
  lease(until: number): void {
    const regained = !this.leased;
    this.#leaseUntil = until;
    if (regained && this.leased) this.#releaseAll();
  }

  /** The fences that are open according to the control database, read together with the table that applies now. */
  apply(fences: readonly Fence[]): void {
    const named = new Set(fences.map((fence) => fence.id));
    for (const id of this.#open.keys()) if (!named.has(id)) this.#close(id);
    for (const id of this.#decided) if (!named.has(id)) this.#decided.delete(id);
    for (const fence of fences) {
      if (!this.#open.has(fence.id) && !this.#decided.has(fence.id)) this.#openFence(fence);
    }
    this.#changed();
  }

  /** Lets go of every timer; the held are expired. */
  stop(): void {
    for (const id of [...this.#open.keys()]) this.#close(id);
    for (const entry of this.#held) {
      entry.cancel();
      entry.expire();
    }
    this.#held.clear();
  }

  #openFence(fence: Fence): void {
    const waiting = new Set<InFlight>();
    for (const request of this.#inFlight.get(fence.service) ?? []) {
      if (changes(fence, request.key)) waiting.add(request);
    }
    const open: OpenFence = {
      fence,
      waiting,
      inFlightAtOpen: waiting.size,
      acked: false,
      cancelDeadline: () => {},
      cancelRetry: () => {},
    };
    this.#open.set(fence.id, open);
    open.cancelDeadline = this.#options.after(
      Math.max(0, fence.remainingMs),
      () => void this.#deadline(open),
    );
    this.#options.onFence?.('opened', fence);
    if (waiting.size === 0) this.#acknowledge(open);
  }

  #acknowledge(open: OpenFence): void {
    if (open.acked || !this.#open.has(open.fence.id)) return;
    this.#options.source.ackFence(open.fence.id, open.inFlightAtOpen).then(
      () => {
        open.acked = true;
        this.#options.onFence?.('acknowledged', open.fence);
      },
      () => {
        open.cancelRetry = this.#options.after(RETRY_MS, () => this.#acknowledge(open));
      },
    );
  }

  /** The local deadline has passed: the row decides, by compare-and-set. Without an answer, go on holding. */
  async #deadline(open: OpenFence): Promise<void> {
    const { id } = open.fence;
    if (!this.#open.has(id)) return;
    try {
      const state = await this.#options.source.abortFence(id);
      if (state === 'committed') {
        await this.#options.reload();
        return;
      }
      if (!this.#open.has(id)) return;
      this.#decided.add(id);
      this.#close(id);
      this.#changed();
    } catch {
      if (!this.#open.has(id)) return;
      open.cancelDeadline = this.#options.after(RETRY_MS, () => void this.#deadline(open));
    }
  }

  #close(id: string): void {
    const open = this.#open.get(id);
    if (!open) return;
    open.cancelDeadline();
    open.cancelRetry();
    this.#open.delete(id);
    this.#options.onFence?.('closed', open.fence);
  }

  #changed(): void {
    this.#fences = [...this.#open.values()].map((open) => open.fence);
    this.#releaseAll();
  }

  /** Lets every held request decide again; one that still has to wait comes back with its old `since`. */
  #releaseAll(): void {
    if (this.#held.size === 0) return;
    const held = this.#held;
    this.#held = new Set();
    for (const entry of held) {
      entry.cancel();
      try {
        entry.resume();
      } catch (error) {
        this.#options.onError?.(error, 'held request');
      }
    }
  }
}
