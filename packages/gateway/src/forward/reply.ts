import { type ServerResponse, validateHeaderName, validateHeaderValue } from 'node:http';

/** A body up to this length is copied into the string of its head. */
const AS_STRING_BYTES = 16 * 1024;

/** Sees an answer pass by. What it is told of it may keep only as a copy; it never throws. */
export interface Onlooker {
  head(status: number, headers: readonly string[]): void;
  add(chunk: Buffer): void;
  end(): void;
}

/** Passes an upstream's answer on to the client, a small one in a single write. */
export class Reply {
  /** The head has been handed on: no other answer can be given any more. */
  begun = false;
  readonly #res: ServerResponse;
  /** Nothing has been written yet. */
  #unsent = true;
  #length: number | null = null;
  #whole: Buffer | string | null = null;
  readonly #onlooker: Onlooker | null;

  constructor(res: ServerResponse, onlooker: Onlooker | null = null) {
    this.#res = res;
    this.#onlooker = onlooker;
  }

  /** `headers` is a flat list; `length` of the body, null when it is not known. Throws when no head can be made of it. */
  head(status: number, headers: string[], length: number | null): void {
    this.#length = length;
    // Having failed at one of these, `writeHead` takes no body afterwards, and the problem to be told has one.
    if (status === 204 || status === 304) validate(headers);
    this.#res.writeHead(status, headers);
    this.begun = true;
    this.#onlooker?.head(status, headers);
  }

  /** What comes next comes in another turn: the head must not wait for a body that may be long in coming. */
  flush(): void {
    if (!this.begun || !this.#unsent || this.#whole !== null) return;
    this.#unsent = false;
    if (!this.#res.writableEnded && !this.#res.destroyed) this.#res.flushHeaders();
  }

  /** Copies the chunk. Returns false when the client does not keep up; `upstream` goes on when it has. */
  data(chunk: Buffer, upstream: { resume(): void }): boolean {
    this.#onlooker?.add(chunk);
    if (this.#whole === null && chunk.length === this.#length) {
      // All there is: it leaves together with the head. As a string in one write; a buffer would take a vector of two.
      this.#whole = chunk.length > AS_STRING_BYTES ? Buffer.from(chunk) : chunk.toString('latin1');
      return true;
    }
    this.#unsent = false;
    if (this.#res.write(Buffer.from(chunk))) return true;
    this.#res.once('drain', () => upstream.resume());
    return false;
  }

  /** A client that takes nothing of what is left for `idleMs` is cut off. */
  end(idleMs: number): void {
    if (this.#whole === null) this.#res.end();
    else this.#res.end(this.#whole, 'latin1');
    this.#onlooker?.end();
    const { socket } = this.#res;
    if (socket && socket.writableLength > 0) socket.setTimeout(idleMs);
  }
}

function validate(headers: readonly string[]): void {
  for (let i = 0; i < headers.length; i += 2) {
    validateHeaderName(headers[i]!);
    validateHeaderValue(headers[i]!, headers[i + 1]!);
  }
}
