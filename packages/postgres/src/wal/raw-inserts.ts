import { PostgresError } from '../errors.ts';
import { parseTuple, type Tuple } from './cursor.ts';

/**
 * INSERTs into one table that follow one another, as pgoutput wrote them: an object for many rows, not one for each
 * value, since collecting those costs more than all the rest of reading a busy stream. Keeps the chunk that they
 * were read from in memory.
 */
export class RawInserts {
  readonly kind = 'raw inserts';
  readonly relationId: number;
  readonly buffer: Buffer;
  /** In bytes, of all rows. */
  size = 0;
  /** Start and end of each row. */
  readonly #bounds: number[] = [];

  constructor(relationId: number, buffer: Buffer) {
    this.relationId = relationId;
    this.buffer = buffer;
  }

  get count(): number {
    return this.#bounds.length >> 1;
  }

  /** The row decoded. Throws `WAL_ENCODING` or `WAL_PROTOCOL`. */
  row(index: number): Tuple {
    return parseTuple(this.buffer, this.#bounds[index * 2]!, this.#bounds[index * 2 + 1]!);
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
    const start = this.#bounds[row * 2]!;
    const end = this.#bounds[row * 2 + 1]!;
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

  /** Takes another message `buffer[start, end)` if it belongs to these. */
  add(buffer: Buffer, start: number, end: number): boolean {
    if (buffer !== this.buffer || buffer.readUInt32BE(start + 1) !== this.relationId) return false;
    if (!isInsert(buffer, start, end)) return false;
    this.#bounds.push(start + TUPLE, end);
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
