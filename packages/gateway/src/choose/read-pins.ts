import { hash } from 'node:crypto';
import type { ControlSource, PinRow, RouteTable, Side } from '../control/route-table.ts';

const MAX_PINS = 10_000;
const TRY_MS = 5_000;
const GIVE_UP_MS = 60_000;
const RETRY_MS = 250;
/** Between two looks whether all workers know a pin. */
const LOOK_MS = 10;

/** `seq` orders the pins of the control database; below 0: known to this worker only. */
type Pin = { side: Side; service: string; seq: number; until: number; version: number };
type Watched = { id: string; seq: number; until: number };

export type ReadPinsOptions = {
  source: Pick<ControlSource, 'settle' | 'pins'>;
  now: () => number;
  /** Has this worker a lease? Without one nobody waits for it. */
  leased: () => boolean;
};

/**
 * Readers pinned to the side they have just written to, because the other side did not have the write in time.
 * A pin goes when the write has arrived, or after a minute.
 *
 * Invariant: once the promise of `pin` resolves to true, each worker of each gateway knows the pin or is not `sure`.
 * A worker is sure for one lease from the beginning of its last look at the control database; `pin` waits until all
 * that have a lease have seen the pin, and for one lease at most: who has not looked since is not sure by then.
 */
export class ReadPins {
  readonly #options: ReadPinsOptions;
  readonly #pins = new Map<string, Pin>();
  /** By the waves that they wait for. */
  readonly #watched = new Map<string, Watched[]>();
  /** Version of the table by which a service's keys have moved last. */
  readonly #movedAt = new Map<string, number>();
  #sureUntil = 0;
  #seen = 0;
  #acked = 0;
  #local = 0;
  #looking: Promise<number> | null = null;
  #stopped = false;

  constructor(options: ReadPinsOptions) {
    this.#options = options;
  }

  /** Does this worker know all pins of writes that have been answered? */
  get sure(): boolean {
    const { source, now, leased } = this.#options;
    return source.pins === null || (now() < this.#sureUntil && leased());
  }

  get size(): number {
    return this.#pins.size;
  }

  get(consumer: string, service: string): Side | null {
    if (this.#pins.size === 0) return null;
    const pin = this.#pins.get(idOf(hashOf(consumer), service));
    return pin === undefined || pin.until <= this.#options.now() ? null : pin.side;
  }

  /**
   * Pins until what is committed now has passed `waves`. Resolves once all workers know of it or are not sure; false
   * when that could not be had, because there are too many pins or the control database is away.
   */
  async pin(
    consumer: string,
    services: string[],
    side: Side,
    waves: string[][],
    version: number,
  ): Promise<boolean> {
    const { source, now } = this.#options;
    const hashed = hashOf(consumer);
    const until = now() + GIVE_UP_MS;
    const pins = services.map((service) => ({ service, side, until, version }));
    const local = --this.#local;
    let known = true;
    for (const pin of pins) known = this.#set(idOf(hashed, pin.service), { ...pin, seq: local }) && known;
    const seq = await this.#write({ consumer: hashed, services, side, version });
    if (seq !== null) {
      for (const pin of pins) {
        const id = idOf(hashed, pin.service);
        if ((this.#pins.get(id)?.seq ?? 0) <= seq) this.#set(id, { ...pin, seq });
      }
    }
    this.#watch(
      waves,
      services.map((service) => ({ id: idOf(hashed, service), seq: seq ?? local, until })),
    );
    if (source.pins === null) return known;
    if (seq === null) return false;
    await this.#knownToAll(seq, now() + source.pins.leaseMs);
    return known;
  }

  /** A fenced step has moved keys of the service by this table: its barrier has carried every earlier write over. */
  moved(service: string, version: number): void {
    this.#movedAt.set(service, version);
    for (const [id, pin] of this.#pins)
      if (pin.service === service && pin.version < version) this.#pins.delete(id);
  }

  /** Takes over what has changed in the control database. Rejects when it is away: then this worker is not sure. */
  async refresh(): Promise<void> {
    const { source, now } = this.#options;
    this.#forgetOld();
    if (source.pins === null) return;
    const startedAt = now();
    const { seq, rows } = await source.pins.changes(this.#seen).catch((error) => {
      this.#sureUntil = 0; // a new lease must not lend its time to an old look
      throw error;
    });
    for (const row of rows) this.#take(row);
    this.#seen = seq;
    this.#sureUntil = startedAt + source.pins.leaseMs;
    if (this.#acked === seq) return;
    await source.pins.ack(seq);
    this.#acked = seq;
  }

  stop(): void {
    this.#stopped = true;
  }

  #take({ consumer, service, side, seq, version, remainingMs }: PinRow): void {
    const id = idOf(consumer, service);
    const known = this.#pins.get(id);
    if (known !== undefined && known.seq > seq) return;
    if (remainingMs > 0) {
      this.#set(id, { side, service, seq, version, until: this.#options.now() + remainingMs });
      return;
    }
    if (known !== undefined && known.seq > 0) this.#pins.delete(id);
  }

  /** False when there are too many. */
  #set(id: string, pin: Pin): boolean {
    if (pin.version < (this.#movedAt.get(pin.service) ?? 0)) return true;
    if (!this.#pins.has(id) && this.#pins.size >= MAX_PINS) return false;
    this.#pins.set(id, pin);
    return true;
  }

  async #write(pin: Omit<PinRow, 'service' | 'seq' | 'remainingMs'> & { services: string[] }) {
    const { pins } = this.#options.source;
    return pins === null ? null : pins.write({ ...pin, forMs: GIVE_UP_MS, most: MAX_PINS }).catch(() => null);
  }

  async #knownToAll(seq: number, until: number): Promise<void> {
    while (this.#options.now() < until && !this.#stopped) {
      // Those who wait together look together.
      this.#looking ??= this.#options.source
        .pins!.seenByAll()
        .catch(() => 0)
        .finally(() => {
          this.#looking = null;
        });
      if ((await this.#looking) >= seq) return;
      await pause(LOOK_MS);
    }
  }

  /** One loop for all that wait for the same links. */
  #watch(waves: string[][], pins: Watched[]): void {
    const key = JSON.stringify(waves);
    const watched = this.#watched.get(key);
    if (watched === undefined) {
      this.#watched.set(key, pins);
      void this.#settle(key, waves);
    } else if (watched.length < MAX_PINS) watched.push(...pins);
  }

  async #settle(key: string, waves: string[][]): Promise<void> {
    const { source, now } = this.#options;
    for (;;) {
      const asked = this.#watched.get(key)!.filter(({ until }) => until > now());
      this.#watched.set(key, asked);
      if (asked.length === 0 || this.#stopped) break;
      const started = now();
      const count = asked.length; // those that come meanwhile may have committed after the question
      if (await source.settle(waves, TRY_MS).catch(() => false)) await this.#lift(asked.splice(0, count));
      const rest = RETRY_MS - (now() - started); // it may have failed at once
      if (asked.length > 0 && rest > 0) await pause(rest);
    }
    this.#watched.delete(key);
  }

  /** Other workers that do not hear of it keep the pin until its end: that is late, and not wrong. */
  async #lift(settled: Watched[]): Promise<void> {
    for (const { id, seq } of settled) if (this.#pins.get(id)?.seq === seq) this.#pins.delete(id);
    const stored = settled.flatMap(({ seq }) => (seq > 0 ? [seq] : []));
    if (stored.length > 0) await this.#options.source.pins?.lift(stored).catch(() => {});
  }

  #forgetOld(): void {
    const now = this.#options.now();
    for (const [id, pin] of this.#pins) if (pin.until <= now) this.#pins.delete(id);
  }
}

/** Services of whose reads a write's links may lag behind: only these can have pins. */
export function pinnableServices({ routes, unmoved = [], services }: RouteTable): Set<string> {
  const settling = routes.filter(({ settle }) => settle.monolith.length + settle.service.length > 0);
  const names = [
    ...settling.map(({ service }) => service),
    ...unmoved.flatMap(({ settle }) => servicesOf(settle)),
  ];
  return new Set(names.filter((name) => (services[name]?.share ?? 0) > 0));
}

/** Services that read what these links carry. */
export function servicesOf(waves: string[][]): string[] {
  return [...new Set(waves.flat().map((link) => link.slice(0, link.lastIndexOf('.'))))];
}

/** The control database is not told who somebody is, and a name takes bounded memory. */
function hashOf(consumer: string): string {
  return hash('sha256', consumer, 'base64url');
}

function idOf(hashed: string, service: string): string {
  return `${service} ${hashed}`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
