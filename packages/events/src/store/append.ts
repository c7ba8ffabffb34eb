import type { Queryable } from '@banyan/postgres';
import { EventStoreError } from './errors.ts';
import type { AppendOptions } from './types.ts';

/** An event ready for its row. */
export type EventRow = {
  id: string;
  type: string;
  typeVersion: number;
  subject: string | null;
  personal: readonly string[] | null;
  data: Record<string, unknown>;
};

export type AppendedRows = {
  version: number;
  positions: number[];
  /** As the session writes times. */
  at: string;
};

/**
 * Appends in one statement. A conflict leaves a READ COMMITTED transaction usable: nothing was written, and nothing failed
 * on the server.
 */
export async function appendRows(
  db: Queryable,
  stream: string,
  rows: readonly EventRow[],
  options: AppendOptions,
): Promise<AppendedRows> {
  const expected = options.expectedVersion === 'none' ? 0 : options.expectedVersion;
  for (;;) {
    const result = await db.query<ResultRow>(
      rows.length === 1 ? one(stream, rows[0]!, expected, options) : many(stream, rows, expected, options),
    );
    const row = result.rows[0]!;
    if (row.position !== null) {
      const positions = Array.isArray(row.position) ? row.position.map(Number) : [Number(row.position)];
      return { version: row.actual + rows.length, positions, at: row.at! };
    }
    // Somebody else came in between. With `any` that is no conflict: the next statement sees theirs.
    if (expected === 'any') continue;
    const actual = row.actual === expected ? await headOf(db, stream) : row.actual;
    throw new EventStoreError('VERSION_CONFLICT', { stream, expected, actual });
  }
}

/** One event, alone in its transaction, to an expected version: the common case. */
export type LoneAppend = { stream: string; row: EventRow; expected: number; options: AppendOptions };

/**
 * In the plainest statement there is. A failed INSERT dooms nothing here, so the unique index may say no by an error.
 */
export async function appendAlone(
  db: Queryable,
  { stream, row, expected, options }: LoneAppend,
): Promise<{ version: number; positions: number[] }> {
  try {
    const { rows } = await db.query<{ position: string }>(alone(stream, row, expected, options));
    if (rows[0]) return { version: expected + 1, positions: [Number(rows[0].position)] };
  } catch (error) {
    if ((error as { constraint?: string }).constraint !== UNIQUE_VERSION) throw error;
  }
  throw new EventStoreError('VERSION_CONFLICT', { stream, expected, actual: await headOf(db, stream) });
}

/** Several of them, to different streams. By stream the positions of those whose expected version was there. */
export async function appendTogether(
  db: Queryable,
  appends: readonly LoneAppend[],
): Promise<Map<string, number>> {
  // In the order of their streams, as every process does: so no two wait for each other.
  const sorted = appends.toSorted((a, b) => (a.stream < b.stream ? -1 : 1));
  const events = sorted.map(({ stream, row, expected, options }) => {
    const { actor, correlationId, causationId, metadata } = options;
    return { stream, expected, ...row, actor, correlationId, causationId, metadata };
  });
  const { rows } = await db.query<{ stream: string; position: string }>({
    name: 'banyan_events_append_together',
    text: TOGETHER,
    values: [JSON.stringify(events)],
  });
  return new Map(rows.map(({ stream, position }) => [stream, Number(position)]));
}

/** A stream that is to begin, with all that it begins with. */
export type NewStream = { stream: string; rows: readonly EventRow[] };

/**
 * Begins streams, all of them in one statement, and passes over those that have an event already. Resolves with how many events were
 * written.
 */
export async function appendFirst(
  db: Queryable,
  streams: readonly NewStream[],
  options: Omit<AppendOptions, 'expectedVersion'>,
): Promise<number> {
  if (streams.length === 0) return 0;
  // In the order of their streams, as every process does: so no two wait for each other.
  const sorted = streams.toSorted((a, b) => (a.stream < b.stream ? -1 : 1));
  const events = sorted.flatMap(({ stream, rows }) =>
    rows.map((row, index) => ({ stream, nth: index + 1, ...row })),
  );
  const { rows } = await db.query<{ written: number }>({
    name: 'banyan_events_append_first',
    text: FIRST,
    values: [JSON.stringify(events), ...shared(options)],
  });
  return rows[0]!.written;
}

/** 0 if there is no event. */
export async function headOf(db: Queryable, stream: string): Promise<number> {
  const { rows } = await db.query<{ version: number }>({
    name: 'banyan_events_head',
    text: 'SELECT version FROM banyan_events.events WHERE stream = $1 ORDER BY version DESC LIMIT 1',
    values: [stream],
  });
  return rows[0]?.version ?? 0;
}

const UNIQUE_VERSION = 'events_stream_version_key';

type ResultRow = { actual: number; position: string | string[] | null; at: string | null };

const COLUMNS =
  'stream, version, id, type, type_version, subject, personal, data, actor, correlation_id, causation_id, metadata, at';

const ALONE = `
  INSERT INTO banyan_events.events (${COLUMNS})
  SELECT $1, $2 + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, clock_timestamp()
    WHERE $2 = 0 OR EXISTS (SELECT 1 FROM banyan_events.events WHERE stream = $1 AND version = $2)
  RETURNING position`;

// Not EXISTS: that could be planned by way of a hash table of all events.
const TOGETHER = `
  INSERT INTO banyan_events.events (${COLUMNS})
  SELECT stream, expected + 1, id, type, "typeVersion", subject, personal, data, actor, "correlationId", "causationId",
         metadata, clock_timestamp()
    FROM jsonb_to_recordset($1) AS e(
      stream text, expected int, id uuid, type text, "typeVersion" smallint, subject text, personal text[], data jsonb,
      actor text, "correlationId" text, "causationId" text, metadata jsonb)
    WHERE expected = 0
       OR (SELECT true FROM banyan_events.events b WHERE b.stream = e.stream AND b.version = e.expected)
  RETURNING stream, position`;

// As in MANY, whoever has the first version has the others too.
const FIRST = `
  WITH event AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($1) AS e(stream text, nth int, id uuid, type text, "typeVersion" smallint, subject text,
                                              personal text[], data jsonb)),
  first AS (
    INSERT INTO banyan_events.events (${COLUMNS})
    SELECT stream, 1, id, type, "typeVersion", subject, personal, data, $2, $3, $4, $5::jsonb, clock_timestamp() FROM event
      WHERE nth = 1 ORDER BY stream COLLATE "C"
    ON CONFLICT (stream, version) DO NOTHING RETURNING stream),
  rest AS (
    INSERT INTO banyan_events.events (${COLUMNS})
    SELECT stream, nth, id, type, "typeVersion", subject, personal, data, $2, $3, $4, $5::jsonb, clock_timestamp() FROM event
      WHERE nth > 1 AND stream COLLATE "C" IN (SELECT stream FROM first) ORDER BY stream COLLATE "C", nth
    RETURNING 1)
  SELECT ((SELECT count(*) FROM first) + (SELECT count(*) FROM rest))::int AS written`;

const HEAD = `head AS MATERIALIZED (
    SELECT coalesce((SELECT version FROM banyan_events.events WHERE stream = $1 ORDER BY version DESC LIMIT 1), 0) AS version,
           clock_timestamp() AS at)`;

// The unique index decides between two that saw the same head; DO NOTHING, since an error would doom the caller's
// transaction.
const ONE = `
  WITH ${HEAD},
  appended AS (
    INSERT INTO banyan_events.events (${COLUMNS})
    SELECT $1, version + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, at FROM head
      WHERE $2::int IS NULL OR version = $2
    ON CONFLICT (stream, version) DO NOTHING RETURNING position)
  SELECT head.version AS actual, position, at::text FROM head LEFT JOIN appended ON true`;

// Whoever has the first version has the others too: the rest follows only if the first was inserted, so a conflict never
// leaves half of an append.
const MANY = `
  WITH ${HEAD},
  event AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($3) AS e(nth int, id uuid, type text, "typeVersion" smallint, subject text,
                                              personal text[], data jsonb)),
  first AS (
    INSERT INTO banyan_events.events (${COLUMNS})
    SELECT $1, version + nth, id, type, "typeVersion", subject, personal, data, $4, $5, $6, $7, at FROM head, event
      WHERE nth = 1 AND ($2::int IS NULL OR version = $2)
    ON CONFLICT (stream, version) DO NOTHING RETURNING position),
  rest AS (
    INSERT INTO banyan_events.events (${COLUMNS})
    SELECT $1, version + nth, id, type, "typeVersion", subject, personal, data, $4, $5, $6, $7, at FROM head, event
      WHERE nth > 1 AND EXISTS (SELECT 1 FROM first) ORDER BY nth
    RETURNING position)
  SELECT head.version AS actual, at::text,
         CASE WHEN first.position IS NOT NULL
           THEN (SELECT first.position || array_agg(rest.position ORDER BY rest.position) FROM rest) END AS position
  FROM head LEFT JOIN first ON true`;

function alone(stream: string, row: EventRow, expected: number, options: AppendOptions) {
  return { name: 'banyan_events_append_alone', text: ALONE, values: single(stream, row, expected, options) };
}

function one(stream: string, row: EventRow, expected: number | 'any', options: AppendOptions) {
  const values = single(stream, row, expected === 'any' ? null : expected, options);
  return { name: 'banyan_events_append', text: ONE, values };
}

function single(stream: string, row: EventRow, expected: number | null, options: AppendOptions): unknown[] {
  const { id, type, typeVersion, subject, personal, data } = row;
  return [
    stream,
    expected,
    id,
    type,
    typeVersion,
    subject,
    personal,
    JSON.stringify(data),
    ...shared(options),
  ];
}

function many(stream: string, rows: readonly EventRow[], expected: number | 'any', options: AppendOptions) {
  const events = JSON.stringify(rows.map((row, index) => ({ nth: index + 1, ...row })));
  return {
    name: 'banyan_events_append_many',
    text: MANY,
    values: [stream, expected === 'any' ? null : expected, events, ...shared(options)],
  };
}

function shared({
  actor,
  correlationId,
  causationId,
  metadata,
}: Omit<AppendOptions, 'expectedVersion'>): unknown[] {
  return [
    actor ?? null,
    correlationId ?? null,
    causationId ?? null,
    metadata ? JSON.stringify(metadata) : null,
  ];
}
