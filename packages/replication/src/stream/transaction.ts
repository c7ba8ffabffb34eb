import type { Lsn, RawInserts, Tuple } from '@banyan/postgres';
import type { BoundTable } from '../apply/bound-table.ts';

/** A change as the source made it, before anybody asked who owns the row. */
export type RowEvent = {
  kind: 'insert' | 'update' | 'delete';
  table: BoundTable;
  /** New row; of a delete the old key or row. */
  row: Tuple;
  /** The old row if the source sends it whole, else the old key if it changed. */
  old: Tuple | undefined;
  /** `old` holds all columns (REPLICA IDENTITY FULL). */
  full: boolean;
  /**
   * Made by a cascade or a trigger of the monolith's own, which its guard let through: the columns that it changed (none for
   * a delete). Counts whoever owns the row.
   */
  carried: ReadonlySet<string> | undefined;
};

/** Inserts that follow one another, not decoded yet. */
export type InsertsEvent = { kind: 'inserts'; table: BoundTable; inserts: RawInserts };

export function rowEvents({ table, inserts }: InsertsEvent): RowEvent[] {
  return inserts
    .rows()
    .map((row) => ({ kind: 'insert', table, row, old: undefined, full: false, carried: undefined }));
}

export type RepairEvent = {
  kind: 'repair';
  table: BoundTable;
  rows: RepairRow[];
  /** As of a row's change; the rows are what a deleted parent has made of them. */
  carried: ReadonlySet<string> | undefined;
  /** In force when it was asked for, if a link has asked. */
  share: number | undefined;
  /** By which it is believed. */
  token: string;
};

/** Forward-only columns of rows that the link the other way has inserted; what is not told of a row is absent. */
export type AnnouncedEvent = { kind: 'announced'; table: BoundTable; rows: Tuple[] };

/** The owner's row as it was when the repair was asked for; `row` null if there was none. */
export type RepairRow = { key: Record<string, string | null>; row: Record<string, string | null> | null };

/** One row of a repair as a change of it; what is not said of it is absent. */
export function repairEvent(
  table: BoundTable,
  record: Record<string, string | null>,
  present: boolean,
  carried: RowEvent['carried'],
): RowEvent {
  const row = [...table.columnNames].map((name) => (name in record ? record[name] : undefined));
  return { kind: present ? 'update' : 'delete', table, row, old: undefined, full: false, carried };
}

export type TruncateEvent = { kind: 'truncate'; table: BoundTable };

type Event = RowEvent | InsertsEvent | RepairEvent | AnnouncedEvent | TruncateEvent;

/** A committed transaction of the source, or what has arrived of it. */
export type SourceTransaction = {
  /** Position of the commit record; known from the start. */
  finalLsn: Lsn;
  /** The position to acknowledge. 0 until the commit has arrived. */
  endLsn: Lsn;
  /** Microseconds since 1970. */
  commitTime: bigint;
  /** Of the replication origin, if the transaction was replicated to the source itself. */
  origin: string | undefined;
  /** The last logical message for the observer of rows. */
  message: string | undefined;
  events: Event[];
  /** Ids of barriers that end here. */
  markers: string[];
  rows: number;
  /** Of its rows, about. */
  bytes: number;
};

/** Its changes are applied and not looked at again. */
export function releaseRows(transaction: SourceTransaction): void {
  for (const event of transaction.events) if (event.kind === 'inserts') event.inserts.release();
  transaction.events = [];
}
