import { createPool, errorCode } from '@banyan/postgres';
import { describeTable } from '../catalog/catalog.ts';
import { keyOrder } from '../catalog/key-order.ts';
import type { Key, KeyRange } from '../catalog/key-ranges.ts';
import { Meter, type Progress, type Throttle } from '../copy/throttle.ts';
import { ReplicationError } from '../errors.ts';
import { typesKnownTo } from '../link/link-record.ts';
import { nameOf, type TableMapping } from '../mapping/mapping.ts';
import { legacyRowsSql } from '../mapping/row-set.ts';
import { type ConfirmedRow, confirm, type Position, type Verdict } from './confirm.ts';
import { projectionOf } from './projection.ts';
import { TableReader } from './table-reader.ts';

export type VerifyOptions = {
  /** Connection URL of the monolith's database. */
  legacy: string;
  /** Connection URL of the service's database. */
  service: string;
  mapping: TableMapping;
  /** All mappings of the service; needed where owners are found by parents. Default: this one alone. */
  tables?: readonly TableMapping[];
  salt: string;
  /** Basis points of keys that the service owns. */
  share: number;
  /** Resolves once the link of that direction has applied its source's WAL up to `lsn`. Asked with `reverse` only if `share` > 0. */
  waitApplied: (position: Position) => Promise<void>;
  signal?: AbortSignal;
  onProgress?: (progress: Progress & { cursor: VerifyCursor }) => void;
  /** The last `cursor` of an earlier run: goes on behind it with its counts. */
  resumeFrom?: VerifyCursor;
  /** Rows in a range at most. Default 50,000, less where rows are wide. */
  rangeRows?: number;
  throttle?: Throttle;
  /** Called with the legacy keys of divergent rows as they are found, some thousand at a time. It goes on when this has resolved. */
  onDiffering?: (keys: Record<string, string | null>[]) => Promise<void>;
  /** An empty table on both sides is a pass. Default false: NOTHING_COMPARED is thrown. */
  allowEmpty?: boolean;
};

/** Where a verification stands; plain JSON. */
export type VerifyCursor = {
  table: string;
  lower: Key | null;
  verdict: Omit<TableVerdict, 'complete' | 'verdict'>;
};

export type TableVerdict = {
  /** The legacy table. */
  table: string;
  /** The gravest that was found. */
  verdict: Verdict;
  /** Rows compared: keys that are on either side. */
  rows: number;
  consistent: number;
  missingInNew: number;
  missingInLegacy: number;
  inconsistent: number;
  /** Differed at every look, but were changed meanwhile: neither right nor wrong. */
  inFlight: number;
  /** Up to 20 divergent rows: key, verdict, the columns that differ. */
  sample: { key: Record<string, string | null>; verdict: Verdict; columns: string[] }[];
  /** Legacy keys of divergent rows, for `repair`. At most 10,000; `onDiffering` is told all. */
  differing: Record<string, string | null>[];
  /** False if `signal` ended it early. */
  complete: boolean;
};

/**
 * Compares a table on both sides: checksums of key ranges, computed by the databases themselves; ranges that differ
 * are halved down to rows; rows that differ are looked at again once what was in flight has arrived.
 */
export async function verify(options: VerifyOptions): Promise<TableVerdict> {
  const legacyPool = createPool(options.legacy, { max: 2, applicationName: 'banyan-verify', exact: true });
  const servicePool = createPool(options.service, { max: 2, applicationName: 'banyan-verify', exact: true });
  try {
    const { mapping, signal, rangeRows = RANGE_ROWS } = options;
    const { legacy, service } = await openReaders(options, legacyPool, servicePool);
    const tally = new Tally(mapping, options.resumeFrom);
    const meter = new Meter(await legacy.estimate(), 0, {
      throttle: options.throttle,
      onProgress: (progress) => options.onProgress?.({ ...progress, cursor: tally.cursor(lower) }),
    });
    if (!options.resumeFrom) tally.keyless(await legacy.countKeyless(), await service.countKeyless());
    const step = Math.max(1, Math.min(rangeRows, Math.floor(RANGE_BYTES / legacy.rowBytes)));
    let lower = options.resumeFrom?.lower ?? null;
    let next = legacy.boundary({ lower, upper: null }, step);
    for (let done = false; !done && !signal?.aborted; ) {
      await meter.permission(signal);
      const upper: Key | null = await next;
      const range: KeyRange = { lower, upper };
      // The next boundary is found while this range is computed.
      if (upper) next = legacy.boundary({ lower: upper, upper: null }, step);
      next.catch(() => {});
      const before = tally.result.rows;
      await compareRange(legacy, service, range, tally, options);
      await tally.tell(options.onDiffering, 1);
      lower = upper;
      done = upper === null;
      meter.add(tally.result.rows - before);
    }
    const complete = !signal?.aborted;
    if (complete && tally.result.rows === 0 && !options.allowEmpty)
      throw new ReplicationError('NOTHING_COMPARED', { table: nameOf(mapping.legacy) });
    return { ...tally.result, verdict: tally.verdict, complete };
  } finally {
    await Promise.all([legacyPool.end(), servicePool.end()]);
  }
}

async function openReaders(
  { mapping, tables = [mapping], salt, share }: VerifyOptions,
  legacyPool: ReturnType<typeof createPool>,
  servicePool: ReturnType<typeof createPool>,
): Promise<{ legacy: TableReader; service: TableReader }> {
  const legacyTable = await describeTable(legacyPool, mapping.legacy);
  const serviceTable = await describeTable(servicePool, mapping.service);
  if (!legacyTable || !serviceTable)
    throw new ReplicationError('TARGET_SHAPE', {
      table: nameOf(mapping.legacy),
      why: 'a side has no such table',
    });
  const known = await typesKnownTo(servicePool, legacyTable);
  const projection = projectionOf(mapping, legacyTable, serviceTable, { share, salt, tables }, known);
  const orders = await keyOrder(
    { db: legacyPool, table: legacyTable, key: mapping.legacy.key },
    { db: servicePool, table: serviceTable, key: mapping.service.key },
  );
  return {
    legacy: new TableReader(
      legacyPool,
      legacyTable,
      mapping.legacy.key,
      projection,
      'legacy',
      orders,
      legacyRowsSql(mapping),
    ),
    service: new TableReader(servicePool, serviceTable, mapping.service.key, projection, 'service', orders),
  };
}

/** Equal checksums end it; small ranges are compared row by row; others are cut in pieces. */
async function compareRange(
  legacy: TableReader,
  service: TableReader,
  range: KeyRange,
  tally: Tally,
  options: VerifyOptions,
  depth = 0,
): Promise<void> {
  if (options.signal?.aborted) return;
  const [left, right] = await checksums(legacy, service, range);
  if (left.count === right.count && left.hash === right.hash) {
    tally.equal(left.count);
    return;
  }
  const larger = left.count >= right.count ? legacy : service;
  const most = Math.max(left.count, right.count);
  if (most <= ROWWISE || depth === DEPTH) return await compareRows(legacy, service, range, tally, options);
  // Smaller pieces than are compared row by row would only be more of them.
  const step = Math.max(ROWWISE, Math.ceil(most / PIECES));
  let lower = range.lower;
  for (;;) {
    const found: Key | null = await larger.boundary({ lower, upper: range.upper }, step);
    const piece = { lower, upper: found ?? range.upper };
    await compareRange(legacy, service, piece, tally, options, depth + 1);
    if (!found) return;
    lower = found;
  }
}

/** Of rows that are too large to be one text, value by value. */
async function checksums(legacy: TableReader, service: TableReader, range: KeyRange) {
  const both = (piecewise: boolean) =>
    Promise.all([legacy.checksum(range, piecewise), service.checksum(range, piecewise)]);
  try {
    return await both(false);
  } catch (error) {
    if (!isTooLarge(error)) throw error;
    return await both(true);
  }
}

/** 54000: a text would be longer than it can be; XX000, by its words: more memory than one value may have. */
function isTooLarge(error: unknown): boolean {
  const code = errorCode(error);
  if (code === '54000' || code === '53200') return true;
  return code === 'XX000' && /invalid memory alloc request size/.test((error as Error).message);
}

async function compareRows(
  legacy: TableReader,
  service: TableReader,
  range: KeyRange,
  tally: Tally,
  options: VerifyOptions,
): Promise<void> {
  const [left, right] = await Promise.all([legacy.rows(range), service.rows(range)]);
  const keys = new Map([...left, ...right].map(([id, row]) => [id, row.key]));
  const candidates: Key[] = [];
  for (const [id, key] of keys) {
    if (left.get(id)?.hash === right.get(id)?.hash) tally.equal(1);
    else candidates.push(key);
  }
  if (candidates.length === 0) return;
  const confirmed = await confirm(legacy, service, candidates, options);
  for (const row of confirmed) tally.add(row);
  await tally.tell(options.onDiffering, TOLD_AT_ONCE);
}

const RANGE_ROWS = 50_000;
const RANGE_BYTES = 8 * 1024 * 1024;
const ROWWISE = 500;
const PIECES = 16;
/** Cuts of cuts, after which rows are compared one by one however many there are. */
const DEPTH = 8;
const SAMPLE = 20;
const DIFFERING = 10_000;
/** Whoever is told of divergent rows opens connections each time. */
const TOLD_AT_ONCE = 2_000;

/** What was found so far. */
class Tally {
  readonly result: VerifyCursor['verdict'];
  readonly #mapping: TableMapping;
  #untold: Record<string, string | null>[] = [];

  constructor(mapping: TableMapping, before: VerifyCursor | undefined) {
    this.#mapping = mapping;
    this.result = before
      ? structuredClone(before.verdict)
      : {
          table: nameOf(mapping.legacy),
          rows: 0,
          consistent: 0,
          missingInNew: 0,
          missingInLegacy: 0,
          inconsistent: 0,
          inFlight: 0,
          sample: [],
          differing: [],
        };
  }

  get verdict(): Verdict {
    const { inconsistent, missingInLegacy, missingInNew } = this.result;
    if (inconsistent > 0) return 'INCONSISTENT';
    if (missingInNew > 0) return 'MISSING_IN_NEW';
    return missingInLegacy > 0 ? 'MISSING_IN_LEGACY' : 'CONSISTENT';
  }

  cursor(lower: Key | null): VerifyCursor {
    return { table: this.result.table, lower, verdict: structuredClone(this.result) };
  }

  equal(rows: number): void {
    this.result.rows += rows;
    this.result.consistent += rows;
  }

  /** Nobody can say which row of the other side such a row is: each is missing there. */
  keyless(legacy: number, service: number): void {
    const { result } = this;
    result.rows += legacy + service;
    result.missingInNew += legacy;
    result.missingInLegacy += service;
    const key = Object.fromEntries(this.#mapping.legacy.key.map((name) => [name, null]));
    if (legacy > 0) result.sample.push({ key, verdict: 'MISSING_IN_NEW', columns: [] });
    if (service > 0) result.sample.push({ key, verdict: 'MISSING_IN_LEGACY', columns: [] });
  }

  /** Hands over the keys that were found since, if there are so many. */
  async tell(to: VerifyOptions['onDiffering'], least: number): Promise<void> {
    if (this.#untold.length < least) return;
    const keys = this.#untold;
    this.#untold = [];
    await to?.(keys);
  }

  add({ key, outcome, columns }: ConfirmedRow): void {
    const { result } = this;
    // A row that is gone on both sides by now was no row to compare.
    if (outcome === 'GONE') return;
    result.rows++;
    if (outcome === 'CONSISTENT') result.consistent++;
    else if (outcome === 'IN_FLIGHT') result.inFlight++;
    else if (outcome === 'MISSING_IN_NEW') result.missingInNew++;
    else if (outcome === 'MISSING_IN_LEGACY') result.missingInLegacy++;
    else result.inconsistent++;
    if (outcome === 'CONSISTENT' || outcome === 'IN_FLIGHT') return;
    const named = Object.fromEntries(this.#mapping.legacy.key.map((name, index) => [name, key[index]!]));
    if (result.sample.length < SAMPLE) result.sample.push({ key: named, verdict: outcome, columns });
    if (result.differing.length < DIFFERING) result.differing.push(named);
    this.#untold.push(named);
  }
}
