import { setTimeout as delay } from 'node:timers/promises';
import { PostgresError } from '../errors.ts';
import type { Chunk } from './chunks.ts';
import { classifyFault } from './faults.ts';
import type { Lsn } from './lsn.ts';
import type { WalMessage } from './messages.ts';
import { parsePgoutput } from './pgoutput.ts';
import { isInsert, RawInserts } from './raw-inserts.ts';
import { ReplicationSession, type SlotFacts } from './session.ts';

export interface WalStreamOptions {
  url: string;
  slot: string;
  publications: readonly string[];
  /**
   * The slot is made by each connection and gone with it: nothing is kept while nobody reads, and each `start` says that
   * changes may have been missed. Making it waits for transactions that are open. Default false: the slot must exist.
   */
  temporary?: boolean;
  /** Where to go on: the position that the target has made durable. Default: the slot's acknowledged position. */
  startLsn?: Lsn;
  /**
   * The furthest position that was ever acknowledged for this slot. If the slot is further, somebody else moved or
   * recreated it and changes are missing: the stream ends with `WAL_SLOT_AHEAD`. Default: not checked on start.
   */
  neverAckedBeyond?: Lsn;
  /** How often the acknowledged position is reported. Default 1000, at most half of wal_sender_timeout. */
  statusIntervalMs?: number;
  /** What may wait for a slow consumer before the socket is no longer read, in bytes. Default 1 MiB. */
  bufferBytes?: number;
  /**
   * The server tells how far it has read only after so many bytes of its log that brought nothing, in place of at each flush of it, whichever
   * database that is for: to be told costs more than anything else where much is written that is not for us. It hears for it that
   * so much more is written here than is, which nobody but `synchronous_commit = remote_write` would take at its word. Default 0.
   */
  quietBytes?: number;
  /** Deliver inserts as `RawInserts`, which decode nothing until they are asked to; release them. Default false. */
  rawInserts?: boolean;
  /**
   * Wait before connecting again: doubles from `minMs` (100) to `maxMs` (10,000), less up to half at random, and begins anew once
   * something was received that had not been before, or a connection has lasted longer than `maxMs`.
   */
  backoff?: Backoff;
  onEvent?: (event: WalStreamEvent) => void;
}

type Backoff = { minMs?: number; maxMs?: number };

export type WalStreamEvent =
  | { kind: 'streaming'; from: Lsn }
  | { kind: 'retrying'; error: PostgresError; attempt: number; delayMs: number };

export interface WalStream extends AsyncIterable<WalMessage[]> {
  /** Everything up to and including `lsn` is durable on the target: the server may forget it. Never goes back. */
  ack(lsn: Lsn): void;
  /** The last acknowledged position. */
  readonly acked: Lsn;
  /** The last position received: the end of a transaction, or a keepalive's. */
  readonly received: Lsn;
  /** Reports the acknowledged position and leaves. Iteration ends. Again is no error. */
  close(): Promise<void>;
}

/**
 * Streams a logical slot to one consumer, in batches that hold whatever has arrived since the last one. Nothing is
 * acknowledged but by `ack`. If the connection is lost it connects again (see `start` in messages.ts). Iteration
 * throws a `PostgresError` on what a retry cannot mend: `WAL_SLOT_MISSING`, `WAL_SLOT_LOST`, `WAL_SLOT_AHEAD`,
 * `WAL_AUTH`, `WAL_PUBLICATION_MISSING`, `WAL_DATABASE_MISSING`, `WAL_LEVEL`, `WAL_REFUSED`, `WAL_PROTOCOL`.
 */
export function openWalStream(options: WalStreamOptions): WalStream {
  return new Stream(options);
}

const DEFAULT_TIMEOUT_MS = 60_000;
const CLOSE_TIMEOUT_MS = 1_000;
/** Requests for a reply that a server may leave unanswered before it is taken for dead. */
const UNANSWERED = 3;

class Stream implements WalStream {
  acked: Lsn;
  received: Lsn;
  readonly #options: WalStreamOptions;
  readonly #bufferBytes: number;
  readonly #rawInserts: boolean;
  readonly #quietBytes: bigint;
  /** Up to where the server was told that nothing need be told. */
  #quietUntil: Lsn = 0n;
  readonly #abort = new AbortController();
  readonly #running: Promise<void>;
  #session: ReplicationSession | undefined;
  #everStarted = false;
  /** What was received before this connection brought anything. */
  #knownBefore: Lsn = 0n;
  #pending: WalMessage[] = [];
  #pendingBytes = 0;
  #paused = false;
  #inTransaction = false;
  #failure: Error | undefined;
  #done = false;
  #wake: (() => void) | undefined;
  #lastHeard = 0;
  #unanswered = 0;

  constructor(options: WalStreamOptions) {
    this.#options = options;
    this.#bufferBytes = options.bufferBytes ?? 1024 * 1024;
    this.#rawInserts = options.rawInserts ?? false;
    this.#quietBytes = BigInt(options.quietBytes ?? 0);
    this.acked = options.startLsn ?? 0n;
    this.received = this.acked;
    this.#running = this.#run()
      .catch((error: Error) => {
        this.#failure = error;
      })
      .finally(() => {
        this.#done = true;
        this.#wakeConsumer();
      });
  }

  ack(lsn: Lsn): void {
    if (lsn > this.received) throw new RangeError('Cannot acknowledge a position that was not received');
    if (lsn > this.acked) this.acked = lsn;
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WalMessage[], void, undefined> {
    try {
      for (;;) {
        if (this.#abort.signal.aborted) return;
        if (this.#pending.length > 0) yield this.#take();
        else if (this.#failure) throw this.#failure;
        else if (this.#done) return;
        else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      await this.close();
    }
  }

  #take(): WalMessage[] {
    const batch = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    if (this.#paused) {
      this.#paused = false;
      this.#session?.resume();
    }
    return batch;
  }

  /** Connects, streams, and connects again until closed or beyond help, which it throws. */
  async #run(): Promise<void> {
    const { slot, onEvent, backoff } = this.#options;
    let attempt = 0;
    while (!this.#abort.signal.aborted) {
      const startedAt = performance.now();
      this.#knownBefore = this.received;
      try {
        return await this.#streamOnce();
      } catch (cause) {
        if (this.#abort.signal.aborted) return;
        const { error, retry } = classifyFault(cause, slot);
        if (!retry) throw error;
        // To be connected is no progress: a source may fail of the same change each time.
        const lastedMs = performance.now() - startedAt;
        if (this.received > this.#knownBefore || lastedMs > longestPause(backoff)) attempt = 0;
        const delayMs = backoffMs(attempt++, backoff, Math.random());
        onEvent?.({ kind: 'retrying', error, attempt, delayMs });
        await delay(delayMs, undefined, { signal: this.#abort.signal }).catch(() => {});
      }
    }
  }

  /** Returns if closed by us, throws whatever else ends the session. */
  async #streamOnce(): Promise<void> {
    const { url, slot, publications, temporary, onEvent } = this.#options;
    const session = new ReplicationSession(url);
    let leave = () => session.destroy();
    const onAbort = () => leave();
    this.#abort.signal.addEventListener('abort', onAbort);
    let timer: NodeJS.Timeout | undefined;
    try {
      const facts = await session.open(slot, publications, temporary);
      const from = this.#startingPoint(facts);
      await new Promise<void>((resolve, reject) => {
        let broken = false;
        const guarded = (work: () => void) => {
          // Once a message could not be read, none that follows may reach the consumer.
          if (broken) return;
          try {
            work();
          } catch (error) {
            broken = true;
            reject(error);
          }
        };
        session.start(slot, publications, from, {
          onStarted: () =>
            guarded(() => {
              this.#begin(session, from);
              timer = this.#keepInTouch(session, facts.walSenderTimeoutMs);
              if (this.#quietBytes > 0n) this.#report(session, false);
              leave = () => this.#leave(session);
              if (this.#abort.signal.aborted) leave();
              else onEvent?.({ kind: 'streaming', from });
            }),
          onRead: () => this.#hear(),
          // As `guarded`, without a closure for each of very many frames.
          onData: (chunk, start, end) => {
            if (broken) return;
            try {
              this.#read(session, chunk, start, end);
            } catch (error) {
              broken = true;
              reject(error);
            }
          },
          onReadEnd: (bytes) => guarded(() => this.#settle(session, bytes)),
          onEnd: (error) => {
            if (this.#abort.signal.aborted) resolve();
            else
              reject(
                error ?? new PostgresError('WAL_CONNECTION', { slot, says: 'the server ended the stream' }),
              );
          },
        });
      });
    } finally {
      clearInterval(timer);
      this.#session = undefined;
      this.#paused = false;
      this.#abort.signal.removeEventListener('abort', onAbort);
      await session.close();
    }
  }

  #startingPoint({ confirmedFlushLsn }: SlotFacts): Lsn {
    const { slot, startLsn, neverAckedBeyond, temporary } = this.#options;
    if (temporary) {
      this.acked = confirmedFlushLsn;
      return this.acked;
    }
    const limit = this.#everStarted ? this.acked : neverAckedBeyond;
    if (limit !== undefined && confirmedFlushLsn > limit) {
      throw new PostgresError('WAL_SLOT_AHEAD', { slot, slotLsn: confirmedFlushLsn, ourLsn: limit });
    }
    if (!this.#everStarted && startLsn === undefined) this.acked = confirmedFlushLsn;
    return this.acked;
  }

  #begin(session: ReplicationSession, from: Lsn): void {
    this.#session = session;
    this.#everStarted = true;
    this.#inTransaction = false;
    if (from > this.received) this.received = from;
    this.#knownBefore = this.received;
    this.#pending.push({ kind: 'start', lsn: from });
  }

  #hear(): void {
    this.#lastHeard = performance.now();
    this.#unanswered = 0;
  }

  /** One frame: WAL data, or a keepalive. */
  #read(session: ReplicationSession, chunk: Chunk, start: number, end: number): void {
    const { buffer } = chunk;
    const tag = buffer[start];
    if (tag === WAL_DATA) {
      const at = start + WAL_DATA_HEADER;
      if (this.#rawInserts && isInsert(buffer, at, end)) {
        this.#insert(chunk, at, end);
        return;
      }
      const message = parsePgoutput(buffer, at, end);
      if (message.kind === 'begin') this.#inTransaction = true;
      else if (message.kind === 'commit') {
        this.#inTransaction = false;
        if (message.endLsn > this.received) this.received = message.endLsn;
      }
      this.#pending.push(message);
    } else if (tag === KEEPALIVE) {
      const lsn = buffer.readBigUInt64BE(start + 1);
      // In the midst of a transaction its position says nothing that could be acknowledged.
      if (!this.#inTransaction) this.#pass(lsn);
      const isLoud = this.#quietBytes > 0n && lsn > this.#quietUntil;
      if (isLoud || buffer[start + 17] === 1) this.#report(session, false);
    } else throw new PostgresError('WAL_PROTOCOL', { problem: `unknown frame ${tag}` });
  }

  #insert(chunk: Chunk, start: number, end: number): void {
    const last = this.#pending.at(-1);
    if (last?.kind === 'raw inserts' && last.add(chunk, start, end)) return;
    const inserts = new RawInserts(chunk.buffer.readUInt32BE(start + 1), chunk);
    inserts.add(chunk, start, end);
    this.#pending.push(inserts);
  }

  #pass(lsn: Lsn): void {
    if (lsn > this.received) this.received = lsn;
    if (this.#pending.at(-1)?.kind === 'keepalive') this.#pending.pop();
    this.#pending.push({ kind: 'keepalive', lsn });
  }

  #settle(session: ReplicationSession, bytes: number): void {
    this.#pendingBytes += bytes;
    if (this.#pending.length > 0) this.#wakeConsumer();
    if (this.#abort.signal.aborted) {
      this.#pending = [];
    } else if (this.#pendingBytes > this.#bufferBytes && !this.#paused) {
      this.#paused = true;
      session.pause();
    }
  }

  /**
   * Reports on a timer, since the server's requests cannot be read while the socket is paused. A server that has
   * been silent for its whole timeout and answers none of our requests is gone, though TCP may not know it yet.
   */
  #keepInTouch(session: ReplicationSession, walSenderTimeoutMs: number): NodeJS.Timeout {
    const timeoutMs = walSenderTimeoutMs || DEFAULT_TIMEOUT_MS;
    this.#lastHeard = performance.now();
    this.#unanswered = 0;
    const tick = () => {
      const silentMs = this.#paused ? 0 : performance.now() - this.#lastHeard;
      if (silentMs > timeoutMs && this.#unanswered >= UNANSWERED) session.destroy();
      const ask = silentMs > timeoutMs / 2;
      if (ask) this.#unanswered++;
      this.#report(session, ask);
    };
    return setInterval(tick, Math.min(this.#options.statusIntervalMs ?? 1_000, timeoutMs / 2));
  }

  #report(session: ReplicationSession, ask: boolean): void {
    this.#quietUntil = this.#quietBytes > 0n ? this.received + this.#quietBytes : this.acked;
    session.sendStatus(this.acked, this.#quietUntil, Date.now(), ask);
  }

  /** The last status, then the end, within reason: a server deep in a large transaction does not listen. */
  #leave(session: ReplicationSession): void {
    this.#pending = [];
    session.sendStatus(this.acked, this.acked, Date.now(), false);
    session.finish();
    session.resume();
    const timer = setTimeout(() => session.destroy(), CLOSE_TIMEOUT_MS);
    void this.#running.finally(() => clearTimeout(timer));
  }

  #wakeConsumer(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}

const WAL_DATA = 0x77; // w
const KEEPALIVE = 0x6b; // k
/** Tag, start and end position, send time. */
const WAL_DATA_HEADER = 25;

/** Exponential, with "equal jitter": at least half of the step, so that a herd is spread and nobody spins. */
export function backoffMs(attempt: number, backoff: Backoff = {}, random: number): number {
  const step = Math.min(longestPause(backoff), (backoff.minMs ?? 100) * 2 ** attempt);
  return Math.round(step * (0.5 + random / 2));
}

function longestPause({ maxMs = 10_000 }: Backoff = {}): number {
  return maxMs;
}
