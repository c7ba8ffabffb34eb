import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorCode } from '../errors.ts';
import type { BodyCheck } from '../match/match.ts';
import { BodyStream, BUFFERED_BYTES } from './body-stream.ts';
import type { Forwarded } from './headers.ts';
import { BodiesFull, BodyStalled, BodyTooLarge, type UploadLimits, type Uploads } from './uploads.ts';

export type Refusal = { code: ErrorCode; errors?: unknown };

/**
 * Takes a request's body in: small ones and those with a schema whole, so that they can be sent again and no slow
 * sender holds up a fence; large ones as a stream. Reads nothing before it is asked to.
 */
export class RequestBody {
  /** What goes upstream; null when there is no body, or when it is to be streamed. */
  body: Buffer | null = null;
  #read = false;
  #streamed = false;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #forwarded: Forwarded;
  readonly #uploads: Uploads;

  constructor(req: IncomingMessage, res: ServerResponse, forwarded: Forwarded, uploads: Uploads) {
    this.#req = req;
    this.#res = res;
    this.#forwarded = forwarded;
    this.#uploads = uploads;
  }

  get hasBody(): boolean {
    const { contentLength, chunked } = this.#forwarded;
    return chunked || (contentLength ?? 0) > 0;
  }

  /** Can the request be sent once more? */
  get replayable(): boolean {
    return !this.#streamed;
  }

  /**
   * Returns null when the body is ready to be sent, a refusal, or 'reading': then `done` is called once, with a
   * refusal, with null, with 'gone' when the client went away, or with a fault of ours.
   */
  prepare(
    limits: UploadLimits,
    check: BodyCheck | null,
    done: (outcome: Refusal | 'gone' | Error | null) => void,
  ): Refusal | 'reading' | null {
    const { contentLength, chunked } = this.#forwarded;
    if (this.#read) return null;
    if (!this.hasBody) return check ? check(null) : null;
    if (!check && (chunked || contentLength! > BUFFERED_BYTES)) {
      this.#streamed = true;
      return null;
    }
    this.#continue();
    this.#uploads.read(this.#req, this.#res, limits, (error, body) => {
      if (error instanceof BodyTooLarge) return done({ code: 'body-too-large' });
      if (error instanceof BodiesFull) return done({ code: 'too-many-bodies' });
      if (error instanceof BodyStalled) return done({ code: 'body-timeout' });
      if (error) return done('gone');
      this.body = body;
      this.#read = true;
      let refusal: Refusal | Error | null;
      try {
        refusal = check?.(body) ?? null;
      } catch (fault) {
        refusal = fault as Error;
      }
      done(refusal);
    });
    return 'reading';
  }

  /** The body for one attempt; a streamed one can be had once. */
  take(limit: number): Buffer | BodyStream | null {
    if (!this.#streamed) return this.body;
    this.#continue();
    return new BodyStream(this.#req, limit);
  }

  /** The client sends its body only when it is told to. */
  #continue(): void {
    if (this.#forwarded.expectContinue && !this.#res.headersSent) this.#res.writeContinue();
  }
}
