import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type ErrorCode, rawProblem } from '../errors.ts';
import { IDLE_MS } from './idle-time.ts';

/** Most requests of a worker that wait for an answer before theirs; they are parsed already, and take memory. */
const MOST_WAITING = 20_000;
/** How long a client may take to close its side after it has been told why. */
const LINGER_MS = 2_000;
/** Looks at an idle connection in the time that it has. */
const LOOKS = 11;

/** A request that has been begun. */
export interface Running {
  /** Its answer is out, or its client is gone. */
  closed(): void;
}

type Begin = (req: IncomingMessage, res: ServerResponse) => Running;

/** The requests of a worker's client connections, each begun when those before it on its connection are answered. */
export class Pipelines {
  /** Of all connections together. */
  waiting = 0;
  readonly begin: Begin;
  readonly #all = new Set<Pipeline>();
  readonly #timer: NodeJS.Timeout;

  constructor(begin: Begin, idleMs = IDLE_MS) {
    this.begin = begin;
    // The server's own keepAliveTimeout would set and clear a timer for each request.
    this.#timer = setInterval(() => {
      for (const pipeline of this.#all) pipeline.look(LOOKS);
    }, idleMs / LOOKS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  take(req: IncomingMessage, res: ServerResponse): void {
    // HTTP/2's own method, here without a version: it is refused in its turn. If the server knew the method, it would
    // destroy the connection as soon as this returns, with all that is answered or waits on it.
    if (req.method === 'PRI') req.method = 'UNKNOWN';
    this.#of(req.socket).take(res);
  }

  /** The connection has changed its protocol. */
  release(socket: Socket): void {
    const pipeline = (socket as Piped)[PIPELINE];
    if (pipeline) this.#all.delete(pipeline);
  }

  /** What came on the connection is no request: it is over, once what came before has been answered. */
  fail(socket: Socket, code: ErrorCode): void {
    this.#of(socket).fail(code);
  }

  /** The same for CONNECT, after which the server no longer looks after the socket. */
  refuseTunnel(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    this.#of(socket).passDrain();
    this.fail(socket, 'absolute-target');
  }

  /** The request that is about to be taken asks for a change of protocol that is not made: it is the last. */
  stay(socket: Socket): false {
    this.#of(socket).stays = true;
    return false;
  }

  /** May the connection change its protocol now? Not while a request of it is being answered, nor after its last answer. */
  maySwitch(socket: Socket): boolean {
    return socket.writable && ((socket as Piped)[PIPELINE]?.idle ?? true);
  }

  #of(socket: Socket): Pipeline {
    return (socket as Piped)[PIPELINE] ?? this.#open(socket);
  }

  #open(socket: Socket): Pipeline {
    const pipeline = new Pipeline(this, socket);
    (socket as Piped)[PIPELINE] = pipeline;
    this.#all.add(pipeline);
    socket.once('close', () => this.#all.delete(pipeline));
    return pipeline;
  }
}

const PIPELINE = Symbol('pipeline');
type Piped = Socket & { [PIPELINE]?: Pipeline };

/**
 * One client connection (RFC 9112, 9.3.2): requests run one at a time in the order they came, so pipelined writes do
 * too. While one waits nothing more is read, so no more wait than one read brings. An error is told after the answers to
 * what came before it, never inside one, and nothing runs after it or after an answer that said `close`.
 */
class Pipeline {
  /** The parser takes what follows the next request for another protocol, and drops it: its answer says `close`. */
  stays = false;
  readonly #all: Pipelines;
  readonly #socket: Socket;
  /** Answers that are due, in order; each knows its request. */
  readonly #waiting: ServerResponse[] = [];
  /** Of the request that was begun last. */
  #last: ServerResponse | null = null;
  /** That request; null: it is over. */
  #running: Running | null = null;
  #failed: ErrorCode | null = null;
  #holds = false;
  /** Looks that have found it idle, with so many bytes read as before. */
  #quiet = 0;
  #bytesRead = 0;

  constructor(all: Pipelines, socket: Socket) {
    this.#all = all;
    this.#socket = socket;
  }

  get idle(): boolean {
    return this.#running === null && this.#failed === null;
  }

  take(res: ServerResponse): void {
    if (this.stays || closesDespite(res.req)) res.shouldKeepAlive = false;
    if (this.#failed !== null || !this.#socket.writable) return;
    if (this.#running === null) this.#begin(res);
    else if (this.#all.waiting >= MOST_WAITING) this.fail('too-many-waiting');
    else this.#wait(res);
  }

  /** Closes the connection when it has been idle, and has sent nothing, for so many looks. */
  look(most: number): void {
    const { bytesRead } = this.#socket;
    if (!this.idle || bytesRead !== this.#bytesRead) this.#quiet = 0;
    else if (++this.#quiet >= most) this.#socket.destroy();
    this.#bytesRead = bytesRead;
  }

  fail(code: ErrorCode): void {
    if (this.#failed !== null || !this.#socket.writable) return;
    this.#failed = code;
    const waiting = this.#waiting.at(-1);
    const last = this.#last;
    if (waiting) {
      // What came before may be whole.
      if (!waiting.req.complete) this.#drop(this.#waiting.length - 1);
    } else if (last === null || this.#running === null) this.#end(code, last?.req.complete !== false);
    else if (last.req.complete) return;
    else if (last.headersSent) this.#socket.destroy();
    else this.#end(code, true);
  }

  passDrain(): void {
    this.#socket.on('drain', () => this.#running && this.#last?.emit('drain'));
  }

  #begin(res: ServerResponse): void {
    this.#last = res;
    this.#running = this.#all.begin(res.req, res);
    // The only listener of ours: a second one would make Node keep a list of them for each request.
    res.on('close', this.#next);
  }

  #wait(res: ServerResponse): void {
    this.#all.waiting++;
    this.#waiting.push(res);
    if (!this.#holds) {
      this.#holds = true;
      // The server, and the requests themselves, have reasons of their own to read on.
      this.#socket.on('resume', () => this.#waiting.length > 0 && this.#socket.pause());
    }
    this.#socket.pause();
  }

  #next = (): void => {
    const running = this.#running!;
    this.#running = null;
    running.closed();
    const socket = this.#socket;
    if (!socket.writable) {
      this.#drop(0);
      return;
    }
    if (socket.timeout) socket.setTimeout(0); // it was of the answer that is out
    if (this.#waiting.length > 0) {
      const next = this.#waiting.shift()!;
      this.#all.waiting--;
      if (this.#waiting.length === 0) socket.resume();
      this.#begin(next);
    } else if (this.#failed !== null) this.#end(this.#failed, true);
  };

  #drop(from: number): void {
    this.#all.waiting -= this.#waiting.length - from;
    this.#waiting.length = from;
  }

  /** `tell`: the answer is still due. A request that broke off after its answer has had it. */
  #end(code: ErrorCode, tell: boolean): void {
    const socket = this.#socket;
    socket.end(tell ? rawProblem(code) : '');
    // Closed with bytes unread, the connection would be reset, and the client might lose what it has been told.
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    timer.unref();
    socket.once('close', () => clearTimeout(timer));
  }
}

/** `close` beside `keep-alive` is a close (RFC 9112, 9.3); of HTTP/1.0 the server looks for `keep-alive` only. */
function closesDespite(req: IncomingMessage): boolean {
  return req.httpVersionMinor === 0 && /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i.test(req.headers.connection ?? '');
}
