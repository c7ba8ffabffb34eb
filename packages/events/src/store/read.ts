import type { Queryable } from '@banyan/postgres';
import pg from 'pg';
import type { EventTypes } from './event-types.ts';
import type { SubjectKeys } from './keys.ts';
import { decryptPersonal } from './personal.ts';
import type { RecordedEvent } from './types.ts';

/** Columns in the order that `toEvents` takes them. */
export const EVENT_COLUMNS =
  'position, stream, version, id, type, type_version, at, actor, subject, correlation_id, causation_id, metadata, personal, data';

/**
 * Runs a query for `EVENT_COLUMNS` and makes events of its rows: encrypted fields decrypted, data brought to the newest version.
 * `name` makes it a prepared statement.
 */
export async function queryEvents(
  db: Queryable,
  reading: { types: EventTypes; keys: SubjectKeys },
  query: { name?: string; text: string; values: unknown[] },
): Promise<RecordedEvent[]> {
  const { rows } = await db.query<Row>({
    ...query,
    rowMode: 'array',
    types: RAW_TIME,
  } as pg.QueryArrayConfig);
  const events: RecordedEvent[] = new Array(rows.length);
  const encrypted = rows.some((row) => row[12] !== null)
    ? await decryptPersonal(db, reading.keys, rows.map(toEncryptable))
    : undefined;
  const forgottenOf = new Map([...(encrypted ?? [])].map(([event, fields]) => [event.id, fields]));
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    const event: RecordedEvent = {
      position: row[0],
      stream: row[1],
      version: row[2],
      id: row[3],
      type: row[4],
      at: toRfc3339(row[6]),
      correlationId: row[9] ?? row[3],
      data: reading.types.upcast(row[4], row[5], row[13]),
    };
    if (row[7] !== null) event.actor = row[7];
    if (row[8] !== null) event.subject = row[8];
    if (row[10] !== null) event.causationId = row[10];
    if (row[11] !== null) event.metadata = row[11];
    if (row[12] !== null) event.personal = row[12];
    const forgotten = row[12] === null ? undefined : forgottenOf.get(row[3]);
    if (forgotten) event.forgotten = forgotten;
    events[index] = event;
  }
  return events;
}

type Row = [
  position: number,
  stream: string,
  version: number,
  id: string,
  type: string,
  typeVersion: number,
  at: string,
  actor: string | null,
  subject: string | null,
  correlationId: string | null,
  causationId: string | null,
  metadata: Record<string, unknown> | null,
  personal: string[] | null,
  data: Record<string, unknown>,
];

function toEncryptable(row: Row) {
  return { id: row[3], subject: row[8], personal: row[12], data: row[13] };
}

const INT8 = 20;
const TIMESTAMPTZ = 1184;
const RAW_TIME = {
  // biome-ignore lint/suspicious/noExplicitAny: as pg declares it
  getTypeParser(oid: number, format?: any): any {
    if (oid === TIMESTAMPTZ) return String;
    return oid === INT8 ? Number : pg.types.getTypeParser(oid, format);
  },
};

/** `2026-11-21 22:45:14.123456+00` as sessions pinned to UTC write it; other zones cost a Date and its microseconds. */
export function toRfc3339(text: string): string {
  if (text.endsWith('+00')) return `${text.slice(0, 10)}T${text.slice(11, -3)}Z`;
  return new Date(text).toISOString();
}
