import { setTimeout as delay } from 'node:timers/promises';
import type { Lsn } from '@banyan/postgres';
import { Applier } from '../apply/applier.ts';
import { Oversized } from '../apply/apply-errors.ts';
import { TargetSession } from '../apply/target-session.ts';
import { ShapeWatch } from '../catalog/shape-record.ts';
import { ReplicationError } from '../errors.ts';
import { ensureBanyanSchema } from '../link/banyan-schema.ts';
import { markMissed, plansByName, planTables, requireRecord, sidesOf } from '../link/link-record.ts';
import { Left } from '../reader/shared-stream.ts';
import { readLogEnd } from './log-end.ts';
import { checkSource } from './loss.ts';
import { Progress } from './progress.ts';
import { pump } from './pump.ts';
import { isRetryable, isSaidByTarget, TRIES, translate } from './retry.ts';
import type { StreamerOptions } from './streamer-options.ts';
import type { Item } from './transaction-assembler.ts';

/** Runs a link's stream: reads, applies, acknowledges; connects again whenever either end was lost. */
export class Streamer {
  readonly progress = new Progress();
  readonly #options: StreamerOptions;
  state: 'connecting' | 'streaming' | 'retrying' = 'connecting';
  lastError: Error | undefined;
  /** Since when changes may be missing; null: they are not. */
  missedSince: string | null = null;
  #rowByRow: Lsn | undefined;
  #shapes: ShapeWatch | undefined;
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

  /** It streams, and has all that was written while rows were copied. */
  get caughtUp(): boolean {
    return this.state === 'streaming' && this.progress.hasCopied;
  }

  async run(stop: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([stop, this.#failure.signal]);
    try {
      await this.#keepGoing(signal);
    } finally {
      await this.#options.feed.close();
    }
    if (!stop.aborted) this.#failure.signal.throwIfAborted();
  }

  /** What has ended the stream, if a look at the tables has. */
  get failure(): ReplicationError | undefined {
    return this.#failure.signal.reason;
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
    const { lsn, published } = await readLogEnd(config.source, source, tables, names.publication);
    if (published !== this.#published && (await this.checkShapes())) this.#published = published;
    await this.progress.visible.reaches(lsn, signal);
  }

  async #keepGoing(signal: AbortSignal): Promise<void> {
    let attempt = 0;
    while (!signal.aborted) {
      const before = this.progress.applied;
      try {
        await this.#once(signal);
        if (!this.#options.feed.invited) return;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Left) this.#options.feed.rest();
        else if (error instanceof Oversized) this.#rowByRow = error.finalLsn;
        else {
          this.#failed(error);
          if (this.progress.applied > before) attempt = 0;
          const pause = Math.min(5_000, 50 * 2 ** Math.min(attempt++, 10)) * (0.5 + Math.random() / 2);
          await delay(pause, undefined, { signal }).catch(() => {});
        }
      }
    }
  }

  /** Throws what another try does not mend. */
  #failed(error: unknown): void {
    this.lastError = error as Error;
    if (!isRetryable(error)) throw translate(error);
    this.state = 'retrying';
    this.#options.hooks.onRetry?.(error as Error);
    this.#refusedUntil = this.progress.received;
    if (isSaidByTarget(error) && ++this.#refused >= TRIES)
      throw new ReplicationError(
        'NO_PROGRESS',
        { link: this.#options.names.link, tries: TRIES, says: (error as Error).message },
        error,
      );
  }

  async #once(signal: AbortSignal): Promise<void> {
    const { config, names, shares, source, target, feed } = this.#options;
    // Whoever only changes the slot is there all the time.
    if (!feed.invited) this.state = 'connecting';
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
      await this.#options.learnShares();
      const { observer } = this.#options.hooks;
      const applier = new Applier(session, names.link, shares, record.windowEnd, observer);
      this.progress.begin(record.appliedLsn, record.windowEnd);
      const invited = new AbortController();
      const stream = await feed.open({
        position: record.appliedLsn,
        signal,
        onInvited: () => invited.abort(),
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
      this.#options.onRepairs();
      await pump({
        options: this.#options,
        progress: this.progress,
        stream,
        applier,
        session,
        plans: plansByName(plans),
        shapes: watch.shapes,
        record,
        rowByRow: this.#rowByRow,
        onDurable: (items) => this.#durable(items),
        signal: AbortSignal.any([signal, invited.signal]),
      });
    } finally {
      feed.ended();
      await session.close();
    }
  }

  /** What was refused before is applied now. */
  #durable(items: readonly Item[]): void {
    for (const { transaction } of items) {
      if (this.#refused === 0) return;
      if (transaction.rows === 0 && transaction.endLsn < this.#refusedUntil) continue;
      this.#refused = 0;
      this.state = 'streaming';
    }
  }
}
