import { randomUUID } from 'node:crypto';
import { createPool, type Lsn, type SlotStatus } from '@banyan/postgres';
import type pg from 'pg';
import { emitMarker } from '../control/marker.ts';
import { type CopyOptions, type CopyResult, copyTables } from '../copy/copy.ts';
import { ReplicationError } from '../errors.ts';
import { checkTables } from '../mapping/check-tables.ts';
import type { Finding } from '../preflight/finding.ts';
import { preflightLink } from '../preflight/preflight.ts';
import { Feed } from '../reader/feed.ts';
import { countRepairs, type RepairSender, sendRepairs } from '../repair/repair-queue.ts';
import { monitorSource } from '../stream/source-monitor.ts';
import { Streamer } from '../stream/streamer.ts';
import type { BarrierOptions } from './barrier-options.ts';
import { Hold } from './hold.ts';
import { type LinkConfig, type LinkHooks, type LinkNames, namesOf } from './link-config.ts';
import { readRecord } from './link-record.ts';
import { dropLink, type PrepareOptions, prepareLink } from './prepare.ts';
import { setFencePosition, setSiblingFencePosition } from './share-record.ts';

export type LinkState = 'idle' | 'copying' | 'connecting' | 'streaming' | 'retrying' | 'failed';

export type LinkStatus = {
  state: LinkState;
  /** WAL that was read or is known to exist and is not applied yet; 0 when all is applied. */
  lagBytes: number;
  /** Age of the oldest transaction that waits to be applied, ms; 0 if none waits. */
  lagMs: number;
  /** Commit on the source to durable on the target, ms, over the last 8,192 transactions. */
  lagP50Ms: number;
  lagP99Ms: number;
  appliedLsn: Lsn;
  rowsApplied: number;
  transactionsApplied: number;
  /** Conflicts recorded since this process streams. */
  conflicts: number;
  /** Messages in the source's log that had Banyan's prefix and were not Banyan's: they had no effect. */
  refusedMessages: number;
  share: number;
  lastError: Error | undefined;
  /** Changes may be missing that no repair has brought yet: no step passes. */
  missesChanges: boolean;
  /** Why repairs that were asked for are not sent yet, though it is tried every second. */
  repairsFailure: string | undefined;
  /** As of the last look, at most a second old while streaming. */
  slot: SlotStatus | undefined;
  /** Bytes of WAL the source keeps for the slot. */
  retainedBytes: number;
};

export interface Link {
  readonly config: LinkConfig;
  readonly names: LinkNames;
  /** Looks and changes nothing. Nothing of severity `error` must be left before `prepare`. */
  preflight(): Promise<Finding[]>;
  prepare(options?: PrepareOptions): Promise<void>;
  copy(options?: CopyOptions): Promise<CopyResult>;
  /** Runs until `signal` aborts (resolves) or something needs a person (rejects). */
  stream(options: { signal: AbortSignal }): Promise<void>;
  /** Resolves once everything that the source has committed before is durable on the target. */
  barrier(options?: BarrierOptions): Promise<{ lsn: Lsn; ms: number }>;
  /**
   * Resolves once everything that the source has committed before can be read on the target, be it on its disk or not. Cheaper
   * and sooner than a barrier: what users wait for. Rejects with BARRIER_TIMEOUT.
   */
  arrived(options?: { timeoutMs?: number }): Promise<void>;
  /** Resolves once the source's WAL up to `lsn` is applied. */
  waitApplied(lsn: Lsn, options?: { timeoutMs?: number }): Promise<void>;
  /**
   * Applies nothing further until `release`: while it is undecided who owns the keys of a fence, no change made meanwhile
   * can be judged. Again is no error.
   */
  hold(): void;
  /**
   * `share` is in force: from where the last barrier with `hold`, of this link or the one the other way, has marked the
   * source's log, or, where none has, for all that waits. What was committed before is judged by the share of that time.
   */
  release(share: number): void;
  status(): LinkStatus;
  /** Repairs that it has asked for: of them `open` are not sent yet, `asked` were asked for since it streams. */
  repairs(): Promise<{ open: number; asked: number }>;
  /**
   * Since when changes may be missing on the target, as of the last `prepare({ acceptLoss: true })` that found some to be; null:
   * they are not. Until then a barrier with `hold` is refused.
   */
  missed(): Promise<string | null>;
  /** All tables were verified since `missed` said so, and what differed was repaired. */
  markRepaired(missed: string): Promise<void>;
  /**
   * Where it is by what its target remembers; undefined: it was never prepared. `pastCopy`: the stream has passed the end of the
   * copy, and an observer is shown what it changes.
   */
  standing(): Promise<{ pastCopy: boolean; applied: Lsn } | undefined>;
  /** Removes slot, publication, origin and record. Stop streaming first. */
  drop(): Promise<void>;
}

/** Opens a link. Connects to nothing yet. */
export function openLink(config: LinkConfig, hooks: LinkHooks = {}): Link {
  checkTables(config.tables);
  return new DatabaseLink(config, hooks);
}

type Marker = { hold: boolean; resolve: (lsn: Lsn) => void };

class DatabaseLink implements Link {
  readonly config: LinkConfig;
  readonly names: LinkNames;
  readonly #hooks: LinkHooks;
  readonly #hold: Hold;
  readonly #markers = new Map<string, Marker>();
  #state: LinkState = 'idle';
  #streamer: Streamer | undefined;
  #repairs: RepairSender | undefined;
  #source: pg.Pool | undefined;
  #target: pg.Pool | undefined;
  #slot: SlotStatus | undefined;
  #lastError: Error | undefined;

  constructor(config: LinkConfig, hooks: LinkHooks) {
    this.config = config;
    this.names = namesOf(config);
    this.#hooks = hooks;
    this.#hold = new Hold(this.names.link, config.salt ?? config.service, config.share ?? 0);
  }

  async preflight(): Promise<Finding[]> {
    return await this.#withPools((source, target) => preflightLink(this.config, this.names, source, target));
  }

  async prepare(options: PrepareOptions = {}): Promise<void> {
    // What is taken for lost, and whether rows are copied again, depends on who owns them.
    await this.#hold.over;
    await this.#withPools((source, target) =>
      prepareLink({ ...this.config, share: this.#hold.share }, this.names, source, target, options),
    );
  }

  async copy(options: CopyOptions = {}): Promise<CopyResult> {
    // Who owns what is not decided before.
    await this.#hold.over;
    this.#state = 'copying';
    try {
      return await copyTables({ ...this.config, share: this.#hold.share }, this.names, options);
    } catch (error) {
      this.#lastError = error as Error;
      throw error;
    } finally {
      this.#state = 'idle';
    }
  }

  async stream({ signal }: { signal: AbortSignal }): Promise<void> {
    if (this.#streamer) throw new ReplicationError('STREAMING', { link: this.names.link });
    const source = createPool(this.config.source, {
      max: 4,
      applicationName: `${this.names.origin}_control`,
      exact: true,
    });
    const target = createPool(this.config.target, {
      max: 2,
      applicationName: `${this.names.origin}_control`,
      exact: true,
    });
    const repairs = sendRepairs(
      this.config,
      this.names,
      source,
      target,
      () => this.#streamer?.progress.applied ?? 0n,
    );
    const feed = new Feed({
      config: this.config,
      names: this.names,
      source,
      readers: this.#hooks.readers,
      ready: () => this.#streamer?.caughtUp === true,
      awaited: () => this.#markers.size > 0 || this.#hold.over !== undefined,
    });
    const streamer = new Streamer({
      config: this.config,
      names: this.names,
      shares: this.#hold.shares,
      learnShares: () => this.#hold.learn(target),
      source,
      target,
      hooks: this.#hooks,
      feed,
      awaitsMarker: (id) => this.#markers.has(id),
      onMarker: (id, lsn) => this.#reached(id, lsn),
      held: () => this.#hold.over,
      onRepairs: () => repairs.request(),
    });
    this.#source = source;
    this.#target = target;
    this.#streamer = streamer;
    this.#repairs = repairs;
    this.#hold.attach(target);
    const watching = monitorSource(source, streamer, {
      ...this.config,
      slot: () => feed.slot,
      mayBeat: (everyMs) => feed.mayBeat(everyMs),
      onSlot: (slot) => {
        this.#slot = slot;
      },
      onAlarm: this.#hooks.onAlarm,
    });
    try {
      await streamer.run(signal);
      this.#state = 'idle';
    } catch (error) {
      this.#state = 'failed';
      this.#lastError = error as Error;
      throw error;
    } finally {
      this.#streamer = undefined;
      this.#repairs = undefined;
      this.#source = undefined;
      this.#target = undefined;
      this.#hold.attach(undefined);
      await watching.stop();
      await repairs.stop();
      await Promise.all([source.end(), target.end()]);
    }
  }

  async barrier(options: BarrierOptions = {}): Promise<{ lsn: Lsn; ms: number }> {
    const { lock = false, timeoutMs = 5_000, hold = false, marks = 'both' } = options;
    const [source, target] = [this.#source, this.#target];
    if (!source || !target) throw new ReplicationError('NOT_STREAMING', { link: this.names.link });
    const since = this.#streamer?.missedSince;
    if (hold && since) throw new ReplicationError('CHANGES_MISSED', { link: this.names.link, since });
    const started = performance.now();
    const id = randomUUID();
    const reached = Promise.withResolvers<Lsn>();
    const timedOut = Promise.withResolvers<never>();
    for (const each of [reached, timedOut]) each.promise.catch(() => {});
    this.#markers.set(id, { hold, resolve: reached.resolve });
    const timer = setTimeout(() => {
      this.#markers.delete(id);
      const error = new ReplicationError('BARRIER_TIMEOUT', { link: this.names.link, timeoutMs });
      for (const each of [reached, timedOut]) each.reject(error);
    }, timeoutMs);
    const streamer = this.#streamer;
    try {
      const emitted = emitMarker(source, this.config, this.names, {
        id,
        lockTimeoutMs: lock ? (options.lockTimeoutMs ?? Math.ceil(timeoutMs / 2)) : undefined,
        locked: options.locked,
        joint: options.joint,
        awaited: () => this.#markers.has(id),
      });
      // A look after the marker's commit, which came after all that it vouches for.
      const looked = emitted.then(() => this.#streamer?.checkShapes());
      looked.catch(() => {});
      await Promise.race([emitted, reached.promise]);
      const lsn = await Promise.race([reached.promise, looked.then(() => reached.promise)]);
      if (!(await Promise.race([looked, timedOut.promise])))
        await Promise.race([this.#streamer?.checkShapes(), timedOut.promise]);
      if (hold) {
        await setFencePosition(target, this.names.link, lsn);
        if (marks === 'both') await setSiblingFencePosition(source, target, this.names.siblingLink);
      }
      return { lsn, ms: performance.now() - started };
    } catch (error) {
      throw this.#asEnded(streamer, error);
    } finally {
      clearTimeout(timer);
      this.#markers.delete(id);
    }
  }

  async arrived({ timeoutMs = 5_000 }: { timeoutMs?: number } = {}): Promise<void> {
    const streamer = this.#streamer;
    if (!streamer) throw new ReplicationError('NOT_STREAMING', { link: this.names.link });
    const late = new AbortController();
    const timedOut = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const error = new ReplicationError('BARRIER_TIMEOUT', { link: this.names.link, timeoutMs });
      late.abort(error);
      timedOut.reject(error);
    }, timeoutMs);
    try {
      await Promise.race([streamer.arrived(late.signal), timedOut.promise]);
    } catch (error) {
      throw this.#asEnded(streamer, error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** What failed while a stream ended, whose connections are closed under whoever asks: why it ended, and not that they are closed. */
  #asEnded(streamer: Streamer | undefined, error: unknown): unknown {
    if (error instanceof ReplicationError || this.#streamer === streamer) return error;
    return streamer?.failure ?? new ReplicationError('NOT_STREAMING', { link: this.names.link }, error);
  }

  async waitApplied(lsn: Lsn, options: { timeoutMs?: number } = {}): Promise<void> {
    if ((this.#streamer?.progress.applied ?? 0n) >= lsn) return;
    await this.barrier({ timeoutMs: options.timeoutMs ?? 10_000 });
  }

  hold(): void {
    this.#hold.hold();
  }

  release(share: number): void {
    this.#hold.release(share);
  }

  status(): LinkStatus {
    const streamer = this.#streamer;
    const progress = streamer?.progress;
    const lag = progress?.lag.percentiles(performance.now());
    const waiting = progress?.waitingSince;
    return {
      state: streamer?.state ?? this.#state,
      lagBytes: progress && waiting !== undefined ? Number(progress.received - progress.applied) : 0,
      lagMs: waiting === undefined ? 0 : Math.max(0, Date.now() - waiting),
      lagP50Ms: lag?.p50 ?? 0,
      lagP99Ms: lag?.p99 ?? 0,
      appliedLsn: progress?.applied ?? 0n,
      rowsApplied: progress?.rows ?? 0,
      transactionsApplied: progress?.transactions ?? 0,
      conflicts: progress?.conflicts ?? 0,
      refusedMessages: progress?.refused ?? 0,
      share: this.#hold.share,
      lastError: streamer?.lastError ?? this.#lastError,
      missesChanges: typeof streamer?.missedSince === 'string',
      repairsFailure: this.#repairs?.failure(),
      slot: this.#slot,
      retainedBytes: Number(this.#slot?.retainedBytes ?? 0n),
    };
  }

  async repairs(): Promise<{ open: number; asked: number }> {
    const target = this.#target;
    if (!target) throw new ReplicationError('NOT_STREAMING', { link: this.names.link });
    const open = await countRepairs(this.config, this.names, target);
    return { open, asked: this.#streamer?.progress.repairs ?? 0 };
  }

  async missed(): Promise<string | null> {
    const record = await this.#withPools((_, target) => readRecord(target, this.names.link));
    return record?.missedSince ?? null;
  }

  async markRepaired(missed: string): Promise<void> {
    await this.#withPools(async (_, target) => {
      await target.query(
        'UPDATE banyan.links SET missed_since = NULL WHERE link = $1 AND missed_since = $2::timestamptz',
        [this.names.link, missed],
      );
    });
    if (this.#streamer?.missedSince === missed) this.#streamer.missedSince = null;
  }

  async standing(): Promise<{ pastCopy: boolean; applied: Lsn } | undefined> {
    const record = await this.#withPools((_, target) => readRecord(target, this.names.link));
    if (!record) return undefined;
    const { copyState, appliedLsn: applied, windowEnd } = record;
    return { pastCopy: copyState === 'done' && applied >= windowEnd, applied };
  }

  async drop(): Promise<void> {
    await this.#withPools((source, target) => dropLink(this.names, source, target));
  }

  #reached(id: string, lsn: Lsn): void {
    const marker = this.#markers.get(id);
    if (!marker) return;
    this.#markers.delete(id);
    if (marker.hold) this.#hold.hold();
    marker.resolve(lsn);
  }

  async #withPools<T>(run: (source: pg.Pool, target: pg.Pool) => Promise<T>): Promise<T> {
    const source = createPool(this.config.source, {
      max: 2,
      applicationName: `${this.names.origin}_control`,
      exact: true,
    });
    const target = createPool(this.config.target, {
      max: 2,
      applicationName: `${this.names.origin}_control`,
      exact: true,
    });
    try {
      return await run(source, target);
    } finally {
      await Promise.all([source.end(), target.end()]);
    }
  }
}
