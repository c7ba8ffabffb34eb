import { readSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { ClientLimits } from '../limit/client-limits.ts';
import { BodySender } from './body-sender.ts';
import { ClientPace } from './client-pace.ts';
import { MalformedResponse } from './response-head.ts';
import { ResponseParser, type ResponseSink } from './response-parser.ts';
import { UpstreamError, type UpstreamErrorCode } from './upstream-error.ts';

export type UpstreamRequest = {
  method: string;
  /** Origin form, checked before. */
  path: string;
  /** Flat list of names and values, without framing other than content-length. */
  headers: readonly string[];
  body: Buffer | Readable | null;
  /** Whose request it is: each client has so many places. */
  client: string;
  /** From the end of sending, or from when the upstream takes no more of the body, to the head of the answer. */
  timeoutMs: number;
  /** How much longer the answer may take after `onLate`; 0: the request fails at once. */
  abandonedWriteMs: number;
};

/** Exactly one of `onEnd` and `onError` comes, last; `connection` is null again by then. */
export interface ResponseHandler {
  connection: Connection | null;
  /** The first byte is about to be written: from here on the request may have run. */
  onSent(): void;
  /** The answer is late, and the request goes on; only with `abandonedWriteMs`. */
  onLate?(): void;
  onHead(status: number, headers: string[], length: number | null): void;
  /** The chunk may be overwritten after the call: whoever keeps it has to copy it. */
  onData(chunk: Buffer): void;
  /** All that has come has been told, and more is to come, in another turn. */
  onRest?(): void;
  onEnd(): void;
  onError(error: UpstreamError): void;
}

/** How often `tick` is called, in milliseconds. Time limits are kept to this precision. */
export const TICK_MS = 100;

const CONNECT_TICKS = 2_000 / TICK_MS;
const BODY_TICKS = 300_000 / TICK_MS;
const IDLE_MS = 4_000;
const LONGEST_IDLE_MS = 60_000;

/**
 * What all TCP connections of the process read into. A read is handed on and done with in one turn, and a buffer of
 * its own for each would cost more than parsing what is in it.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * One keep-alive connection to an origin, one request at a time. Time limits are counted in ticks of its owner, so
 * that a request sets no timers; everything that a small request needs is one write and one read.
 */
export class Connection implements ResponseSink {
  /** Of the request that is being sent or answered. */
  client = '';
  readonly #url: URL;
  readonly #limits: Required<ClientLimits>;
  readonly #freed: (connection: Connection) => void;
  readonly #pace = new ClientPace(TICK_MS);
  readonly #parser = new ResponseParser(this);
  #socket: Socket | null = null;
  #connected = false;
  #request: UpstreamRequest | null = null;
  #handler: ResponseHandler | null = null;
  /** Null without a body, or with one that is written at once. */
  #body: BodySender | null = null;
  #paused = false;
  /** It is the client that does not take the answer. */
  #pausedByClient = false;
  #ticks = 0;
  #late = false;
  /** Ticks after which the rest of the answer is given up; 0: never. */
  #ticksLeft = 0;
  #idleMs = IDLE_MS;
  #idleSince = 0;
  readonly #now: () => number;

  /** `freed` is called when a request is over, before its handler hears of it. `now`: ms of any beginning. */
  constructor(
    url: URL,
    limits: Required<ClientLimits>,
    freed: (connection: Connection) => void,
    now: () => number,
  ) {
    this.#url = url;
    this.#limits = limits;
    this.#freed = freed;
    this.#now = now;
  }

  get open(): boolean {
    return this.#socket !== null;
  }

  send(request: UpstreamRequest, handler: ResponseHandler): void {
    // Ticks are lost while the process waits for a processor, and the origin closes by its own clock: what is sent then may have run or not.
    if (this.#socket !== null && this.#now() - this.#idleSince >= this.#idleMs) this.#drop();
    handler.connection = this;
    this.client = request.client;
    this.#handler = handler;
    this.#request = request;
    this.#body = null;
    this.#paused = false;
    this.#ticks = 0;
    this.#late = false;
    this.#ticksLeft = 0;
    this.#pace.reset();
    if (this.#socket === null) this.#connect();
    else this.#write();
  }

  /** Stops reading the answer, because its client does not take it or because we make it wait; what has been read is kept. */
  pause(byClient: boolean): void {
    this.#pausedByClient = byClient;
    if (this.#paused) return;
    this.#paused = true;
    this.#parser.pause();
    this.#socket?.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#ticks = 0;
    try {
      this.#parser.resume();
      this.#throttle();
    } catch (error) {
      this.#malformed(error);
    }
    if (!this.#paused) this.#socket?.resume();
  }

  abort(): void {
    this.#fail('aborted', 'the request was broken off');
  }

  /** Nobody waits for the rest of the answer any more: it may take so much longer. */
  expire(ms: number): void {
    this.#ticksLeft = Math.ceil(ms / TICK_MS);
  }

  /** Is it the client that this request waits for, and is the client slow? */
  get heldUp(): boolean {
    return this.#handler !== null && this.#pace.slow;
  }

  /** Takes the connection from a client that holds it up. */
  cutClient(): void {
    if (this.#paused) this.#fail('slow-reader', 'the client does not take the answer');
    else this.#fail('slow-upload', 'the client does not send the body');
  }

  /** Closes an idle connection; one that is busy fails its request. */
  destroy(): void {
    if (this.#handler) this.abort();
    else this.#drop();
  }

  /** Called every TICK_MS. Returns false when the connection has been idle for too long and is closed. */
  tick(): boolean {
    this.#ticks++;
    if (this.#handler === null) {
      if (this.#socket !== null && this.#ticks * TICK_MS < this.#idleMs) return true;
      this.#drop();
      return false;
    }
    if (!this.#connected) {
      if (this.#ticks > CONNECT_TICKS) this.#fail('connect', 'connecting took too long');
    } else if (this.#ticksLeft > 0 && --this.#ticksLeft === 0) this.abort();
    else this.#keepTime();
    return true;
  }

  get #bodyLeft(): boolean {
    return this.#body?.left ?? false;
  }

  /** Time counts against whoever has to go on: the client, ourselves (then against nobody), or the upstream. */
  #keepTime(): void {
    const byClient = this.#paused ? this.#pausedByClient : this.#bodyLeft && !this.#body!.blocked;
    this.#pace.tick(byClient);
    if (byClient || this.#paused) this.#ticks = 0;
    if (byClient) {
      const { uploadIdleMs, downloadIdleMs } = this.#limits;
      if (this.#pace.stalledMs > (this.#paused ? downloadIdleMs : uploadIdleMs)) this.cutClient();
    } else if (this.#parser.headSeen) {
      if (this.#ticks > BODY_TICKS) this.#fail('timeout', 'the answer stopped');
    } else this.#checkLate();
  }

  #checkLate(): void {
    const { timeoutMs, abandonedWriteMs } = this.#request!;
    const waitedMs = this.#ticks * TICK_MS;
    if (waitedMs <= timeoutMs) return;
    // What has not been sent whole does not run on.
    if (waitedMs > timeoutMs + (this.#bodyLeft ? 0 : abandonedWriteMs))
      this.#fail('timeout', 'no answer in time');
    else if (!this.#late) {
      this.#late = true;
      this.#handler?.onLate?.();
    }
  }

  onHead(status: number, headers: string[], length: number | null): void {
    this.#ticks = 0;
    this.#handler?.onHead(status, headers, length);
  }

  onData(chunk: Buffer): void {
    this.#pace.moved(chunk.length);
    this.#handler?.onData(chunk);
  }

  onDone(reusable: boolean): void {
    const handler = this.#handler;
    if (handler === null) return; // broken off meanwhile
    this.#handler = null;
    this.#ticks = 0;
    this.#idleSince = this.#now();
    const hint = this.#parser.keepAliveSeconds;
    this.#idleMs = hint === null ? IDLE_MS : Math.min(hint * 1_000 - 1_000, LONGEST_IDLE_MS);
    // An answer before the end of the request leaves the rest of the body in between.
    if (!reusable || this.#bodyLeft || this.#idleMs <= 0) this.#drop();
    handler.connection = null;
    this.#freed(this);
    handler.onEnd();
  }

  #connect(): void {
    const { protocol, hostname, port } = this.#url;
    const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
    const secure = protocol === 'https:';
    const options = { host, port: Number(port) || (secure ? 443 : 80), noDelay: true, keepAlive: true };
    const onRead = (length: number, buffer: Uint8Array) => {
      this.#read(socket, (buffer as Buffer).subarray(0, length));
      return true;
    };
    const socket = secure
      ? connectTls({ ...options, servername: host, ALPNProtocols: ['http/1.1'] })
      : connectTcp({ ...options, onread: { buffer: READ_BUFFER, callback: onRead } });
    this.#socket = socket;
    this.#connected = false;
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      if (this.#socket !== socket) return;
      this.#connected = true;
      this.#ticks = 0;
      this.#write();
    });
    if (secure) socket.on('data', (chunk: Buffer) => this.#read(socket, chunk));
    socket.on('end', () => this.#lost(socket));
    socket.on('error', (error) => this.#lost(socket, error));
    socket.on('close', () => this.#lost(socket));
  }

  #read(socket: Socket, chunk: Buffer): void {
    if (this.#socket !== socket) return;
    // Bytes that nobody asked for must not become the answer to the next request.
    if (this.#handler === null) {
      this.#drop();
      return;
    }
    if (this.#parser.headSeen) this.#ticks = 0;
    try {
      this.#parser.push(chunk);
      this.#throttle();
    } catch (error) {
      this.#malformed(error);
    }
  }

  #throttle(): void {
    if (this.#handler !== null && this.#parser.headSeen) this.#handler.onRest?.();
  }

  #write(): void {
    const request = this.#request!;
    const handler = this.#handler;
    if (handler === null) return;
    const { method, body } = request;
    if (body !== null && !Buffer.isBuffer(body) && body.errored) {
      this.#fail('body', 'the body of the request broke off', body.errored);
      return;
    }
    let head = `${method} ${request.path} HTTP/1.1\r\n`;
    const { headers } = request;
    for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`;
    this.#parser.begin(method === 'HEAD');
    handler.onSent();
    if (this.#handler !== handler) return; // it changed its mind
    const socket = this.#socket!;
    if (body === null) socket.write(`${head}\r\n`, 'latin1');
    else if (Buffer.isBuffer(body)) {
      socket.cork();
      socket.write(`${head}\r\n`, 'latin1');
      socket.write(body);
      socket.uncork();
    } else this.#stream(socket, head, body);
  }

  #stream(socket: Socket, head: string, body: Readable): void {
    const { headers } = this.#request!;
    const chunked = !headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-length');
    socket.write(chunked ? `${head}transfer-encoding: chunked\r\n\r\n` : `${head}\r\n`, 'latin1');
    const handler = this.#handler;
    this.#body = new BodySender(socket, body, chunked, {
      current: () => this.#handler === handler && this.#socket === socket,
      moved: (bytes) => {
        this.#ticks = 0;
        this.#pace.moved(bytes);
      },
      ended: () => {
        this.#ticks = 0;
      },
      broken: (error) => this.#fail('body', 'the body of the request broke off', error),
      notWritten: () => this.#salvage(socket),
    });
  }

  /**
   * A write has failed: the upstream has closed, perhaps after an answer that came before the end of the request. What it
   * said lies in the socket, and would be lost when the socket is destroyed, so it is read now.
   */
  #salvage(socket: Socket): void {
    const { fd } = (socket as unknown as { _handle: { fd?: number } | null })._handle ?? {};
    if (fd === undefined || fd < 0 || this.#url.protocol === 'https:') return;
    try {
      while (this.#socket === socket) {
        const length = readSync(fd, READ_BUFFER);
        if (length > 0) this.#read(socket, READ_BUFFER.subarray(0, length));
        else this.#lost(socket);
      }
    } catch {
      // There was no more. The failed write is told by the socket.
    }
  }

  #malformed(error: unknown): void {
    const malformed = error instanceof MalformedResponse;
    this.#fail('malformed', malformed ? error.message : 'the answer could not be passed on', error);
  }

  #lost(socket: Socket, error?: Error): void {
    if (this.#socket !== socket) return;
    if (this.#handler === null) this.#drop();
    else if (!this.#connected) this.#fail('connect', 'no connection', error);
    else if (error || !this.#parser.end()) this.#fail('reset', 'the connection was lost', error);
  }

  #fail(code: UpstreamErrorCode, message: string, cause?: unknown): void {
    const handler = this.#handler;
    this.#handler = null;
    this.#drop();
    if (handler === null) return;
    handler.connection = null;
    this.#freed(this);
    handler.onError(new UpstreamError(code, message, cause));
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#connected = false;
    const body = this.#request?.body;
    if (body !== null && body !== undefined && !Buffer.isBuffer(body)) body.destroy();
    this.#request = null;
    socket?.destroy();
  }
}
