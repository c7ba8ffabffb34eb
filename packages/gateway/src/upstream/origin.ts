import { Client, type Dispatcher } from 'undici';

type Waiting = { options: Dispatcher.DispatchOptions; handler: OriginHandler };

/** A handler that learns which connection serves it, and gives it back when its request is over. */
export interface OriginHandler extends Dispatcher.DispatchHandler {
  connection: Client | null;
}

/**
 * Keep-alive connections to one origin, one request at a time on each. A stack of free connections instead of
 * undici's Pool: taking one costs the same however many there are.
 */
export class Origin {
  readonly url: string;
  readonly #max: number;
  readonly #free: Client[] = [];
  readonly #all = new Set<Client>();
  readonly #waiting: Waiting[] = [];
  #closing = false;

  /** `max` connections at most; further requests wait for one. */
  constructor(url: string, max = 256) {
    this.url = url;
    this.#max = max;
  }

  get busy(): number {
    return this.#all.size - this.#free.length;
  }

  /** The handler must call `release` exactly once, from onResponseEnd, onResponseError or onRequestUpgrade. */
  dispatch(options: Dispatcher.DispatchOptions, handler: OriginHandler): void {
    const connection = this.#free.pop() ?? this.#open();
    if (connection === null) {
      this.#waiting.push({ options, handler });
      return;
    }
    handler.connection = connection;
    connection.dispatch(options, handler);
  }

  release(handler: OriginHandler): void {
    const connection = handler.connection;
    if (connection === null) return;
    handler.connection = null;
    const next = this.#waiting.shift();
    if (next) {
      next.handler.connection = connection;
      connection.dispatch(next.options, next.handler);
    } else if (this.#closing) {
      this.#drop(connection);
    } else {
      this.#free.push(connection);
    }
  }

  /** Closes idle connections now and the others when their request is over. */
  close(): void {
    this.#closing = true;
    for (const connection of this.#free.splice(0)) this.#drop(connection);
  }

  /** Breaks off whatever is running. */
  destroy(): void {
    this.#closing = true;
    for (const connection of this.#all) void connection.destroy();
    this.#all.clear();
    this.#free.length = 0;
  }

  #open(): Client | null {
    if (this.#all.size >= this.#max) return null;
    const connection = new Client(this.url, {
      // Only ever one request at a time; above 1 undici reuses a connection without waiting a turn of the loop.
      pipelining: 2,
      allowH2: false,
      connectTimeout: 2_000,
      keepAliveMaxTimeout: 60_000,
    });
    this.#all.add(connection);
    return connection;
  }

  #drop(connection: Client): void {
    this.#all.delete(connection);
    void connection.close();
  }
}
