import { hash } from 'node:crypto';
import type { ControlSource, PinRow, Side } from '../control/route-table.ts';
import { isMark, type Late, marksOf } from './late-marks.ts';

const MAX_PINS = 10_000;
const TRY_MS = 5_000;
const GIVE_UP_MS = 60_000;
/** Between two questions for links that do not pass: the first pause, and the longest. */
const RETRY_MS = 250;
const LONGEST_RETRY_MS = 2_000;
/** A mark that has no longer than this is given another `GIVE_UP_MS`. */
const RENEW_MS = 30_000;
/** Between two looks whether all workers know a pin. */
const LOOK_MS = 10;

/** `seq` orders the pins of the control database; below 0: known to this worker only. */
type Pin = { side: Side; service: string; seq: number; until: number; version: number };
type Watched = Late & { seq: number; until: number; version: number };

export type ReadPinsOptions = {
  source: Pick<ControlSource, 'settle' | 'pins'>;
  now: () => number;
  /** Has this worker a lease? Without one nobody waits for it. */
  leased: () => boolean;
  /** May reads of the service lack anything? For one that has gone back, or is all that is left, no link is waited for. */
  pinnable: (service: string) => boolean;
};

/**
 * Of writes that the other side did not have in time: their writers, pinned to the side they have just written to, and marks for
 * everybody else, whose reads on the other side may lack the write. A pin goes when the write has arrived, or after a minute; a mark
 * when the link has brought it, however long that takes.
 *
 * Invariant: once the promise of `late` resolves to true, each worker of each gateway knows the pin and the marks or is not `sure`.
 * A worker is sure for one lease from the beginning of its last look at the control database; `late` waits until all
 * that have a lease have seen them, and for one lease at most: who has not looked since is not sure by then.
 */
export class ReadPins {
  readonly #options: ReadPinsOptions;
  readonly #pins = new Map<string, Pin>();
  readonly #marks = new Map<string, Pin>();
  /** By the waves that they wait for; of one consumer and service the newest. */
  readonly #watched = new Map<string, Map<string, Watched>>();
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

  /** May an answer of this side lack a write that the other one has answered, whoever made it? */
  isLate(service: string, side: Side): boolean {
    if (this.#marks.size === 0) return false;
    const now = this.#options.now();
    for (const mark of this.#marks.values())
      if (mark.service === service && mark.side !== side && mark.until > now) return true;
    return false;
  }

  /**
   * A write on `side` has not passed `waves`: pins its writer (null: nobody knows who it is) until it has, and has everybody's reads
   * marked where it may be missing. Resolves once all workers know of it or are not sure; false when the writer's reads may lack it
   * all the same, or others' unmarked: there are too many pins, the control database is away, or the writer is not known.
   */
  async late(
    consumer: string | null,
    services: string[],
    side: Side,
    waves: string[][],
    version: number,
  ): Promise<boolean> {
    const { source, now } = this.#options;
    const pins =
      consumer === null
        ? []
        : services.map((service) => ({ consumer: hashOf(consumer), service, side, waves }));
    const all = [...pins, ...marksOf(waves)];
    const until = now() + GIVE_UP_MS;
    const local = --this.#local;
    let known = consumer !== null;
    for (const one of all) known = this.#set(one, { seq: local, until, version }) && known;
    const written = await this.#write(all, version);
    const seq = written?.seq ?? local;
    for (const one of all) {
      if (written !== null && (this.#known(one)?.seq ?? 0) <= seq) this.#set(one, { seq, until, version });
      this.#watch({ ...one, seq, until, version });
    }
    if (source.pins === null) return known;
    if (written === null) return false;
    await this.#knownToAll(seq, now() + source.pins.leaseMs);
    return known && written.pinned;
  }

  /** A fenced step has moved keys of the service by this table: its barrier has carried every earlier write of theirs over. */
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
    const known = this.#known({ consumer, service });
    if (known !== undefined && known.seq > seq) return;
    if (remainingMs > 0) {
      this.#set({ consumer, service, side }, { seq, version, until: this.#options.now() + remainingMs });
      return;
    }
    if (known !== undefined && known.seq > 0) this.#delete({ consumer, service });
  }

  /** False when there are too many; marks are few. */
  #set(
    { consumer, service, side }: Omit<Late, 'waves'>,
    { seq, until, version }: Pick<Pin, 'seq' | 'until' | 'version'>,
  ): boolean {
    const id = idOf(consumer, service);
    const pin = { side, service, seq, until, version };
    if (isMark(consumer)) {
      this.#marks.set(id, pin);
      return true;
    }
    if (version < (this.#movedAt.get(service) ?? 0)) return true;
    if (!this.#pins.has(id) && this.#pins.size >= MAX_PINS) return false;
    this.#pins.set(id, pin);
    return true;
  }

  #known({ consumer, service }: Pick<Late, 'consumer' | 'service'>): Pin | undefined {
    return (isMark(consumer) ? this.#marks : this.#pins).get(idOf(consumer, service));
  }

  #delete({ consumer, service }: Pick<Late, 'consumer' | 'service'>): void {
    (isMark(consumer) ? this.#marks : this.#pins).delete(idOf(consumer, service));
  }

  async #write(late: Late[], version: number) {
    const { pins } = this.#options.source;
    const told = late.map(({ consumer, service, side }) => ({ consumer, service, side }));
    return pins?.write({ pins: told, version, forMs: GIVE_UP_MS, most: MAX_PINS }).catch(() => null) ?? null;
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
  #watch(one: Watched): void {
    const key = JSON.stringify(one.waves);
    const id = idOf(one.consumer, one.service);
    const watched = this.#watched.get(key);
    if (watched === undefined) {
      this.#watched.set(key, new Map([[id, one]]));
      void this.#settle(key, one.waves);
      return;
    }
    const known = watched.get(id);
    if (known !== undefined) {
      known.seq = newerOf(known.seq, one.seq);
      known.until = Math.max(known.until, one.until);
    } else if (isMark(one.consumer) || watched.size < MAX_PINS) watched.set(id, one);
  }

  async #settle(key: string, waves: string[][]): Promise<void> {
    const { source, now } = this.#options;
    for (let pauseMs = RETRY_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_RETRY_MS)) {
      const asked = this.#watched.get(key)!;
      if (asked.size === 0 || this.#stopped) break;
      const later = new Map<string, Watched>(); // those that come meanwhile may have committed after the question
      this.#watched.set(key, later);
      const started = now();
      if (await source.settle(waves, TRY_MS).catch(() => false)) {
        await this.#lift([...asked.values()]);
        pauseMs = RETRY_MS;
      } else await this.#keep(asked, later);
      const rest = pauseMs - (now() - started); // it may have failed at once
      if (later.size > 0 && rest > 0) await pause(rest);
    }
    this.#watched.delete(key);
  }

  /** Other workers that do not hear of it keep the pin until its end: that is late, and not wrong. */
  async #lift(settled: Watched[]): Promise<void> {
    for (const one of settled) if (this.#isNewest(one)) this.#delete(one);
    const stored = settled.filter(({ seq }) => seq > 0);
    if (stored.length > 0) await this.#options.source.pins?.lift(stored).catch(() => {});
  }

  /** They have not passed: pins are asked for until they end, marks do not end before. */
  async #keep(asked: Map<string, Watched>, later: Map<string, Watched>): Promise<void> {
    const { now, pinnable } = this.#options;
    for (const [id, one] of asked) {
      if (isMark(one.consumer)) {
        // Newer ones of other workers are theirs to end.
        if (!pinnable(one.service) || !this.#isNewest(one)) continue;
        if (one.until - now() <= RENEW_MS) await this.#renew(one);
      }
      const came = later.get(id); // it may have been written before this one, or before this one was renewed
      if (came !== undefined) came.seq = newerOf(came.seq, one.seq);
      else if (one.until > now()) later.set(id, one);
    }
  }

  async #renew(mark: Watched): Promise<void> {
    const { source, now } = this.#options;
    const written = await this.#write([mark], mark.version);
    const lasts = written === null && source.pins !== null ? RENEW_MS : GIVE_UP_MS;
    mark.until = now() + lasts;
    const wasNewest = this.#isNewest(mark);
    mark.seq = written?.seq ?? mark.seq;
    if (wasNewest) this.#set(mark, mark);
  }

  #isNewest(one: Watched): boolean {
    return this.#known(one)?.seq === one.seq;
  }

  #forgetOld(): void {
    const now = this.#options.now();
    for (const late of [this.#pins, this.#marks])
      for (const [id, { until }] of late) if (until <= now) late.delete(id);
  }
}

/** Those below 0 count down. */
function newerOf(one: number, other: number): number {
  return one < 0 && other < 0 ? Math.min(one, other) : Math.max(one, other);
}

/** The control database is not told who somebody is, and a name takes bounded memory. */
function hashOf(consumer: string): string {
  return hash('sha256', consumer, 'base64url');
}

function idOf(hashed: string, service: string): string {
  return `${hashed} ${service}`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
