import type { WriteHolds } from '../choose/write-holds.ts';
import type {
  ControlSource,
  Fence,
  OutcomeReport,
  RouteTable,
  UnhealthyInstance,
} from '../control/route-table.ts';

export type ControlLoopOptions = {
  source: ControlSource;
  holds: WriteHolds;
  /** Makes a loaded table the one that applies. Throws when the table is bad: then the old one goes on. */
  install: (table: RouteTable) => void;
  /** Takes over what has changed of the pins. */
  refreshPins: () => Promise<void>;
  /** Version that applies. */
  version: () => number;
  unhealthy: () => UnhealthyInstance[];
  takeOutcomes: () => OutcomeReport;
  now: () => number;
  onError: (error: unknown, what: string) => void;
};

const REPORT_MS = 1_000;
const START_RETRY_MS = 100;
/** Renew so often that two renewals may fail within one lease. */
const RENEWALS_PER_LEASE = 4;

/** Keeps a worker's lease, table and fences up to date, and reports its outcomes. */
export class ControlLoop {
  readonly #options: ControlLoopOptions;
  #beat: NodeJS.Timeout | null = null;
  #report: NodeJS.Timeout | null = null;
  #loading: Promise<void> | null = null;
  #again: Promise<void> | null = null;
  #subscribed = false;
  #stopped = false;

  constructor(options: ControlLoopOptions) {
    this.#options = options;
  }

  /**
   * Resolves once a table is installed under a lease. Until there is one (the database or the controller may be
   * starting too) it tries again, at most `timeoutMs`; then it rejects with the last error.
   */
  async start(timeoutMs: number): Promise<void> {
    const { now } = this.#options;
    const until = now() + timeoutMs;
    let leaseMs = 0;
    for (;;) {
      try {
        leaseMs = await this.#begin();
        break;
      } catch (error) {
        if (now() + START_RETRY_MS > until) throw error;
        await new Promise((resolve) => setTimeout(resolve, START_RETRY_MS));
      }
    }
    if (Number.isFinite(leaseMs)) this.#schedule(Math.max(50, leaseMs / RENEWALS_PER_LEASE));
    this.#report = setInterval(() => void this.report(), REPORT_MS);
    this.#report.unref();
  }

  /** Loads anew; the returned promise is of a load that began after this call. */
  reload(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    if (this.#loading === null) return this.#startLoad();
    this.#again ??= this.#loading
      .catch(() => {})
      .then(() => {
        this.#again = null;
        return this.#startLoad();
      });
    return this.#again;
  }

  async report(): Promise<void> {
    const report = this.#options.takeOutcomes();
    if (report.outcomes.length + report.failures.length + report.keys.length + report.routeKeys.length === 0)
      return;
    await this.#options.source
      .reportOutcomes(report)
      .catch((error) => this.#options.onError(error, 'report outcomes'));
  }

  stop(): void {
    this.#stopped = true;
    if (this.#beat) clearTimeout(this.#beat);
    if (this.#report) clearInterval(this.#report);
  }

  /** Subscribed before the load, so that nothing falls in between; leased before it, so that fences wait for us. */
  async #begin(): Promise<number> {
    if (!this.#subscribed) {
      await this.#options.source.subscribe(() => {
        this.reload().catch((error) => this.#options.onError(error, 'reload'));
      });
      this.#subscribed = true;
    }
    return this.#renew();
  }

  #startLoad(): Promise<void> {
    this.#loading = this.#load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #load(): Promise<void> {
    const { source, refreshPins, onError } = this.#options;
    // A worker without them goes on and marks what it is not sure of.
    const pins = refreshPins().catch((error) => onError(error, 'pins'));
    const { table, fences } = await source.load();
    if (!this.#stopped) this.#apply(table, fences);
    await pins; // one at a time
  }

  #apply(table: RouteTable, fences: Fence[]): void {
    // Table first: what a closed fence held must be decided by the table that its commit published.
    if (table.version > this.#options.version()) this.#options.install(table);
    this.#options.holds.apply(fences);
  }

  /** A lease counts from before it was asked for, and only after a load that began under it. */
  async #renew(): Promise<number> {
    const { source, holds, now, version, unhealthy } = this.#options;
    const askedAt = now();
    const { leaseMs } = await source.heartbeat(version(), unhealthy());
    if (!holds.leased) await this.reload();
    holds.lease(askedAt + leaseMs);
    return leaseMs;
  }

  #schedule(everyMs: number): void {
    if (this.#stopped) return;
    this.#beat = setTimeout(async () => {
      try {
        await this.#renew();
        // A lost notification must not leave this worker behind for longer than a beat.
        await this.reload();
      } catch (error) {
        this.#options.onError(error, 'lease');
      }
      this.#schedule(everyMs);
    }, everyMs);
    this.#beat.unref();
  }
}
