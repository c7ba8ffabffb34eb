import { type EvidenceRow, readStoredEvidence } from '@banyan/gateway';
import type pg from 'pg';
import { LONG_MS, SHORT_MS } from './observation.ts';
import { addSums, emptySums, Layout, type Packed, type SideSums, tallyOf } from './packed.ts';
import { type Sample, sumTallies, type Tally } from './tally.ts';

type Span = Packed & { starts: number; version: number; toldAt: number };
/** By start, version and worker. */
type Spans = Map<string, Span>;
type ByVersion = Map<number, SideSums>;
type ServiceSpans = { layout: Layout; windows: Spans; minutes: Spans };

/** Lengths of the spans of evidence, ms; the gateway's roll-up makes the minutes of the windows. */
const WINDOW_MS = 2_000;
const MINUTE_MS = 60_000;
/** Workers report once a second: looking more often shows nothing new. */
const FRESH_MS = 1_000;
/**
 * How late a write may be seen after one that was made later, ms: for as long transactions overlap. What comes later still
 * is seen in its minute.
 */
const OVERLAP_MS = 500;

/**
 * The evidence of the last hour as it is in the database, kept in memory: a look reads what was written since the last one, windows
 * and the minutes that have taken the place of others. So a look costs the same after a minute and after a month.
 */
export class Ledger {
  readonly #pool: pg.Pool;
  #services = new Map<string, ServiceSpans>();
  /** When the newest span was written, by the database's clock. */
  #toldAt = 0;
  /** What was asked since the last read. */
  #samples = new Map<string, Sample>();
  #sums = new Map<string, ByVersion>();
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
    return [...this.#services.keys()];
  }

  /** Both sides of a service's routes as counted under `version` or a later one; not to be changed. */
  sample(service: string, window: 'short' | 'long', version: number): Sample {
    const id = `${window} ${version} ${service}`;
    const known = this.#samples.get(id);
    if (known) return known;
    const spans = this.#services.get(service);
    const sum: Sample = spans?.layout.sum(spansIn(spans, version, window, this.#now)) ?? new Map();
    this.#samples.set(id, sum);
    return sum;
  }

  /** Everything that these services answered on both sides, or on one. */
  total(
    services: readonly string[],
    window: 'short' | 'long',
    version: number,
    side?: 'monolith' | 'service',
  ): Tally {
    const sums = emptySums();
    for (const service of services)
      for (const [counted, more] of this.#sumsOf(service, window))
        if (counted >= version) addSums(sums, more);
    if (side) return tallyOf(sums[side]);
    return sumTallies([tallyOf(sums.monolith), tallyOf(sums.service)]);
  }

  /**
   * What a service answered under each version. Once for all who ask: at a look each service asks it of all others, each from a
   * version of its own on.
   */
  #sumsOf(service: string, window: 'short' | 'long'): ByVersion {
    const id = `${window} ${service}`;
    const known = this.#sums.get(id);
    if (known) return known;
    const sums: ByVersion = new Map();
    const spans = this.#services.get(service);
    for (const span of spans ? spansIn(spans, 0, window, this.#now) : []) {
      const own = sums.get(span.version) ?? emptySums();
      sums.set(span.version, own);
      spans!.layout.addTo(own, span);
    }
    this.#sums.set(id, sums);
    return sums;
  }

  async #read(now: number): Promise<void> {
    // With a clock that was turned back, what was forgotten may be of the last hour again.
    const anew = now < this.#readAt;
    const rows = await readStoredEvidence(this.#pool, {
      spansMs: [WINDOW_MS, MINUTE_MS],
      from: now - LONG_MS - MINUTE_MS,
      toldAfter: anew ? 0 : this.#toldAt - OVERLAP_MS,
    });
    if (anew) this.#services = new Map();
    // First the minutes: a window that was told after its minute was summed is not in it.
    for (const row of rows) if (row.spanMs === MINUTE_MS) this.#keepMinute(row);
    for (const row of rows)
      if (row.spanMs === WINDOW_MS) keep(this.#spansOf(row).windows, row, this.#spansOf(row).layout);
    for (const { toldAt } of rows) this.#toldAt = Math.max(this.#toldAt, toldAt);
    this.#forget(now - LONG_MS);
    this.#samples = new Map();
    this.#sums = new Map();
    this.#readAt = now;
    this.#now = now;
  }

  /** It is the sum of windows that are there no more. */
  #keepMinute(row: EvidenceRow): void {
    const { minutes, windows, layout } = this.#spansOf(row);
    if (!keep(minutes, row, layout)) return;
    for (const [id, { starts, version }] of windows)
      if (version === row.version && starts >= row.starts && starts < row.starts + MINUTE_MS)
        windows.delete(id);
  }

  #spansOf({ service }: EvidenceRow): ServiceSpans {
    const known = this.#services.get(service);
    if (known) return known;
    const spans = { layout: new Layout(), windows: new Map(), minutes: new Map() };
    this.#services.set(service, spans);
    return spans;
  }

  /** Spans that were over at `before`. */
  #forget(before: number): void {
    for (const [service, { windows, minutes }] of this.#services) {
      for (const [id, { starts }] of windows) if (starts + WINDOW_MS <= before) windows.delete(id);
      for (const [id, { starts }] of minutes) if (starts + MINUTE_MS <= before) minutes.delete(id);
      if (windows.size + minutes.size === 0) this.#services.delete(service);
    }
  }
}

/** True: it was not known, or not like this. */
function keep(spans: Spans, row: EvidenceRow, layout: Layout): boolean {
  const { starts, version, worker, toldAt, outcomes } = row;
  const id = `${starts} ${version} ${worker}`;
  if (spans.get(id)?.toldAt === toldAt) return false;
  spans.set(id, { ...layout.pack(outcomes), starts, version, toldAt });
  return true;
}

function* spansIn(
  { windows, minutes }: ServiceSpans,
  version: number,
  window: 'short' | 'long',
  now: number,
): Iterable<Span> {
  const from = window === 'short' ? now - SHORT_MS : Number.NEGATIVE_INFINITY;
  for (const span of windows.values()) if (span.version >= version && span.starts >= from) yield span;
  if (window === 'long') for (const span of minutes.values()) if (span.version >= version) yield span;
}
