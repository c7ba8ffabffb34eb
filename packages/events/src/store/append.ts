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

/** 0 if there is no event. */
export async function headOf(db: Queryable, stream: string): Promise<number> {
  const { rows } = await db.query<{ version: number }>({
    name: 'banyan_events_head',
    text: 'SELECT version FROM banyan_events.events WHERE stream = $1 ORDER BY version DESC LIMIT 1',
    values: [stream],
  });
  return rows[0]?.version ?? 0;
}

type ResultRow = { actual: number; position: string | string[] | null; at: string | null };

const COLUMNS =
  'stream, version, id, type, type_version, subject, personal, data, actor, correlation_id, causation_id, metadata, at';

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

function one(stream: string, row: EventRow, expected: number | 'any', options: AppendOptions) {
  return {
    name: 'banyan_events_append',
    text: ONE,
    values: [
      stream,
      expected === 'any' ? null : expected,
      row.id,
      row.type,
      row.typeVersion,
      row.subject,
      row.personal,
      JSON.stringify(row.data),
      ...shared(options),
    ],
  };
}

function many(stream: string, rows: readonly EventRow[], expected: number | 'any', options: AppendOptions) {
  const events = JSON.stringify(rows.map((row, index) => ({ nth: index + 1, ...row })));
  return {
    name: 'banyan_events_append_many',
    text: MANY,
    values: [stream, expected === 'any' ? null : expected, events, ...shared(options)],
  };
}

function shared({ actor, correlationId, causationId, metadata }: AppendOptions): unknown[] {
  return [
    actor ?? null,
    correlationId ?? null,
    causationId ?? null,
    metadata ? JSON.stringify(metadata) : null,
  ];
}
