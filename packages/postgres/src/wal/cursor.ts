import { isUtf8 } from 'node:buffer';
import { PostgresError } from '../errors.ts';

/**
 * A row as the server wrote it: one raw text per column in the relation's order. `null` is NULL; `undefined` is
 * absent, which only an unchanged TOAST value in the new row of an update is: not sent, so not to be written.
 */
export type Tuple = Array<string | null | undefined>;

/** One row by itself, from `buffer[start, end)`. Throws `WAL_PROTOCOL` or `WAL_ENCODING`. */
export function parseTuple(buffer: Buffer, start: number, end: number): Tuple {
  const cursor = new Cursor(buffer, start, end);
  const tuple = cursor.tuple();
  if (cursor.overrun) throw new PostgresError('WAL_PROTOCOL', { message: 'tuple', problem: 'truncated' });
  return tuple;
}

/** Bytes; measured. A longer value is decoded faster by the native decoder than looked through here. */
const SHORT_VALUE = 64;
const SMALL_MESSAGE = 4096;

const IS_NULL = 0x6e;
const IS_UNCHANGED = 0x75;
const IS_TEXT = 0x74;

/** Microseconds from 1970 to 2000, where PostgreSQL starts to count. */
const EPOCH_2000 = 946_684_800_000_000n;

/** Reads forward; past the end it reads zeros and `overrun` says so, which the caller checks once at the end. */
export class Cursor {
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

export function unexpected(within: string, found: number): PostgresError {
  return new PostgresError('WAL_PROTOCOL', { message: within, problem: `unexpected byte ${found}` });
}
