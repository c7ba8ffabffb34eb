import type { Tuple } from './cursor.ts';
import type { Lsn } from './lsn.ts';
import type { RawInserts } from './raw-inserts.ts';

export type { Tuple } from './cursor.ts';
export type { RawInserts } from './raw-inserts.ts';

export interface RelationColumn {
  name: string;
  typeId: number;
  typeModifier: number;
  /** Part of the replica identity. */
  key: boolean;
}

export interface Begin {
  kind: 'begin';
  /** Where the commit record of this transaction starts: equals `commitLsn` of its `commit`. */
  finalLsn: Lsn;
  /** Microseconds since 1970. */
  commitTime: bigint;
  xid: number;
}

export interface Commit {
  kind: 'commit';
  commitLsn: Lsn;
  /** Just behind the commit record: the position to acknowledge. */
  endLsn: Lsn;
  /** Microseconds since 1970. */
  commitTime: bigint;
}

export interface Origin {
  kind: 'origin';
  /** The commit's position on the server it came from. */
  originLsn: Lsn;
  name: string;
}

export interface Relation {
  kind: 'relation';
  id: number;
  schema: string;
  table: string;
  /** `d`efault (primary key), `n`othing, `f`ull, `i`ndex. */
  replicaIdentity: 'd' | 'n' | 'f' | 'i';
  columns: RelationColumn[];
}

export interface Insert {
  kind: 'insert';
  relationId: number;
  new: Tuple;
}

export interface Update {
  kind: 'update';
  relationId: number;
  /** The old key, sent only if the key changed (or holds a TOASTed value); other columns are `null`. */
  key: Tuple | undefined;
  /** The whole old row, sent only with REPLICA IDENTITY FULL. */
  old: Tuple | undefined;
  new: Tuple;
}

export interface Delete {
  kind: 'delete';
  relationId: number;
  /** The old key; other columns are `null`. */
  key: Tuple | undefined;
  /** The whole old row, with REPLICA IDENTITY FULL. */
  old: Tuple | undefined;
}

export interface Truncate {
  kind: 'truncate';
  relationIds: number[];
  cascade: boolean;
  restartIdentity: boolean;
}

/** From `pg_logical_emit_message`. */
export interface LogicalMessage {
  kind: 'message';
  transactional: boolean;
  lsn: Lsn;
  prefix: string;
  content: Buffer;
}

export interface Type {
  kind: 'type';
  id: number;
  schema: string;
  name: string;
}

/** Streaming of open transactions is never asked for; PostgreSQL 18 may send a stray abort all the same. */
export interface StreamControl {
  kind: 'stream';
  what: 'start' | 'stop' | 'commit' | 'abort';
}

/** Everything up to `lsn` has been sent; between transactions only. What was received before it, is before it. */
export interface Keepalive {
  kind: 'keepalive';
  lsn: Lsn;
}

/**
 * A connection begins, the first or another: forget a transaction that has begun and not committed, relations are
 * announced anew, and every transaction with `commitLsn` >= `lsn` comes (again).
 */
export interface Start {
  kind: 'start';
  lsn: Lsn;
}

/** What pgoutput sends. */
export type PgoutputMessage =
  | Begin
  | Commit
  | Origin
  | Relation
  | Insert
  | Update
  | Delete
  | Truncate
  | LogicalMessage
  | Type
  | StreamControl;

/** `raw inserts` only if they were asked for, and then in place of `insert`. */
export type WalMessage = PgoutputMessage | RawInserts | Keepalive | Start;
