import { PostgresError } from '../errors.ts';
import type { Chunk } from './chunks.ts';
import { parseTuple, type Tuple } from './cursor.ts';

/**
 * INSERTs into one table that follow one another, as pgoutput wrote them: an object for many rows, not one for each
 * value, since collecting those costs more than all the rest of reading a busy stream. Holds the chunk that they
 * were read into, until `release`.
 */
export class RawInserts {
  readonly kind = 'raw inserts';
  readonly relationId: number;
  count = 0;
  /** In bytes, of all rows. */
  size = 0;
  readonly #chunk: Chunk;
  /** Where the start of the first row is among the chunk's marks; its end and the next row's start and end follow. */
  readonly #first: number;
  #released = false;

  constructor(relationId: number, chunk: Chunk) {
    this.relationId = relationId;
    this.#chunk = chunk;
    this.#first = chunk.marked;
    chunk.hold();
  }

  /** What the rows were read into. Throws if they were released: it may hold other rows by now. */
  get buffer(): Buffer {
    if (this.#released) throw new Error('The rows were released');
    return this.#chunk.buffer;
  }

  /** The rows are not read again: what they were read into may be used for others. Again is no error. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#chunk.release();
  }

  /** The row decoded. Throws `WAL_ENCODING` or `WAL_PROTOCOL`. */
  row(index: number): Tuple {
    const mark = this.#first + index * 2;
    return parseTuple(this.buffer, this.#chunk.marks[mark]!, this.#chunk.marks[mark + 1]!);
  }

  rows(): Tuple[] {
    return Array.from({ length: this.count }, (_, index) => this.row(index));
  }

  /**
   * Where each value of a row lies in `buffer`: its start and end, or -1 twice for NULL. `into` must hold twice as many
   * numbers as there are columns. Returns the size of the row in bytes. Throws `WAL_PROTOCOL`.
   */
  locate(row: number, into: Int32Array): number {
    const { buffer } = this;
    const { marks } = this.#chunk;
    const start = marks[this.#first + row * 2]!;
    const end = marks[this.#first + row * 2 + 1]!;
    const count = (buffer[start]! << 8) | buffer[start + 1]!;
    let at = start + 2;
    if (count * 2 > into.length) throw malformed();
    for (let column = 0; column < count; column++) {
      const kind = at < end ? buffer[at]! : 0;
      at++;
      if (kind === IS_NULL) {
        into[column * 2] = -1;
        into[column * 2 + 1] = -1;
        continue;
      }
      if (kind !== IS_TEXT || at + 4 > end) throw malformed();
      const from = at + 4;
      at = from + ((buffer[at]! << 24) | (buffer[at + 1]! << 16) | (buffer[at + 2]! << 8) | buffer[at + 3]!);
      if (at > end || at < from) throw malformed();
      into[column * 2] = from;
      into[column * 2 + 1] = at;
    }
    return end - start;
  }

  /** Takes another message `chunk.buffer[start, end)` if it belongs to these. */
  add(chunk: Chunk, start: number, end: number): boolean {
    if (chunk !== this.#chunk || chunk.marked !== this.#first + this.count * 2 || this.#released)
      return false;
    const { buffer, marks } = chunk;
    if (buffer.readUInt32BE(start + 1) !== this.relationId || !isInsert(buffer, start, end)) return false;
    marks[chunk.marked++] = start + TUPLE;
    marks[chunk.marked++] = end;
    this.count++;
    this.size += end - start - TUPLE;
    return true;
  }
}

export function isInsert(buffer: Buffer, start: number, end: number): boolean {
  return buffer[start] === INSERT && buffer[start + 5] === NEW && end - start >= TUPLE + 2;
}

function malformed(): PostgresError {
  return new PostgresError('WAL_PROTOCOL', { message: 'I', problem: 'malformed row' });
}

const INSERT = 0x49;
const NEW = 0x4e;
const IS_NULL = 0x6e;
const IS_TEXT = 0x74;
/** Behind the tag, the relation and the marker. */
const TUPLE = 6;
