import { setTimeout as delay } from 'node:timers/promises';
import {
  type Db,
  type Lsn,
  openWalStream,
  PostgresError,
  type WalMessage,
  type WalStream,
} from '@banyan/postgres';
import { inSpan, SpanKind } from '@banyan/service';
import { isSpanContextValid, type SpanContext } from '@opentelemetry/api';
import type { Registry } from 'prom-client';
import { type Bus, type Publisher, publisherOf } from '../../bus/bus.ts';
import type { Envelope } from '../../envelope.ts';
import { EventsError } from '../../errors.ts';
import { becomeLeader, type Leadership } from './leadership.ts';
import { relayMetrics } from './metrics.ts';
import {
  caughtUp,
  type Mark,
  missedRows,
  oldestUnpublishedMs,
  PUBLICATION,
  prepareSlot,
  readingMoment,
  savePosition,
  slotName,
  sweepOutbox,
} from './position.ts';

export type RelayOptions = {
  /** Of the database whose outbox it reads; the role needs REPLICATION. */
  databaseUrl: string;
  /** Of the same database. */
  pool: Db;
  bus: Pick<Bus, 'publish' | 'publisher'>;
  log: Pick<Console, 'info' | 'warn' | 'error'>;
  metrics?: Registry;
  /** How long rows that are on the bus stay in the table, in milliseconds. Default a day. */
  retentionMs?: number;
  /** How often old rows are removed, in milliseconds. Default 5 minutes. */
  sweepMs?: number;
  /** Messages published at once at most. Default 1000. */
  batch?: number;
  /** How often the position is saved while messages flow, in milliseconds. Default 1000. */
  saveMs?: number;
  /** After how long without a sign of life another relay takes over, in milliseconds. Default 10000. */
  leaseMs?: number;
  /** WAL that may wait for the bus before it is no longer read, in bytes. Default 1 MiB. */
  bufferBytes?: number;
};

export type Relay = {
  /** Rejects while nothing can be published because of something that somebody must fix. */
  ready(): Promise<void>;
  /** `waiting`: another relay of this database is active. */
  state(): 'starting' | 'waiting' | 'relaying' | 'stuck' | 'closed';
  /** How much WAL lies behind what is on the bus. */
  lagBytes(): Promise<number>;
  /** Age of the oldest event that is not known to be on the bus, in milliseconds, whoever relays: a second or so when all is well. */
  oldestMs(): Promise<number>;
  /** Finishes the batch in hand and saves its position. */
  close(): Promise<void>;
};

/**
 * Brings what transactions wrote into the outbox to the bus: in the order of their commits, at least once. Reads the WAL,
 * so it hears of a commit at once and asks for nothing. Saves its position only once the bus has everything before it on its disk,
 * and the slot is told only what is saved; so it goes on where it was, whatever ends it, the bus's server or itself.
 */
export function startRelay(options: RelayOptions): Relay {
  return new RunningRelay(options);
}

class RunningRelay implements Relay {
  readonly #options: RelayOptions;
  readonly #closing = new AbortController();
  readonly #metrics: ReturnType<typeof relayMetrics> | undefined;
  readonly #running: Promise<void>;
  #state: ReturnType<Relay['state']> = 'starting';
  #failure: Error | undefined;
  #slot = '';
  /** Everything committed before it is on the bus. */
  #position: Lsn = 0n;
  #saved: Lsn = 0n;
  /** Messages published by this process, and how many of them the last mark that was saved covers. */
  #published = 0;
  #marked = 0;
  /**
   * Less than a batch of a transaction whose end has not arrived: published before it, they would come again after a close between
   * the two. After a lost connection the transaction begins anew.
   */
  #unended: Envelope[] = [];
  /** Taken with the last position, saved once the position has passed it. */
  #mark: (Mark & { count: number }) | undefined;
  #leadership: Leadership | undefined;
  /** Of the present turn. */
  #publisher: Publisher | undefined;
  #saving: Promise<void> | undefined;
  #saveTimer: NodeJS.Timeout | undefined;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#metrics = options.metrics && relayMetrics(options.metrics, this);
    this.#running = this.#run();
  }

  state(): ReturnType<Relay['state']> {
    return this.#state;
  }

  async ready(): Promise<void> {
    if (this.#failure) throw new EventsError('RELAY_STUCK', { says: this.#failure.message }, this.#failure);
    if (this.#state === 'starting') throw new EventsError('RELAY_NOT_RUNNING');
    const oldestMs = Math.round(await this.oldestMs());
    if (oldestMs > BEHIND_MS) throw new EventsError('RELAY_BEHIND', { oldestMs });
  }

  async oldestMs(): Promise<number> {
    return this.#slot ? await oldestUnpublishedMs(this.#options.pool, this.#slot) : 0;
  }

  async lagBytes(): Promise<number> {
    const { rows } = await this.#options.pool.query<{ lag: string | null }>(
      'SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), position)::text AS lag FROM banyan_events.relay WHERE slot = $1',
      [this.#slot],
    );
    return Math.max(0, Number(rows[0]?.lag ?? 0));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    this.#state = 'closed';
  }

  /** Turn after leadership; what a turn ends with is said, and tried again until it is fixed. */
  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for (let failures = 0; !signal.aborted; ) {
      try {
        await this.#leadAndRelay(() => {
          failures = 0;
        });
      } catch (cause) {
        if (signal.aborted) return;
        const error = withHint(cause);
        const pauseMs = Math.min(100 * 2 ** failures++, 10_000);
        // What names its own remedy is worth telling at once, a lost connection only if it comes again.
        if (failures > 1 || (error instanceof EventsError && !hasForgotten(error))) this.#fail(error);
        this.#options.log.error({ err: error, pauseMs }, 'the relay broke off and starts again');
        await delay(pauseMs, undefined, { signal }).catch(() => {});
      }
    }
  }

  async #leadAndRelay(started: () => void): Promise<void> {
    const { databaseUrl, pool, log } = this.#options;
    this.#slot ||= await slotName(pool);
    this.#state = 'waiting';
    const { leaseMs } = this.#options;
    const leadership = await becomeLeader(databaseUrl, pool, this.#closing.signal, {
      slot: this.#slot,
      ...(leaseMs === undefined ? {} : { leaseMs }),
    });
    this.#leadership = leadership;
    const lost = new AbortController();
    void leadership.lost.then(() => lost.abort());
    // It may have been told to close while it became the leader: a listener added now would never hear of it.
    const over = AbortSignal.any([this.#closing.signal, lost.signal]);
    let sweeping: NodeJS.Timeout | undefined;
    this.#publisher = publisherOf(this.#options.bus);
    try {
      const { missed, from } = await prepareSlot(pool, this.#slot);
      this.#position = from;
      this.#saved = from;
      this.#mark = undefined;
      // What the one before published last it may have died without a mark of: marked by this one, though it has nothing to say itself.
      this.#marked = -1;
      if (missed) await this.#publishMissed(from, over);
      sweeping = setInterval(() => this.#sweep(), this.#options.sweepMs ?? 300_000);
      await this.#stream(over, () => {
        started();
        this.#failure = undefined;
        this.#state = 'relaying';
        log.info({ slot: this.#slot }, 'the relay is active');
      });
    } finally {
      clearInterval(sweeping);
      await this.#publisher.close();
      await leadership.resign();
    }
    if (!this.#closing.signal.aborted)
      throw new Error('The leadership was lost: its connection broke, or its lease ran out');
  }

  /** From the table, what the stream will not bring. */
  async #publishMissed(from: Lsn, signal: AbortSignal): Promise<void> {
    const { pool, batch: limit = BATCH, log } = this.#options;
    const moment = await readingMoment(pool);
    let count = 0;
    for (let after = 0n; ; ) {
      const { messages, last } = await missedRows(pool, this.#slot, { ...moment, after, limit });
      if (messages.length === 0) break;
      if (!(await this.#publish(messages, signal))) return;
      count += messages.length;
      after = last;
    }
    await this.#publisher!.settle();
    await caughtUp(pool, this.#slot, from);
    if (count > 0)
      log.warn({ count, slot: this.#slot }, 'published from the table what the slot no longer had');
  }

  async #stream(signal: AbortSignal, onStreaming: () => void): Promise<void> {
    const stream = openWalStream({
      url: this.#options.databaseUrl,
      slot: this.#slot,
      publications: [PUBLICATION],
      startLsn: this.#position,
      quietBytes: Number(QUIET_BYTES),
      bufferBytes: this.#options.bufferBytes ?? 1024 * 1024,
      // The one that led before has just died: its session on the slot will be gone in a moment.
      backoff: { minMs: 10, maxMs: 2_000 },
      onEvent: (event) => {
        if (event.kind === 'streaming') onStreaming();
        else if (event.attempt > 5) this.#fail(event.error);
      },
    });
    const leave = () => void stream.close();
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
    try {
      for await (const batch of stream) {
        const before = this.#published;
        const began = performance.now();
        await this.#pass(stream, batch, signal);
        const count = this.#published - before;
        // Several messages to one transaction on the bus cost less than one each.
        const waitMs = began + PACE_MS - performance.now();
        if (count > 0 && count < FEW && waitMs > 0)
          await delay(waitMs, undefined, { signal }).catch(() => {});
      }
      await this.#saving;
      await this.#save(stream);
    } finally {
      signal.removeEventListener('abort', leave);
      clearTimeout(this.#saveTimer);
      this.#saveTimer = undefined;
      await stream.close();
      await this.#saving;
    }
  }

  /** Publishes the rows of what has arrived, then lets the position move on. */
  async #pass(stream: WalStream, arrived: readonly WalMessage[], signal: AbortSignal): Promise<void> {
    const { batch = BATCH } = this.#options;
    let rows = this.#unended;
    /** How many of them belong to transactions that have ended. */
    let ended = 0;
    let position = this.#position;
    let committedAt: bigint | undefined;
    const flush = async (count: number) => {
      if (count > 0 && !(await this.#publish(rows.slice(0, count), signal))) return false;
      rows = rows.slice(count);
      ended = 0;
      this.#position = position;
      return true;
    };
    for (const message of arrived) {
      if (message.kind === 'begin') rows.length = ended;
      else if (message.kind === 'insert') {
        rows.push(JSON.parse(message.new[MESSAGE_COLUMN]!) as Envelope);
        if (rows.length >= batch && !(await flush(rows.length))) return;
      } else if (message.kind === 'commit') {
        ended = rows.length;
        position = message.endLsn;
        committedAt = message.commitTime;
      } else if (message.kind === 'keepalive' && message.lsn > position) position = message.lsn;
    }
    if (!(await flush(ended))) return;
    this.#unended = rows;
    if (committedAt !== undefined) {
      this.#metrics?.lagMs.set(Math.max(0, Date.now() - Number(committedAt / 1000n)));
    }
    const unmarked = this.#published > this.#marked && (!this.#mark || this.#mark.lsn <= this.#position);
    if (committedAt !== undefined || unmarked || this.#position - this.#saved >= QUIET_BYTES) {
      this.#saveSoon(stream);
    }
  }

  /** Until the bus has them; it may get some of them twice. False if it was told to stop before that. */
  async #publish(messages: readonly Envelope[], signal: AbortSignal): Promise<boolean> {
    for (let failures = 0; !signal.aborted; ) {
      // Frozen for a while, it wakes up here: another may have published this.
      if (!this.#leadership?.holds()) return false;
      try {
        await inSpan('relay publish', { kind: SpanKind.PRODUCER }, async (span) => {
          if (span.isRecording()) span.addLinks(producersOf(messages).map((context) => ({ context })));
          await this.#publisher!.publish(messages);
        });
        this.#published += messages.length;
        this.#metrics?.count(messages);
        if (failures > 0) this.#failure = undefined;
        if (failures > 0 && this.#state === 'stuck') this.#state = 'relaying';
        return true;
      } catch (error) {
        if (hasForgotten(error)) throw error;
        if (failures++ === 3) this.#fail(error as Error);
        const pauseMs = Math.min(50 * 2 ** failures, 5_000);
        this.#options.log.warn({ err: error, pauseMs }, 'the bus takes no messages: tried again');
        await delay(pauseMs, undefined, { signal }).catch(() => {});
      }
    }
    return false;
  }

  #saveSoon(stream: WalStream): void {
    this.#saveTimer ??= setTimeout(() => {
      this.#saveTimer = undefined;
      // One after the other: a slow one that came last would take the mark back.
      const saving = Promise.resolve(this.#saving)
        .then(() => this.#save(stream))
        .catch((error: unknown) => {
          // Nothing more goes out before what came after the position that is saved, in the next turn.
          if (hasForgotten(error)) return void stream.close();
          // The slot waits, nothing is lost; the next one tries again.
          this.#options.log.warn({ err: error }, 'could not save the position');
          if (!this.#closing.signal.aborted) this.#saveSoon(stream);
        })
        .finally(() => {
          if (this.#saving === saving) this.#saving = undefined;
        });
      this.#saving = saving;
    }, this.#options.saveMs ?? 1_000);
  }

  async #save(stream: WalStream): Promise<void> {
    const position = this.#position;
    if (position <= this.#saved) return;
    const passed = this.#mark && this.#mark.lsn <= position ? this.#mark : undefined;
    const count = this.#published;
    const { holder } = this.#leadership!;
    await this.#publisher!.settle();
    const next = await savePosition(this.#options.pool, this.#slot, { position, published: passed, holder });
    if (passed) this.#marked = passed.count;
    if (passed || !this.#mark) this.#mark = { ...next, count };
    this.#saved = position;
    stream.ack(position);
  }

  #sweep(): void {
    const { pool, retentionMs = 24 * 3_600_000, log } = this.#options;
    sweepOutbox(pool, this.#slot, { retentionMs }).catch((err: unknown) => {
      if (!this.#closing.signal.aborted) log.warn({ err }, 'could not remove old rows of the outbox');
    });
  }

  #fail(error: Error): void {
    this.#failure = error;
    this.#state = 'stuck';
  }
}

const BATCH = 1_000;
/** An event that is not on the bus after so long is not merely late. */
const BEHIND_MS = 60_000;
const FEW = 50;
const PACE_MS = 6;
/** seq, at, xid, message. */
const MESSAGE_COLUMN = 3;
/** WAL of others that may pass before the position is saved on its account alone: saving it writes WAL too. */
const QUIET_BYTES = 1024n * 1024n;

function withHint(cause: unknown): Error {
  const error = cause as Error;
  const refused = error instanceof PostgresError && error.code === 'WAL_AUTH';
  return refused ? new EventsError('RELAY_PRIVILEGE', { says: error.message }, error) : error;
}

function hasForgotten(error: unknown): boolean {
  return error instanceof EventsError && error.code === 'BUS_FORGOT';
}

/** The spans in which these messages were published, a few of them. */
function producersOf(messages: readonly Envelope[]): SpanContext[] {
  const found: SpanContext[] = [];
  for (const { traceparent } of messages) {
    const [, traceId, spanId, flags] = traceparent?.split('-') ?? [];
    if (!traceId || !spanId) continue;
    const context = { traceId, spanId, traceFlags: Number.parseInt(flags ?? '0', 16), isRemote: true };
    if (isSpanContextValid(context)) found.push(context);
    if (found.length === 32) break;
  }
  return found;
}
