import type { Socket } from 'node:net';
import type pg from 'pg';
import { CHUNK_BYTES, Chunk } from './chunks.ts';
import { DirectSocket } from './direct-socket.ts';
import { Rest } from './rest.ts';

/** What a copy-both exchange tells its owner. */
export interface CopyBothHandler {
  onStarted(): void;
  /** Called before the frames of what was read from the socket at once. */
  onRead(): void;
  /** The payload is `chunk.buffer[start, end)`; who needs it after the call holds the chunk. */
  onData(chunk: Chunk, start: number, end: number): void;
  /** Called after them, with their size. */
  onReadEnd(bytes: number): void;
  /** The server ended the exchange; `error` if not in peace. */
  onEnd(error: Error | undefined): void;
}

/**
 * A query for `pg` that switches the connection to copy-both mode (START_REPLICATION) and reads frames where the socket
 * has put them (of a `DirectSocket`; else they are copied once), without a Buffer and a stream event for each. Whatever
 * is not part of the exchange (an error, the end) is given back to `pg`.
 */
export class CopyBoth {
  readonly #text: string;
  readonly #handler: CopyBothHandler;
  #socket: Socket | undefined;
  #rest: Rest | undefined;
  #parserOfPg: ((chunk: Buffer) => void) | undefined;
  #chunk = Chunk.take(CHUNK_BYTES);
  /** What was read and is not taken yet: `#chunk.buffer[#from, #to)`. */
  #from = 0;
  #to = 0;
  /** Bytes of the frame that begins there. */
  #need = HEADER;
  #ended = false;

  constructor(text: string, handler: CopyBothHandler) {
    this.#text = text;
    this.#handler = handler;
  }

  /** Stops reading the socket, so that the server stops sending. */
  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  /** Sends one CopyData frame. */
  send(payload: Buffer): void {
    const frame = Buffer.allocUnsafe(HEADER + payload.length);
    frame[0] = COPY_DATA;
    frame.writeUInt32BE(payload.length + 4, 1);
    payload.copy(frame, HEADER);
    if (this.#socket?.writable) this.#socket.write(frame);
  }

  /** Says that we want no more; `onEnd` follows. */
  finish(): void {
    if (this.#socket?.writable) this.#socket.write(Buffer.from([COPY_DONE, 0, 0, 0, 4]));
  }

  // The rest is called by pg.

  submit(connection: pg.Connection): void {
    const socket = (connection as unknown as { stream: Socket }).stream;
    this.#socket = socket;
    this.#rest = new Rest(socket);
    this.#parserOfPg = socket.listeners('data')[0] as (chunk: Buffer) => void;
    socket.removeListener('data', this.#parserOfPg);
    socket.on('data', this.#onSocketData);
    if (socket instanceof DirectSocket) socket.room = () => this.#room(LEAST_READ);
    (connection as unknown as { query(text: string): void }).query(this.#text);
  }

  handleError(error: Error): void {
    this.#end(error);
  }

  handleReadyForQuery(): void {
    this.#end(undefined);
  }

  handleCommandComplete(): void {}

  handleCopyData(): void {}

  handleRowDescription(): void {}

  handleDataRow(): void {}

  #end(error: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#giveBack(undefined);
    this.#handler.onEnd(error);
  }

  #onSocketData = (bytes: Buffer): void => {
    const room = this.#chunk.buffer.length - this.#to;
    const inPlace = this.#isNext(bytes);
    this.#rest?.afterRead(bytes.length, inPlace && bytes.length === room, performance.now());
    if (!inPlace) bytes.copy(this.#room(bytes.length));
    this.#to += bytes.length;
    if (this.#to - this.#from < this.#need) return;
    const before = this.#from;
    this.#handler.onRead();
    if (this.#readFrames()) this.#handler.onReadEnd(this.#from - before);
  };

  /** Whether the socket has put them where they belong. */
  #isNext(bytes: Buffer): boolean {
    const { buffer } = this.#chunk;
    return bytes.buffer === buffer.buffer && bytes.byteOffset === buffer.byteOffset + this.#to;
  }

  /** Where the next bytes belong: at least so many fit. A frame that began lies in one chunk, so it may have to move. */
  #room(bytes: number): Buffer {
    const old = this.#chunk;
    if (old.buffer.length - this.#to < bytes) {
      this.#chunk = Chunk.take(Math.max(this.#need, this.#to - this.#from + bytes));
      old.buffer.copy(this.#chunk.buffer, 0, this.#from, this.#to);
      this.#to -= this.#from;
      this.#from = 0;
      old.release();
    }
    return this.#chunk.buffer.subarray(this.#to);
  }

  /** Up to the first frame that is not whole. False if the rest went back to pg. */
  #readFrames(): boolean {
    const chunk = this.#chunk;
    const { buffer } = chunk;
    const to = this.#to;
    let at = this.#from;
    while (at + HEADER <= to) {
      const code = buffer[at]!;
      const end = at + 1 + buffer.readUInt32BE(at + 1);
      if (end > to) {
        this.#need = end - at;
        this.#from = at;
        return true;
      }
      if (code === COPY_DATA) this.#handler.onData(chunk, at + HEADER, end);
      else if (code === COPY_BOTH_RESPONSE) this.#handler.onStarted();
      else if (!INTERSPERSED.has(code)) {
        this.#handler.onReadEnd(at - this.#from);
        // CopyDone itself means nothing to pg; the command's completion follows it.
        this.#giveBack(Buffer.from(buffer.subarray(code === COPY_DONE ? end : at, to)));
        return false;
      }
      at = end;
    }
    this.#need = HEADER;
    this.#from = at;
    return true;
  }

  #giveBack(unread: Buffer | undefined): void {
    const socket = this.#socket;
    const parser = this.#parserOfPg;
    if (!socket || !parser) return;
    this.#parserOfPg = undefined;
    socket.removeListener('data', this.#onSocketData);
    if (socket instanceof DirectSocket) socket.room = undefined;
    socket.on('data', parser);
    if (unread && unread.length > 0) parser(unread);
    socket.resume();
  }
}

const HEADER = 5;
/** A read with less room than that is not worth its system call. */
const LEAST_READ = 64 * 1024;
const COPY_DATA = 0x64; // d
const COPY_DONE = 0x63; // c
const COPY_BOTH_RESPONSE = 0x57; // W
/** ParameterStatus, NoticeResponse and NotificationResponse may come at any time and do not end the exchange. */
const INTERSPERSED = new Set([0x53, 0x4e, 0x41]);
