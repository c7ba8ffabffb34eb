import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';

export type BodyEvents = {
  /** False once the request is over: what still comes is dropped. */
  current(): boolean;
  /** So many bytes have been handed to the upstream's socket. */
  moved(bytes: number): void;
  ended(): void;
  /** The client's side of it broke off. */
  broken(error: Error): void;
  /** The upstream's side of it broke off. */
  notWritten(): void;
};

/** The body of a request on its way to an upstream, as fast as both ends go. */
export class BodySender {
  /** The upstream takes no more of the body at present. */
  blocked = false;
  /** Something of it is still to come. */
  left = true;
  readonly #socket: Socket;
  readonly #body: Readable;
  readonly #chunked: boolean;
  readonly #events: BodyEvents;

  /** Its head has been written; `chunked`: its length is not declared there. */
  constructor(socket: Socket, body: Readable, chunked: boolean, events: BodyEvents) {
    this.#socket = socket;
    this.#body = body;
    this.#chunked = chunked;
    this.#events = events;
    socket.on('drain', this.#onDrain);
    body.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onError);
  }

  #onDrain = (): void => {
    this.blocked = false;
    this.#body.resume();
  };

  #onData = (chunk: Buffer): void => {
    if (!this.#events.current()) return;
    this.#events.moved(chunk.length);
    const socket = this.#socket;
    socket.cork();
    if (this.#chunked) socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1');
    let flowing = socket.write(chunk, this.#onWritten);
    if (this.#chunked) flowing = socket.write('\r\n', 'latin1');
    socket.uncork();
    if (flowing) return;
    this.blocked = true;
    this.#body.pause();
  };

  #onWritten = (error?: Error | null): void => {
    if (error && this.#events.current()) this.#events.notWritten();
  };

  #onEnd = (): void => {
    this.#socket.off('drain', this.#onDrain);
    if (!this.#events.current()) return;
    this.left = false;
    if (this.#chunked) this.#socket.write('0\r\n\r\n', 'latin1');
    this.#events.ended();
  };

  #onError = (error: Error): void => {
    this.#socket.off('drain', this.#onDrain);
    if (this.#events.current()) this.#events.broken(error);
  };
}
