import type { ServerResponse } from 'node:http';

/** A body up to this length is copied into the string of its head. */
const AS_STRING_BYTES = 16 * 1024;

/** Passes an upstream's answer on to the client, a small one in a single write. */
export class Reply {
  /** The head has been handed on: no other answer can be given any more. */
  begun = false;
  readonly #res: ServerResponse;
  #length: number | null = null;
  #whole: Buffer | null = null;

  constructor(res: ServerResponse) {
    this.#res = res;
  }

  /** `headers` is a flat list; `length` of the body, null when it is not known. */
  head(status: number, headers: string[], length: number | null): void {
    this.#length = length;
    this.#res.writeHead(status, headers);
    this.begun = true;
    // Perhaps a stream: its head must not wait for the first event. But most often data follows in this turn.
    if (length === null) process.nextTick(flushHead, this.#res);
  }

  /** Returns false when the client does not keep up; `drained` is called when it has. */
  data(chunk: Buffer, drained: () => void): boolean {
    if (this.#whole === null && chunk.length === this.#length) {
      this.#whole = chunk; // all there is: it leaves together with the head
      return true;
    }
    if (this.#res.write(chunk)) return true;
    this.#res.once('drain', drained);
    return false;
  }

  end(): void {
    const whole = this.#whole;
    // As a string it leaves in one write with the head; as a buffer it would take a vector of two.
    if (whole === null) this.#res.end();
    else if (whole.length > AS_STRING_BYTES) this.#res.end(whole);
    else this.#res.end(whole.toString('latin1'), 'latin1');
  }
}

function flushHead(res: ServerResponse): void {
  if (!res.writableEnded && !res.destroyed) res.flushHeaders();
}
