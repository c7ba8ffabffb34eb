import { isUtf8 } from 'node:buffer';
import { PostgresError } from '../errors.ts';
import type {
  Begin,
  Commit,
  Delete,
  Insert,
  LogicalMessage,
  Origin,
  PgoutputMessage,
  Relation,
  RelationColumn,
  Truncate,
  Tuple,
  Type,
  Update,
} from './messages.ts';

/**
 * Reads one pgoutput message (protocol version 1) from `buffer[start, end)`. Pure; nothing of the result refers
 * to the buffer. Throws `WAL_PROTOCOL` on an unknown or truncated message.
 */
export function parsePgoutput(buffer: Buffer, start = 0, end = buffer.length): PgoutputMessage {
  const cursor = new Cursor(buffer, start, end);
  const tag = cursor.byte();
  const message = parseBody(cursor, tag);
  if (cursor.at > end) {
    throw new PostgresError('WAL_PROTOCOL', { message: String.fromCharCode(tag), problem: 'truncated' });
  }
  return message;
}

/** One row by itself, from `buffer[start, end)`. Throws `WAL_PROTOCOL` or `WAL_ENCODING`. */
export function parseTuple(buffer: Buffer, start: number, end: number): Tuple {
  const cursor = new Cursor(buffer, start, end);
  const tuple = cursor.tuple();
  if (cursor.overrun) throw new PostgresError('WAL_PROTOCOL', { message: 'tuple', problem: 'truncated' });
  return tuple;
}

function parseBody(cursor: Cursor, tag: number): PgoutputMessage {
  switch (tag) {
    case 0x49 /* I */:
      return parseInsert(cursor);
    case 0x55 /* U */:
      return parseUpdate(cursor);
    case 0x44 /* D */:
      return parseDelete(cursor);
    case 0x42 /* B */:
      return parseBegin(cursor);
    case 0x43 /* C */:
      return parseCommit(cursor);
    case 0x4f /* O */:
      return parseOrigin(cursor);
    case 0x52 /* R */:
      return parseRelation(cursor);
    case 0x54 /* T */:
      return parseTruncate(cursor);
    case 0x4d /* M */:
      return parseMessage(cursor);
    case 0x59 /* Y */:
      return parseType(cursor);
    case 0x53 /* S */:
      return { kind: 'stream', what: 'start' };
    case 0x45 /* E */:
      return { kind: 'stream', what: 'stop' };
    case 0x63 /* c */:
      return { kind: 'stream', what: 'commit' };
    case 0x41 /* A */:
      return { kind: 'stream', what: 'abort' };
    default:
      throw new PostgresError('WAL_PROTOCOL', {
        message: String.fromCharCode(tag),
        problem: 'unknown message',
      });
  }
}

function parseBegin(cursor: Cursor): Begin {
  return { kind: 'begin', finalLsn: cursor.lsn(), commitTime: cursor.time(), xid: cursor.uint32() };
}

function parseCommit(cursor: Cursor): Commit {
  cursor.byte(); // flags, unused
  return { kind: 'commit', commitLsn: cursor.lsn(), endLsn: cursor.lsn(), commitTime: cursor.time() };
}

function parseOrigin(cursor: Cursor): Origin {
  return { kind: 'origin', originLsn: cursor.lsn(), name: cursor.cstring() };
}

function parseRelation(cursor: Cursor): Relation {
  const id = cursor.uint32();
  const schema = cursor.cstring() || 'pg_catalog';
  const table = cursor.cstring();
  const replicaIdentity = String.fromCharCode(cursor.byte()) as Relation['replicaIdentity'];
  const columns: RelationColumn[] = [];
  for (let left = cursor.uint16(); left > 0 && !cursor.overrun; left--) {
    const key = (cursor.byte() & 1) === 1;
    const name = cursor.cstring();
    columns.push({ name, typeId: cursor.uint32(), typeModifier: cursor.uint32() | 0, key });
  }
  return { kind: 'relation', id, schema, table, replicaIdentity, columns };
}

function parseInsert(cursor: Cursor): Insert {
  const relationId = cursor.uint32();
  cursor.expect(NEW, 'insert');
  return { kind: 'insert', relationId, new: cursor.tuple() };
}

function parseUpdate(cursor: Cursor): Update {
  const relationId = cursor.uint32();
  let marker = cursor.byte();
  let key: Tuple | undefined;
  let old: Tuple | undefined;
  if (marker === KEY) {
    key = cursor.tuple();
    marker = cursor.byte();
  } else if (marker === OLD) {
    old = cursor.tuple();
    marker = cursor.byte();
  }
  if (marker !== NEW) throw unexpected('update', marker);
  return { kind: 'update', relationId, key, old, new: cursor.tuple() };
}

function parseDelete(cursor: Cursor): Delete {
  const relationId = cursor.uint32();
  const marker = cursor.byte();
  if (marker !== KEY && marker !== OLD) throw unexpected('delete', marker);
  const tuple = cursor.tuple();
  return marker === KEY
    ? { kind: 'delete', relationId, key: tuple, old: undefined }
    : { kind: 'delete', relationId, key: undefined, old: tuple };
}

function parseTruncate(cursor: Cursor): Truncate {
  const count = cursor.uint32();
  const options = cursor.byte();
  const relationIds: number[] = [];
  for (let left = count; left > 0 && !cursor.overrun; left--) relationIds.push(cursor.uint32());
  return {
    kind: 'truncate',
    relationIds,
    cascade: (options & 1) !== 0,
    restartIdentity: (options & 2) !== 0,
  };
}

function parseMessage(cursor: Cursor): LogicalMessage {
  const transactional = (cursor.byte() & 1) === 1;
  return {
    kind: 'message',
    transactional,
    lsn: cursor.lsn(),
    prefix: cursor.cstring(),
    content: cursor.bytes(cursor.uint32()),
  };
}

function parseType(cursor: Cursor): Type {
  return {
    kind: 'type',
    id: cursor.uint32(),
    schema: cursor.cstring() || 'pg_catalog',
    name: cursor.cstring(),
  };
}

const NEW = 0x4e;
const KEY = 0x4b;
const OLD = 0x4f;
/** Bytes; measured. A longer value is decoded faster by the native decoder than looked through here. */
const SHORT_VALUE = 64;
const SMALL_MESSAGE = 4096;

const IS_NULL = 0x6e;
const IS_UNCHANGED = 0x75;
const IS_TEXT = 0x74;

/** Microseconds from 1970 to 2000, where PostgreSQL starts to count. */
const EPOCH_2000 = 946_684_800_000_000n;

/** Reads forward; past the end it reads zeros and `overrun` says so, which the caller checks once at the end. */
class Cursor {
  at: number;
  readonly #buffer: Buffer;
  readonly #end: number;

  constructor(buffer: Buffer, start: number, end: number) {
    this.at = start;
    this.#buffer = buffer;
    this.#end = end;
  }

  get overrun(): boolean {
    return this.at > this.#end;
  }

  byte(): number {
    const at = this.at++;
    return at < this.#end ? this.#buffer[at]! : 0;
  }

  uint16(): number {
    return (this.byte() << 8) | this.byte();
  }

  uint32(): number {
    const at = this.at;
    this.at = at + 4;
    if (at + 4 > this.#end) return 0;
    const buffer = this.#buffer;
    return ((buffer[at]! << 24) | (buffer[at + 1]! << 16) | (buffer[at + 2]! << 8) | buffer[at + 3]!) >>> 0;
  }

  lsn(): bigint {
    const at = this.at;
    this.at = at + 8;
    return at + 8 > this.#end ? 0n : this.#buffer.readBigUInt64BE(at);
  }

  time(): bigint {
    return BigInt.asIntN(64, this.lsn()) + EPOCH_2000;
  }

  cstring(): string {
    const from = this.at;
    const zero = this.#buffer.indexOf(0, from);
    if (zero < 0 || zero >= this.#end) {
      this.at = this.#end + 1;
      return '';
    }
    this.at = zero + 1;
    return this.#buffer.toString('utf8', from, zero);
  }

  bytes(length: number): Buffer {
    const from = this.at;
    this.at = from + length;
    return Buffer.from(this.#buffer.subarray(from, Math.min(this.at, this.#end)));
  }

  expect(marker: number, within: string): void {
    const found = this.byte();
    if (found !== marker) throw unexpected(within, found);
  }

  tuple(): Tuple {
    const count = this.uint16();
    const tuple: Tuple = new Array(count);
    // The rest of the message as one string, from which plain values are cut: one native call a row, not a value.
    // Not of a large message: a small value cut from its text would keep all of it in memory.
    const base = this.at;
    const text = this.#end - base <= SMALL_MESSAGE ? this.#buffer.toString('latin1', base, this.#end) : '';
    for (let column = 0; column < count && !this.overrun; column++) tuple[column] = this.#value(text, base);
    return tuple;
  }

  #value(text: string, base: number): string | null | undefined {
    const kind = this.byte();
    if (kind === IS_TEXT) {
      const length = this.uint32();
      const from = this.at;
      const to = from + length;
      this.at = to;
      if (to > this.#end) return undefined;
      if (length <= SHORT_VALUE && text !== '' && this.#isAscii(from, to))
        return text.slice(from - base, to - base);
      return this.#decode(from, to);
    }
    if (kind === IS_NULL) return null;
    if (kind === IS_UNCHANGED || this.overrun) return undefined;
    // Binary values are never asked for.
    throw unexpected('value', kind);
  }

  /** A database in SQL_ASCII may hold any bytes. What would come out altered must not come out at all. */
  #decode(from: number, to: number): string {
    const decoded = this.#buffer.toString('utf8', from, to);
    if (decoded.includes('\ufffd') && !isUtf8(this.#buffer.subarray(from, to))) {
      throw new PostgresError('WAL_ENCODING', {
        bytes: this.#buffer.toString('hex', from, Math.min(to, from + 40)),
      });
    }
    return decoded;
  }

  #isAscii(from: number, to: number): boolean {
    const buffer = this.#buffer;
    for (let at = from; at < to; at++) if (buffer[at]! > 0x7f) return false;
    return true;
  }
}

function unexpected(within: string, found: number): PostgresError {
  return new PostgresError('WAL_PROTOCOL', { message: within, problem: `unexpected byte ${found}` });
}
