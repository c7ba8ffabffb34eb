import { PostgresError } from '../errors.ts';
import { Cursor, type Tuple, unexpected } from './cursor.ts';
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
