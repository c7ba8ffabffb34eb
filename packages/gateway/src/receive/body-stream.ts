import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { BodyCheck } from '../match/match.ts';
import { BodyAborted, BodyTooLarge } from './uploads.ts';

/** A body up to this length is read whole before it is forwarded: it can be sent again, and no slow sender blocks a fence. */
export const BUFFERED_BYTES = 64 * 1024;

/**
 * A request's body as a stream of its own, counted. When it is destroyed (the upstream failed) the client's connection
 * stays usable for the answer, which it would not if the request itself were destroyed.
 */
export class BodyStream extends Readable {
  readonly #req: IncomingMessage;
  #left: number;

  constructor(req: IncomingMessage, limit: number) {
    super();
    this.#req = req;
    this.#left = limit;
    req.on('data', (chunk: Buffer) => {
      if (this.destroyed) return;
      this.#left -= chunk.length;
      if (this.#left < 0) this.destroy(new BodyTooLarge());
      else if (!this.push(chunk)) req.pause();
    });
    req.on('end', () => this.push(null));
    req.on('close', () => {
      if (!req.complete) this.destroy(new BodyAborted());
    });
    req.on('error', () => this.destroy(new BodyAborted()));
    // Its client may go away while it still waits for a connection, and nobody listens to it yet.
    this.on('error', ignore);
    req.pause();
  }

  override _read(): void {
    this.#req.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#req.pause();
    callback(error);
  }
}

const ignore = (): void => {};

/** Is this content type JSON, in plain form? */
function isJson(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(contentType);
}

/** A schema is for plain JSON: a body of another type, or encoded, is refused unread. */
export function jsonOnly(req: IncomingMessage, check: BodyCheck): BodyCheck {
  const { 'content-type': type, 'content-encoding': encoding } = req.headers;
  const unfit = !isJson(type) || encoding !== undefined;
  return (body) => (body !== null && unfit ? { code: 'unsupported-body' } : check(body));
}
