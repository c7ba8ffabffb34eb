import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import { Reply } from '../forward/reply.ts';
import { responseHeaders } from '../receive/headers.ts';

/**
 * The answer of an upstream that does not upgrade: an ordinary answer, and the last one of its connection, because what
 * followed the request was meant for another protocol.
 */
export class DeniedUpgrade {
  readonly #res: ServerResponse;
  readonly #reply: Reply;
  readonly #socket: Socket;
  readonly #requestId: string;
  /** How long the client may take none of it. */
  readonly #idleMs: number;

  constructor(req: IncomingMessage, socket: Socket, requestId: string, idleMs: number) {
    this.#res = new ServerResponse(req);
    this.#reply = new Reply(this.#res);
    this.#socket = socket;
    this.#requestId = requestId;
    this.#idleMs = idleMs;
  }

  get begun(): boolean {
    return this.#reply.begun;
  }

  /** Throws when no head can be made of it. */
  head(controller: Dispatcher.DispatchController, status: number): void {
    const raw = textsOf(controller.rawHeaders);
    const at = raw.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-length');
    const length = at === -1 ? null : Number(raw[at + 1]);
    // The HTTP server has let go of the socket with the upgrade.
    this.#res.assignSocket(this.#socket);
    this.#socket.on('drain', () => this.#res.emit('drain'));
    this.#socket.setTimeout(this.#idleMs, () => this.#socket.destroy());
    this.#res.once('finish', () => this.#socket.end());
    this.#res.sendDate = false;
    this.#reply.head(status, [...responseHeaders(raw, this.#requestId), 'connection', 'close'], length);
    this.#reply.flush();
  }

  data(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#reply.data(chunk, controller)) controller.pause();
  }

  end(): void {
    this.#reply.end(this.#idleMs);
  }
}

/** undici's flat list of names and values as texts. */
export function textsOf(raw: Dispatcher.DispatchController['rawHeaders']): string[] {
  return (raw as readonly (Buffer | string)[]).map((text) => text.toString('latin1'));
}
