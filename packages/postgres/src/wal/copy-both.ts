import type { Socket } from 'node:net';
import type pg from 'pg';
import { Rest } from './rest.ts';

/** What a copy-both exchange tells its owner. The payload is `buffer[start, end)`; the buffer is not written again. */
export interface CopyBothHandler {
  onStarted(): void;
  /** Called before the frames of what was read from the socket at once. */
  onChunk(): void;
  onData(buffer: Buffer, start: number, end: number): void;
  /** Called after them, with their size. */
  onChunkEnd(bytes: number): void;
  /** The server ended the exchange; `error` if not in peace. */
  onEnd(error: Error | undefined): void;
}

/**
 * A query for `pg` that switches the connection to copy-both mode (START_REPLICATION) and reads frames straight
 * from the socket's chunks, without a Buffer and a stream event for each. Whatever is not part of the exchange
 * (an error, the end) is given back to `pg`.
 */
export class CopyBoth {
  readonly #text: string;
  readonly #handler: CopyBothHandler;
  #socket: Socket | undefined;
  #rest: Rest | undefined;
  #parserOfPg: ((chunk: Buffer) => void) | undefined;
  #parts: Buffer[] = [];
  #have = 0;
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

  #onSocketData = (chunk: Buffer): void => {
    this.#rest?.afterRead(chunk.length, performance.now());
    this.#parts.push(chunk);
    this.#have += chunk.length;
    // A frame larger than a chunk is put together once, when all of it is there.
    if (this.#have < this.#need) return;
    const buffer = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts, this.#have);
    this.#parts = [];
    this.#handler.onChunk();
    const rest = this.#readFrames(buffer);
    if (rest < 0) return;
    this.#have = buffer.length - rest;
    if (this.#have > 0) this.#parts.push(buffer.subarray(rest));
    this.#handler.onChunkEnd(rest);
  };

  /** The offset of the first incomplete frame, or -1 if the rest went back to pg. */
  #readFrames(buffer: Buffer): number {
    let at = 0;
    while (at + HEADER <= buffer.length) {
      const code = buffer[at]!;
      const end = at + 1 + buffer.readUInt32BE(at + 1);
      if (end > buffer.length) {
        this.#need = end - at;
        return at;
      }
      if (code === COPY_DATA) this.#handler.onData(buffer, at + HEADER, end);
      else if (code === COPY_BOTH_RESPONSE) this.#handler.onStarted();
      else if (!INTERSPERSED.has(code)) {
        this.#handler.onChunkEnd(at);
        // CopyDone itself means nothing to pg; the command's completion follows it.
        this.#giveBack(buffer.subarray(code === COPY_DONE ? end : at));
        return -1;
      }
      at = end;
    }
    this.#need = HEADER;
    return at;
  }

  #giveBack(unread: Buffer | undefined): void {
    const socket = this.#socket;
    const parser = this.#parserOfPg;
    if (!socket || !parser) return;
    this.#parserOfPg = undefined;
    socket.removeListener('data', this.#onSocketData);
    socket.on('data', parser);
    if (unread && unread.length > 0) parser(unread);
    socket.resume();
  }
}

const HEADER = 5;
const COPY_DATA = 0x64; // d
const COPY_DONE = 0x63; // c
const COPY_BOTH_RESPONSE = 0x57; // W
/** ParameterStatus, NoticeResponse and NotificationResponse may come at any time and do not end the exchange. */
const INTERSPERSED = new Set([0x53, 0x4e, 0x41]);
