import { setTimeout as delay } from 'node:timers/promises';
import { type Lsn, openWalStream, type WalStream } from '@banyan/postgres';
import type pg from 'pg';
import { Applier, type Prepared } from '../apply/applier.ts';
import { Oversized } from '../apply/apply-errors.ts';
import { TargetSession } from '../apply/target-session.ts';
import { type RememberedShapes, ShapeWatch } from '../catalog/shape-record.ts';
import { ReplicationError } from '../errors.ts';
import { GuardKeys } from '../guard/guard-keys.ts';
import { ensureBanyanSchema } from '../link/banyan-schema.ts';
import type { LinkConfig, LinkHooks, LinkNames } from '../link/link-config.ts';
import {
  type LinkRecord,
  markMissed,
  plansByName,
  planTables,
  requireRecord,
  sidesOf,
} from '../link/link-record.ts';
import type { Shares } from '../link/shares.ts';
import { BatchQueue, POSITION_MS } from './batch-queue.ts';
import { LagWindow } from './lag.ts';
import { readLogEnd } from './log-end.ts';
import { checkSource } from './loss.ts';
import { isRetryable, isSaidByTarget, Restart, translate } from './retry.ts';
import { releaseRows } from './transaction.ts';
import { type Item, TransactionAssembler } from './transaction-assembler.ts';
import { VisiblePosition } from './visible-position.ts';

export type StreamerOptions = {
  config: LinkConfig;
  names: LinkNames;
  shares: Shares;
  /** Brings `shares` up to what the target remembers. Called when the position is ours and nothing is being applied. */
  learnShares: () => Promise<void>;
  source: pg.Pool;
  target: pg.Pool;
  hooks: LinkHooks;
  /** Whether somebody waits for a marker: others have no effect. */
  awaitsMarker: (id: string) => boolean;
  /** A marker's transaction is durable on the target. Called in commit order. */
  onMarker: (id: string, lsn: Lsn) => void;
  /** Nothing is applied before it resolves; undefined: nothing holds. */
  held: () => Promise<void> | undefined;
  /** Rows wait in `banyan.repairs`. */
  onRepairs: () => void;
};

/** Runs a link's stream: reads, applies, acknowledges; connects again whenever either end was lost. */
export class Streamer {
  readonly #options: StreamerOptions;
  readonly lag = new LagWindow();
  state: 'connecting' | 'streaming' | 'retrying' = 'connecting';
  applied: Lsn = 0n;
  received: Lsn = 0n;
  rows = 0;
  transactions = 0;
  conflicts = 0;
  /** How many repairs were asked for. */
  repairs = 0;
  /** Messages that were not believed. */
  refused = 0;
  lastError: Error | undefined;
  /** Since when changes may be missing; null: they are not. */
  missedSince: string | null = null;
  /** Commit time of the oldest transaction that waits, ms since 1970; undefined if none does. */
  waitingSince: number | undefined;
  #rowByRow: Lsn | undefined;
  /** End of the copy's window, while the stream still catches up with it. */
  #copiedUntil: Lsn | undefined;
  #shapes: ShapeWatch | undefined;
  readonly #visible = new VisiblePosition();
  /** How the source's tables were published when the last look at them found nothing. */
  #published: string | undefined;
  /** How often in a row the target ended what it was given, while nothing was applied. */
  #refused = 0;
  /** What had been read by then: once it is applied, nothing is refused any more. */
  #refusedUntil: Lsn = 0n;
  /** What was found out beside the stream, and ends it. */
  readonly #failure = new AbortController();

  constructor(options: StreamerOptions) {
    this.#options = options;
  }

  async run(stop: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([stop, this.#failure.signal]);
    await this.#keepGoing(signal);
    if (!stop.aborted) this.#failure.signal.throwIfAborted();
  }

  /**
   * Whether both databases could be looked at, and are what the link takes them for. If they are not, the stream ends with
   * what this throws.
   */
  async checkShapes(): Promise<boolean> {
    try {
      await this.#shapes?.check();
    } catch (error) {
      if (error instanceof ReplicationError) {
        this.lastError = error;
        // Once it is put back nothing tells of it any more.
        if (error.details.loses === true) await markMissed(this.#options.target, this.#options.names.link);
        this.#failure.abort(error);
      }
      throw error;
    }
    return this.#shapes !== undefined;
  }

  /** Rejects with the signal's reason, and as `checkShapes` does. */
  async arrived(signal: AbortSignal): Promise<void> {
    const { source, names, config } = this.#options;
    const tables = config.tables.map((mapping) => sidesOf(mapping, config.direction).source);
    const { lsn, published } = await readLogEnd(source, tables, names.publication);
    if (published !== this.#published && (await this.checkShapes())) this.#published = published;
    await this.#visible.reaches(lsn, signal);
  }

  async #keepGoing(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      const before = this.applied;
      try {
        return await this.#once(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Oversized) {
          this.#rowByRow = error.finalLsn;
          continue;
        }
        this.lastError = error as Error;
        if (!isRetryable(error)) throw translate(error);
        this.state = 'retrying';
        this.#options.hooks.onRetry?.(error as Error);
        if (this.applied > before) attempt = 0;
        this.#refusedUntil = this.received;
        if (isSaidByTarget(error) && ++this.#refused >= TRIES)
          throw new ReplicationError(
            'NO_PROGRESS',
            { link: this.#options.names.link, tries: TRIES, says: (error as Error).message },
            error,
          );
        const pause = Math.min(5_000, 50 * 2 ** Math.min(attempt, 10)) * (0.5 + Math.random() / 2);
        await delay(pause, undefined, { signal }).catch(() => {});
      }
    }
  }

  async #once(signal: AbortSignal): Promise<void> {
    const { config, names, shares, source, target } = this.#options;
    this.state = 'connecting';
    const planning = planTables(config, source, target);
    // Without a record that is what is said, whatever else is wrong.
    planning.catch(() => {});
    await requireRecord(target, names.link);
    // An earlier version may have made it.
    await ensureBanyanSchema(target);
    const plans = await planning;
    const session = await TargetSession.open(config.target, names.origin);
    try {
      // Whoever held the origin before us has ended its last transaction; the source may forget what is before the position
      // that we take up, so that has to be on the disk.
      await session.flush(names.link);
      await session.giveWay();
      const record = await requireRecord(target, names.link);
      await checkSource(source, record);
      this.missedSince = record.missedSince;
      const watch = await ShapeWatch.begin({ source, target }, names, plans, record.shapes);
      this.#shapes = watch;
      const position = record.appliedLsn;
      await this.#options.learnShares();
      const applier = new Applier(
        session,
        names.link,
        shares,
        record.windowEnd,
        this.#options.hooks.observer,
      );
      if (position < record.windowEnd) this.#copiedUntil = record.windowEnd;
      const stream = openWalStream({
        url: config.source,
        slot: names.slot,
        publications: [names.publication],
        startLsn: position,
        neverAckedBeyond: position,
        rawInserts: true,
        onEvent: (event) => {
          // What was refused before has to be applied first.
          if (event.kind === 'streaming') this.state = this.#refused > 0 ? 'retrying' : 'streaming';
          else {
            this.state = 'retrying';
            this.lastError = event.error;
            this.#options.hooks.onRetry?.(event.error);
          }
        },
      });
      this.applied = max(this.applied, position);
      this.#visible.restart(position);
      this.#options.onRepairs();
      await this.#pump({
        stream,
        applier,
        session,
        plans: plansByName(plans),
        shapes: watch.shapes,
        record,
        signal,
      });
    } finally {
      await session.close();
    }
  }

  /** Reads on while a batch is applied, and makes the next batch of whatever has come meanwhile. */
  async #pump(run: {
    stream: WalStream;
    applier: Applier;
    session: TargetSession;
    plans: ReturnType<typeof plansByName>;
    shapes: RememberedShapes;
    record: LinkRecord;
    signal: AbortSignal;
  }): Promise<void> {
    const { stream, signal } = run;
    const { names, config, source } = this.#options;
    const batchRows = config.batchRows ?? BATCH_ROWS;
    const queue = new BatchQueue(batchRows);
    const keys = new GuardKeys(source, config.service);
    const assembler = new TransactionAssembler({
      names,
      service: config.service,
      plans: run.plans,
      shapes: run.shapes,
      from: run.record.appliedLsn,
      partRows: batchRows * 5,
      keys,
      awaitsMarker: this.#options.awaitsMarker,
      messagePrefix: this.#options.hooks.observer?.messagePrefix,
      onRefused: () => {
        this.refused++;
      },
      deliver: (item) => queue.push(item),
    });
    const close = () => {
      queue.close();
      void stream.close();
    };
    signal.addEventListener('abort', close, { once: true });
    if (signal.aborted) close();
    const applying = this.#applyAll({ ...run, queue }).catch((error: unknown) => {
      queue.close();
      void stream.close();
      throw error;
    });
    // Whoever fails first says why; the other ends because of it.
    applying.catch(() => {});
    try {
      for await (const messages of stream) {
        for (const message of messages) {
          if (message.kind === 'start') await checkSource(source, run.record);
          if (message.kind === 'start' && assembler.midway) throw new Restart();
          if (assembler.doubts(message)) await keys.load();
          assembler.take(message);
          if (message.kind === 'keepalive' && assembler.idle) queue.passed(message.lsn);
        }
        if (queue.idle) this.#visible.moveTo(queue.passedTo);
        this.received = stream.received;
        queue.wake();
        await queue.room();
        if (queue.closed) break;
      }
    } finally {
      signal.removeEventListener('abort', close);
      queue.close();
      await stream.close();
      await applying;
    }
  }

  async #applyAll(run: {
    queue: BatchQueue;
    applier: Applier;
    session: TargetSession;
    stream: WalStream;
  }): Promise<void> {
    const { queue, applier, session, stream } = run;
    const { flushMs = FLUSH_MS } = this.#options.config;
    let durableAt = performance.now();
    /** Committed, and not yet known to be on the target's disk; the first of them at `unsettledAt`. */
    let unsettled: Item[] = [];
    let unsettledAt = 0;
    let ahead: { batch: Item[]; prepared: Prepared } | undefined;
    const settle = (): void => {
      durableAt = performance.now();
      const last = unsettled.at(-1)!.transaction;
      stream.ack(last.endLsn);
      this.#account(unsettled, applier);
      unsettled = [];
      this.#passed(last.endLsn, queue.empty && !ahead ? queue : undefined);
      for (const id of last.markers) this.#options.onMarker(id, last.endLsn);
      const asked = applier.takeRepairs();
      this.repairs += asked;
      if (asked > 0) this.#options.onRepairs();
    };
    for (;;) {
      const made = ahead;
      ahead = undefined;
      const restMs =
        unsettled.length === 0 ? undefined : Math.max(0, unsettledAt + flushMs - performance.now());
      const batch = made?.batch ?? (await queue.take(restMs));
      if (!batch) return;
      if (batch.length === 0) {
        await session.flush(this.#options.names.link);
        settle();
        continue;
      }
      for (let held = this.#options.held(); held && !queue.closed; held = this.#options.held())
        await Promise.race([held, queue.closing]);
      if (queue.closed) return;
      const last = batch.at(-1)!;
      this.waitingSince = Number((unsettled[0] ?? batch[0]!).transaction.commitTime) / 1000;
      if (last.part) {
        await this.#applyPart(last, applier);
        if (last.part === 'middle') continue;
        unsettled.push(last);
        settle();
        continue;
      }
      const transactions = batch.map((item) => item.transaction);
      const empty = transactions.every((each) => each.events.length === 0 && each.markers.length === 0);
      // Positions alone may wait a little, so that a busy source does not cost the target a commit each time.
      if (empty && (unsettled.length > 0 || performance.now() - durableAt < POSITION_MS)) {
        queue.postpone(batch);
        if (unsettled.length === 0) this.#passed(last.transaction.endLsn, queue.empty ? queue : undefined);
        else this.#visible.moveTo(last.transaction.endLsn);
        continue;
      }
      // Readers do not wait for the disk, and the disk not for each batch; nothing is acknowledged before it has it.
      const marked = last.transaction.markers.length > 0;
      if (unsettled.length === 0) unsettledAt = performance.now();
      const durable = marked || performance.now() - unsettledAt > flushMs * LOADED;
      const prepared = made?.prepared ?? applier.prepare(transactions);
      const applying = applier.apply(prepared, durable);
      // While the target works, the next batch is made ready, if there is a whole one.
      if (!marked && !this.#options.held()) {
        await Promise.race([applying, queue.full]);
        const next = queue.takeFull();
        if (next) ahead = { batch: next, prepared: applier.prepare(next.map((item) => item.transaction)) };
      }
      await applying;
      for (const item of batch) {
        releaseRows(item.transaction);
        unsettled.push(item);
      }
      this.#visible.moveTo(last.transaction.endLsn);
      if (queue.empty && !ahead) this.#visible.moveTo(queue.passedTo);
      if (durable) settle();
    }
  }

  async #applyPart({ transaction, part }: Item, applier: Applier): Promise<void> {
    await applier.applyPart(transaction, part === 'last', this.#rowByRow === transaction.finalLsn);
    this.rows += transaction.rows;
    releaseRows(transaction);
  }

  /** `idle`: the queue, if nothing waits, so that all that was read is applied. */
  #passed(lsn: Lsn, idle: BatchQueue | undefined): void {
    this.applied = max(this.applied, lsn);
    this.#visible.moveTo(this.applied);
    if (!idle) return;
    this.waitingSince = undefined;
    this.applied = max(this.applied, idle.passedTo);
    if (this.#copiedUntil === undefined || this.applied < this.#copiedUntil) return;
    this.#copiedUntil = undefined;
    this.lag.reset();
  }

  #account(batch: Item[], applier: Applier): void {
    const now = Date.now();
    for (const { transaction, part } of batch) {
      this.transactions++;
      if (this.#refused > 0 && (transaction.rows > 0 || transaction.endLsn >= this.#refusedUntil)) {
        this.#refused = 0;
        this.state = 'streaming';
      }
      if (!part) this.rows += transaction.rows;
      this.lag.add(now - Number(transaction.commitTime) / 1000);
    }
    this.conflicts += applier.takeConflicts();
    this.refused += applier.takeRefused();
  }
}

const BATCH_ROWS = 3_000;
/** Tries of a change that a server which is there ends, before it is said that they come to nothing. */
const TRIES = 8;
const FLUSH_MS = 10;
/** So many times longer may batches be unsettled as long as more comes. */
const LOADED = 10;

function max(a: Lsn, b: Lsn): Lsn {
  return a > b ? a : b;
}
