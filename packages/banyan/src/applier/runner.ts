import { type Blocker, isLoss, type Link } from '@banyan/replication';
import type { Logger } from 'pino';
import { LinkTrouble } from './link-trouble.ts';
import { type PaceOptions, paceOf } from './pace.ts';

export type RunnerState = 'preparing' | 'copying' | 'streaming' | 'reconnecting' | 'failed';

/** Pauses between tries of a link that failed, ms. */
const RETRY_MS = [500, 1_000, 2_000, 5_000];

/** How soon it is noticed that the stream has passed the end of the copy, ms. */
const PAST_COPY_MS = 200;

/** A copy leaves the databases alone two thirds of the time. */
const COPY_REST = 2;

/** What copying may take of the databases. */
export type CopyPace = Pick<PaceOptions, 'rowsPerSecond' | 'usersWait' | 'leastRowsPerSecond'>;

export type CopyProgress = { rows: number; total: number; rowsPerSecond: number; secondsLeft: number | null };

/** What becomes of a link that may miss changes: its slot is lost, or tables or publication are not what they were. */
export type MissedChanges = {
  /** What was verified of them no longer counts. */
  noticed: () => Promise<void>;
  /** Whether somebody has asked for a repair, and so takes things as they are. */
  accepted: () => Promise<boolean>;
};

export type PastCopyHooks = {
  /** At the pace of the copy. */
  pause: () => Promise<unknown>;
  onRows: (rows: number) => void;
  /** What the link waits for, as an operator reads it. */
  onRest: (what: string | null) => void;
  signal: AbortSignal;
};

/** Keeps one link going: preflight, prepare, copy (forward), stream; again after a failure; until stopped. */
export class LinkRunner {
  readonly name: string;
  readonly link: Link;
  readonly trouble: LinkTrouble;
  state: RunnerState = 'preparing';
  /** For whom it waits while it is prepared. */
  waiting: string | null = null;
  copy: CopyProgress = { rows: 0, total: 0, rowsPerSecond: 0, secondsLeft: null };
  private readonly stopper = new AbortController();
  private readonly finished: Promise<void>;
  private readonly log: Logger;
  private readonly copies: boolean;
  private readonly pace: CopyPace;
  private readonly missed: MissedChanges;
  private readonly onPrepared: () => Promise<void>;
  private readonly onPastCopy: ((hooks: PastCopyHooks) => Promise<void>) | undefined;

  constructor(options: {
    name: string;
    link: Link;
    copies: boolean;
    pace: CopyPace;
    missed: MissedChanges;
    log: Logger;
    onPrepared?: () => Promise<void>;
    /** What the rows of the copy are still good for, while they are kept up to date, before anybody relies on the link. */
    onPastCopy?: (hooks: PastCopyHooks) => Promise<void>;
  }) {
    this.name = options.name;
    this.link = options.link;
    this.trouble = new LinkTrouble(options.link);
    this.copies = options.copies;
    this.pace = options.pace;
    this.missed = options.missed;
    this.log = options.log.child({ link: options.name });
    this.onPrepared = options.onPrepared ?? (async () => {});
    this.onPastCopy = options.onPastCopy;
    this.finished = this.keepGoing();
  }

  /** Stops at the next safe point; slot and position stay. */
  async stop(): Promise<void> {
    this.stopper.abort();
    await this.finished;
  }

  /** Stops and removes slot, publication and origin. */
  async drop(): Promise<void> {
    await this.stop();
    await this.link.drop();
  }

  private async keepGoing(): Promise<void> {
    const { signal } = this.stopper;
    for (let failures = 0; !signal.aborted; ) {
      try {
        await this.once();
      } catch (error) {
        if (signal.aborted) return;
        if (this.trouble.current === null) failures = 0;
        this.state = failures < 2 ? 'reconnecting' : 'failed';
        this.trouble.failed(error, Date.now());
        this.log.error({ err: error }, 'link stopped');
        await pauseFor(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]!, signal);
        failures += 1;
      }
    }
  }

  private async once(): Promise<void> {
    const { signal } = this.stopper;
    const findings = await this.link.preflight();
    const blocking = findings.filter((finding) => finding.severity === 'error');
    const losses = blocking.filter(isLoss);
    if (losses.length > 0) await this.missed.noticed();
    const acceptLoss = losses.length > 0 && (await this.missed.accepted());
    if (blocking.length > (acceptLoss ? losses.length : 0)) {
      throw new Error(blocking.map((finding) => `${finding.message} ${finding.hint}`).join('; '));
    }
    await this.link.prepare({ acceptLoss, onWait: (blockers) => this.waitFor(blockers) });
    this.waitFor([]);
    await this.onPrepared();
    if (this.copies) {
      this.state = 'copying';
      const { onRows, ...pace } = paceOf({ ...this.pace, rest: COPY_REST, signal });
      await this.link.copy({
        ...pace,
        // The pace counts on one; a second would take another core from what the databases are there for.
        workers: 1,
        signal,
        onProgress: (progress) => {
          onRows(progress.rows);
          if (progress.rows > this.copy.rows) this.trouble.over();
          Object.assign(this.copy, progress);
        },
      });
    }
    if (signal.aborted) return;
    await this.stream();
  }

  /** It counts as streaming once what has to be done past the copy is done. */
  private async stream(): Promise<void> {
    const { signal } = this.stopper;
    const over = new AbortController();
    const streaming = this.link.stream({ signal: AbortSignal.any([signal, over.signal]) });
    const passing = this.onPastCopy && this.passCopy(this.onPastCopy, AbortSignal.any([signal, over.signal]));
    try {
      await Promise.race([streaming, passing]);
      this.state = 'streaming';
      await streaming;
    } finally {
      over.abort();
      await Promise.allSettled([streaming, passing]);
      this.waiting = null;
    }
  }

  private async passCopy(then: NonNullable<LinkRunner['onPastCopy']>, over: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([this.stopper.signal, over]);
    while (!signal.aborted && !(await this.link.standing())?.pastCopy) await pauseFor(PAST_COPY_MS, signal);
    if (signal.aborted) return;
    const { onRows, ...pace } = paceOf({ ...this.pace, rest: COPY_REST, signal });
    const onRest = (what: string | null) => {
      this.waiting = what;
    };
    await then({ pause: pace.throttle.pause, onRows, onRest, signal });
    onRest(null);
  }

  private waitFor(blockers: readonly Blocker[]): void {
    const named = blockers.map(
      ({ pid, ageMs, query }) => `${pid} (open for ${Math.round(ageMs / 1_000)} s): ${query}`,
    );
    this.waiting = named.length === 0 ? null : `waits for the transaction of process ${named.join('; ')}`;
  }
}

function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
