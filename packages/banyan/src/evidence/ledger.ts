import { type EvidenceRow, type Outcome, readEvidence } from '@banyan/gateway';
import type pg from 'pg';
import { LONG_MS, SHORT_MS } from './observation.ts';
import { addTally, emptyTally, type Sample, sumTallies, type Tally, tallyOf } from './tally.ts';

type Cell = { route: string; side: Outcome['side']; tally: Tally };
type Span = { starts: number; version: number; worker: string; cells: Cell[] };

/** Lengths of the spans of evidence, ms; the gateway's roll-up makes the ones of the others. */
const WINDOW_MS = 2_000;
const MINUTE_MS = 60_000;
/** Workers report once a second: looking more often shows nothing new. */
const FRESH_MS = 1_000;
/** How late a write may be seen after one that was made later, ms: for as long transactions overlap. */
const OVERLAP_MS = 500;
/** Spans that began longer ago than this no longer grow, ms; if one does, the next full read sees it. */
const SETTLED_MS = 10_000;

/**
 * The evidence of the last hour, kept in memory as far as it no longer changes: a look reads the newest spans, and once a
 * minute everything, which the roll-up has summed meanwhile. So a look costs the same after a minute and after a month.
 */
export class Ledger {
  readonly #pool: pg.Pool;
  #windows = new Map<string, Map<string, Span>>();
  #minutes = new Map<string, Span[]>();
  /** By service and version: sums of the minutes and of the spans that no longer grow, those before `upTo`. */
  #settled = new Map<string, { upTo: number; sum: Sample }>();
  /** When the newest span was written, by the database's clock. */
  #toldAt = 0;
  /** What was asked since the last read. */
  #samples = new Map<string, Sample>();
  #fullAt = Number.NEGATIVE_INFINITY;
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | null = null;
  #now = 0;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** Brings it up to `now` (ms since 1970), unless it has been within the last second. */
  refresh(now: number): Promise<void> {
    const age = now - this.#readAt;
    if (age >= 0 && age < FRESH_MS) return Promise.resolve();
    this.#reading ??= this.#read(now).finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  /** Services that have evidence; '' is what no route matches. */
  services(): string[] {
    return [...new Set([...this.#windows.keys(), ...this.#minutes.keys()])];
  }

  /** Both sides of a service's routes as counted under `version` or a later one; not to be changed. */
  sample(service: string, window: 'short' | 'long', version: number): Sample {
    const id = `${window} ${version} ${service}`;
    const known = this.#samples.get(id);
    if (known) return known;
    const sum = window === 'short' ? this.#shortSum(service, version) : this.#longSum(service, version);
    this.#samples.set(id, sum);
    return sum;
  }

  /** Everything a service answered on both sides, or on one. */
  total(service: string, window: 'short' | 'long', version: number, side?: 'monolith' | 'service'): Tally {
    const both = [...this.sample(service, window, version).values()];
    return sumTallies(both.flatMap((one) => (side ? [one[side]] : [one.monolith, one.service])));
  }

  async #read(now: number): Promise<void> {
    if (now - this.#fullAt >= MINUTE_MS || now < this.#readAt) await this.#readAll(now);
    else {
      const toldAfter = this.#toldAt - OVERLAP_MS;
      const rows = await readEvidence(this.#pool, { spansMs: [WINDOW_MS], from: now - LONG_MS, toldAfter });
      for (const row of rows) this.#keep(row);
    }
    this.#samples = new Map();
    this.#readAt = now;
    this.#now = now;
  }

  async #readAll(now: number): Promise<void> {
    const rows = await readEvidence(this.#pool, { spansMs: [WINDOW_MS, MINUTE_MS], from: now - LONG_MS });
    this.#minutes = new Map();
    this.#settled = new Map();
    this.#windows = new Map();
    for (const row of rows) {
      if (row.spanMs === WINDOW_MS) this.#keep(row);
      else this.#minutes.set(row.service, [...(this.#minutes.get(row.service) ?? []), spanOf(row)]);
    }
    this.#fullAt = now;
  }

  #keep(row: EvidenceRow): void {
    const spans = this.#windows.get(row.service) ?? new Map<string, Span>();
    this.#windows.set(row.service, spans);
    spans.set(`${row.starts} ${row.version} ${row.worker}`, spanOf(row));
    this.#toldAt = Math.max(this.#toldAt, row.toldAt);
  }

  #shortSum(service: string, version: number): Sample {
    const sum: Sample = new Map();
    for (const span of this.#windowsFrom(service, version, this.#now - SHORT_MS)) addSpan(sum, span);
    return sum;
  }

  #longSum(service: string, version: number): Sample {
    const id = `${version} ${service}`;
    const known = this.#settled.get(id) ?? { upTo: 0, sum: this.#sumOfMinutes(service, version) };
    const upTo = this.#now - SETTLED_MS;
    for (const span of this.#windowsFrom(service, version, known.upTo))
      if (span.starts < upTo) addSpan(known.sum, span);
    this.#settled.set(id, { upTo: Math.max(upTo, known.upTo), sum: known.sum });
    const sum: Sample = new Map();
    addSample(sum, known.sum);
    for (const span of this.#windowsFrom(service, version, Math.max(upTo, known.upTo))) addSpan(sum, span);
    return sum;
  }

  *#windowsFrom(service: string, version: number, from: number): Iterable<Span> {
    for (const span of this.#windows.get(service)?.values() ?? [])
      if (span.version >= version && span.starts >= from) yield span;
  }

  #sumOfMinutes(service: string, version: number): Sample {
    const sum: Sample = new Map();
    for (const span of this.#minutes.get(service) ?? []) if (span.version >= version) addSpan(sum, span);
    return sum;
  }
}

function spanOf({ starts, version, worker, outcomes }: EvidenceRow): Span {
  const cells = outcomes.map((outcome) => ({
    route: outcome.route,
    side: outcome.side,
    tally: tallyOf(outcome),
  }));
  return { starts, version, worker, cells };
}

function addSpan(sum: Sample, { cells }: Span): void {
  for (const { route, side, tally } of cells) addTally(bothOf(sum, route)[side], tally);
}

function addSample(sum: Sample, more: Sample): void {
  for (const [route, { monolith, service }] of more) {
    const both = bothOf(sum, route);
    addTally(both.monolith, monolith);
    addTally(both.service, service);
  }
}

function bothOf(sum: Sample, route: string): { monolith: Tally; service: Tally } {
  const known = sum.get(route);
  if (known) return known;
  const both = { monolith: emptyTally(), service: emptyTally() };
  sum.set(route, both);
  return both;
}
