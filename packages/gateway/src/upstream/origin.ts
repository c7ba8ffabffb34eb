import type { ClientLimits } from '../limit/client-limits.ts';
import { Connection, type ResponseHandler, TICK_MS, type UpstreamRequest } from './connection.ts';
import { Places } from './places.ts';
import { UpstreamError } from './upstream-error.ts';

type Waiting = { request: UpstreamRequest; handler: ResponseHandler };

/** Requests at one origin at once. */
const PLACES = 512;
/** When somebody has waited for so long, places are taken from clients that are slow. */
const RECLAIM_AFTER_MS = 1_000;

/**
 * Keep-alive connections to one origin, one request at a time on each. The last one used is the next: so the others
 * become idle and close.
 */
export class Origin {
  readonly url: string;
  readonly #parsed: URL;
  readonly #limits: Required<ClientLimits>;
  readonly #places: Places<Waiting>;
  readonly #free: Connection[] = [];
  readonly #all = new Set<Connection>();
  #timer: NodeJS.Timeout | null = null;
  #nowMs = 0;
  #closing = false;
  readonly #now: () => number;

  /** `places` requests at once at most; further ones wait. */
  constructor(url: string, limits: Required<ClientLimits>, places = PLACES, now = () => performance.now()) {
    this.url = url;
    this.#now = now;
    this.#parsed = new URL(url);
    this.#limits = limits;
    this.#places = new Places(places, limits.places);
  }

  send(request: UpstreamRequest, handler: ResponseHandler): void {
    if (this.#places.take(request.client)) this.#start(request, handler);
    else if (!this.#places.wait(request.client, { request, handler }, this.#nowMs))
      handler.onError(new UpstreamError('busy', 'too many requests wait for a place'));
  }

  /** Takes back a request that still waits for a place; false when it does not. */
  withdraw(client: string, handler: ResponseHandler): boolean {
    if (!this.#places.withdraw(client, (waiting) => waiting.handler === handler)) return false;
    handler.onError(new UpstreamError('aborted', 'the request was taken back'));
    return true;
  }

  /** Closes idle connections now and the others when their request is over. */
  close(): void {
    this.#closing = true;
    for (const connection of this.#free.splice(0)) this.#forget(connection);
  }

  /** Breaks off whatever is running. */
  destroy(): void {
    this.#closing = true;
    for (const { handler } of this.#places.expire(this.#nowMs))
      handler.onError(new UpstreamError('aborted', 'the gateway stops'));
    for (const connection of [...this.#all]) this.#forget(connection);
    this.#free.length = 0;
  }

  #start(request: UpstreamRequest, handler: ResponseHandler): void {
    const connection = this.#free.pop() ?? this.#create();
    connection.send(request, handler);
  }

  #create(): Connection {
    const connection = new Connection(this.#parsed, this.#limits, this.#freed, this.#now);
    this.#all.add(connection);
    if (this.#timer === null) {
      this.#timer = setInterval(() => this.#tick(), TICK_MS);
      this.#timer.unref();
    }
    return connection;
  }

  #freed = (connection: Connection): void => {
    this.#places.release(connection.client);
    const next = this.#places.next();
    if (next || !this.#closing) this.#free.push(connection);
    else this.#forget(connection);
    // Not from within the parser of the answer that has just ended.
    if (next) queueMicrotask(() => this.#start(next.request, next.handler));
  };

  #tick(): void {
    this.#nowMs += TICK_MS;
    for (const connection of [...this.#all]) {
      if (connection.tick()) continue;
      const at = this.#free.indexOf(connection);
      if (at === -1) continue;
      this.#free.splice(at, 1);
      this.#forget(connection);
    }
    if (this.#places.waiting === 0) return;
    for (const { handler } of this.#places.expire(this.#nowMs - this.#limits.waitMs))
      handler.onError(new UpstreamError('busy', 'no place became free in time'));
    if (this.#places.anyoneSince(this.#nowMs - RECLAIM_AFTER_MS)) this.#reclaim();
  }

  /** Cuts slow clients off, those with the most places first, so that who waits can go on. */
  #reclaim(): void {
    const places = this.#places;
    const slow = [...this.#all].filter(
      ({ heldUp, client }) => heldUp && (places.full || places.isWaiting(client)),
    );
    slow.sort((a, b) => places.takenBy(b.client) - places.takenBy(a.client));
    for (const connection of slow.slice(0, places.waiting)) connection.cutClient();
  }

  #forget(connection: Connection): void {
    this.#all.delete(connection);
    connection.destroy();
    if (this.#all.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}
