import type { FailedRequest, OutcomeBatch, RouteTable, Side } from '../control/route-table.ts';
import { ActiveBuckets } from './active-buckets.ts';
import type { FailureReason } from './outcome-reasons.ts';
import { RouteKeys } from './route-keys.ts';

/** Upper bounds of the latency buckets in milliseconds; the last one takes the rest. */
export const BOUNDS_MS = [
  1, 2, 3, 5, 7, 10, 15, 20, 25, 35, 50, 75, 100, 150, 200, 250, 350, 500, 750, 1_000, 1_500, 2_500, 5_000,
  10_000,
] as const;

/** Name of what no route of the plan matches, in counts and failures; its service is ''. */
const UNMATCHED = '(unmatched)';
/** Failures remembered between two reports, over all routes: the first of each second are enough to see why. */
const FAILURES_PER_REPORT = 32;

/** Counts of one route on one side since the worker started. */
export class Cell {
  readonly service: string;
  readonly route: string;
  readonly side: Side;
  /** By status class: index 2 is 2xx; 0 are requests without an answer. */
  readonly statuses = new Float64Array(6);
  readonly latency = new Float64Array(BOUNDS_MS.length + 1);
  latencySumMs = 0;
  /** By reason; their sum is `failures`. */
  readonly reasons = new Map<FailureReason, number>();
  failures = 0;
  rescued = 0;
  compared = 0;
  mismatched = 0;
  #reported = new Float64Array(5);
  #reportedReasons = new Map<FailureReason, number>();
  #reportedLatency = new Float64Array(BOUNDS_MS.length + 1);

  constructor(service: string, route: string, side: Side) {
    this.service = service;
    this.route = route;
    this.side = side;
  }

  get requests(): number {
    let sum = 0;
    for (const count of this.statuses) sum += count;
    return sum;
  }

  /** One answer of the side (0: none came) after `ms`. */
  answered(status: number, ms: number): void {
    const index = (status / 100) | 0;
    this.statuses[index <= 5 ? index : 0]!++;
    this.latencySumMs += ms;
    let bucket = 0;
    while (bucket < BOUNDS_MS.length && ms > (BOUNDS_MS[bucket] as number)) bucket++;
    this.latency[bucket]!++;
  }

  failed(reason: FailureReason): void {
    this.failures++;
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
  }

  /** What was counted since the last call; null when nothing was. */
  takeDelta(version: number): OutcomeBatch | null {
    const now = Float64Array.of(this.requests, this.failures, this.rescued, this.compared, this.mismatched);
    const last = this.#reported;
    if (now.every((count, i) => count === last[i])) return null;
    const latency: Record<string, number> = {};
    for (let i = 0; i < this.latency.length; i++) {
      const count = this.latency[i]! - this.#reportedLatency[i]!;
      if (count > 0) latency[String(BOUNDS_MS[i] ?? 'Infinity')] = count;
    }
    const reasons: OutcomeBatch['reasons'] = {};
    for (const [reason, count] of this.reasons) {
      const more = count - (this.#reportedReasons.get(reason) ?? 0);
      if (more > 0) reasons[reason] = more;
    }
    this.#reported = now;
    this.#reportedLatency = this.latency.slice();
    this.#reportedReasons = new Map(this.reasons);
    return {
      service: this.service,
      route: this.route,
      side: this.side,
      version,
      requests: now[0]! - last[0]!,
      failures: now[1]! - last[1]!,
      rescued: now[2]! - last[2]!,
      compared: now[3]! - last[3]!,
      mismatched: now[4]! - last[4]!,
      latency,
      reasons,
    };
  }
}

export type Cells = { monolith: Cell; service: Cell };

/** All cells of a worker, kept over table versions. */
export class Stats {
  readonly #cells = new Map<string, Cells>();
  readonly unmatched = this.of('', UNMATCHED);
  readonly keys = new ActiveBuckets();
  readonly routeKeys = new RouteKeys();
  #failures: FailedRequest[] = [];
  /** How often something happened, by name; see metrics.ts for what they mean. */
  readonly counts = {
    held: 0,
    holdExpired: 0,
    holdMsSum: 0,
    longestHoldMs: 0,
    fencesOpened: 0,
    fencesAcknowledged: 0,
    retries: 0,
    rescued: 0,
    settled: 0,
    settleTimeouts: 0,
    limited: 0,
    refused: 0,
    shadowed: 0,
    shadowSkipped: 0,
    shadowNoise: 0,
    mismatches: 0,
    clientGone: 0,
    slowClients: 0,
    busy: 0,
    upgrades: 0,
    connectionsRefused: 0,
  };

  of(service: string, route: string): Cells {
    const known = this.#cells.get(route);
    if (known) return known;
    const cells = {
      monolith: new Cell(service, route, 'monolith'),
      service: new Cell(service, route, 'service'),
    };
    this.#cells.set(route, cells);
    return cells;
  }

  *cells(): Iterable<Cell> {
    for (const { monolith, service } of this.#cells.values()) {
      yield monolith;
      yield service;
    }
  }

  /** A request failed on a side. Neither its path nor its headers are kept: they may hold secrets. */
  failed(cell: Cell, method: string, reason: FailureReason): void {
    cell.failed(reason);
    if (this.#failures.length >= FAILURES_PER_REPORT) return;
    const { service, route, side } = cell;
    this.#failures.push({ service, route, side, method, reason, at: new Date().toISOString() });
  }

  /** Outcomes since the last call, for the control plane; what no route matches is one of them. */
  takeOutcomes(version: RouteTable['version']): OutcomeBatch[] {
    const batch: OutcomeBatch[] = [];
    for (const cell of this.cells()) {
      const delta = cell.takeDelta(version);
      if (delta) batch.push(delta);
    }
    return batch;
  }

  /** The first failures since the last call. */
  takeFailures(): FailedRequest[] {
    const failures = this.#failures;
    this.#failures = [];
    return failures;
  }

  held(ms: number): void {
    this.counts.held++;
    this.counts.holdMsSum += ms;
    if (ms > this.counts.longestHoldMs) this.counts.longestHoldMs = ms;
  }
}
