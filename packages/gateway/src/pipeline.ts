import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type ErrorCode, rawProblem } from './errors.ts';

/** Most requests of a worker that wait for an answer before theirs; they are parsed already, and take memory. */
const MOST_WAITING = 20_000;
/** How long a client may take to close its side after it has been told why. */
const LINGER_MS = 2_000;

type Turn = { req: IncomingMessage; res: ServerResponse };

/** The requests of a worker's client connections, each begun when those before it on its connection are answered. */
export class Pipelines {
  /** Of all connections together. */
  waiting = 0;
  readonly begin: (req: IncomingMessage, res: ServerResponse) => void;

  constructor(begin: (req: IncomingMessage, res: ServerResponse) => void) {
    this.begin = begin;
  }

  take(req: IncomingMessage, res: ServerResponse): void {
    // HTTP/2's own method, here without a version: it is refused in its turn. If the server knew the method, it would
    // destroy the connection as soon as this returns, with all that is answered or waits on it.
    if (req.method === 'PRI') req.method = 'UNKNOWN';
    this.#of(req.socket).take({ req, res });
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
    const piped = socket as Piped;
    piped[PIPELINE] ??= new Pipeline(this, socket);
    return piped[PIPELINE];
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
  readonly #waiting: Turn[] = [];
  #current: Turn | null = null;
  /** Of the request that was begun last. */
  #last: IncomingMessage | null = null;
  #failed: ErrorCode | null = null;
  #holds = false;

  constructor(all: Pipelines, socket: Socket) {
    this.#all = all;
    this.#socket = socket;
  }

  get idle(): boolean {
    return this.#current === null && this.#failed === null;
  }

  take(turn: Turn): void {
    if (this.stays || closesDespite(turn.req)) turn.res.shouldKeepAlive = false;
    if (this.#failed !== null || !this.#socket.writable) return;
    if (this.#current === null) this.#begin(turn);
    else if (this.#all.waiting >= MOST_WAITING) this.fail('too-many-waiting');
    else this.#wait(turn);
  }

  fail(code: ErrorCode): void {
    if (this.#failed !== null || !this.#socket.writable) return;
    this.#failed = code;
    const last = this.#waiting.at(-1) ?? this.#current;
    if (last === null) this.#end(code, this.#last?.complete !== false);
    else if (last.req.complete)
      return; // all that came before is whole
    else if (last !== this.#current) this.#drop(this.#waiting.length - 1);
    else if (last.res.headersSent) this.#socket.destroy();
    else this.#end(code, true);
  }

  passDrain(): void {
    this.#socket.on('drain', () => this.#current?.res.emit('drain'));
  }

  #begin(turn: Turn): void {
    this.#current = turn;
    this.#last = turn.req;
    this.#all.begin(turn.req, turn.res);
    turn.res.on('close', this.#next);
  }

  #wait(turn: Turn): void {
    this.#all.waiting++;
    this.#waiting.push(turn);
    if (!this.#holds) {
      this.#holds = true;
      // The server, and the requests themselves, have reasons of their own to read on.
      this.#socket.on('resume', () => this.#waiting.length > 0 && this.#socket.pause());
    }
    this.#socket.pause();
  }

  #next = (): void => {
    this.#current = null;
    if (!this.#socket.writable) {
      this.#drop(0);
      return;
    }
    const turn = this.#waiting.shift();
    if (turn) {
      this.#all.waiting--;
      if (this.#waiting.length === 0) this.#socket.resume();
      this.#begin(turn);
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
function closesDespite({ httpVersionMinor, headers }: IncomingMessage): boolean {
  return httpVersionMinor === 0 && /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i.test(headers.connection ?? '');
}
