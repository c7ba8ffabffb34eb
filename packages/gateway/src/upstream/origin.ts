import { Connection, type ResponseHandler, TICK_MS, type UpstreamRequest } from './connection.ts';

/**
 * Keep-alive connections to one origin, one request at a time on each. The last one used is the next: so the others
 * become idle and close.
 */
export class Origin {
  readonly url: string;
  readonly #parsed: URL;
  readonly #max: number;
  readonly #free: Connection[] = [];
  readonly #all = new Set<Connection>();
  readonly #waiting: { request: UpstreamRequest; handler: ResponseHandler }[] = [];
  #timer: NodeJS.Timeout | null = null;
  #closing = false;

  /** `max` connections at most; further requests wait for one. */
  constructor(url: string, max = 512) {
    this.url = url;
    this.#parsed = new URL(url);
    this.#max = max;
  }

  send(request: UpstreamRequest, handler: ResponseHandler): void {
    const connection = this.#free.pop() ?? this.#create();
    if (connection) connection.send(request, handler);
    else this.#waiting.push({ request, handler });
  }

  /** Closes idle connections now and the others when their request is over. */
  close(): void {
    this.#closing = true;
    for (const connection of this.#free.splice(0)) this.#forget(connection);
  }

  /** Breaks off whatever is running. */
  destroy(): void {
    this.#closing = true;
    for (const connection of [...this.#all]) this.#forget(connection);
    this.#free.length = 0;
  }

  #create(): Connection | null {
    if (this.#all.size >= this.#max) return null;
    const connection = new Connection(this.#parsed, this.#freed);
    this.#all.add(connection);
    if (this.#timer === null) {
      this.#timer = setInterval(() => this.#tick(), TICK_MS);
      this.#timer.unref();
    }
    return connection;
  }

  #freed = (connection: Connection): void => {
    const next = this.#waiting.shift();
    if (next) {
      // Not from within the parser of the answer that has just ended.
      queueMicrotask(() => connection.send(next.request, next.handler));
    } else if (this.#closing) this.#forget(connection);
    else this.#free.push(connection);
  };

  #tick(): void {
    for (const connection of [...this.#all]) {
      if (connection.tick()) continue;
      const at = this.#free.indexOf(connection);
      if (at === -1) continue;
      this.#free.splice(at, 1);
      this.#forget(connection);
    }
  }

  #forget(connection: Connection): void {
    this.#all.delete(connection);
    connection.destroy();
    if (this.#all.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}
