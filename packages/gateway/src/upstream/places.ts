type Waiter<T> = { item: T; since: number };

/** So many requests of one client may wait for a place, and so many of all clients together. */
const WAITING_PER_CLIENT = 512;
const WAITING = 4_096;
/** Clients without a place that are remembered. */
const REMEMBERED = 1_024;

/**
 * Who may use an upstream now, and who is next. Each client has a limited number of places; of those who wait the clients
 * take turns, so that one with a thousand requests delays another's by one.
 */
export class Places<T> {
  readonly #total: number;
  readonly #perClient: number;
  readonly #taken = new Map<string, { places: number }>();
  #takenInAll = 0;
  /** In the order of turns; no client without a waiter. */
  readonly #waiting = new Map<string, Waiter<T>[]>();
  #waitingInAll = 0;

  constructor(total: number, perClient: number) {
    this.#total = total;
    this.#perClient = perClient;
  }

  get full(): boolean {
    return this.#takenInAll >= this.#total;
  }

  get waiting(): number {
    return this.#waitingInAll;
  }

  takenBy(client: string): number {
    return this.#taken.get(client)?.places ?? 0;
  }

  isWaiting(client: string): boolean {
    return this.#waiting.has(client);
  }

  /** Takes a place if there is one for this client. */
  take(client: string): boolean {
    if (this.full) return false;
    const taken = this.#taken.get(client) ?? this.#remember(client);
    if (taken.places >= this.#perClient) return false;
    taken.places++;
    this.#takenInAll++;
    return true;
  }

  release(client: string): void {
    this.#taken.get(client)!.places--;
    this.#takenInAll--;
  }

  /** A client that has no place any more stays for its next request: most of them come again and again. */
  #remember(client: string) {
    if (this.#taken.size >= this.#total + REMEMBERED) {
      for (const [other, { places }] of this.#taken) if (places === 0) this.#taken.delete(other);
    }
    const taken = { places: 0 };
    this.#taken.set(client, taken);
    return taken;
  }

  /** Queues at the time `now`; false when too many wait already. */
  wait(client: string, item: T, now: number): boolean {
    const queue = this.#waiting.get(client);
    if (this.#waitingInAll >= WAITING || (queue !== undefined && queue.length >= WAITING_PER_CLIENT))
      return false;
    const waiter = { item, since: now };
    if (queue === undefined) this.#waiting.set(client, [waiter]);
    else queue.push(waiter);
    this.#waitingInAll++;
    return true;
  }

  /** The next one that has a place now, which it has taken; null: none. */
  next(): T | null {
    if (this.#waitingInAll === 0) return null;
    for (const [client, queue] of this.#waiting) {
      if (!this.take(client)) continue;
      const { item } = queue.shift()!;
      this.#waitingInAll--;
      this.#waiting.delete(client);
      if (queue.length > 0) this.#waiting.set(client, queue);
      return item;
    }
    return null;
  }

  /** Takes out of the queue what `isIt`; false when it is not there. */
  withdraw(client: string, isIt: (item: T) => boolean): boolean {
    const queue = this.#waiting.get(client);
    const at = queue?.findIndex(({ item }) => isIt(item)) ?? -1;
    if (at === -1) return false;
    queue!.splice(at, 1);
    this.#waitingInAll--;
    if (queue!.length === 0) this.#waiting.delete(client);
    return true;
  }

  /** Takes out all who have waited since `since` or longer. */
  expire(since: number): T[] {
    const expired: T[] = [];
    for (const [client, queue] of this.#waiting) {
      while (queue.length > 0 && queue[0]!.since <= since) expired.push(queue.shift()!.item);
      if (queue.length === 0) this.#waiting.delete(client);
    }
    this.#waitingInAll -= expired.length;
    return expired;
  }

  /** Has anybody waited since `since` or longer? */
  anyoneSince(since: number): boolean {
    for (const queue of this.#waiting.values()) if (queue[0]!.since <= since) return true;
    return false;
  }
}
